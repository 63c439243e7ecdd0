// Package aiff reads AIFF and AIFF-C files (Audio Interchange File Format 1.3; AIFF-C draft of
// 1991): the COMM chunk states nearly everything.
package aiff

import (
	"context"
	"encoding/binary"
	"errors"
	"math"

	"github.com/mediagauge/mediagauge/internal/bits"
	"github.com/mediagauge/mediagauge/internal/codec/pcm"
	"github.com/mediagauge/mediagauge/internal/rational"
	"github.com/mediagauge/mediagauge/internal/tag/cover"
	"github.com/mediagauge/mediagauge/internal/tag/id3"
	"github.com/mediagauge/mediagauge/internal/window"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// Format recognises and reads AIFF files.
var Format = probe.Format{Name: "aiff", Sniff: sniff, Probe: read}

var rules = map[string]string{
	"codec":        "a compression type that is not plain PCM, floats, A-law or mu-law",
	"no-sound":     "no samples, so that there is no duration",
	"odd-format":   "values of the COMM chunk that ffprobe replaces or refuses",
	cover.Rule:     "a picture in an ID3 chunk whose headers are damaged, or of a kind that is not known",
	"other-chunks": "a chunk that is not read: channel layouts, configurations, chapters in ID3, texts stated twice",
	"unknown-size": "the length of the source is not known",
}

// Rules returns the gate rules by name, each with the reason why a file is refused by it.
func Rules() map[string]string { return rules }

const (
	headerSize = 12
	chunkHead  = 8
	mostChunks = 1000
	mostText   = 64 << 10
)

func sniff(head []byte) error {
	if len(head) >= headerSize && string(head[:4]) == "FORM" && (string(head[8:12]) == "AIFF" || string(head[8:12]) == "AIFC") {
		return nil
	}
	return errors.New("no FORM header of type AIFF or AIFC")
}

// file is one file being read.
type file struct {
	r    *probe.Reader
	size int64
	*window.Ends
	compressed bool // AIFF-C

	channels, depth int
	frames          int64
	rate            int64
	kind            string // compression type; "" without
	known           bool   // the COMM chunk was read
	sound           bool   // so was the SSND chunk's head
	tags            media.Metadata
	id3             *id3.Tag // nil without
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
	head := ends.Head()
	if len(head) < headerSize {
		return nil, probe.Errorf(probe.Truncated, "a header of %d bytes", len(head))
	}
	f := &file{r: r, Ends: ends, size: size, compressed: head[11] == 'C'}
	if err := f.chunks(); err != nil {
		return nil, err
	}
	info, err := f.info()
	if err != nil {
		return nil, err
	}
	if err := cover.Attach(info, cover.FromID3(r, f.id3)); err != nil {
		return nil, err
	}
	info.Clean()
	return info, nil
}

// chunks walks over the chunks up to the end of the file.
func (f *file) chunks() error {
	for off, n := int64(headerSize), 0; ; n++ {
		h, err := f.At(off, chunkHead)
		if err != nil || len(h) < chunkHead {
			return err
		}
		if err := f.r.Element(off); err != nil {
			return err
		}
		if n >= mostChunks {
			return probe.Errorf(probe.Malformed, "more than %d chunks", mostChunks)
		}
		kind, size := string(h[:4]), int64(binary.BigEndian.Uint32(h[4:]))
		if err := f.chunk(kind, off+chunkHead, size); err != nil {
			var e *probe.Error
			if errors.As(err, &e) && e.Offset < 0 {
				e.Offset, e.Path = off, "chunk"
			}
			return err
		}
		off += chunkHead + size + size&1
	}
}

// texts are the chunks that ffprobe makes tags of.
var texts = map[string]string{"NAME": "title", "AUTH": "author", "(c) ": "copyright", "ANNO": "comment"}

func (f *file) chunk(kind string, off, size int64) error {
	switch kind {
	case "COMM":
		if f.known {
			return probe.Refuse("odd-format", "a second COMM chunk")
		}
		p, err := f.At(off, min(size, 512))
		if err != nil {
			return err
		}
		return f.common(p)
	case "SSND":
		if f.sound || !f.known {
			return probe.Refuse("odd-format", "sound twice, or before its format")
		}
		f.sound = true
		p, err := f.At(off, 8)
		if err != nil {
			return err
		}
		if len(p) < 8 || binary.BigEndian.Uint32(p) != 0 {
			return probe.Refuse("odd-format", "sound that begins with an offset")
		}
	case "ID3 ":
		tag, err := id3.Read(f.r, off)
		if err != nil {
			return err
		}
		if f.id3 != nil || len(tag.Chapters) > 0 || len(tag.Private) > 0 {
			return probe.Refuse("other-chunks", "a second ID3 chunk, or one with chapters or private frames")
		}
		f.id3 = tag
	case "CHAN", "wave", "APCM":
		return probe.Refuse("other-chunks", "a chunk %q", kind)
	default:
		if key := texts[kind]; key != "" {
			return f.text(key, off, size)
		}
	}
	return nil
}

func (f *file) text(key string, off, size int64) error {
	if _, had := f.tags[key]; had || size > mostText {
		return probe.Refuse("other-chunks", "a %s of %d bytes, or a second one", key, size)
	}
	p, err := f.At(off, size)
	if err != nil {
		return err
	}
	if int64(len(p)) < size {
		return probe.Refuse("other-chunks", "a text that is cut off")
	}
	for i, c := range p {
		if c == 0 {
			p = p[:i]
			break
		}
	}
	if len(p) == 0 {
		return nil
	}
	if f.tags == nil {
		f.tags = media.Metadata{}
	}
	f.tags[key] = string(p)
	return nil
}

// common reads a COMM chunk.
func (f *file) common(p []byte) error {
	c := bits.NewCursor(p)
	f.channels, f.frames, f.depth = int(c.U16()), int64(c.U32()), int(c.U16())
	exponent, mantissa := c.U16(), c.U64()
	if f.compressed {
		f.kind = c.FourCC()
	}
	// An 80-bit float: a whole number for every rate in use.
	shift := 16383 + 63 - int(exponent)
	if c.Err() != nil || shift < 32 || shift > 63 || mantissa&(1<<shift-1) != 0 {
		return probe.Refuse("odd-format", "a rate that is no whole number, or a chunk of %d bytes", len(p))
	}
	f.rate, f.known = int64(mantissa>>shift), true
	return nil
}

// codecs names the compression types that are told by themselves; "NONE" and "twos" go by depth.
var codecs = map[string]string{
	"fl32": "pcm_f32be", "FL32": "pcm_f32be", "fl64": "pcm_f64be", "FL64": "pcm_f64be",
	"alaw": "pcm_alaw", "ALAW": "pcm_alaw", "ulaw": "pcm_mulaw", "ULAW": "pcm_mulaw",
}

func (f *file) codec() string {
	switch f.kind {
	case "", "NONE", "twos":
		return pcm.Form{Bits: f.depth, BigEndian: true}.Codec()
	case "sowt":
		if f.depth == 16 {
			return "pcm_s16le"
		}
		return ""
	}
	return codecs[f.kind]
}

func (f *file) info() (*media.Info, error) {
	switch {
	case !f.known:
		return nil, probe.Errorf(probe.Malformed, "no COMM chunk")
	case !f.sound || f.frames == 0:
		return nil, probe.Refuse("no-sound", "%d frames", f.frames)
	case f.channels < 1 || f.channels > 64 || f.rate < 1 || f.rate > math.MaxInt32 || f.depth < 1 || f.depth%8 != 0 || f.depth > 64:
		return nil, probe.Refuse("odd-format", "%d channels of %d bits, %d Hz", f.channels, f.depth, f.rate)
	}
	if f.id3 != nil && len(f.id3.Metadata) > 0 {
		if len(f.tags) > 0 {
			return nil, probe.Refuse("other-chunks", "texts beside an ID3 chunk")
		}
		f.tags = f.id3.Metadata
	}
	t := media.Track{}
	if !pcm.Describe(&t, f.codec()) {
		return nil, probe.Refuse("codec", "compression type %.8q", f.kind)
	}
	if f.kind != "" && f.kind != "NONE" {
		t.Codec.Tag = media.FourCC(binary.LittleEndian.Uint32([]byte(f.kind)))
	}
	t.Audio.SampleRate, t.Audio.Channels = int(f.rate), f.channels
	t.BitRate = f.rate * int64(f.channels) * int64(t.Audio.BitsPerSample)
	t.Timebase = media.Timebase{Num: 1, Den: f.rate}
	t.Start = media.Duration{Timebase: t.Timebase}
	t.Duration = media.Duration{Ticks: media.Ticks(f.frames), Timebase: t.Timebase}
	t.NumFrames = f.frames
	micros, ok := rational.Scale(f.frames, 1_000_000, f.rate)
	if !ok || micros <= 0 {
		return nil, probe.Refuse("no-sound", "%d frames at %d Hz", f.frames, f.rate)
	}
	return &media.Info{
		Format:   media.Format{Name: "aiff", LongName: "Audio IFF"},
		Size:     f.size,
		Start:    media.Duration{Timebase: media.Microseconds},
		Duration: media.Duration{Ticks: media.Ticks(micros), Timebase: media.Microseconds},
		BitRate:  int64(float64(f.size) * 8 * 1e6 / float64(micros)),
		Tracks:   []media.Track{t},
		Metadata: f.tags,
	}, nil
}
