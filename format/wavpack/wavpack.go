// Package wavpack reads WavPack files (WavPack 4 and 5 Binary File / Block Format).
package wavpack

import (
	"context"
	"encoding/binary"
	"errors"

	"github.com/mediagauge/mediagauge/internal/elementary"
	"github.com/mediagauge/mediagauge/internal/tag/ape"
	"github.com/mediagauge/mediagauge/internal/tag/id3"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// Format recognises and reads WavPack files.
var Format = probe.Format{Name: "wv", Sniff: sniff, Probe: read}

var rules = map[string]string{
	ape.RuleBinary: "a binary item of an APE tag, which ffprobe makes a stream of",
	ape.RuleLarge:  "an APE tag that would have to be read further than is reasonable",
	"channels":     "more than two channels, whose order stands in blocks that are not read",
	"dsd":          "DSD instead of samples",
	"no-length":    "a header that does not state the number of samples",
	"odd-format":   "a rate of its own, a first block that is cut off, or values that ffprobe refuses",
	"unknown-size": "the length of the source is not known, so that its tag cannot be read",
}

// Rules returns the gate rules by name, each with the reason why a file is refused by it.
func Rules() map[string]string { return rules }

const headerSize = 32

// The flags of a block.
const (
	flagMono     = 1 << 2
	flagFloat    = 1 << 7
	flagInitial  = 1 << 11
	flagFinal    = 1 << 12
	flagDSD      = 1 << 31
	unknownTotal = 0xffffffff
)

var sampleRates = [15]int{6000, 8000, 9600, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000, 192000}

func sniff(head []byte) error {
	if len(head) < headerSize || string(head[:4]) != "wvpk" {
		return errors.New("no wvpk block")
	}
	if v := binary.LittleEndian.Uint16(head[8:]); v < 0x402 || v > 0x410 {
		return errors.New("a version of WavPack that is not known")
	}
	return nil
}

func read(_ context.Context, r *probe.Reader) (*media.Info, error) {
	size, known := r.Size()
	if !known {
		return nil, probe.Refuse("unknown-size", "a stream")
	}
	b, err := r.Head(headerSize)
	if err != nil {
		return nil, err
	}
	if len(b) < headerSize {
		return nil, probe.Errorf(probe.Truncated, "a header of %d bytes", len(b))
	}
	if err := r.Element(0); err != nil {
		return nil, err
	}
	total := binary.LittleEndian.Uint32(b[12:])
	samples, flags := binary.LittleEndian.Uint32(b[20:]), binary.LittleEndian.Uint32(b[24:])
	index := flags >> 23 & 15
	switch {
	case int64(binary.LittleEndian.Uint32(b[4:]))+8 > size:
		return nil, probe.Refuse("odd-format", "a first block that is cut off")
	case flags&flagDSD != 0:
		return nil, probe.Refuse("dsd", "a file of DSD")
	case total == unknownTotal || total == 0 || b[11] != 0 || b[10] != 0:
		return nil, probe.Refuse("no-length", "%d samples", total)
	case flags&(flagInitial|flagFinal) != flagInitial|flagFinal:
		return nil, probe.Refuse("channels", "a first block of several")
	case index == 15 || samples == 0:
		return nil, probe.Refuse("odd-format", "%d samples in the first block, rate %d", samples, index)
	}
	t := media.Track{Timebase: media.Timebase{Num: 1, Den: int64(sampleRates[index])}}
	t.SetCodec("wavpack")
	a := t.Audio
	a.SampleRate, a.Channels, a.ChannelLayout = sampleRates[index], 2, "stereo"
	if flags&flagMono != 0 {
		a.Channels, a.ChannelLayout = 1, "mono"
	}
	bytes := int(flags&3) + 1
	switch {
	case flags&flagFloat != 0:
		a.SampleFormat = "fltp"
	case bytes <= 2:
		a.SampleFormat = "s16p"
	default:
		a.SampleFormat = "s32p"
	}
	if a.BitDepth = bytes*8 - int(flags>>13&31); a.BitDepth <= 0 {
		return nil, probe.Refuse("odd-format", "samples of %d bytes, shifted by %d bits", bytes, flags>>13&31)
	}
	t.Start = media.Duration{Timebase: t.Timebase}
	t.Duration = media.Duration{Ticks: media.Ticks(total), Timebase: t.Timebase}
	info := &media.Info{Format: media.Format{Name: "wv", LongName: "WavPack"}}
	elementary.Lengths(info, &t, size)
	if info.Metadata, err = ape.Read(r, size); err != nil {
		return nil, err
	}
	if info.Metadata == nil && size >= id3.V1Size {
		b := make([]byte, id3.V1Size)
		if n, err := r.ReadAt(b, size-id3.V1Size); n < len(b) {
			return nil, err
		}
		info.Metadata, _ = id3.ParseV1(b)
	}
	info.Tracks = []media.Track{t}
	info.Clean()
	return info, nil
}
