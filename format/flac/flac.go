// Package flac reads the metadata blocks of FLAC files (RFC 9639).
package flac

import (
	"context"
	"errors"
	"io"
	"math"
	"strings"

	"github.com/mediagauge/mediagauge/internal/bits"
	"github.com/mediagauge/mediagauge/internal/codec/flac"
	"github.com/mediagauge/mediagauge/internal/rational"
	"github.com/mediagauge/mediagauge/internal/tag/cover"
	"github.com/mediagauge/mediagauge/internal/tag/id3"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// Format recognises and reads FLAC files.
var Format = probe.Format{Name: "flac", Sniff: sniff, Probe: read, Tagged: true}

var rules = map[string]string{
	"comments":       "a comment block that does not hold what it counts, or is larger than we read",
	"id3":            "an ID3 block in front with chapters, or with texts that no comments replace",
	"cue-sheet":      "a cue sheet, of which ffprobe makes chapters",
	"no-frames":      "the file ends before the first frames, which ffprobe takes the start from",
	cover.Rule:       "a picture whose headers are damaged, or of a kind that is not known",
	"unknown-length": "the number of samples is not stated, and ffprobe estimates it",
	"unknown-size":   "the length of the source is not known",
}

// Rules returns the gate rules by name, each with the reason why a file is refused by it.
func Rules() map[string]string { return rules }

const (
	magic       = "fLaC"
	window      = 64 << 10
	mostBlocks  = 1000
	mostComment = 1 << 20 // bytes of a comment block
)

// Types of metadata blocks (8.1).
const (
	blockComment  = 4
	blockCueSheet = 5
	blockPicture  = 6
	blockInvalid  = 127
)

func sniff(head []byte) error {
	if len(head) < 8 || string(head[:4]) != magic {
		return errors.New("no fLaC magic")
	}
	if head[4]&0x7F != 0 || head[5] != 0 || head[6] != 0 || head[7] != flac.StreamInfoSize {
		return errors.New("the first block is not STREAMINFO")
	}
	return nil
}

// file is one file being read.
type file struct {
	r        *probe.Reader
	id3      *id3.Tag // in front; of Size 0 when there is none
	pictures []cover.Picture
	head     []byte // from behind it
	info     *flac.StreamInfo
	tags     media.Metadata
	audio    int64 // where the frames begin
}

func read(_ context.Context, r *probe.Reader) (*media.Info, error) {
	size, known := r.Size()
	if !known {
		return nil, probe.Refuse("unknown-size", "a stream")
	}
	head, err := r.Head(window)
	if err != nil {
		return nil, err
	}
	f := &file{r: r, id3: &id3.Tag{}, head: head}
	if sniff(head) != nil {
		if err := f.stepOver(); err != nil {
			return nil, err
		}
	}
	if err := f.blocks(); err != nil {
		return nil, err
	}
	info, err := f.answer(size)
	if err != nil {
		return nil, err
	}
	if err := cover.Attach(info, append(cover.FromID3(r, f.id3), f.pictures...)); err != nil {
		return nil, err
	}
	info.Clean()
	return info, nil
}

// stepOver reads the ID3 block in front and what follows it.
func (f *file) stepOver() (err error) {
	if f.id3, err = id3.Read(f.r, 0); err != nil {
		return err
	}
	f.head = make([]byte, window)
	n, err := f.r.ReadAt(f.head, f.id3.Size)
	if err != nil && err != io.EOF {
		return err
	}
	if f.head = f.head[:n]; len(f.head) < len(magic) {
		return probe.Errorf(probe.Truncated, "nothing behind the ID3 block")
	}
	return nil
}

// at returns n bytes at off; fewer are an error.
func (f *file) at(off, n int64) ([]byte, error) {
	if at := off - f.id3.Size; at+n <= int64(len(f.head)) {
		return f.head[at : at+n], nil
	}
	p := make([]byte, n)
	got, err := f.r.ReadAt(p, off)
	if err == io.EOF {
		e := probe.Errorf(probe.Truncated, "a metadata block of %d bytes, %d of them there", n, got)
		e.Offset = off
		return nil, e
	}
	return p, err
}

// blocks reads the metadata blocks (8).
func (f *file) blocks() error {
	off := f.id3.Size + int64(len(magic))
	for n := 0; ; n++ {
		if err := f.r.Element(off); err != nil {
			return err
		}
		h, err := f.at(off, 4)
		if err != nil {
			return err
		}
		kind, size, last := h[0]&0x7F, int64(h[1])<<16|int64(h[2])<<8|int64(h[3]), h[0]&0x80 != 0
		if err := f.block(kind, off+4, size); err != nil {
			return err
		}
		off += 4 + size
		switch {
		case last && f.info == nil:
			return probe.Errorf(probe.Malformed, "no STREAMINFO block among %d blocks of metadata", n+1)
		case last:
			f.audio = off
			return nil
		case n >= mostBlocks:
			return probe.Refuse("blocks", "more than %d blocks of metadata", mostBlocks)
		}
	}
}

func (f *file) block(kind byte, off, size int64) error {
	switch kind {
	case 0:
		if f.info != nil {
			return probe.Errorf(probe.Malformed, "a second STREAMINFO block")
		}
		p, err := f.at(off, size)
		if err != nil {
			return err
		}
		if f.info, err = flac.ParseStreamInfo(p); err != nil {
			return probe.Errorf(probe.Malformed, "STREAMINFO: %w", err)
		}
	case blockComment:
		if size > mostComment {
			return probe.Refuse("comments", "%d bytes", size)
		}
		p, err := f.at(off, size)
		if err != nil {
			return err
		}
		return f.comments(p)
	case blockPicture:
		more, err := cover.FromFLAC(f.r, off, size)
		f.pictures = append(f.pictures, more...)
		return err
	case blockCueSheet:
		return probe.Refuse("cue-sheet", "a cue sheet of %d bytes", size)
	case blockInvalid:
		return probe.Errorf(probe.Malformed, "a metadata block of type 127")
	}
	return nil
}

// keys are the names of comments that ffprobe replaces; others stay as they are written.
var keys = map[string]string{"albumartist": "album_artist", "tracknumber": "track", "discnumber": "disc", "description": "comment"}

const maskKey = "waveformatextensible_channel_mask"

// comments reads a VORBIS_COMMENT block (8.6). Comments of one name are joined.
func (f *file) comments(p []byte) error {
	if f.tags != nil {
		return probe.Refuse("comments", "a second block of comments")
	}
	f.tags = media.Metadata{}
	c := bits.NewCursor(p)
	c.Skip(int(c.U32LE()))
	names := map[string]string{} // as first written, by lower case
	for n := c.U32LE(); n > 0; n-- {
		text := string(c.Bytes(int(c.U32LE())))
		if c.Err() != nil {
			return probe.Refuse("comments", "%d more are counted than there are", n)
		}
		key, value, ok := strings.Cut(text, "=")
		low := strings.ToLower(key)
		if !ok || key == "" || value == "" {
			continue
		}
		if strings.HasPrefix(low, "chapter") || low == "metadata_block_picture" || low == "coverart" {
			return probe.Refuse("comments", "a comment %q", key)
		}
		if name := keys[low]; name != "" {
			key, low = name, name
		}
		if first, had := names[low]; had {
			f.tags[first] += ";" + value
			continue
		}
		names[low] = key
		f.tags[key] = value
	}
	if key, had := names[maskKey]; had {
		described, err := flac.ParseBlocks(f.head[len(magic):])
		if err != nil || described.ChannelMask == 0 {
			return probe.Refuse("comments", "a channel mask %q", f.tags[key])
		}
		f.info.ChannelMask = described.ChannelMask
		delete(f.tags, key)
	}
	return nil
}

func (f *file) answer(size int64) (*media.Info, error) {
	s, t3 := f.info, f.id3
	switch {
	case len(t3.Chapters) > 0 || len(t3.Private) > 0 || len(f.tags) == 0 && len(t3.Metadata) > 0:
		return nil, probe.Refuse("id3", "a block of %d bytes", t3.Size)
	case s.TotalSamples == 0 || s.SampleRate == 0:
		return nil, probe.Refuse("unknown-length", "%d samples at %d Hz", s.TotalSamples, s.SampleRate)
	case size-f.audio < f.atLeast():
		return nil, probe.Refuse("no-frames", "%d bytes of frames", size-f.audio)
	}
	var t media.Track
	s.Describe(&t)
	t.Timebase = media.Timebase{Num: 1, Den: int64(s.SampleRate)}
	t.Duration = media.Duration{Ticks: media.Ticks(s.TotalSamples), Timebase: t.Timebase}
	micros, ok := rational.Scale(s.TotalSamples, 1_000_000, int64(s.SampleRate))
	if !ok || micros <= 0 || micros > math.MaxInt64/16 {
		return nil, probe.Refuse("unknown-length", "%d samples at %d Hz", s.TotalSamples, s.SampleRate)
	}
	info := &media.Info{
		Format:   media.Format{Name: "flac", LongName: "raw FLAC"},
		Size:     size,
		Duration: media.Duration{Ticks: media.Ticks(micros), Timebase: media.Microseconds},
		BitRate:  int64(float64(size) * 8 * 1e6 / float64(micros)),
		Metadata: f.tags,
	}
	// A single frame leaves ffprobe's parser without a start.
	if s.TotalSamples > int64(s.MaxBlockSize) {
		t.Start = media.Duration{Timebase: t.Timebase}
		info.Start = media.Duration{Timebase: media.Microseconds}
	}
	info.Tracks = []media.Track{t}
	return info, nil
}

// atLeast is how many bytes of frames must be there for it to be sure that the first two, from
// which ffprobe takes the start, are complete.
func (f *file) atLeast() int64 {
	s := f.info
	longest := int64(s.MaxFrameSize)
	if longest == 0 {
		longest = int64(s.MaxBlockSize) * int64(s.Channels) * int64(s.BitsPerSample+7) / 8
	}
	switch block := int64(s.MaxBlockSize); {
	case s.TotalSamples <= block:
		return 1
	case s.TotalSamples <= 2*block:
		return longest + int64(s.MinFrameSize)
	}
	return 2 * longest
}
