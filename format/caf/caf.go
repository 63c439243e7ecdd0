// Package caf reads Core Audio Format files (Apple Core Audio Format Specification 1.0).
package caf

import (
	"context"
	"encoding/binary"
	"errors"
	"math"
	"strings"

	"github.com/mediagauge/mediagauge/internal/bits"
	"github.com/mediagauge/mediagauge/internal/codec/alac"
	"github.com/mediagauge/mediagauge/internal/codec/opus"
	"github.com/mediagauge/mediagauge/internal/codec/pcm"
	"github.com/mediagauge/mediagauge/internal/elementary"
	"github.com/mediagauge/mediagauge/internal/window"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// Format recognises and reads CAF files.
var Format = probe.Format{Name: "caf", Sniff: sniff, Probe: read}

var rules = map[string]string{
	"channels":     "a channel layout other than mono and stereo",
	"codec":        "a codec other than PCM, G.711, IMA 4, ALAC, MP3 and Opus, or one whose configuration is damaged",
	"no-packets":   "a packet table that is missing, damaged or longer than 256 KiB",
	"odd-format":   "values that ffprobe replaces or refuses",
	"unknown-size": "the length of the source is not known",
}

// Rules returns the gate rules by name, each with the reason why a file is refused by it.
func Rules() map[string]string { return rules }

const (
	headerSize = 8
	chunkHead  = 12
	mostChunks = 1000
	mostTable  = 256 << 10
)

func sniff(head []byte) error {
	if len(head) < headerSize || string(head[:4]) != "caff" || binary.BigEndian.Uint16(head[4:]) != 1 {
		return errors.New("no caff header of version 1")
	}
	return nil
}

type file struct {
	r *probe.Reader
	*window.Ends
	size int64

	rate          float64
	kind          string
	flags         uint32
	packet        int64 // bytes of a packet; 0 when they differ
	frames        int64 // of a packet; 0 when they differ
	channels      int
	depth         int
	layout        uint32
	described     bool
	data          int64
	dataAt        int64
	cookie        []byte
	table         []byte
	valid, extras int64
	packets       int64
	tags          media.Metadata
}

func read(_ context.Context, r *probe.Reader) (*media.Info, error) {
	size, known := r.Size()
	if !known {
		return nil, probe.Refuse("unknown-size", "a stream")
	}
	ends, err := window.Open(r, size)
	if err != nil {
		return nil, err
	}
	f := &file{r: r, Ends: ends, size: size}
	if err := f.chunks(); err != nil {
		return nil, err
	}
	if !f.described || f.dataAt == 0 {
		return nil, probe.Errorf(probe.Truncated, "no description and data")
	}
	info, err := f.info()
	if err != nil {
		return nil, err
	}
	info.Clean()
	return info, nil
}

func (f *file) chunks() error {
	for off, n := int64(headerSize), 0; n < mostChunks; n++ {
		h, err := f.At(off, chunkHead)
		if err != nil {
			return err
		}
		if len(h) < chunkHead {
			return nil
		}
		if err := f.r.Element(off); err != nil {
			return err
		}
		kind, size := string(h[:4]), int64(binary.BigEndian.Uint64(h[4:]))
		if kind == "data" && size == -1 {
			size = f.size - off - chunkHead
		}
		if size < 0 || size > f.size-off-chunkHead {
			if kind == "data" {
				return probe.Refuse("odd-format", "data of %d bytes at %d", size, off)
			}
			return probe.Errorf(probe.Malformed, "a chunk %q of %d bytes at %d", kind, size, off)
		}
		if err := f.chunk(kind, off+chunkHead, size); err != nil {
			return err
		}
		off += chunkHead + size
	}
	return probe.Errorf(probe.Malformed, "more than %d chunks", mostChunks)
}

func (f *file) chunk(kind string, off, size int64) error {
	if kind == "data" {
		if f.dataAt = off; size < 4 {
			return probe.Refuse("odd-format", "data of %d bytes", size)
		}
		f.data = size - 4 // an edit count stands in front
		return nil
	}
	switch kind {
	case "desc", "chan", "kuki", "pakt", "info":
	default:
		return nil
	}
	if size > mostTable {
		if kind == "pakt" {
			return probe.Refuse("no-packets", "a table of %d bytes", size)
		}
		return probe.Refuse("odd-format", "a chunk %q of %d bytes", kind, size)
	}
	p, err := f.At(off, size)
	if err != nil {
		return err
	}
	if int64(len(p)) < size {
		return probe.Errorf(probe.Truncated, "a chunk %q of %d bytes at %d", kind, size, off)
	}
	c := bits.NewCursor(p)
	switch kind {
	case "desc":
		f.rate, f.kind, f.flags = math.Float64frombits(c.U64()), c.FourCC(), c.U32()
		f.packet, f.frames, f.channels, f.depth = int64(c.U32()), int64(c.U32()), int(c.U32()), int(c.U32())
		if f.described = true; c.Err() != nil {
			return probe.Errorf(probe.Truncated, "a description of %d bytes", size)
		}
	case "chan":
		f.layout = c.U32()
	case "kuki":
		f.cookie = p
	case "pakt":
		f.packets, f.valid = int64(c.U64()), int64(c.U64())
		f.extras = int64(c.U32()) + int64(c.U32())
		if c.Err() != nil || f.packets < 0 || f.valid < 0 || f.packets > size || f.valid > math.MaxInt64/4 {
			return probe.Refuse("no-packets", "%d packets, %d frames in %d bytes", f.packets, f.valid, size)
		}
		f.table = c.Rest()
	case "info":
		count := c.U32()
		texts := strings.Split(string(c.Rest()), "\x00")
		f.tags = media.Metadata{}
		for ; count > 0 && len(texts) >= 2; count-- {
			if texts[0] != "" {
				f.tags[texts[0]] = texts[1]
			}
			texts = texts[2:]
		}
	}
	return nil
}

// length returns the frames of the file: ticks of its duration, and what ffprobe counts as frames.
func (f *file) length() (ticks, count int64, err error) {
	if f.packet > 0 && f.frames > 0 {
		n := f.data / f.packet * f.frames
		return n, n, nil
	}
	if f.packets == 0 {
		return 0, 0, probe.Refuse("no-packets", "packets of unequal lengths without a table")
	}
	if f.frames > 0 {
		return f.packets * f.frames, f.valid + f.extras, nil
	}
	c := bits.NewCursor(f.table)
	for range f.packets {
		if f.packet == 0 {
			number(c)
		}
		ticks += number(c)
	}
	if c.Err() != nil {
		return 0, 0, probe.Refuse("no-packets", "a table that is cut off")
	}
	return ticks, f.valid + f.extras, nil
}

// number reads an integer of seven bits a byte.
func number(c *bits.Cursor) (n int64) {
	for range 5 {
		b := c.U8()
		n = n<<7 | int64(b&127)
		if b&128 == 0 {
			break
		}
	}
	return n
}

const (
	layoutMono   = 100<<16 | 1
	layoutStereo = 101<<16 | 2
)

func (f *file) info() (*media.Info, error) {
	rate := int64(f.rate)
	if rate < 1 || rate > math.MaxInt32 || f.channels < 1 || f.channels > 2 || f.packet < 0 || f.packet > 1<<20 || f.frames > 1<<20 {
		return nil, probe.Refuse("odd-format", "%v Hz, %d channels, packets of %d bytes and %d frames", f.rate, f.channels, f.packet, f.frames)
	}
	t := media.Track{Timebase: media.Timebase{Num: 1, Den: rate}}
	if err := f.codec(&t); err != nil {
		return nil, err
	}
	k := f.kind
	t.Codec.Tag = media.FourCC(uint32(k[0]) | uint32(k[1])<<8 | uint32(k[2])<<16 | uint32(k[3])<<24)
	t.Audio.SampleRate, t.Audio.Channels = int(rate), f.channels
	switch f.layout {
	case 0:
	case layoutMono, layoutStereo:
		t.Audio.ChannelLayout = media.DefaultLayout(f.channels).String()
	default:
		return nil, probe.Refuse("channels", "layout %#x", f.layout)
	}
	ticks, count, err := f.length()
	if err != nil {
		return nil, err
	}
	if ticks <= 0 {
		return nil, probe.Refuse("odd-format", "no sound")
	}
	if f.packet > 0 && f.frames > 0 {
		t.BitRate = rate * f.packet * 8 / f.frames
	}
	t.NumFrames = count
	t.Start = media.Duration{Timebase: t.Timebase}
	t.Duration = media.Duration{Ticks: media.Ticks(ticks), Timebase: t.Timebase}
	info := &media.Info{Format: media.Format{Name: "caf", LongName: "Apple CAF (Core Audio Format)"}, Metadata: f.tags}
	elementary.Lengths(info, &t, f.size)
	info.Tracks = []media.Track{t}
	return info, nil
}

// The flags of linear PCM.
const (
	flagFloat  = 1
	flagLittle = 2
)

func (f *file) codec(t *media.Track) error {
	switch f.kind {
	case "lpcm":
		name := "pcm_s"
		if f.flags&flagFloat != 0 {
			name = "pcm_f"
		}
		switch f.depth {
		case 8:
			name = "pcm_s8"
		case 16, 24, 32, 64:
			end := "be"
			if f.flags&flagLittle != 0 {
				end = "le"
			}
			name += map[int]string{16: "16", 24: "24", 32: "32", 64: "64"}[f.depth] + end
		}
		if !pcm.Describe(t, name) {
			return probe.Refuse("codec", "PCM of %d bits", f.depth)
		}
	case "alaw", "ulaw":
		pcm.Describe(t, map[string]string{"alaw": "pcm_alaw", "ulaw": "pcm_mulaw"}[f.kind])
	case "ima4":
		t.SetCodec("adpcm_ima_qt")
		t.Audio.SampleFormat, t.Audio.BitsPerSample = "s16p", 4
	case "alac":
		cookie := f.cookie
		if head := 24; len(cookie) > head && string(cookie[4:8]) == "frma" { // in the older wrapping
			cookie = cookie[head:]
		}
		c, err := alac.ParseConfig(cookie)
		if err != nil {
			return probe.Refuse("codec", "ALAC: %v", err)
		}
		c.Describe(t)
	case ".mp3":
		head, err := f.At(f.dataAt+4, 4)
		if err != nil {
			return err
		}
		t.Codec.Name = "mp3"
		if err := elementary.MPEGAudio.Describe(t, head); err != nil {
			return err
		}
	case "opus":
		h, err := opus.Default(f.channels)
		if err != nil {
			return probe.Refuse("codec", "Opus: %v", err)
		}
		t.SetCodec("opus")
		h.Describe(t)
	default:
		return probe.Refuse("codec", "%.4q", f.kind)
	}
	return nil
}
