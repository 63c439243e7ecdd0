// Package ape reads Monkey's Audio files, from version 3.98 on, as MACLib lays them out.
package ape

import (
	"context"
	"encoding/binary"
	"errors"

	"github.com/mediagauge/mediagauge/internal/bits"
	"github.com/mediagauge/mediagauge/internal/elementary"
	"github.com/mediagauge/mediagauge/internal/tag/ape"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// Format recognises and reads Monkey's Audio files.
var Format = probe.Format{Name: "ape", Sniff: sniff, Probe: read}

var rules = map[string]string{
	ape.RuleBinary: "a binary item of an APE tag, which ffprobe makes a stream of",
	ape.RuleLarge:  "an APE tag that would have to be read further than is reasonable",
	"odd-format":   "values that ffprobe refuses",
	"old-version":  "a version before 3.98, with another header",
	"unknown-size": "the length of the source is not known, so that its tag cannot be read",
}

// Rules returns the gate rules by name, each with the reason why a file is refused by it.
func Rules() map[string]string { return rules }

const (
	window     = 128
	oldest     = 3980
	descriptor = 52
)

func sniff(head []byte) error {
	if len(head) < 8 || string(head[:4]) != "MAC " {
		return errors.New("no MAC header")
	}
	if v := binary.LittleEndian.Uint16(head[4:]); v < 3800 || v > 3990 {
		return errors.New("a version of Monkey's Audio that is not known")
	}
	return nil
}

func read(_ context.Context, r *probe.Reader) (*media.Info, error) {
	size, known := r.Size()
	if !known {
		return nil, probe.Refuse("unknown-size", "a stream")
	}
	b, err := r.Head(window)
	if err != nil {
		return nil, err
	}
	if err := r.Element(0); err != nil {
		return nil, err
	}
	if version := binary.LittleEndian.Uint16(b[4:]); version < oldest {
		return nil, probe.Refuse("old-version", "version %d", version)
	}
	c := bits.NewCursor(b)
	c.Skip(8)
	if skip := int64(c.U32LE()) - descriptor; skip > 0 {
		c.Skip(int(min(skip, window)))
	}
	c.Skip(descriptor - 12)
	c.Skip(4) // compression, flags
	blocks, last, frames := int64(c.U32LE()), int64(c.U32LE()), int64(c.U32LE())
	depth, channels, rate := int(c.U16LE()), int(c.U16LE()), int64(c.U32LE())
	format := map[int]string{8: "u8p", 16: "s16p", 24: "s32p"}[depth]
	if c.Err() != nil {
		return nil, probe.Errorf(probe.Truncated, "a header of %d bytes", len(b))
	}
	total := blocks*(frames-1) + last
	if format == "" || channels < 1 || channels > 2 || rate < 1 || rate > 1_000_000 || frames < 1 || frames > 1<<24 || total < 1 {
		return nil, probe.Refuse("odd-format", "%d frames, %d channels of %d bits, %d Hz", frames, channels, depth, rate)
	}
	t := media.Track{Timebase: media.Timebase{Num: 1, Den: rate}, NumFrames: frames}
	t.SetCodec("ape")
	t.Codec.Tag = media.FourCC(uint32('A') | uint32('P')<<8 | uint32('E')<<16 | uint32(' ')<<24)
	t.Audio.SampleFormat, t.Audio.SampleRate, t.Audio.Channels = format, int(rate), channels
	t.Audio.ChannelLayout, t.Audio.BitDepth = media.DefaultLayout(channels).String(), depth
	t.Start = media.Duration{Timebase: t.Timebase}
	t.Duration = media.Duration{Ticks: media.Ticks(total), Timebase: t.Timebase}
	info := &media.Info{Format: media.Format{Name: "ape", LongName: "Monkey's Audio"}}
	elementary.Lengths(info, &t, size)
	if info.Metadata, err = ape.Read(r, size); err != nil {
		return nil, err
	}
	info.Tracks = []media.Track{t}
	info.Clean()
	return info, nil
}
