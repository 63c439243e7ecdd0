// Package ac3 reads files of AC-3 and E-AC-3 frames (ETSI TS 102 366).
package ac3

import (
	"context"
	"errors"

	"github.com/mediagauge/mediagauge/internal/codec/ac3"
	"github.com/mediagauge/mediagauge/internal/elementary"
	"github.com/mediagauge/mediagauge/internal/tag/id3"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// The formats, which share their first bytes: the frames tell one from the other.
var (
	AC3  = probe.Format{Name: "ac3", Sniff: sniff("ac3"), Probe: reader("ac3", "raw AC-3"), Tagged: true}
	EAC3 = probe.Format{Name: "eac3", Sniff: sniff("eac3"), Probe: reader("eac3", "raw E-AC-3"), Tagged: true}
)

var rules = map[string]string{
	elementary.RuleDamage:      "something other than frames between the first ones",
	elementary.RuleFirstFrame:  "no whole frame at the start",
	elementary.RuleUnknownSize: "the length of the source is not known, and that of the sound follows from it",
	id3.RuleLarge:              "an ID3 block that would have to be read further than is reasonable",
	"tags":                     "an ID3 block in front with texts or pictures",
	"vbr":                      "frames of several bit rates: ffprobe estimates",
}

// Rules returns the gate rules by name, each with the reason why a file is refused by it.
func Rules() map[string]string { return rules }

const (
	step    = 64 << 10
	most    = 256 << 10
	enough  = 16 // frames that are looked at
	sniffed = 3  // frames in a row
)

func sniff(codec string) func([]byte) error {
	return func(head []byte) error {
		at, n := 0, 0
		found := "ac3"
		for n < sniffed && at+ac3.HeaderSize <= len(head) {
			f, err := ac3.ParseFrame(head[at:])
			if err != nil {
				return errors.New("no AC-3 frames in a row")
			}
			if f.Enhanced {
				found = "eac3"
			}
			n++
			at += f.FrameSize
		}
		if n < 2 && at <= len(head) {
			return errors.New("no AC-3 frames in a row")
		}
		if found != codec {
			return errors.New("frames of " + found)
		}
		return nil
	}
}

func reader(name, long string) func(context.Context, *probe.Reader) (*media.Info, error) {
	return func(_ context.Context, r *probe.Reader) (*media.Info, error) {
		tag, err := id3.Read(r, 0)
		if err != nil {
			return nil, err
		}
		if !r.Opening() && (len(tag.Metadata) > 0 || len(tag.Pictures) > 0 || len(tag.Private) > 0) {
			return nil, probe.Refuse("tags", "a block of %d bytes", tag.Size)
		}
		size, known := r.Size()
		if !known && !r.Opening() {
			return nil, probe.Refuse(elementary.RuleUnknownSize, "a stream")
		}
		first, err := elementary.AC3.Read(elementary.NewWindow(r, tag.Size, step, most), enough)
		if err != nil {
			return nil, err
		}
		info := &media.Info{Format: media.Format{Name: name, LongName: long}}
		t := media.Track{Timebase: media.Timebase{Num: 1, Den: 90_000}}
		if err := elementary.AC3.Describe(&t, first.Head); err != nil {
			return nil, err
		}
		rate := int64(0)
		at := 0
		for i, frame := range first.Frames {
			p, err := ac3.ParsePacket(first.Head[at:])
			if err != nil {
				return nil, probe.Refuse(elementary.RuleDamage, "frame %d: %v", i, err)
			}
			at += frame.Size
			if frame.Samples == 0 {
				continue
			}
			if rate == 0 {
				rate = int64(p.BitRate)
			}
			if rate != int64(p.BitRate) && at < len(first.Head) && name == "ac3" { // of E-AC-3 the first frame counts
				return nil, probe.Refuse("vbr", "%d and %d bit/s", rate, p.BitRate)
			}
		}
		t.Start = media.Duration{Timebase: t.Timebase}
		if r.Opening() {
			info.Size, info.Metadata = size, tag.All(nil)
		} else if err := elementary.ByRate(info, &t, size, tag.Size); err != nil {
			return nil, err
		}
		info.Tracks = []media.Track{t}
		info.Clean()
		return info, nil
	}
}
