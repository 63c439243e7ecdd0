// Package dts reads files of DTS frames (ETSI TS 102 114).
package dts

import (
	"context"
	"errors"

	"github.com/mediagauge/mediagauge/internal/codec/dts"
	"github.com/mediagauge/mediagauge/internal/elementary"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// Format recognises and reads DTS files.
var Format = probe.Format{Name: "dts", Sniff: sniff, Probe: read}

var rules = map[string]string{
	dts.RuleExtension:          "extensions that need decoding",
	elementary.RuleDamage:      "something other than frames between the first ones",
	elementary.RuleFirstFrame:  "no whole frame at the start, or one without a bit rate",
	elementary.RuleUnknownSize: "the length of the source is not known, and that of the sound follows from it",
}

// Rules returns the gate rules by name, each with the reason why a file is refused by it.
func Rules() map[string]string { return rules }

const (
	step    = 64 << 10
	most    = 256 << 10
	enough  = 8 // frames that are looked at
	minimum = 16
)

// sniff asks for a core frame and, where the head holds it, the next one.
func sniff(head []byte) error {
	if len(head) < minimum {
		return errors.New("too short for a frame")
	}
	c, err := dts.ParseCore(head)
	if err != nil {
		return errors.New("no DTS core frame in 16-bit words")
	}
	if c.FrameSize+minimum <= len(head) {
		if next := head[c.FrameSize:]; next[0] != head[0] || next[1] != head[1] || next[2] != head[2] || next[3] != head[3] {
			if _, err := dts.ParseSubstream(next); err != nil {
				return errors.New("no DTS frames in a row")
			}
		}
	}
	return nil
}

func read(_ context.Context, r *probe.Reader) (*media.Info, error) {
	size, known := r.Size()
	if !known {
		return nil, probe.Refuse(elementary.RuleUnknownSize, "a stream")
	}
	first, err := elementary.DTS.Read(elementary.NewWindow(r, 0, step, most), enough)
	if err != nil {
		return nil, err
	}
	info := &media.Info{Format: media.Format{Name: "dts", LongName: "raw DTS"}}
	t := media.Track{Timebase: media.Timebase{Num: 1, Den: 90_000}}
	end := first.Frames[0].Size
	if len(first.Frames) > 1 && first.Frames[1].Samples == 0 { // a substream behind the core
		end += first.Frames[1].Size
	}
	if err := elementary.DTS.Describe(&t, first.Head[:end]); err != nil {
		return nil, err
	}
	t.Start = media.Duration{Timebase: t.Timebase}
	if err := elementary.ByRate(info, &t, size, 0); err != nil {
		return nil, err
	}
	info.Tracks = []media.Track{t}
	info.Clean()
	return info, nil
}
