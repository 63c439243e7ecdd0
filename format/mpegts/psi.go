package mpegts

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/mediagauge/mediagauge/internal/bits"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// Packet identifiers with a meaning of their own: ISO/IEC 13818-1, table 2-3; ETSI EN 300 468, table 1.
const (
	pidPAT = 0x00
	pidSDT = 0x11
	pidEIT = 0x12
)

// Table identifiers.
const (
	tablePAT    = 0x00
	tablePMT    = 0x02
	tableSDT    = 0x42
	tableSCTE35 = 0xfc
)

// maxSection is the longest section: 2.4.4.11.
const maxSection = 4096

// sections puts the sections of one packet identifier together: 2.4.4.
type sections struct {
	buf    []byte
	inside bool
}

// add takes the payload of a packet, and calls whole for each section that ends in it.
func (s *sections) add(p packet, whole func([]byte) error) error {
	data := p.payload
	if p.start && len(data) > 0 {
		pointer := int(data[0])
		data = data[1:]
		if pointer > len(data) {
			s.inside = false
			return nil
		}
		if s.inside {
			s.buf = append(s.buf, data[:pointer]...)
			if err := s.take(whole); err != nil {
				return err
			}
		}
		s.buf, s.inside = append(s.buf[:0], data[pointer:]...), true
	} else if s.inside {
		s.buf = append(s.buf, data...)
	}
	return s.take(whole)
}

func (s *sections) take(whole func([]byte) error) error {
	for s.inside && len(s.buf) >= 3 {
		if s.buf[0] == 0xff { // stuffing
			s.inside = false
			return nil
		}
		length := 3 + int(s.buf[1]&0x0f)<<8 + int(s.buf[2])
		if length > maxSection {
			s.inside = false
			return nil
		}
		if len(s.buf) < length {
			return nil
		}
		section := bytes.Clone(s.buf[:length])
		s.buf = s.buf[:copy(s.buf, s.buf[length:])]
		if err := whole(section); err != nil {
			return err
		}
	}
	return nil
}

// crcTable is of the polynomial in annex A of ISO/IEC 13818-1.
var crcTable = func() (t [256]uint32) {
	for i := range t {
		c := uint32(i) << 24
		for range 8 {
			if c&0x80000000 != 0 {
				c = c<<1 ^ 0x04c11db7
			} else {
				c <<= 1
			}
		}
		t[i] = c
	}
	return t
}()

// sound says whether the checksum of a section is right.
func sound(section []byte) bool {
	c := uint32(0xffffffff)
	for _, b := range section {
		c = c<<8 ^ crcTable[byte(c>>24)^b]
	}
	return c == 0
}

// long returns what stands between the head of a long section and its checksum, and its
// table_id_extension; ok is false for damaged sections and for those not yet in force.
func long(section []byte, table byte) (content []byte, id int, ok bool) {
	if len(section) < 12 || section[0] != table || section[1]&0x80 == 0 || section[5]&1 == 0 || !sound(section) {
		return nil, 0, false
	}
	return section[8 : len(section)-4], int(section[3])<<8 | int(section[4]), true
}

// descriptor is one of 2.6.
type descriptor struct {
	tag  byte
	data []byte
}

func descriptors(data []byte) (all []descriptor) {
	for len(data) >= 2 && len(data) >= 2+int(data[1]) {
		all = append(all, descriptor{data[0], data[2 : 2+int(data[1])]})
		data = data[2+int(data[1]):]
	}
	return all
}

// Descriptor tags: table 2-45 of ISO/IEC 13818-1, table 12 of EN 300 468.
const (
	descRegistration = 0x05
	descLanguage     = 0x0a
	descMetadata     = 0x26
	descService      = 0x48
	descTeletext     = 0x56
	descSubtitling   = 0x59
	descAC3          = 0x6a
	descEAC3         = 0x7a
	descDTS          = 0x7b
	descAAC          = 0x7c
	descExtension    = 0x7f
)

// registration returns the format_identifier of 2.6.8, "" for none.
func registration(all []descriptor) string {
	for _, d := range all {
		if d.tag == descRegistration && len(d.data) >= 4 {
			return string(d.data[:4])
		}
	}
	return ""
}

