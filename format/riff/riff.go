// Package riff reads WAV files: RIFF chunks (Multimedia Programming Interface and Data
// Specifications 1.0), whose "fmt " and "data" state nearly everything.
package riff

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"math"
	"strings"

	"github.com/mediagauge/mediagauge/internal/codec/pcm"
	"github.com/mediagauge/mediagauge/internal/codec/wave"
	"github.com/mediagauge/mediagauge/internal/elementary"
	"github.com/mediagauge/mediagauge/internal/rational"
	"github.com/mediagauge/mediagauge/internal/tag/cover"
	"github.com/mediagauge/mediagauge/internal/tag/id3"
	"github.com/mediagauge/mediagauge/internal/window"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// WAV recognises and reads WAV files.
var WAV = probe.Format{Name: "wav", Sniff: sniff, Probe: readWAV}

var rules = map[string]string{
	"cut-off":                 "an AVI file that ends before its chunks do: ffprobe takes lengths from what is left",
	"index":                   "a super index of more than 64 KiB",
	"late-data":               "headers or first frames behind the first 256 KiB",
	"no-duration":             "an AVI file of PCM alone: ffprobe takes the length from the bit rate",
	elementary.RuleFirstFrame: "a first frame that does not tell the codec's parameters",
	"codec":                   "a codec that is not plain PCM, floats, A-law, mu-law or, with a number of samples, IMA or Microsoft ADPCM",
	"data-twice":              "several stretches of sound",
	"hidden-codec":            "PCM whose samples look like a DTS or S/PDIF stream: ffprobe decodes those",
	"no-sound":                "no samples, so that there is no duration",
	"odd-format":              "values of the format that ffprobe replaces or refuses",
	cover.Rule:                "a picture in an ID3 chunk whose headers are damaged, or of a kind that is not known",
	"other-tags":              "a chunk of metadata that is not read: bext, cue points, chapters in ID3 and others",
	"unknown-size":            "the length of the source is not known",
}

// Rules returns the gate rules by name, each with the reason why a file is refused by it.
func Rules() map[string]string { return rules }

const (
	headerSize = 12
	chunkHead  = 8
	mostChunks = 1000
	mostInfo   = 256 << 10 // bytes of a LIST chunk
	unknown    = 0xFFFFFFFF
)

func sniff(head []byte) error {
	if len(head) >= headerSize && string(head[8:12]) == "WAVE" {
		switch string(head[:4]) {
		case "RIFF", "RF64", "BW64":
			return nil
		}
	}
	return errors.New("no RIFF header of type WAVE")
}

// wav is a file being read.
type wav struct {
	r *probe.Reader
	*window.Ends
	size   int64
	format *wave.Format
	data   int64 // where the samples begin; 0 before
	length int64 // of them, in bytes
	long   int64 // their length by a ds64 chunk; 0 without
	fact   int64 // samples of each channel by a fact chunk; 0 without
	tags   media.Metadata
	id3    *id3.Tag // nil without
}

func readWAV(_ context.Context, r *probe.Reader) (*media.Info, error) {
	size, known := r.Size()
	if !known {
		return nil, probe.Refuse("unknown-size", "a stream")
	}
	ends, err := window.Open(r, size)
	if err != nil {
		return nil, err
	}
	w := &wav{r: r, Ends: ends, size: size}
	if err := w.chunks(); err != nil {
		return nil, err
	}
	switch {
	case w.format == nil:
		return nil, probe.Errorf(probe.Malformed, "no \"fmt \" chunk")
	case w.data == 0:
		return nil, probe.Errorf(probe.Truncated, "no \"data\" chunk")
	}
	info, err := w.info()
	if err != nil {
		return nil, err
	}
	if err := cover.Attach(info, cover.FromID3(w.r, w.id3)); err != nil {
		return nil, err
	}
	info.Clean()
	return info, nil
}

// spoken are chunks of metadata that ffprobe reads and we do not. All others say nothing that
// it prints.
var spoken = map[string]bool{
	"bext": true, "IDIT": true, "cue ": true, "SMV0": true, "XMA2": true,
}

