package aac

import (
	"errors"

	"github.com/mediagauge/mediagauge/internal/bits"
)

// Elements of a raw data block (ISO/IEC 14496-3, table 4.85).
const (
	elementSingle = 0
	elementPair   = 1
)

var (
	errElement  = errors.New("the first element is not that of the channel configuration")
	errStream   = errors.New("individual channel stream out of bounds")
	errSections = errors.New("sections that do not fill the scale factor bands")
)

// HeadSize is how many bytes of a first frame CheckFrame looks at.
const HeadSize = 96

// CheckFrame looks at how a frame begins: with the element that the channel configuration asks
// for, whose side information is sound as far as the sections. ffprobe takes the channels from
// the elements that it meets, and gives a frame up that breaks the syntax. A frame that begins with
// a fill or data element is left unchecked.
func (c *Config) CheckFrame(frame []byte) error {
	if c.errorResilient() || c.ChannelConfiguration == 0 {
		return nil
	}
	r := bits.NewBitReader(frame)
	element := r.Int(3)
	if element > elementPair && r.Err() == nil {
		if element == 4 || element == 6 { // data stream, fill
			return nil
		}
		return errElement
	}
	want := elementSingle
	if c.ChannelConfiguration == 2 {
		want = elementPair
	}
	if element != want {
		return errElement
	}
	r.Skip(4) // element_instance_tag
	common := element == elementPair && r.Flag()
	s := stream{config: c}
	if common {
		if err := s.readInfo(r); err != nil || s.groups == 0 {
			return err
		}
		switch r.Int(2) { // ms_mask_present
		case 1:
			r.Skip(s.groups * s.maxSFB)
		case 3:
			return errStream
		}
	}
	r.Skip(8) // global_gain
	if !common {
		if err := s.readInfo(r); err != nil {
			return err
		}
	}
	return s.readSections(r)
}

// stream is what ics_info (table 4.6) says.
type stream struct {
	config *Config
	short  bool
	maxSFB int
	groups int
}

// Most scale factor bands of a window at any sampling frequency (4.5.4, tables 4.110 to 4.147).
const (
	maxLongBands  = 51
	maxShortBands = 15
)

func (s *stream) readInfo(r *bits.BitReader) error {
	const eightShort = 2
	reserved := r.Flag()
	s.short = r.Int(2) == eightShort
	r.Skip(1) // window_shape
	s.groups = 1
	if s.short {
		s.maxSFB = r.Int(4)
		for mask := r.Int(7); mask != 1<<7-1; mask |= mask + 1 {
			s.groups++
		}
	} else {
		s.maxSFB = r.Int(6)
		if r.Flag() { // predictor_data_present
			if s.config.AudioObjectType == ObjectLC {
				return errStream
			}
			s.groups = 0 // what follows is not looked at
		}
	}
	limit := maxLongBands
	if s.short {
		limit = maxShortBands
	}
	if r.Err() != nil {
		return r.Err()
	}
	if reserved || s.maxSFB > limit {
		return errStream
	}
	return nil
}

// readSections follows section_data() (table 4.52).
func (s *stream) readSections(r *bits.BitReader) error {
	const reservedBook = 12
	width := 5
	if s.short {
		width = 3
	}
	for range s.groups {
		for k := 0; k < s.maxSFB; {
			book, n := r.Int(4), 0
			for {
				step := r.Int(width)
				n += step
				if step != 1<<width-1 || r.Err() != nil {
					break
				}
			}
			k += n
			if r.Err() != nil {
				return nil // further than was read
			}
			if book == reservedBook || n == 0 || k > s.maxSFB {
				return errSections
			}
		}
	}
	return nil
}