// pat takes a program association section.
func (d *demux) pat(section []byte) error {
	content, id, ok := long(section, tablePAT)
	if !ok {
		return nil
	}
	d.id = id
	for c := content; len(c) >= 4; c = c[4:] {
		number, pid := int(c[0])<<8|int(c[1]), int(c[2]&0x1f)<<8|int(c[3])
		if number == 0 {
			d.network = true
			continue
		}
		if d.programs[number] != nil {
			continue
		}
		if pid == pidPAT || pid == pidSDT || pid == pidEIT {
			return probe.Refuse("odd-tables", "program %d by tables in packets %#x", number, pid)
		}
		d.programs[number] = &program{number: number, pid: pid}
		d.order = append(d.order, number)
		d.tables[pid], d.other = &sections{}, -1
	}
	return nil
}

// pmt takes a program map section.
func (d *demux) pmt(section []byte) error {
	content, number, ok := long(section, tablePMT)
	if !ok || len(content) < 4 {
		return nil
	}
	p := d.programs[number]
	if p == nil {
		return nil
	}
	if p.table != nil {
		if !bytes.Equal(p.table, content) {
			return probe.Refuse("table-change", "another map of program %d", number)
		}
		return nil
	}
	p.table = content
	p.clock = int(content[0]&0x1f)<<8 | int(content[1])
	length := int(content[2]&0x0f)<<8 | int(content[3])
	if 4+length > len(content) {
		return nil
	}
	about := registration(descriptors(content[4 : 4+length]))
	for c := content[4+length:]; len(c) >= 5; {
		kind, pid := c[0], int(c[1]&0x1f)<<8|int(c[2])
		length := int(c[3]&0x0f)<<8 | int(c[4])
		if 5+length > len(c) {
			break
		}
		if s := d.streams[pid]; s != nil {
			p.streams = append(p.streams, s)
		} else if d.tables[pid] != nil {
			return probe.Refuse("odd-tables", "a stream in the packets of a table, %#x", pid)
		} else {
			s, err := d.open(pid, kind, about, descriptors(c[5:5+length]))
			if err != nil {
				return err
			}
			p.streams = append(p.streams, s)
		}
		c = c[5+length:]
	}
	return nil
}

// sdt takes a service description section: EN 300 468, 5.2.3.
func (d *demux) sdt(section []byte) error {
	content, _, ok := long(section, tableSDT)
	if !ok || len(content) < 3 {
		return nil
	}
	for c := content[3:]; len(c) >= 5; {
		number := int(c[0])<<8 | int(c[1])
		length := int(c[3]&0x0f)<<8 | int(c[4])
		if 5+length > len(c) {
			break
		}
		for _, e := range descriptors(c[5 : 5+length]) {
			if e.tag != descService || len(e.data) < 3 {
				continue
			}
			cur := bits.NewCursor(e.data[1:])
			provider := cur.Bytes(int(cur.U8()))
			name := cur.Bytes(int(cur.U8()))
			if cur.Err() == nil && d.services[number] == nil {
				d.services[number] = media.Metadata{"service_name": text(name), "service_provider": text(provider)}
			}
		}
		c = c[5+length:]
	}
	return nil
}

// text reads a string of EN 300 468, annex A, as far as it is Latin or UTF-8.
func text(b []byte) string {
	if len(b) > 0 && b[0] == 0x15 { // UTF-8
		b = b[1:]
	}
	if utf8.Valid(b) {
		return strings.TrimSpace(string(b))
	}
	var s strings.Builder
	for _, c := range b {
		if c >= 0x20 {
			s.WriteRune(rune(c))
		}
	}
	return s.String()
}

// eit takes an event information section, of whatever stream: ffprobe makes a stream of the first.
func (d *demux) eit(section []byte) error {
	if section[0] < 0x4e || section[0] > 0x6f || d.guide {
		return nil
	}
	d.guide = true
	s := &stream{pid: pidEIT, start: none, tailEnd: none, section: &sections{}}
	s.t = media.Track{ID: "0x12", Kind: media.KindData, Timebase: clock}
	s.t.SetCodec("epg")
	d.streams[pidEIT] = s
	d.list = append(d.list, s)
	return nil
}