// chunks walks over the chunks. Behind the samples, what is no chunk ends the walk.
func (w *wav) chunks() error {
	for off, n := int64(headerSize), 0; ; n++ {
		h, err := w.At(off, chunkHead)
		if err != nil {
			return err
		}
		if len(h) < chunkHead {
			return nil
		}
		if err := w.r.Element(off); err != nil {
			return err
		}
		if n >= mostChunks {
			return probe.Errorf(probe.Malformed, "more than %d chunks", mostChunks)
		}
		kind, size := string(h[:4]), int64(binary.LittleEndian.Uint32(h[4:]))
		end, err := w.chunk(kind, off+chunkHead, size)
		if err != nil || end {
			var e *probe.Error
			if errors.As(err, &e) && e.Offset < 0 {
				e.Offset, e.Path = off, "chunk"
			}
			return err
		}
		off += chunkHead + size + size&1
	}
}

// chunk reads one chunk; end says that nothing after it counts.
func (w *wav) chunk(kind string, off, size int64) (end bool, err error) {
	switch kind {
	case "fmt ":
		if w.format != nil || size < 14 || size > 1<<12 {
			return false, probe.Refuse("odd-format", "a format of %d bytes, or a second one", size)
		}
		p, err := w.At(off, size)
		if err != nil {
			return false, err
		}
		if w.format, err = wave.Parse(p); err != nil {
			return false, probe.Refuse("odd-format", "%v", err)
		}
	case "data":
		if w.data != 0 {
			return false, probe.Refuse("data-twice", "a second data chunk")
		}
		w.data, w.length = off, size
		if w.format == nil {
			return false, probe.Refuse("odd-format", "samples before their format")
		}
		if size == unknown && w.long > 0 {
			if off+w.long != w.size {
				return false, probe.Refuse("odd-format", "%d bytes of samples, chunks behind them", w.long)
			}
			w.length = w.long
			return true, nil
		}
		if size == 0 || size >= unknown || off+size > w.size {
			w.length = w.size - off
			return true, nil
		}
	case "LIST":
		return false, w.list(off, size)
	case "ID3 ", "id3 ":
		return false, w.readID3(off)
	case "ds64", "fact":
		return false, w.lengths(kind, off, size)
	default:
		if spoken[kind] {
			return false, probe.Refuse("other-tags", "a chunk %q", kind)
		}
		return w.data != 0 && !letters(kind), nil // behind the samples, that is no chunk
	}
	return false, nil
}

// readID3 reads an ID3 block. Its texts count where there is no INFO list.
func (w *wav) readID3(off int64) error {
	if w.id3 != nil {
		return probe.Refuse("other-tags", "a second ID3 chunk")
	}
	tag, err := id3.Read(w.r, off)
	if err != nil {
		return err
	}
	if len(tag.Chapters) > 0 || len(tag.Private) > 0 {
		return probe.Refuse("other-tags", "an ID3 chunk with chapters or private frames")
	}
	w.id3 = tag
	return nil
}

// lengths reads the 64-bit lengths of RF64 (EBU Tech 3306) or the number of samples.
func (w *wav) lengths(kind string, off, size int64) error {
	p, err := w.At(off, min(size, 24))
	if err != nil {
		return err
	}
	switch {
	case kind == "fact" && len(p) >= 4:
		w.fact = int64(binary.LittleEndian.Uint32(p))
	case kind == "ds64" && len(p) >= 24:
		w.long = int64(min(binary.LittleEndian.Uint64(p[8:]), math.MaxInt64))
	}
	return nil
}

