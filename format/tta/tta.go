// Package tta reads True Audio files (the TTA1 format of tausoft.org).
package tta

import (
	"context"
	"encoding/binary"
	"errors"
	"io"

	"github.com/mediagauge/mediagauge/internal/elementary"
	"github.com/mediagauge/mediagauge/internal/tag/ape"
	"github.com/mediagauge/mediagauge/internal/tag/cover"
	"github.com/mediagauge/mediagauge/internal/tag/id3"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// Format recognises and reads TTA files.
var Format = probe.Format{Name: "tta", Sniff: sniff, Probe: read, Tagged: true}

var rules = map[string]string{
	ape.RuleBinary: "a binary item of an APE tag, which ffprobe makes a stream of",
	ape.RuleLarge:  "an APE tag that would have to be read further than is reasonable",
	cover.Rule:     "a picture whose headers are damaged, or of a kind that is not known",
	id3.RuleLarge:  "an ID3 block that would have to be read further than is reasonable",
	"odd-format":   "an encrypted file, or values that ffprobe refuses",
	"unknown-size": "the length of the source is not known, so that its tags cannot be read",
}

// Rules returns the gate rules by name, each with the reason why a file is refused by it.
func Rules() map[string]string { return rules }

const headerSize = 22

func sniff(head []byte) error {
	if len(head) < headerSize || string(head[:4]) != "TTA1" {
		return errors.New("no TTA1")
	}
	return nil
}

func read(_ context.Context, r *probe.Reader) (*media.Info, error) {
	size, known := r.Size()
	if !known {
		return nil, probe.Refuse("unknown-size", "a stream")
	}
	if err := r.Element(0); err != nil {
		return nil, err
	}
	tag, err := id3.Read(r, 0)
	if err != nil {
		return nil, err
	}
	b := make([]byte, headerSize)
	if n, err := r.ReadAt(b, tag.Size); err != nil && err != io.EOF {
		return nil, err
	} else if n < headerSize {
		return nil, probe.Errorf(probe.Truncated, "a header of %d bytes", n)
	}
	kind, channels, bits := binary.LittleEndian.Uint16(b[4:]), int(binary.LittleEndian.Uint16(b[6:])), int(binary.LittleEndian.Uint16(b[8:]))
	rate, samples := int64(binary.LittleEndian.Uint32(b[10:])), int64(binary.LittleEndian.Uint32(b[14:]))
	format := map[int]string{8: "u8", 16: "s16", 24: "s32"}[bits]
	if kind != 1 || channels < 1 || channels > 8 || format == "" || rate < 1 || rate > 1_000_000 || samples < 1 {
		return nil, probe.Refuse("odd-format", "format %d, %d channels of %d bits, %d Hz, %d samples", kind, channels, bits, rate, samples)
	}
	t := media.Track{Timebase: media.Timebase{Num: 1, Den: rate}}
	t.SetCodec("tta")
	t.Audio.SampleFormat, t.Audio.SampleRate, t.Audio.Channels = format, int(rate), channels
	t.Audio.BitDepth = bits
	if channels > 1 {
		t.Audio.ChannelLayout = media.DefaultLayout(channels).String()
	}
	t.Start = media.Duration{Timebase: t.Timebase}
	t.Duration = media.Duration{Ticks: media.Ticks(samples), Timebase: t.Timebase}
	info := &media.Info{Format: media.Format{Name: "tta", LongName: "TTA (True Audio)"}}
	elementary.Lengths(info, &t, size)
	base, err := ape.Read(r, size)
	if err != nil {
		return nil, err
	}
	if len(base) == 0 && len(tag.Metadata) == 0 {
		if base, err = lastTag(r, size); err != nil {
			return nil, err
		}
	}
	info.Metadata = tag.All(base)
	for key, value := range base {
		if _, had := info.Metadata[key]; !had {
			info.Metadata[key] = value
		}
	}
	info.Tracks = []media.Track{t}
	if err := cover.Attach(info, cover.FromID3(r, tag)); err != nil {
		return nil, err
	}
	info.Clean()
	return info, nil
}

// lastTag reads ID3v1.
func lastTag(r *probe.Reader, size int64) (media.Metadata, error) {
	b := make([]byte, id3.V1Size)
	if size < id3.V1Size {
		return nil, nil
	}
	if n, err := r.ReadAt(b, size-id3.V1Size); n < len(b) {
		return nil, err
	}
	m, _ := id3.ParseV1(b)
	return m, nil
}
