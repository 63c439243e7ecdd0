// Package ivf reads IVF files: VP8, VP9 and AV1 as their encoders write them out. The format is told
// by the tools that write it (https://wiki.multimedia.cx/index.php/IVF).
package ivf

import (
	"context"
	"encoding/binary"
	"errors"
	"math"

	"github.com/mediagauge/mediagauge/internal/codec/av1"
	"github.com/mediagauge/mediagauge/internal/codec/vp8"
	"github.com/mediagauge/mediagauge/internal/codec/vp9"
	"github.com/mediagauge/mediagauge/internal/rational"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// Format recognises and reads IVF files.
var Format = probe.Format{Name: "ivf", Sniff: sniff, Probe: read}

var rules = map[string]string{
	"codec":       "a codec other than VP8, VP9 and AV1, or a first frame that does not tell its parameters",
	"frame-rate":  "pictures that are not one tick apart: the rate depends on more of them",
	"no-duration": "a header that does not state how many pictures there are",
}

// Rules returns the gate rules by name, each with the reason why a file is refused by it.
func Rules() map[string]string { return rules }

const (
	headerSize = 32
	frameHead  = 12
	window     = 64 << 10
	looked     = 30 // pictures whose times are compared
)

func sniff(head []byte) error {
	if len(head) < headerSize || string(head[:4]) != "DKIF" || binary.LittleEndian.Uint16(head[6:]) != headerSize {
		return errors.New("no DKIF header")
	}
	return nil
}

func read(_ context.Context, r *probe.Reader) (*media.Info, error) {
	b, err := r.Head(window)
	if err != nil {
		return nil, err
	}
	if len(b) < headerSize+frameHead {
		return nil, probe.Errorf(probe.Truncated, "a file of %d bytes", len(b))
	}
	rate, scale, frames := int64(binary.LittleEndian.Uint32(b[16:])), int64(binary.LittleEndian.Uint32(b[20:])), int64(binary.LittleEndian.Uint32(b[24:]))
	if rate <= 0 || scale <= 0 || rate > math.MaxInt32 || scale > math.MaxInt32 {
		return nil, probe.Errorf(probe.Malformed, "a time base of %d/%d", scale, rate)
	}
	if frames == 0 {
		return nil, probe.Refuse("no-duration", "no pictures are counted")
	}
	t := media.Track{}
	if err := describe(&t, string(b[8:12]), b); err != nil {
		return nil, err
	}
	if err := times(r, b); err != nil {
		return nil, err
	}
	tb := rational.Nearest(scale, rate, math.MaxInt32)
	t.Timebase = media.Timebase{Num: tb.Num, Den: tb.Den}
	t.Codec.Tag = media.FourCC(binary.LittleEndian.Uint32(b[8:]))
	t.Start = media.Duration{Timebase: t.Timebase}
	t.Duration = media.Duration{Ticks: media.Ticks(frames), Timebase: t.Timebase}
	v := t.Video
	v.FrameRate = media.Rational{Num: tb.Den, Den: tb.Num}
	if v.SAR.Positive() {
		v.DAR = rational.Nearest(int64(v.Width)*v.SAR.Num, int64(v.Height)*v.SAR.Den, 1024*1024)
	}
	info := &media.Info{Format: media.Format{Name: "ivf", LongName: "On2 IVF"}, Tracks: []media.Track{t}, Start: media.Duration{Timebase: media.Microseconds}}
	micros, ok := rational.Scale(frames, 1_000_000*tb.Num, tb.Den)
	if !ok || micros <= 0 {
		return nil, probe.Refuse("no-duration", "%d pictures", frames)
	}
	info.Duration = media.Duration{Ticks: media.Ticks(micros), Timebase: media.Microseconds}
	if size, known := r.Size(); known {
		info.Size = size
		info.BitRate = int64(float64(size) * 8 * 1e6 / float64(micros))
	}
	info.Clean()
	return info, nil
}

// describe reads the first frame.
func describe(t *media.Track, fourCC string, b []byte) error {
	size := int64(binary.LittleEndian.Uint32(b[headerSize:]))
	frame := b[headerSize+frameHead:]
	frame = frame[:min(int64(len(frame)), size)]
	switch fourCC {
	case "VP80":
		f, err := vp8.ParseFrame(frame)
		if err != nil {
			return probe.Refuse("codec", "VP8: %v", err)
		}
		t.SetCodec("vp8")
		f.Describe(t)
		t.Video.FieldOrder = "progressive"
	case "VP90":
		f, err := vp9.ParseFrame(frame)
		if err != nil {
			return probe.Refuse("codec", "VP9: %v", err)
		}
		t.SetCodec("vp9")
		f.Describe(t)
	case "AV01":
		s, err := av1.FindSequence(frame)
		if err != nil {
			return probe.Refuse("codec", "AV1: %v", err)
		}
		t.SetCodec("av1")
		s.Describe(t)
		t.Video.SAR = media.Rational{Num: 1, Den: 1} // as ffprobe's reader of AV1 frames says
	default:
		return probe.Refuse("codec", "%.8q", fourCC)
	}
	if t.Video.PixelFormat == "" || t.Video.Width == 0 {
		return probe.Refuse("codec", "%s: no parameters in the first frame", t.Codec.Name)
	}
	if t.Video.CodedWidth == 0 {
		t.Video.CodedWidth, t.Video.CodedHeight = t.Video.Width, t.Video.Height
	}
	return nil
}

// times compares the times of the first pictures.
func times(r *probe.Reader, b []byte) error {
	at := int64(headerSize)
	for n := range int64(looked) {
		if at+frameHead > int64(len(b)) {
			return nil
		}
		if err := r.Element(at); err != nil {
			return err
		}
		if ts := int64(binary.LittleEndian.Uint64(b[at+4:])); ts != n {
			return probe.Refuse("frame-rate", "picture %d at tick %d", n, ts)
		}
		at += frameHead + int64(binary.LittleEndian.Uint32(b[at:]))
	}
	return nil
}
