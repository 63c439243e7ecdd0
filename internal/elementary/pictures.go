package elementary

import (
	"github.com/mediagauge/mediagauge/internal/bits"
	"github.com/mediagauge/mediagauge/internal/codec/h264"
	"github.com/mediagauge/mediagauge/internal/codec/h265"
	"github.com/mediagauge/mediagauge/internal/codec/mpeg2video"
	"github.com/mediagauge/mediagauge/internal/codec/mpeg4video"
	"github.com/mediagauge/mediagauge/media"
)

// Pictures takes the access units of a stream of pictures in their order.
type Pictures interface {
	// Add takes the next access unit. The error is an *probe.Error with a rule.
	Add(unit []byte) error
	// Known says whether the parameters of the stream are complete, Settled whether nothing that
	// comes later can change them.
	Known() bool
	Settled() bool
	// Describe fills in what ffprobe says of the stream.
	Describe(t *media.Track)
	// FrameRate is what the stream states, zero when it does not.
	FrameRate() media.Rational
}

// NewPictures returns the reader of a codec in ffprobe's spelling, nil when there is none.
func NewPictures(codec string) Pictures {
	switch codec {
	case "h264":
		return &avc{}
	case "hevc":
		return &hevc{}
	case "mpeg2video", "mpeg1video":
		return &mpeg2{}
	case "mpeg4":
		return &mpeg4{}
	}
	return nil
}

// avc is H.264 in a byte stream.
type avc struct {
	sets    *h264.ParameterSets
	sps     *h264.SPS
	track   media.Track
	known   bool
	delay   *h264.Delay
	settled bool
}

func (a *avc) Add(unit []byte) error {
	if a.settled {
		return nil
	}
	if !a.known {
		if err := a.open(unit); err != nil || !a.known {
			return err
		}
	}
	if a.delay == nil {
		a.settled = true
		return nil
	}
	done, err := a.delay.Add(unit)
	if err != nil {
		return refuse("H.264: reorder depth: %v", err)
	}
	a.settled = done
	return nil
}

// open describes the stream by its first picture.
func (a *avc) open(unit []byte) error {
	sets, err := h264.ParseAnnexB(unit)
	if err != nil {
		return nil // ffprobe tries again with the next one
	}
	sps, err := sets.SPS()
	if err != nil {
		return nil
	}
	picture, err := sets.FirstPicture(unit, int64(len(unit)))
	if err != nil || picture == nil {
		return refuse("H.264: %v", err)
	}
	a.track.SetCodec("h264")
	if sets.NeedsPicture() {
		if picture.Describe(&a.track); a.track.Video.FieldOrder == "" {
			return refuse("H.264: pictures coded as fields")
		}
	} else if err := sets.Describe(&a.track); err != nil {
		return refuse("H.264: %v", err)
	}
	if _, told := sps.ReorderDepth(); !told {
		a.delay = sets.NewDelay(0)
	}
	a.sets, a.sps, a.known = sets, sps, true
	return nil
}

func (a *avc) Known() bool   { return a.known }
func (a *avc) Settled() bool { return a.settled }

func (a *avc) Describe(t *media.Track) {
	describe(t, &a.track)
	if a.delay != nil {
		t.Video.ReorderDepth = max(t.Video.ReorderDepth, a.delay.Depth())
	}
}

func (a *avc) FrameRate() media.Rational {
	if a.sps == nil {
		return media.Rational{}
	}
	return a.sps.FrameRate()
}

// describe copies what a codec told into a track, and keeps what a container told.
func describe(t *media.Track, from *media.Track) {
	tag := t.Codec.Tag
	t.Kind, t.Codec, t.Video = from.Kind, from.Codec, from.Video
	t.Codec.Tag = tag
	t.MaxBitRate, t.BufferSize, t.CodecString = from.MaxBitRate, from.BufferSize, from.CodecString
	if from.BitRate != 0 {
		t.BitRate = from.BitRate
	}
}

// hevc is H.265 in a byte stream.
type hevc struct {
	track media.Track
	rate  media.Rational
	known bool
}

