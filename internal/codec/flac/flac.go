// Package flac reads FLAC's stream information (RFC 9639, 8.2) from a native header, Matroska's
// CodecPrivate and the dfLa box.
package flac

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/mediagauge/mediagauge/internal/bits"
	"github.com/mediagauge/mediagauge/media"
)

// StreamInfo is the STREAMINFO block with the channel layout that a comment may add.
type StreamInfo struct {
	MinBlockSize  int // samples
	MaxBlockSize  int // samples
	MinFrameSize  int // bytes; 0 when unknown
	MaxFrameSize  int // bytes; 0 when unknown
	SampleRate    int // Hz
	Channels      int
	BitsPerSample int
	TotalSamples  int64 // per channel; 0 when unknown
	MD5           [16]byte

	ChannelMask media.ChannelMask // from the comment WAVEFORMATEXTENSIBLE_CHANNEL_MASK; 0 when absent
}

// StreamInfoSize is the length of a STREAMINFO block.
const StreamInfoSize = 34

// Metadata block types (RFC 9639, 8.1).
const (
	blockStreamInfo    = 0
	blockVorbisComment = 4
	blockReserved      = 127
)

var (
	errNoStreamInfo = errors.New("no STREAMINFO block")
	errBlockSize    = errors.New("maximum block size below 16")
	errBits         = errors.New("fewer than 4 bits per sample")
)

// ParseStreamInfo reads a STREAMINFO block without its header.
func ParseStreamInfo(data []byte) (*StreamInfo, error) {
	r := bits.NewBitReader(data)
	s := &StreamInfo{
		MinBlockSize: r.Int(16), MaxBlockSize: r.Int(16), MinFrameSize: r.Int(24), MaxFrameSize: r.Int(24),
		SampleRate: r.Int(20), Channels: r.Int(3) + 1, BitsPerSample: r.Int(5) + 1, TotalSamples: int64(r.U64(36)),
	}
	for i := range s.MD5 {
		s.MD5[i] = byte(r.U(8))
	}
	switch {
	case r.Err() != nil:
		return nil, r.Err()
	case s.MaxBlockSize < 16:
		return nil, fmt.Errorf("%w: %d", errBlockSize, s.MaxBlockSize)
	case s.BitsPerSample < 4:
		return nil, fmt.Errorf("%w: %d", errBits, s.BitsPerSample)
	}
	return s, nil
}

// ParseBlocks reads metadata blocks: the body of a dfLa box behind its version and flags, or what
// follows "fLaC". The first block must be STREAMINFO. Blocks cut off at the end are left out.
func ParseBlocks(data []byte) (*StreamInfo, error) {
	s, rest, err := parseFirst(data)
	if err != nil {
		return nil, err
	}
	for !rest.last {
		rest = nextBlock(rest.after)
		if rest.body == nil || rest.kind == blockReserved {
			break
		}
		if rest.kind == blockVorbisComment {
			s.readComment(rest.body)
		}
	}
	return s, nil
}

// ParsePrivate reads Matroska's CodecPrivate (RFC 9559's codec mappings), "fLaC" and blocks.
func ParsePrivate(data []byte) (*StreamInfo, error) {
	blocks, ok := bytes.CutPrefix(data, []byte("fLaC"))
	if !ok {
		return nil, errNoStreamInfo
	}
	return ParseBlocks(blocks)
}

type block struct {
	kind  int
	last  bool
	body  []byte // nil when it is cut off
	after []byte
}

func nextBlock(data []byte) block {
	c := bits.NewCursor(data)
	head := c.U8()
	b := block{kind: int(head & 0x7f), last: head&0x80 != 0}
	b.body = c.Bytes(int(c.U24()))
	b.after = c.Rest()
	if c.Err() != nil {
		b.body = nil
	}
	return b
}

func parseFirst(data []byte) (*StreamInfo, block, error) {
	first := nextBlock(data)
	if first.kind != blockStreamInfo || len(first.body) != StreamInfoSize {
		return nil, first, errNoStreamInfo
	}
	s, err := ParseStreamInfo(first.body)
	return s, first, err
}

// readComment looks for the channel mask in a VORBIS_COMMENT block (RFC 9639, 8.6.2).
func (s *StreamInfo) readComment(data []byte) {
	c := bits.NewCursor(data)
	c.Skip(int(c.U32LE()))
	n := c.U32LE()
	for ; n > 0 && c.Err() == nil; n-- {
		key, value, _ := strings.Cut(string(c.Bytes(int(c.U32LE()))), "=")
		if !strings.EqualFold(key, "WAVEFORMATEXTENSIBLE_CHANNEL_MASK") {
			continue
		}
		mask, err := strconv.ParseUint(value, 0, 18)
		if err == nil && media.ChannelMask(mask).Count() == s.Channels {
			s.ChannelMask = media.ChannelMask(mask)
		}
	}
}

// layouts are the channels by their number (RFC 9639, 9.1.3).
var layouts = [...]media.ChannelMask{
	1: media.LayoutMono,
	2: media.LayoutStereo,
	3: media.LayoutSurround,
	4: media.LayoutQuad,
	5: media.Layout5Point0,
	6: media.Layout5Point1,
	7: media.Layout6Point1,
	8: media.Layout7Point1,
}

// Describe fills in what ffprobe says of a track with this stream information. ffprobe takes
// ChannelMask from native files and from Matroska, not from MP4: clear it there.
func (s *StreamInfo) Describe(t *media.Track) {
	t.SetCodec("flac")
	t.Audio.SampleFormat = "s16"
	if s.BitsPerSample > 16 {
		t.Audio.SampleFormat = "s32"
	}
	t.Audio.SampleRate = s.SampleRate
	t.Audio.Channels = s.Channels
	t.Audio.BitDepth = s.BitsPerSample
	mask := layouts[s.Channels]
	if s.ChannelMask != 0 {
		mask = s.ChannelMask
	}
	t.Audio.ChannelLayout = mask.String()
}
