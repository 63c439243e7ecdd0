// Package dsf reads DSD Stream Files (Sony, DSF File Format Specification 1.01): one-bit sound.
package dsf

import (
	"context"
	"encoding/binary"
	"errors"
	"io"

	"github.com/mediagauge/mediagauge/internal/elementary"
	"github.com/mediagauge/mediagauge/internal/tag/cover"
	"github.com/mediagauge/mediagauge/internal/tag/id3"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// Format recognises and reads DSF files.
var Format = probe.Format{Name: "dsf", Sniff: sniff, Probe: read}

var rules = map[string]string{
	cover.Rule:                "a picture whose headers are damaged, or of a kind that is not known",
	elementary.RuleFirstFrame: "no sound behind the header",
	id3.RuleLarge:             "an ID3 block that would have to be read further than is reasonable",
	"odd-format":              "values that the specification does not have, or that ffprobe refuses",
	"unknown-size":            "the length of the source is not known, and the duration follows from it",
}

// Rules returns the gate rules by name, each with the reason why a file is refused by it.
func Rules() map[string]string { return rules }

// headerSize is the length of the three chunks up to the samples: 28, 52 and 12 bytes.
const headerSize = 92

func sniff(head []byte) error {
	if len(head) < 12 || string(head[:4]) != "DSD " || binary.LittleEndian.Uint64(head[4:]) != 28 {
		return errors.New("no DSD chunk of 28 bytes")
	}
	return nil
}

// layouts are the channel layouts by the channel type of the format chunk; of others ffprobe tells none.
var layouts = map[uint32]string{1: "mono", 2: "stereo", 3: "3.0", 4: "quad", 5: "4.0", 6: "5.0", 7: "5.1"}

// channels are the numbers of channels that the layouts have.
var channels = map[string]int{"mono": 1, "stereo": 2, "3.0": 3, "quad": 4, "4.0": 4, "5.0": 5, "5.1": 6}

func read(_ context.Context, r *probe.Reader) (*media.Info, error) {
	size, known := r.Size()
	if !known {
		return nil, probe.Refuse("unknown-size", "a stream")
	}
	if err := r.Element(0); err != nil {
		return nil, err
	}
	b := make([]byte, headerSize)
	if n, err := r.ReadAt(b, 0); err != nil && err != io.EOF {
		return nil, err
	} else if n < headerSize {
		return nil, probe.Errorf(probe.Truncated, "a header of %d bytes", n)
	}
	t, err := describe(b)
	if err != nil {
		return nil, err
	}
	info := &media.Info{Format: media.Format{Name: "dsf", LongName: "DSD Stream File (DSF)"}}
	// ffprobe takes the length from what lies behind the header, a tag included.
	if err := elementary.ByRate(info, t, size, headerSize); err != nil {
		return nil, err
	}
	var tag *id3.Tag
	if at := binary.LittleEndian.Uint64(b[20:]); at >= headerSize && at < uint64(size) {
		if tag, err = id3.Read(r, int64(at)); err != nil {
			return nil, err
		}
		info.Metadata = tag.All(nil)
	}
	info.Tracks = []media.Track{*t}
	if err := cover.Attach(info, cover.FromID3(r, tag)); err != nil {
		return nil, err
	}
	info.Clean()
	return info, nil
}

// describe reads the format chunk, and the head of the chunk of samples.
func describe(b []byte) (*media.Track, error) {
	format := b[28:80]
	u32 := func(off int) uint32 { return binary.LittleEndian.Uint32(format[off:]) }
	layout, count, rate, width := layouts[u32(20)], u32(24), u32(28), u32(32)
	codec := map[uint32]string{1: "dsd_lsbf_planar", 8: "dsd_msbf_planar"}[width]
	switch {
	case string(format[:4]) != "fmt " || binary.LittleEndian.Uint64(format[4:]) != 52 || string(b[80:84]) != "data":
		return nil, probe.Refuse("odd-format", "no format chunk of 52 bytes, or no samples behind it")
	case u32(12) != 1 || u32(16) != 0 || u32(44) != 4096:
		return nil, probe.Refuse("odd-format", "version %d, format %d, blocks of %d bytes", u32(12), u32(16), u32(44))
	case layout != "" && channels[layout] != int(count) || count < 1 || count > 64 || codec == "" || rate < 8 || rate > 1<<28 || rate%8 != 0:
		return nil, probe.Refuse("odd-format", "channel type %d, %d channels, %d Hz, %d bits", u32(20), count, rate, width)
	}
	t := &media.Track{Timebase: media.Timebase{Num: 1, Den: int64(rate / 8)}}
	t.SetCodec(codec)
	t.Audio.SampleFormat, t.Audio.SampleRate, t.Audio.Channels, t.Audio.ChannelLayout = "fltp", int(rate/8), int(count), layout
	t.Audio.BitsPerSample = 8
	t.BitRate = int64(rate) * int64(count)
	t.Start = media.Duration{Timebase: t.Timebase}
	return t, nil
}
