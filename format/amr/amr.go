// Package amr reads AMR files with their header (RFC 4867, 5).
package amr

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/mediagauge/mediagauge/internal/codec/amr"
	"github.com/mediagauge/mediagauge/internal/elementary"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// Format recognises and reads AMR files, narrow and wide.
var Format = probe.Format{Name: "amr", Sniff: sniff, Probe: read}

var rules = map[string]string{
	elementary.RuleFirstFrame:  "no whole frame at the start",
	elementary.RuleUnknownSize: "the length of the source is not known, and that of the sound follows from it",
	"channels":                 "several channels",
	"modes":                    "frames of several modes: ffprobe estimates by the first ones",
}

// Rules returns the gate rules by name, each with the reason why a file is refused by it.
func Rules() map[string]string { return rules }

const (
	narrow  = "#!AMR\n"
	wide    = "#!AMR-WB\n"
	many    = "_MC1.0\n"
	enough  = 60 // frames that are looked at
	longest = 62 // bytes of a frame
	frames  = 50 // a second
)

func sniff(head []byte) error {
	s := string(head[:min(len(head), 16)])
	if !strings.HasPrefix(s, "#!AMR") {
		return errors.New("no #!AMR")
	}
	return nil
}

func read(_ context.Context, r *probe.Reader) (*media.Info, error) {
	size, known := r.Size()
	if !known {
		return nil, probe.Refuse(elementary.RuleUnknownSize, "a stream")
	}
	b := make([]byte, len(wide)+enough*longest)
	n, err := r.ReadAt(b, 0)
	if err != nil && err != io.EOF {
		return nil, err
	}
	b = b[:n]
	s := string(b)
	isWide := strings.HasPrefix(s, wide)
	head := len(narrow)
	switch {
	case strings.Contains(s[:min(len(s), 16)], many):
		return nil, probe.Refuse("channels", "a header of several channels")
	case isWide:
		head = len(wide)
	case !strings.HasPrefix(s, narrow):
		return nil, probe.Errorf(probe.Malformed, "a header that is none of AMR's")
	}
	mode, length := byte(0), 0
	for at, count := head, 0; at < len(b) && count < enough; count++ {
		if err := r.Element(int64(at)); err != nil {
			return nil, err
		}
		frame, err := amr.FrameSize(b[at], isWide)
		if err != nil {
			return nil, probe.Refuse(elementary.RuleFirstFrame, "frame %d at %d: %v", count, at, err)
		}
		if count == 0 {
			mode, length = b[at]>>3&15, frame
		}
		if b[at]>>3&15 != mode {
			return nil, probe.Refuse("modes", "frame %d", count)
		}
		at += frame
	}
	if length == 0 || len(b) < head+length {
		return nil, probe.Refuse(elementary.RuleFirstFrame, "no whole frame")
	}
	info := &media.Info{Format: media.Format{Name: "amr", LongName: "3GPP AMR"}}
	var t media.Track
	amr.Describe(&t, isWide)
	tag := "samr"
	if isWide {
		tag = "sawb"
	}
	t.Codec.Tag = media.FourCC(uint32(tag[0]) | uint32(tag[1])<<8 | uint32(tag[2])<<16 | uint32(tag[3])<<24)
	t.Timebase = media.Timebase{Num: 1, Den: int64(t.Audio.SampleRate)}
	t.BitRate = int64(length-1) * 8 * frames
	if err := elementary.ByRate(info, &t, size, int64(head)); err != nil {
		return nil, err
	}
	info.Tracks = []media.Track{t}
	info.Clean()
	return info, nil
}
