package mpegts

import (
	"github.com/mediagauge/mediagauge/internal/elementary"
	"github.com/mediagauge/mediagauge/internal/framerate"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

var clock = media.Timebase{Num: 1, Den: 90_000}

const (
	none = int64(-1) << 62 // no time
	wrap = int64(1) << 33  // of time stamps
)

// demux takes packets from the start of a file on.
type demux struct {
	id       int // transport_stream_id
	network  bool
	programs map[int]*program
	order    []int
	services map[int]media.Metadata
	tables   map[int]*sections
	streams  map[int]*stream
	list     []*stream

	reference int64 // the first time stamp, which others are unwrapped by
	pcr       int64
	events    sections
	whole     bool // the file is short enough to be read whole
	guide     bool // an event information table was seen
	other     int  // packets that belong to no table
}

type program struct {
	number  int
	pid     int
	table   []byte
	clock   int
	streams []*stream
}

// stream is one of the streams that program maps list.
type stream struct {
	t       media.Track
	pid     int
	kind    byte
	codec   string
	section *sections // of streams of sections

	coding   *elementary.Coding
	pictures elementary.Pictures
	known    bool

	pes     []byte // of the packet being put together
	open    bool
	pts     int64
	dts     int64
	lastDTS int64

	start   int64
	units   int
	es      []byte // of sound, until its first frames are read
	bitRate int64

	rate    framerate.Estimator
	timing  int64
	fields  int64
	least   int64 // distance between frames
	most    int64
	tailEnd int64
}

func newDemux() *demux {
	d := &demux{
		programs: map[int]*program{}, services: map[int]media.Metadata{}, streams: map[int]*stream{},
		tables: map[int]*sections{pidPAT: {}, pidSDT: {}}, reference: none, pcr: none, other: -1,
	}
	return d
}

// mapped says whether the maps of all programs are known.
func (d *demux) mapped() bool {
	for _, n := range d.order {
		if d.programs[n].table == nil {
			return false
		}
	}
	return len(d.order) > 0
}

// isTable says whether packets that begin like head belong to tables. Most do not, and many that do
// not stand in a row.
func (d *demux) isTable(head *[4]byte) bool {
	pid := pidOf(head)
	if pid == d.other {
		return false
	}
	if d.tables[pid] != nil || pid == pidEIT {
		return true
	}
	d.other = pid
	return false
}

// isStream says whether packets that begin like head may tell something of a stream: those that have
// a clock reference do.
func (d *demux) isStream(head *[4]byte) bool {
	return head[3]&0x20 != 0 || d.streams[pidOf(head)] != nil
}

// takeTable takes a packet of the head of a file as far as it belongs to a table.
func (d *demux) takeTable(p packet) error {
	if t := d.tables[p.pid]; t != nil {
		return t.add(p, func(section []byte) error {
			switch {
			case p.pid == pidPAT:
				return d.pat(section)
			case p.pid == pidSDT:
				return d.sdt(section)
			}
			return d.pmt(section)
		})
	}
	if p.pid == pidEIT && !d.guide {
		return d.events.add(p, d.eit)
	}
	return nil
}

// takeStream takes a packet of the head of a file as far as it belongs to a stream.
func (d *demux) takeStream(p packet) error {
	if p.pcr >= 0 {
		d.pcr = d.unwrap(p.pcr)
	}
	s := d.streams[p.pid]
	switch {
	case s == nil || len(p.payload) == 0:
		return nil
	case p.scrambled:
		return probe.Refuse("scrambled", "packets %#x", p.pid)
	case s.section != nil:
		return s.section.add(p, func(section []byte) error {
			if section[0] == tableSCTE35 && s.start == none && d.pcr != none {
				s.start = d.pcr
			}
			return nil
		})
	}
	if !p.start {
		if s.open {
			s.pes = append(s.pes, p.payload...)
		}
		return nil
	}
	if err := d.close(s); err != nil {
		return err
	}
	s.pes, s.open = append(s.pes[:0], p.payload...), true
	return nil
}

// close ends the PES packet of s that was being put together.
func (d *demux) close(s *stream) error {
	if !s.open {
		return nil
	}
	s.open = false
	pts, dts, payload, ok := parsePES(s.pes)
	if !ok {
		return nil
	}
	if pts == none {
		if s.start != none && s.pictures == nil {
			s.es = append(s.es, payload...)
			return nil
		}
		return probe.Refuse("timestamps", "packets %#x without a time", s.pid)
	}
	pts, dts = d.unwrap(pts), d.unwrap(dts)
	return d.unit(s, pts, dts, payload)
}

// unwrap puts a time stamp next to the first one.
func (d *demux) unwrap(ts int64) int64 {
	if ts == none {
		return none
	}
	if d.reference == none {
		if d.reference = ts; ts >= wrap-60*clock.Den { // ffprobe lets what is about to wrap begin below zero
			d.reference -= wrap
		}
	}
	return d.reference + (ts-d.reference+wrap/2&(wrap-1)+wrap)&(wrap-1) - wrap/2
}

// parsePES reads the head of a PES packet: 2.4.3.6.
func parsePES(b []byte) (pts, dts int64, payload []byte, ok bool) {
	pts, dts = none, none
	if len(b) < 9 || b[0] != 0 || b[1] != 0 || b[2] != 1 {
		return pts, dts, nil, false
	}
	if id := b[3]; id == 0xbc || id == 0xbe || id == 0xbf || id == 0xf0 || id == 0xf1 || id == 0xf2 || id == 0xf8 || id == 0xff {
		return pts, dts, nil, false
	}
	length := int(b[8])
	if 9+length > len(b) || b[6]&0xc0 != 0x80 {
		return pts, dts, nil, false
	}
	if flags := b[7] >> 6; flags >= 2 && length >= 5 {
		pts = stamp(b[9:])
		dts = pts
		if flags == 3 && length >= 10 {
			dts = stamp(b[14:])
		}
	}
	payload = b[9+length:]
	if size := int(b[4])<<8 | int(b[5]); size > 0 && 6+size >= 9+length && 6+size < len(b) {
		payload = b[9+length : 6+size]
	}
	return pts, dts, payload, true
}

func stamp(b []byte) int64 {
	return int64(b[0]>>1&7)<<30 | int64(b[1])<<22 | int64(b[2]>>1)<<15 | int64(b[3])<<7 | int64(b[4]>>1)
}

// unit takes the payload of a PES packet.
func (d *demux) unit(s *stream, pts, dts int64, payload []byte) error {
	first := s.start == none
	if first {
		s.start = pts
	}
	s.units++
	if s.pictures != nil {
		return s.picture(first, pts, dts, payload)
	}
	if s.coding != nil && !s.known {
		s.es = append(s.es, payload...)
		return s.sound(false)
	}
	if s.codec == "aac" && d.whole {
		s.es = append(s.es, payload...)
	}
	if s.codec == "mp3" { // whether the rate is one
		_, err := s.coding.Walk(payload, func(at int, _ elementary.Frame, _ bool) bool { s.checkRate(payload[at:]); return true })
		_ = err // frames need not be aligned
	}
	return nil
}

// picture takes an access unit.
func (s *stream) picture(first bool, pts, dts int64, payload []byte) error {
	if n := elementary.Count(s.codec, payload); n > 2 || n == 0 {
		return probe.Refuse("access-units", "%d pictures in a packet of %#x", n, s.pid)
	} else if n == 2 && s.codec != "h264" && s.codec != "mpeg2video" {
		return probe.Refuse("access-units", "two pictures in a packet of %#x", s.pid)
	}
	if err := s.pictures.Add(payload); err != nil {
		return err
	}
	if !first {
		if dts <= s.lastDTS {
			return probe.Refuse("timestamps", "pictures of %#x that go back in time", s.pid)
		}
		gap := dts - s.lastDTS
		if s.rate.Count() == 0 {
			s.least, s.most = gap, gap
		}
		s.least, s.most = min(s.least, gap), max(s.most, gap)
		if t := s.ticks(); t > 0 {
			s.timing += t
			s.fields += 2
		}
	}
	s.rate.Timebase = clock
	s.rate.Add(dts)
	s.lastDTS = dts
	s.known = s.pictures.Known()
	return nil
}

// ticks is how long a picture lasts by the codec's own clock, rounded down; 0 when it tells none.
func (s *stream) ticks() int64 {
	if s.pictures == nil {
		return 0
	}
	if r := s.pictures.FrameRate(); r.Positive() {
		return clock.Den * r.Den / r.Num
	}
	return 0
}

// sound reads the first frame, once it is whole. ffprobe makes its first packet of what the first
// PES packet begins with.
func (s *stream) sound(end bool) error {
	var frame []byte
	n := 0
	_, err := s.coding.Walk(s.es, func(at int, f elementary.Frame, whole bool) bool {
		if whole {
			n++
			if n == 1 {
				frame = s.es[:min(len(s.es), f.Size+maxDependents)]
			}
		}
		return n < 2
	})
	if n == 0 && err == nil && !end {
		return nil
	}
	if n < 2 && (err != nil || !end) {
		if err == nil {
			return nil
		}
		return probe.Refuse(elementary.RuleFirstFrame, "packets %#x do not begin with a frame: %v", s.pid, err)
	}
	if frame == nil {
		return probe.Refuse(elementary.RuleFirstFrame, "packets %#x without a whole frame", s.pid)
	}
	tag := s.t.Codec.Tag
	if s.codec == "mp3" {
		s.t.Codec.Name = "" // the layer is the frames' to tell
	}
	if err := s.coding.Describe(&s.t, frame); err != nil {
		return err
	}
	s.t.Codec.Tag = tag
	if s.codec == "mp3" {
		s.t.Audio.SampleFormat = "fltp" // of the decoder that ffprobe begins with
	}
	if s.codec == "aac" {
		s.t.BitRate = 0
	}
	s.known = true
	s.checkRate(s.es)
	if s.codec != "aac" {
		s.es = nil
	}
	return nil
}

// maxDependents is how much behind the first frame may belong to it: dependent frames of E-AC-3.
const maxDependents = 8 << 10
