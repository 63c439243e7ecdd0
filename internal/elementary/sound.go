package elementary

import (
	"errors"

	"github.com/mediagauge/mediagauge/internal/codec/aac"
	"github.com/mediagauge/mediagauge/internal/codec/ac3"
	"github.com/mediagauge/mediagauge/internal/codec/dts"
	"github.com/mediagauge/mediagauge/internal/codec/mpegaudio"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// The gate rules that Describe names.
const (
	RuleFirstFrame = "first-frame" // the first frame does not tell what ffprobe prints
	RuleSBR        = aac.RuleImplicitSBR
)

// Frame is a frame of sound.
type Frame struct {
	Size    int // bytes
	Samples int // of each channel
	Rate    int // Hz
}

// Ticks returns the length of the frame in units of 1/den s, rounded down.
func (f Frame) Ticks(den int64) int64 { return int64(f.Samples) * den / int64(f.Rate) }

var errFreeFormat = errors.New("free format")

// Coding is a way of coding sound whose frames tell where they end.
type Coding struct {
	// Next reads the header of the frame that data begins with.
	Next func(data []byte) (Frame, error)
	// Describe fills in what ffprobe says of a track that begins with a frame. The error is an
	// *probe.Error with a rule.
	Describe func(t *media.Track, frame []byte) error
	// Head is how many bytes Next needs.
	Head int
}

// The codings.
var (
	ADTS      = Coding{nextADTS, describeADTS, aac.ADTSHeaderSize}
	LOAS      = Coding{nextLOAS, describeLOAS, 3}
	MPEGAudio = Coding{nextMPEG, describeMPEG, mpegaudio.HeaderSize}
	AC3       = Coding{nextAC3, describeAC3, ac3.HeaderSize}
	DTS       = Coding{nextDTS, describeDTS, 16}
)

func refuse(format string, args ...any) error { return probe.Refuse(RuleFirstFrame, format, args...) }

func nextADTS(data []byte) (Frame, error) {
	h, err := aac.ParseADTS(data)
	if err != nil {
		return Frame{}, err
	}
	return Frame{h.FrameLength, h.Samples(), h.SamplingFrequency}, nil
}

func describeADTS(t *media.Track, frame []byte) error {
	h, err := aac.ParseADTS(frame)
	if err != nil {
		return refuse("ADTS: %v", err)
	}
	t.SetCodec("aac")
	return describeAAC(t, h.Config(), frame[min(h.HeaderSize(), len(frame)):])
}

func describeAAC(t *media.Track, c *aac.Config, payload []byte) error {
	if rule := c.Doubt(); rule != "" {
		return probe.Refuse(rule, "AAC of %d Hz", c.SamplingFrequency)
	}
	if err := c.CheckFrame(payload[:min(len(payload), aac.HeadSize)]); err != nil {
		return probe.Refuse(aac.RuleFirstElements, "%v", err)
	}
	c.Describe(t)
	return nil
}

func nextLOAS(data []byte) (Frame, error) {
	l, err := aac.ParseLOAS(data)
	if err != nil {
		return Frame{}, err
	}
	f := Frame{Size: l.FrameLength, Samples: 1024, Rate: 1}
	if l.Config != nil {
		f.Samples, f.Rate = l.SubFrames*l.Config.FrameLength, l.Config.SamplingFrequency
	}
	return f, nil
}

func describeLOAS(t *media.Track, frame []byte) error {
	l, err := aac.ParseLOAS(frame)
	if err != nil || l.Config == nil {
		return refuse("LOAS: no configuration: %v", err)
	}
	t.SetCodec("aac_latm")
	if rule := l.Config.Doubt(); rule != "" {
		return probe.Refuse(rule, "AAC of %d Hz", l.Config.SamplingFrequency)
	}
	l.Config.Describe(t)
	t.SetCodec("aac_latm")
	return nil
}

func nextMPEG(data []byte) (Frame, error) {
	h, err := mpegaudio.ParseHeader(data)
	if err != nil {
		return Frame{}, err
	}
	if h.FrameLength == 0 {
		return Frame{}, errFreeFormat
	}
	return Frame{h.FrameLength, h.Samples(), h.SampleRate}, nil
}

// describeMPEG tells the layer by the frame, whatever the container calls the stream. The codec
// that the track has by then decides the format of samples.
func describeMPEG(t *media.Track, frame []byte) error {
	h, err := mpegaudio.ParseHeader(frame)
	if err != nil {
		return refuse("MPEG audio: %v", err)
	}
	h.Describe(t)
	t.BitRate = int64(h.BitRate)
	return nil
}

func nextAC3(data []byte) (Frame, error) {
	f, err := ac3.ParseFrame(data)
	if err != nil {
		return Frame{}, err
	}
	out := Frame{f.FrameSize, f.Samples(), f.SampleRate}
	if f.Type == ac3.Dependent {
		out.Samples = 0
	}
	return out, nil
}

func describeAC3(t *media.Track, frame []byte) error {
	p, err := ac3.ParsePacket(frame)
	if err != nil {
		return refuse("AC-3: %v", err)
	}
	p.Describe(t)
	t.BitRate = int64(p.BitRate)
	return nil
}

func nextDTS(data []byte) (Frame, error) {
	c, err := dts.ParseCore(data)
	if err == nil {
		return Frame{c.FrameSize, c.Samples(), c.SampleRate}, nil
	}
	s, err2 := dts.ParseSubstream(data)
	if err2 != nil {
		return Frame{}, err
	}
	return Frame{Size: s.Size, Rate: max(s.SampleRate, 1)}, nil
}

func describeDTS(t *media.Track, frame []byte) error {
	p, err := dts.ParsePacket(frame)
	if err != nil {
		return refuse("DTS: %v", err)
	}
	if rule := p.Doubt(); rule != "" {
		return probe.Refuse(rule, "DTS")
	}
	p.Describe(t)
	t.BitRate = int64(p.BitRate())
	return nil
}

// Walk calls visit for each frame from the start of data on, with where it begins; a frame that
// does not end in data is visited only when it is the last thing there. It returns how many bytes
// were walked over, and the error of the header that stopped it.
func (c Coding) Walk(data []byte, visit func(at int, f Frame, whole bool) bool) (int, error) {
	at := 0
	for len(data)-at >= c.Head {
		f, err := c.Next(data[at:])
		if err != nil {
			return at, err
		}
		if f.Size <= 0 || f.Rate <= 0 {
			return at, errFreeFormat
		}
		whole := at+f.Size <= len(data)
		if !visit(at, f, whole) || !whole {
			return at, nil
		}
		at += f.Size
	}
	return at, nil
}

// After returns the time, in units of 1/den s, one frame of the given length after ts. Many frames
// in a row do not drift: the time is rounded on the grid of the sampling clock.
func After(ts, den int64, samples, rate int) int64 {
	m, d := int64(samples)*den, int64(rate)
	if d == 0 || m%d == 0 {
		return ts + m/max(d, 1)
	}
	if m < d {
		return ts
	}
	old := nearest(ts, d, m)
	return nearest(old+1, m, d) + ts - nearest(old, m, d)
}

// nearest returns v·num/den, halves away from zero.
func nearest(v, num, den int64) int64 {
	if v < 0 {
		return -nearest(-v, num, den)
	}
	hi, lo := v/den, v%den
	return hi*num + (lo*num+den/2)/den
}