func (h *hevc) Add(unit []byte) error {
	if h.known {
		return nil
	}
	sets, err := h265.ParseAnnexB(unit)
	if err != nil {
		return refuse("H.265: %v", err)
	}
	picture, err := sets.Picture(unit)
	if err != nil || picture == nil {
		return refuse("H.265: pictures before their parameter sets: %v", err)
	}
	h.track.SetCodec("hevc")
	picture.Describe(&h.track)
	h.rate, h.known = picture.FrameRate(), true
	return nil
}

func (h *hevc) Known() bool               { return h.known }
func (h *hevc) Settled() bool             { return h.known }
func (h *hevc) Describe(t *media.Track)   { describe(t, &h.track) }
func (h *hevc) FrameRate() media.Rational { return h.rate }

// unlimited is the bit rate of ISO/IEC 13818-2 that stands for none, all ones in units of 400 bit/s;
// observed in ffprobe's output for a higher part of zero only.
const unlimited = 0x3FFFF * 400

// mpeg2 is MPEG-1 and MPEG-2 video.
type mpeg2 struct {
	track media.Track
	rate  media.Rational
	known bool
}

func (m *mpeg2) Add(unit []byte) error {
	if m.known {
		return nil
	}
	s, err := mpeg2video.Parse(unit)
	if err != nil {
		return refuse("MPEG video: %v", err)
	}
	m.track.SetCodec("mpeg2video")
	if !s.MPEG2 {
		m.track.SetCodec("mpeg1video")
	}
	s.Describe(&m.track)
	if s.MPEG2 { // of MPEG-1 ffprobe does not tell it
		m.track.BufferSize = int64(s.VBVBufferSize) << 14
		if s.BitRate != unlimited {
			m.track.MaxBitRate = s.BitRate
		}
	}
	m.rate, m.known = s.FrameRate(), true
	return nil
}

func (m *mpeg2) Known() bool               { return m.known }
func (m *mpeg2) Settled() bool             { return m.known }
func (m *mpeg2) Describe(t *media.Track)   { describe(t, &m.track) }
func (m *mpeg2) FrameRate() media.Rational { return m.rate }

// mpeg4 is MPEG-4 part 2.
type mpeg4 struct {
	track media.Track
	rate  media.Rational
	known bool
}

func (m *mpeg4) Add(unit []byte) error {
	if m.known {
		return nil
	}
	h, err := mpeg4video.Parse(unit)
	if err != nil || !h.Picture {
		return refuse("MPEG-4: %v", err)
	}
	depth, told := h.ReorderDepth()
	if !told {
		return refuse("MPEG-4: whether B pictures come is not told")
	}
	m.track.SetCodec("mpeg4")
	h.Describe(&m.track)
	m.track.Video.ReorderDepth = depth
	m.rate, m.known = h.FrameRate(), true
	return nil
}

func (m *mpeg4) Known() bool               { return m.known }
func (m *mpeg4) Settled() bool             { return m.known }
func (m *mpeg4) Describe(t *media.Track)   { describe(t, &m.track) }
func (m *mpeg4) FrameRate() media.Rational { return m.rate }

// Count returns how many pictures begin in a piece of a byte stream of codec: coded fields count
// one each where the codec tells them apart.
func Count(codec string, data []byte) int {
	n := 0
	for unit := range bits.StartCodes(data) {
		if len(unit) < 3 {
			continue
		}
		switch codec {
		case "h264": // first_mb_in_slice is 0
			if kind := unit[0] & 31; (kind == 1 || kind == 5) && unit[1]&0x80 != 0 {
				n++
			}
		case "hevc": // first_slice_segment_in_pic_flag
			if kind := unit[0] >> 1 & 63; kind < 32 && unit[2]&0x80 != 0 {
				n++
			}
		case "mpeg2video", "mpeg1video":
			if unit[0] == 0 {
				n++
			}
		case "mpeg4":
			if unit[0] == 0xb6 {
				n++
			}
		}
	}
	return n
}
