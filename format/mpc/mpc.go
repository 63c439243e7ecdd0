// Package mpc reads Musepack files: stream version 7 and version 8 (the Musepack specifications of
// musepack.net).
package mpc

import (
	"context"
	"encoding/binary"
	"errors"

	"github.com/mediagauge/mediagauge/internal/elementary"
	"github.com/mediagauge/mediagauge/internal/rational"
	"github.com/mediagauge/mediagauge/internal/tag/ape"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// SV7 and SV8 recognise and read the two versions.
var (
	SV7 = probe.Format{Name: "mpc", Sniff: sniff7, Probe: read7}
	SV8 = probe.Format{Name: "mpc8", Sniff: sniff8, Probe: read8}
)

var rules = map[string]string{
	ape.RuleBinary: "a binary item of an APE tag, which ffprobe makes a stream of",
	ape.RuleLarge:  "an APE tag that would have to be read further than is reasonable",
	"late-header":  "no stream header in the first 4 KiB",
	"no-length":    "a length of no frames",
	"odd-format":   "values that ffprobe refuses",
	"unknown-size": "the length of the source is not known, so that its tags cannot be read",
}

// Rules returns the gate rules by name, each with the reason why a file is refused by it.
func Rules() map[string]string { return rules }

const (
	window = 4 << 10
	frame  = 1152 // samples
)

var rates = [4]int64{44100, 48000, 37800, 32000}

func sniff7(head []byte) error {
	if len(head) < 28 || string(head[:3]) != "MP+" || head[3]&15 != 7 {
		return errors.New("no MP+ of version 7")
	}
	return nil
}

func sniff8(head []byte) error {
	if len(head) < 16 || string(head[:4]) != "MPCK" {
		return errors.New("no MPCK")
	}
	return nil
}

func read7(_ context.Context, r *probe.Reader) (*media.Info, error) {
	b, size, err := head(r)
	if err != nil {
		return nil, err
	}
	frames := int64(binary.LittleEndian.Uint32(b[4:]))
	if frames == 0 || frames >= 1<<28 {
		return nil, probe.Refuse("no-length", "%d frames", frames)
	}
	return answer(r, size, "mpc", "Musepack", "musepack7", 2, rates[b[10]&3], frame, frames)
}

func read8(_ context.Context, r *probe.Reader) (*media.Info, error) {
	b, size, err := head(r)
	if err != nil {
		return nil, err
	}
	header, err := find(r, b)
	if err != nil {
		return nil, err
	}
	// A checksum, the version, two numbers, and two bytes of parameters.
	if len(header) < 9 || binary.BigEndian.Uint32(header) == 0 || header[4] != 8 {
		return nil, probe.Refuse("odd-format", "a stream header of %d bytes, of another version, or without a checksum", len(header))
	}
	samples, n1 := number(header[5:])
	_, n2 := number(header[5+n1:])
	if n1 == 0 || n2 == 0 || len(header) < 5+n1+n2+2 {
		return nil, probe.Errorf(probe.Malformed, "a stream header of %d bytes", len(header))
	}
	p := header[5+n1+n2:]
	rate, channels, length := p[0]>>5, int(p[1]>>4)+1, int64(frame)<<((p[1]&7)*2)
	if rate > 3 || channels > 2 {
		return nil, probe.Refuse("odd-format", "%d channels, sample rate %d", channels, rate)
	}
	if samples < length {
		return nil, probe.Refuse("no-length", "%d samples", samples)
	}
	return answer(r, size, "mpc8", "Musepack SV8", "musepack8", channels, rates[rate], length, samples/length)
}

// head reads the beginning.
func head(r *probe.Reader) (b []byte, size int64, err error) {
	size, known := r.Size()
	if !known {
		return nil, 0, probe.Refuse("unknown-size", "a stream")
	}
	if b, err = r.Head(window); err != nil {
		return nil, 0, err
	}
	return b, size, nil
}

// find returns the stream header of version 8: the body of the packet SH.
func find(r *probe.Reader, b []byte) ([]byte, error) {
	for at := 4; at+3 <= len(b); {
		if err := r.Element(int64(at)); err != nil {
			return nil, err
		}
		size, n := number(b[at+2:])
		if n == 0 || size < int64(2+n) || size > int64(len(b)-at) {
			break
		}
		if string(b[at:at+2]) == "SH" {
			return b[at+2+n : at+int(size)], nil
		}
		at += int(size)
	}
	return nil, probe.Refuse("late-header", "no stream header in %d bytes", len(b))
}

// number reads a number of seven bits a byte, the high ones first, and returns how many bytes it has;
// none when it does not end or is too large.
func number(b []byte) (v int64, n int) {
	for i, c := range b[:min(len(b), 8)] {
		v = v<<7 | int64(c&0x7f)
		if c < 0x80 {
			return v, i + 1
		}
	}
	return 0, 0
}

// answer puts the answer together. A tick of ffprobe's is a frame, or the packet of so many.
func answer(r *probe.Reader, size int64, name, long, codec string, channels int, rate, tick, ticks int64) (*media.Info, error) {
	by := rational.GCD(tick, rate)
	t := media.Track{Timebase: media.Timebase{Num: tick / by, Den: rate / by}}
	t.SetCodec(codec)
	t.Audio.SampleFormat, t.Audio.SampleRate, t.Audio.Channels = "s16p", int(rate), channels
	t.Audio.ChannelLayout = media.DefaultLayout(channels).String()
	t.Start = media.Duration{Timebase: t.Timebase}
	t.Duration = media.Duration{Ticks: media.Ticks(ticks), Timebase: t.Timebase}
	info := &media.Info{Format: media.Format{Name: name, LongName: long}}
	elementary.Lengths(info, &t, size)
	tags, err := ape.Read(r, size)
	if err != nil {
		return nil, err
	}
	info.Metadata = tags
	info.Tracks = []media.Track{t}
	info.Clean()
	return info, nil
}
