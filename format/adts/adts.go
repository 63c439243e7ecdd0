// Package adts reads files of ADTS frames (ISO/IEC 14496-3, 1.A.3): raw AAC.
package adts

import (
	"context"
	"errors"

	"github.com/mediagauge/mediagauge/internal/codec/aac"
	"github.com/mediagauge/mediagauge/internal/elementary"
	"github.com/mediagauge/mediagauge/internal/tag/cover"
	"github.com/mediagauge/mediagauge/internal/tag/id3"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// Format recognises and reads ADTS files.
var Format = probe.Format{Name: "aac", Sniff: sniff, Probe: read, Tagged: true}

var rules = map[string]string{
	cover.Rule:                 "a picture whose headers are damaged, or of a kind that is not known",
	elementary.RuleDamage:      "something other than frames between the first ones",
	elementary.RuleFirstFrame:  "no whole frame at the start",
	elementary.RuleUnknownSize: "the length of the source is not known, and that of the sound follows from it",
	id3.RuleLarge:              "an ID3 block that would have to be read further than is reasonable",
	"aac-implicit-sbr":         "only the first frame tells HE-AAC from LC",
	"aac-explicit-sbr":         "only the first frame tells whether spectral band replication is used",
	"aac-object-type":          "an audio object type that ffprobe refuses",
	"aac-channel-layout":       "a channel layout that ffprobe builds in ways of its own, or refuses",
	"aac-first-frame":          "the first AAC frame does not fit the configuration",
}

// Rules returns the gate rules by name, each with the reason why a file is refused by it.
func Rules() map[string]string { return rules }

const (
	step    = 64 << 10
	most    = 512 << 10
	looked  = 50         // frames over which ffprobe takes the mean rate, as observed
	clock   = 28_224_000 // ticks per second: a multiple of every sampling rate
	sniffed = 3          // frames in a row
	owner   = "com.apple.streaming.transportStreamTimestamp"
)

// sniff asks for frames in a row.
func sniff(head []byte) error {
	at, n := 0, 0
	for n < sniffed && at+aac.ADTSHeaderSize <= len(head) {
		h, err := aac.ParseADTS(head[at:])
		if err != nil {
			if n > 0 && len(head) < 4096 {
				break
			}
			return errors.New("no ADTS frames in a row")
		}
		n++
		at += h.FrameLength
	}
	if n < 2 && at <= len(head) {
		return errors.New("no ADTS frames in a row")
	}
	return nil
}

func read(_ context.Context, r *probe.Reader) (*media.Info, error) {
	tag, err := id3.Read(r, 0)
	if err != nil {
		return nil, err
	}
	size, known := r.Size()
	if !known && !r.Opening() {
		return nil, probe.Refuse(elementary.RuleUnknownSize, "a stream")
	}
	first, err := elementary.ADTS.Read(elementary.NewWindow(r, tag.Size, step, most), looked)
	if err != nil {
		return nil, err
	}
	info := &media.Info{Format: media.Format{Name: "aac", LongName: "raw ADTS AAC (Advanced Audio Coding)"}, Metadata: tag.All(nil), Chapters: tag.Chapters}
	t := media.Track{Timebase: media.Timebase{Num: 1, Den: clock}}
	if err := elementary.ADTS.Describe(&t, first.Head); err != nil {
		return nil, err
	}
	t.BitRate = first.Mean
	if r.Opening() {
		info.Size = size
		startOf(&t, tag)
	} else if err := elementary.ByRate(info, &t, size, tag.Size); err != nil {
		return nil, err
	}
	info.Tracks = []media.Track{t}
	if err := cover.AttachByRate(info, cover.FromID3(r, tag), size-tag.Size, t.BitRate); err != nil {
		return nil, err
	}
	info.Clean()
	return info, nil
}

// startOf takes the time that a segment of HTTP Live Streaming states in an ID3 block (RFC 8216, 3.4).
func startOf(t *media.Track, tag *id3.Tag) {
	at, ok := tag.Timestamp(owner)
	if !ok {
		return
	}
	t.Timebase = media.Timebase{Num: 1, Den: 90_000}
	t.Start = media.Duration{Ticks: media.Ticks(at), Timebase: t.Timebase}
}
