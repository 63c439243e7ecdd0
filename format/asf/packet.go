package asf

import (
	"encoding/binary"

	"github.com/mediagauge/mediagauge/internal/bits"
	"github.com/mediagauge/mediagauge/probe"
)

// sized reads a field whose length the two bits of a flag name: 5.2.
func sized(c *bits.Cursor, flag byte) int64 {
	switch flag & 3 {
	case 1:
		return int64(c.U8())
	case 2:
		return int64(c.U16LE())
	case 3:
		return int64(c.U32LE())
	}
	return 0
}

// payloads takes apart a data packet: 5.2.
func (f *file) payloads(b []byte, off int64) error {
	c := bits.NewCursor(b)
	flags := c.U8()
	if flags&0x80 != 0 { // error correction data
		c.Skip(int(flags & 15))
		flags = c.U8()
	}
	property := c.U8()
	length := sized(c, flags>>5)
	sized(c, flags>>1) // sequence
	padding := sized(c, flags>>3)
	c.Skip(4 + 2) // send time, duration
	if c.Err() != nil || padding > int64(c.Left()) {
		return placed(probe.Refuse("odd-format", "a packet of %d bytes, %d of padding", length, padding), off)
	}
	count, sizes := 1, byte(0)
	if flags&1 != 0 {
		head := c.U8()
		count, sizes = int(head&63), head>>6
	}
	for range count {
		number := c.U8()
		s := f.find(int(number & 127))
		object := sized(c, property>>4)
		start := sized(c, property>>2)
		replicated := sized(c, property)
		var time int64
		switch {
		case replicated >= 8:
			rest := c.Bytes(int(replicated))
			if len(rest) >= 8 {
				time = int64(binary.LittleEndian.Uint32(rest[4:]))
			}
		case replicated == 1: // compressed payloads: their time stands for the offset
			c.Skip(1)
			time, start = start, 0
		default:
			c.Skip(int(replicated))
		}
		size := int64(c.Left()) - padding
		if flags&1 != 0 {
			size = sized(c, sizes)
		}
		if c.Err() != nil || size < 0 || size > int64(c.Left()) {
			return placed(probe.Refuse("odd-format", "a payload of %d bytes", size), off)
		}
		data := c.Bytes(int(size))
		if s != nil {
			if err := s.payload(int(object), start, time-f.preroll, data); err != nil {
				return placed(err, off)
			}
		}
	}
	return nil
}

// placed adds where in the file an error arose.
func placed(err error, off int64) error {
	if e, ok := err.(*probe.Error); ok && e.Offset < 0 {
		e.Offset, e.Path = off, "packet"
	}
	return err
}

// payload takes a piece of a media object, or all of it.
func (s *stream) payload(object int, start, time int64, data []byte) error {
	if start == 0 {
		if s.start == none {
			s.start = time
		}
		if s.frames > 0 && time < s.last {
			return probe.Refuse("frame-rate", "stream %d: a frame at %d ms after one at %d", s.number, time, s.last)
		}
		s.frames++
		s.last = time
		if s.t.Video != nil {
			s.rate.Add(time)
		}
	}
	if s.known || s.coding == nil {
		return nil
	}
	s.first = append(s.first, data...)
	if len(s.first) < s.coding.Head {
		return nil
	}
	tag, rate := s.t.Codec.Tag, s.t.BitRate
	if err := s.coding.Describe(&s.t, s.first); err != nil {
		return err
	}
	s.t.Codec.Tag, s.known, s.first = tag, true, nil
	if rate > 0 {
		s.t.BitRate = rate
	}
	return nil
}
