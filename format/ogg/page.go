package ogg

import (
	"encoding/binary"

	"github.com/mediagauge/mediagauge/probe"
)

const (
	capture    = "OggS"
	headerSize = 27
	maxPage    = headerSize + 255 + 255*255
)

// The flags of a page: RFC 3533, 6.
const (
	flagContinued = 1 << iota
	flagFirst
	flagLast
)

// page is a page: RFC 3533, 6.
type page struct {
	off     int64
	flags   byte
	granule int64 // -1: no packet ends here
	serial  uint32
	lacing  []byte
	body    []byte
	size    int64
}

// parsePage reads the page that b begins with; ok is false when it is cut off or none.
func parsePage(b []byte, off int64) (p page, ok bool) {
	if len(b) < headerSize || string(b[:4]) != capture || b[4] != 0 {
		return p, false
	}
	n := int(b[26])
	if len(b) < headerSize+n {
		return p, false
	}
	p = page{off: off, flags: b[5], granule: int64(binary.LittleEndian.Uint64(b[6:])), serial: binary.LittleEndian.Uint32(b[14:]), lacing: b[headerSize : headerSize+n]}
	size := 0
	for _, l := range p.lacing {
		size += int(l)
	}
	if len(b) < headerSize+n+size {
		return p, false
	}
	p.body = b[headerSize+n : headerSize+n+size]
	p.size = int64(headerSize + n + size)
	return p, true
}

// packets puts the packets of one stream together.
type packets struct {
	part []byte
	open bool
}

// mostPacket bounds a packet that is put together: comments may hold pictures.
const mostPacket = 1 << 20

// add calls whole for each packet that ends on p.
func (s *packets) add(p page, whole func(packet []byte) error) error {
	if p.flags&flagContinued == 0 {
		s.part, s.open = s.part[:0], true
	}
	at := 0
	for i, l := range p.lacing {
		if s.open {
			s.part = append(s.part, p.body[at:at+int(l)]...)
		}
		at += int(l)
		if len(s.part) > mostPacket {
			return probe.Refuse("long-packet", "a packet of more than %d bytes", mostPacket)
		}
		if l == 255 {
			if i == len(p.lacing)-1 {
				return nil // goes on on the next page
			}
			continue
		}
		if s.open {
			if err := whole(s.part); err != nil {
				return err
			}
		}
		s.part, s.open = s.part[:0], true
	}
	return nil
}
