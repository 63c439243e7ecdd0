// Package au reads the headers of Sun AU files: the "Audio" format of NeXT and Sun, whose header
// is a magic, five numbers and an annotation (the layout stands in RFC 2046's references and in
// the manual page audio(5) of SunOS).
package au

import (
	"context"
	"errors"
	"io"
	"math"
	"strings"

	"github.com/mediagauge/mediagauge/internal/bits"
	"github.com/mediagauge/mediagauge/internal/codec/pcm"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// Format recognises and reads AU files.
var Format = probe.Format{Name: "au", Sniff: sniff, Probe: read}

const (
	magic      = ".snd"
	headerSize = 24 // bytes, without the annotation
	unknown    = 0xFFFFFFFF
	most       = 64 << 10 // bytes of annotation
)

// codecs names the codings by their number, and how many bits of G.726 make a sample.
var codecs = map[uint32]struct {
	name string
	bits int
}{
	1: {"pcm_mulaw", 8}, 2: {"pcm_s8", 8}, 3: {"pcm_s16be", 16}, 4: {"pcm_s24be", 24}, 5: {"pcm_s32be", 32},
	6: {"pcm_f32be", 32}, 7: {"pcm_f64be", 64}, 23: {"adpcm_g726le", 4}, 24: {"adpcm_g722", 4},
	25: {"adpcm_g726le", 3}, 26: {"adpcm_g726le", 5}, 27: {"pcm_alaw", 8},
}

// rules are the gate rules.
var rules = map[string]string{
	"g726":         "G.726: the sample format is not told for this form",
	"odd-header":   "header values that ffprobe refuses or replaces",
	"unknown-size": "the length of the source is not known, and the header does not state it",
}

// Rules returns the gate rules by name, each with the reason why a file is refused by it.
func Rules() map[string]string { return rules }

func sniff(head []byte) error {
	if len(head) < headerSize || string(head[:4]) != magic {
		return errors.New("no .snd magic")
	}
	return nil
}

func read(_ context.Context, r *probe.Reader) (*media.Info, error) {
	head, err := r.Head(headerSize)
	if err != nil {
		return nil, err
	}
	if len(head) < headerSize {
		return nil, probe.Errorf(probe.Truncated, "a header of %d bytes", len(head))
	}
	if err := r.Element(0); err != nil {
		return nil, err
	}
	c := bits.NewCursor(head[4:])
	offset, length, coding, rate, channels := c.U32(), c.U32(), c.U32(), c.U32(), c.U32()
	codec, ok := codecs[coding]
	switch {
	case !ok:
		return nil, probe.Refuse("odd-header", "coding %d", coding)
	case strings.Contains(codec.name, "g726"):
		return nil, probe.Refuse("g726", "%d bits a sample", codec.bits)
	case offset < headerSize || offset > most || rate == 0 || rate > math.MaxInt32 || channels == 0 || channels > 64:
		return nil, probe.Refuse("odd-header", "data at %d, %d Hz, %d channels", offset, rate, channels)
	}
	annotation := make([]byte, offset-headerSize)
	if n, err := r.ReadAt(annotation, headerSize); err == io.EOF {
		return nil, probe.Errorf(probe.Truncated, "an annotation of %d bytes, %d of them there", len(annotation), n)
	} else if err != nil {
		return nil, err
	}
	size, known := r.Size()
	if length == unknown {
		if !known {
			return nil, probe.Refuse("unknown-size", "a stream")
		}
		length = uint32(min(max(size-int64(offset), 0), unknown))
	}
	if length == 0 || known && size <= int64(offset) {
		return nil, probe.Refuse("odd-header", "no sound")
	}
	info := &media.Info{
		Format:   media.Format{Name: "au", LongName: "Sun AU"},
		Size:     size,
		Metadata: tags(annotation),
	}
	t := media.Track{Codec: media.Codec{Tag: media.FourCC(coding)}}
	pcm.Describe(&t, codec.name)
	if codec.name == "adpcm_g722" {
		t.SetCodec(codec.name)
		t.Audio.SampleFormat, t.Audio.BitsPerSample, t.Audio.ChannelLayout = "s16", codec.bits, "mono"
		if channels != 1 {
			return nil, probe.Refuse("odd-header", "G.722 of %d channels", channels)
		}
	}
	t.Audio.SampleRate, t.Audio.Channels = int(rate), int(channels)
	t.BitRate = int64(rate) * int64(channels) * int64(codec.bits)
	t.Timebase = media.Timebase{Num: 1, Den: int64(rate)}
	t.Start = media.Duration{Timebase: t.Timebase}
	ticks := int64(length) * 8 / (int64(channels) * int64(codec.bits))
	t.Duration = media.Duration{Ticks: media.Ticks(ticks), Timebase: t.Timebase}
	info.Tracks = []media.Track{t}
	info.Start = media.Duration{Timebase: media.Microseconds}
	info.Duration = media.Duration{Ticks: media.Ticks((ticks*1_000_000 + int64(rate)/2) / int64(rate)), Timebase: media.Microseconds}
	if known && info.Duration.Ticks > 0 {
		info.BitRate = int64(float64(size) * 8 * 1e6 / float64(info.Duration.Ticks))
	}
	info.Clean()
	return info, nil
}

// tags reads an annotation of lines "Title=…", as some writers put there.
func tags(annotation []byte) media.Metadata {
	var m media.Metadata
	for line := range strings.SplitAfterSeq(string(annotation), "\n") {
		end := strings.IndexAny(line, "\n\x00")
		if end < 0 {
			break // a line that does not end says nothing
		}
		key, value, ok := strings.Cut(line[:end], "=")
		if !ok || value == "" {
			continue
		}
		switch key = strings.ToLower(key); key {
		case "title", "artist", "album", "track", "genre":
			if m == nil {
				m = media.Metadata{}
			}
			m[key] = value
		}
	}
	return m
}
