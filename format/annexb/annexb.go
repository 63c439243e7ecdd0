// Package annexb reads byte streams of pictures without a container: H.264 and H.265 as their annexes B
// lay them out, MPEG-1 and MPEG-2 video.
package annexb

import (
	"bytes"
	"context"
	"errors"

	"github.com/mediagauge/mediagauge/internal/bits"
	"github.com/mediagauge/mediagauge/internal/elementary"
	"github.com/mediagauge/mediagauge/internal/rational"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// The formats.
var (
	H264      = format("h264", "raw H.264 video", "h264", sniffH264)
	HEVC      = format("hevc", "raw HEVC video", "hevc", sniffHEVC)
	MPEGVideo = format("mpegvideo", "raw MPEG video", "mpeg2video", sniffMPEG)
)

var rules = map[string]string{
	elementary.RuleFirstFrame: "the first picture does not tell the codec's parameters",
	"late-data":               "the reorder depth is not settled in the first 256 KiB",
	"one-picture":             "a single picture: ffprobe makes up a rate",
	"unknown-size":            "the length of the source is not known, and that of MPEG-1 video follows from it",
}

// Rules returns the gate rules by name, each with the reason why a file is refused by it.
func Rules() map[string]string { return rules }

const (
	step = 64 << 10
	most = 256 << 10
)

// clock is the timebase that ffprobe gives such streams.
var clock = media.Timebase{Num: 1, Den: 1_200_000}

// started says that a stream begins with a start code, as all do.
func started(head []byte) error {
	if len(head) < 8 || !bytes.HasPrefix(head, []byte{0, 0, 1}) && !bytes.HasPrefix(head, []byte{0, 0, 0, 1}) {
		return errors.New("no start code")
	}
	return nil
}

func sniffH264(head []byte) error {
	if err := started(head); err != nil {
		return err
	}
	sps, pps := false, false
	for unit := range bits.StartCodes(head) {
		if len(unit) < 2 {
			continue
		}
		if unit[0]&0x80 != 0 {
			return errors.New("not H.264")
		}
		switch kind := unit[0] & 31; {
		case kind == 7 && unit[0]>>5 != 0:
			sps = true
		case kind == 8 && unit[0]>>5 != 0:
			pps = sps
		case kind == 9 || kind == 6 || kind == 12:
		case kind == 1 || kind == 5:
			if pps {
				return nil
			}
			return errors.New("a slice of H.264 before its parameter sets")
		case kind == 0 || kind > 23:
			return errors.New("no unit of H.264")
		}
	}
	if pps {
		return nil
	}
	return errors.New("no parameter sets of H.264")
}

func sniffHEVC(head []byte) error {
	if err := started(head); err != nil {
		return err
	}
	seen := map[byte]bool{}
	for unit := range bits.StartCodes(head) {
		if len(unit) < 3 {
			continue
		}
		if unit[0]&0x81 != 0 || unit[1]&0xf8 != 0 || unit[1]&7 == 0 { // layer 0
			return errors.New("not H.265")
		}
		kind := unit[0] >> 1
		seen[kind] = true
		if kind < 32 {
			break
		}
	}
	if seen[32] && seen[33] && seen[34] {
		return nil
	}
	return errors.New("no parameter sets of H.265")
}

func sniffMPEG(head []byte) error {
	if err := started(head); err != nil {
		return err
	}
	if !bytes.HasPrefix(head[bytes.IndexByte(head, 1)+1:], []byte{0xb3}) {
		return errors.New("no sequence header of MPEG video")
	}
	for unit := range bits.StartCodes(head) {
		if len(unit) > 0 && unit[0] > 0xb8 {
			return errors.New("packets of a program stream")
		}
	}
	return nil
}

func format(name, long, codec string, sniff func([]byte) error) probe.Format {
	return probe.Format{Name: name, Sniff: sniff, Probe: func(_ context.Context, r *probe.Reader) (*media.Info, error) {
		return read(r, name, long, codec)
	}}
}

func read(r *probe.Reader, name, long, codec string) (*media.Info, error) {
	w := elementary.NewWindow(r, 0, step, most)
	var p elementary.Pictures
	n := 0
	for size := step; ; size += step {
		b, err := w.Bytes(size)
		if err != nil {
			return nil, err
		}
		p, n = elementary.NewPictures(codec), 0
		last := 0
		for at := range elementary.Units(codec, b) {
			last = at
		}
		for at, unit := range elementary.Units(codec, b) {
			if at == last && !w.End && len(b) < most {
				break // it may go on
			}
			if err := r.Element(int64(at)); err != nil {
				return nil, err
			}
			if elementary.Count(codec, unit) == 0 {
				continue
			}
			if err := p.Add(unit); err != nil {
				return nil, err
			}
			n++
		}
		if p.Settled() && n > 1 || w.End || len(b) >= most {
			break
		}
	}
	switch {
	case !p.Known():
		return nil, probe.Refuse(elementary.RuleFirstFrame, "no picture with its parameters")
	case (!p.Settled() || n < 2) && !w.End:
		return nil, probe.Refuse("late-data", "the reorder depth")
	case n < 2:
		return nil, probe.Refuse("one-picture", "%d pictures", n)
	}
	info := &media.Info{Format: media.Format{Name: name, LongName: long}}
	t := media.Track{Timebase: clock}
	p.Describe(&t)
	v := t.Video
	rate := media.Rational{Num: 25, Den: 1} // what ffprobe takes where nothing is stated
	if r := p.FrameRate(); r.Positive() {
		rate = rational.Nearest(r.Num, r.Den, 1<<30)
	}
	v.FrameRate, v.AverageFrameRate = rate, rate
	if v.SAR.Positive() {
		v.DAR = rational.Nearest(int64(v.Width)*v.SAR.Num, int64(v.Height)*v.SAR.Den, 1024*1024)
	}
	size, known := r.Size()
	info.Size = size
	if t.BitRate > 0 { // MPEG-1 states it, even when it means nothing
		if !known {
			return nil, probe.Refuse("unknown-size", "MPEG-1 video")
		}
		if err := elementary.ByRate(info, &t, size, 0); err != nil {
			return nil, err
		}
	}
	info.Tracks = []media.Track{t}
	info.Clean()
	return info, nil
}
