package mpegts

import (
	"github.com/mediagauge/mediagauge/probe"
)

const (
	syncByte = 0x47
	body     = 188 // bytes of a packet from its sync byte on
)

// layout is how packets lie in a file.
type layout struct {
	size   int64 // bytes from one to the next: 188, 192 or 204
	before int64 // bytes in front of the sync byte: the timestamp of 192-byte packets
}

// layouts are those of ISO/IEC 13818-1, of BDAV (a timestamp in front) and of DVB (a checksum behind).
var layouts = []layout{{188, 0}, {192, 4}, {204, 0}}

// find returns the layout of data that begins with a packet, by sync bytes at each place.
func find(data []byte) (layout, int, bool) {
	for _, l := range layouts {
		n := 0
		for at := l.before; at < int64(len(data)); at += l.size {
			if data[at] != syncByte {
				n = 0
				break
			}
			n++
		}
		if n >= least {
			return l, n, true
		}
	}
	return layout{}, 0, false
}

// least is how many packets tell a transport stream.
const least = 4

// align returns where the first packet of l begins in data, -1 when none does.
func (l layout) align(data []byte) int64 {
	for at := int64(0); at < l.size && at < int64(len(data)); at++ {
		good := true
		n := 0
		for p := at + l.before; p < int64(len(data)) && n < 16; p += l.size {
			if data[p] != syncByte {
				good = false
				break
			}
			n++
		}
		if good && n > 0 {
			return at
		}
	}
	return -1
}

// packet is a transport packet: ISO/IEC 13818-1, 2.4.3.2.
type packet struct {
	off       int64 // in the file
	pid       int
	start     bool // payload_unit_start_indicator
	scrambled bool
	pcr       int64 // program_clock_reference_base, 90 kHz; -1 without
	payload   []byte
}

// parsePacket reads the packet whose sync byte b begins with.
func parsePacket(b []byte, off int64) (packet, bool) {
	p := packet{off: off, pid: int(b[1]&0x1f)<<8 | int(b[2]), start: b[1]&0x40 != 0, scrambled: b[3]&0xc0 != 0, pcr: -1}
	if b[0] != syncByte || b[1]&0x80 != 0 { // transport_error_indicator
		return p, false
	}
	at := 4
	if b[3]&0x20 != 0 { // adaptation field: 2.4.3.4
		length := int(b[4])
		if length >= 7 && b[5]&0x10 != 0 {
			p.pcr = int64(b[6])<<25 | int64(b[7])<<17 | int64(b[8])<<9 | int64(b[9])<<1 | int64(b[10])>>7
		}
		at += 1 + length
	}
	if b[3]&0x10 != 0 && at < body {
		p.payload = b[at:body]
	}
	return p, true
}

// packets calls visit for each whole packet of data, which begins with one and lies at off. wanted
// says of the first bytes of a packet whether to parse it at all.
func (l layout) packets(r *probe.Reader, data []byte, off int64, wanted func(head *[4]byte) bool, visit func(packet) error) error {
	if err := r.Elements(int((int64(len(data))+l.size-1)/l.size), off); err != nil {
		return err
	}
	for at := l.before; at+body <= int64(len(data)); at += l.size {
		b := data[at : at+body]
		if b[0] == syncByte && b[1]&0x80 == 0 && !wanted((*[4]byte)(b)) {
			continue
		}
		p, ok := parsePacket(b, off+at)
		if !ok {
			return placed(probe.Refuse("resync", "no packet"), off+at)
		}
		if err := visit(p); err != nil {
			return placed(err, off+at)
		}
	}
	return nil
}

// pidOf is the packet identifier in the first bytes of a packet.
func pidOf(head *[4]byte) int { return int(head[1]&0x1f)<<8 | int(head[2]) }

// starts tells the packets in which a payload begins.
func starts(head *[4]byte) bool { return head[1]&0x40 != 0 }

// placed adds where in the file an error arose.
func placed(err error, off int64) error {
	if e, ok := err.(*probe.Error); ok && e.Offset < 0 {
		e.Offset, e.Path = off, "packet"
	}
	return err
}