func letters(kind string) bool {
	for _, c := range []byte(kind) {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

// infoKeys are the chunks of an INFO list that ffprobe names; others keep their name.
var infoKeys = map[string]string{
	"IART": "artist", "ICMT": "comment", "ICOP": "copyright", "ICRD": "date", "IGNR": "genre", "ILNG": "language",
	"INAM": "title", "IPRD": "album", "IPRT": "track", "ISFT": "encoder", "ISMP": "timecode", "ITCH": "encoded_by", "ITRK": "track",
}

func (w *wav) list(off, size int64) error {
	p, err := w.At(off, min(size, mostInfo))
	if err != nil {
		return err
	}
	if len(p) < 4 || string(p[:4]) != "INFO" {
		if len(p) >= 4 && string(p[:4]) == "adtl" {
			return probe.Refuse("other-tags", "labels of cue points")
		}
		return nil
	}
	if size > mostInfo || int64(len(p)) < size {
		return probe.Refuse("other-tags", "a list of %d bytes", size)
	}
	for p = p[4:]; len(p) >= chunkHead; {
		kind, n := string(p[:4]), int64(binary.LittleEndian.Uint32(p[4:]))
		if p = p[chunkHead:]; n > int64(len(p)) || !letters(kind) {
			return probe.Refuse("other-tags", "a damaged list")
		}
		if text, _, _ := bytes.Cut(p[:n], []byte{0}); len(text) > 0 {
			key := kind
			if name := infoKeys[kind]; name != "" {
				key = name
			}
			if w.tags == nil {
				w.tags = media.Metadata{}
			}
			w.tags[key] = string(text)
		}
		p = p[min(n+n&1, int64(len(p))):]
	}
	return nil
}

// hidden finds the sync words of DTS (ETSI TS 102 114, 5.3.1) and of bursts in PCM (IEC 61937-1).
func hidden(p []byte) bool {
	for _, sync := range []string{"\x7F\xFE\x80\x01", "\xFE\x7F\x01\x80", "\x1F\xFF\xE8\x00", "\xFF\x1F\x00\xE8", "\x72\xF8\x1F\x4E", "\xF8\x72\x4E\x1F"} {
		if bytes.Contains(p, []byte(sync)) {
			return true
		}
	}
	return false
}

func (w *wav) info() (*media.Info, error) {
	f := w.format
	t := media.Track{}
	f.Describe(&t)
	codec := t.Codec.Name
	packed := (codec == "adpcm_ima_wav" || codec == "adpcm_ms") && w.fact > 0 && f.Channels <= 2
	if plain := pcm.Describe(&t, codec); !plain || !packed && !strings.HasPrefix(codec, "pcm_") {
		return nil, probe.Refuse("codec", "format tag %#x", f.FormatTag)
	}
	bits := int64(t.Audio.BitsPerSample)
	if packed {
		t.BitRate = f.BitRate()
		return w.finish(t, w.fact)
	}
	if f.Channels < 1 || f.Channels > 64 || int64(f.BlockAlign)*8 != bits*int64(f.Channels) || len(f.Extra) > 0 && codec != "pcm_alaw" && codec != "pcm_mulaw" {
		return nil, probe.Refuse("odd-format", "%d channels of %d bits in blocks of %d bytes", f.Channels, bits, f.BlockAlign)
	}
	if head := w.Head(); codec == "pcm_s16le" && hidden(head[min(w.data, int64(len(head))):]) {
		return nil, probe.Refuse("hidden-codec", "a sync word among the samples")
	}
	ticks := w.length * 8 / (int64(f.Channels) * bits)
	if ticks <= 0 {
		return nil, probe.Refuse("no-sound", "%d bytes of samples", w.length)
	}
	t.BitRate = int64(f.SamplesPerSec) * int64(f.Channels) * bits
	return w.finish(t, ticks)
}

// finish adds the times of a track of so many samples.
func (w *wav) finish(t media.Track, ticks int64) (*media.Info, error) {
	if w.id3 != nil && len(w.tags) == 0 {
		w.tags = w.id3.Metadata
	}
	rate := int64(w.format.SamplesPerSec)
	t.Timebase = media.Timebase{Num: 1, Den: rate}
	t.Duration = media.Duration{Ticks: media.Ticks(ticks), Timebase: t.Timebase}
	micros, ok := rational.Scale(ticks, 1_000_000, rate)
	if !ok || micros <= 0 || micros > math.MaxInt64/16 {
		return nil, probe.Refuse("no-sound", "%d samples at %d Hz", ticks, rate)
	}
	return &media.Info{
		Format:   media.Format{Name: "wav", LongName: "WAV / WAVE (Waveform Audio)"},
		Size:     w.size,
		Duration: media.Duration{Ticks: media.Ticks(micros), Timebase: media.Microseconds},
		BitRate:  int64(float64(w.size) * 8 * 1e6 / float64(micros)),
		Tracks:   []media.Track{t},
		Metadata: w.tags,
	}, nil
}
