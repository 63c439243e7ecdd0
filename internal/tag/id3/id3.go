// Package id3 reads ID3 metadata: blocks of version 2.2, 2.3 and 2.4 in front of a file and the
// 128 bytes of version 1 at its end, under the keys and with the values of ffprobe 5.1.9.
//
// What ffprobe does not take from a block is not told either: objects, links, ratings, synchronised
// lyrics. Where writers and the documents disagree it is ffprobe's reading that counts: sizes of
// frames in blocks of version 2.3 with unsynchronisation count the escaped bytes, and sizes of
// version 2.4 that are no synchsafe integers are taken as they are where another frame follows.
//
// Blocks are read frame by frame: pictures and objects are stepped over, whatever size they claim.
package id3

import (
	"io"
	"strconv"

	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// The gate rule of blocks that would have to be read further than is reasonable.
const RuleLarge = "id3-large"

const (
	headerSize = 10
	maxBlocks  = 64
	maxFrames  = 4096
	maxText    = 512 << 10 // bytes of a frame whose value is told
	maxTexts   = 2 << 20   // bytes of all of them
	maxPicture = 4 << 20   // bytes of a compressed picture
)

// Tag is what the blocks at one place of a file say, one after the other.
type Tag struct {
	Size     int64 // bytes of all the blocks, footers included; 0 when there is none
	Blocks   int
	Metadata media.Metadata  // nil when there is none
	Private  media.Metadata  // PRIV frames, under "id3v2_priv." and their owner; nil when there is none
	Pictures []Picture       // in the order of the frames
	Chapters []media.Chapter // in the order of the frames
}

// All returns Metadata with Private beside it, as ffprobe prints both for mp3, aac, tta and wav.
// base stands for Metadata where that is empty: what another block says.
func (t *Tag) All(base media.Metadata) media.Metadata {
	var d dict
	if len(t.Metadata) > 0 {
		base = t.Metadata
	}
	for k, v := range base {
		d.set(k, v)
	}
	for k, v := range t.Private {
		d.add(k, v)
	}
	return d.metadata()
}

// parser reads the blocks of one place.
type parser struct {
	win      window
	tag      *Tag
	texts    dict // by frame, before keys are mapped
	priv     dict
	frames   int
	chapters int
	bytes    int64 // of the frames that were read
}

// Read reads the blocks that start at off in r. A Tag of Size 0 says that there is none.
// The errors are those of r, and a refusal by RuleLarge. What is damaged in a block ends it, as
// it does for ffprobe; its size still counts.
func Read(r io.ReaderAt, off int64) (*Tag, error) {
	p := &parser{win: window{r: r}, tag: &Tag{}}
	at := off
	for p.tag.Blocks < maxBlocks {
		head, err := p.win.at(at, headerSize)
		if err != nil {
			return nil, err
		}
		b, ok := parseHeader(head)
		if !ok {
			break
		}
		if err := p.readBlock(b, at+headerSize); err != nil {
			return nil, err
		}
		at += headerSize + b.size
		if b.version == 4 && b.flags&flagFooter != 0 {
			at += headerSize
		}
		p.tag.Blocks++
		p.tag.Size = at - off
	}
	texts := mapKeys(p.texts)
	p.tag.Metadata = texts.metadata()
	p.tag.Private = p.priv.metadata()
	return p.tag, nil
}

// block is the header of a block.
type block struct {
	version int // 2, 3, 4 are read, others stepped over
	flags   byte
	size    int64 // bytes behind the header, without the footer
}

// Flags of a block (ID3 2.4.0, 3.1).
const (
	flagUnsync   = 0x80
	flagExtended = 0x40 // compression in version 2.2
	flagFooter   = 0x10
)

// parseHeader reads the header of a block (ID3 2.4.0, 3.1).
func parseHeader(head []byte) (block, bool) {
	if len(head) < headerSize || string(head[:3]) != "ID3" || head[3] == 0xff || head[4] == 0xff {
		return block{}, false
	}
	for _, c := range head[6:10] {
		if c >= 0x80 {
			return block{}, false
		}
	}
	return block{int(head[3]), head[5], int64(synchsafe(be32(head[6:])))}, true
}

// refuse is the error of a block that is not read to its end.
func refuse(off int64, format string, args ...any) error {
	e := probe.Refuse(RuleLarge, format, args...)
	e.Path, e.Offset = "ID3", off
	return e
}

func be32(b []byte) uint32 {
	return uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
}

// synchsafe takes the lower seven bits of each byte (ID3 2.4.0, 6.2).
func synchsafe(v uint32) uint32 {
	return v&0x7f | v>>1&0x3f80 | v>>2&0x1fc000 | v>>3&0xfe00000
}

// Timestamp returns the 33 bits that a segment of HTTP Live Streaming states in a private frame of the
// owner, 90 kHz (RFC 8216, 3.4).
func (t *Tag) Timestamp(owner string) (int64, bool) {
	value, ok := t.Private["id3v2_priv."+owner]
	if !ok {
		return 0, false
	}
	n, count := uint64(0), 0
	for len(value) > 0 {
		b := uint64(value[0])
		if size := len(`\x00`); len(value) >= size && value[:2] == `\x` {
			v, err := strconv.ParseUint(value[2:size], 16, 8)
			if err != nil {
				return 0, false
			}
			b, value = v, value[size:]
		} else {
			value = value[1:]
		}
		n, count = n<<8|b, count+1
	}
	return int64(n & (1<<33 - 1)), count == 8
}
