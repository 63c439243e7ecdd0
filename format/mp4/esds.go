package mp4

import "github.com/mediagauge/mediagauge/internal/bits"

// Descriptor tags of MPEG-4 systems (ISO/IEC 14496-1, 7.2.2.1).
const (
	tagES            = 3
	tagDecoderConfig = 4
	tagDecoderInfo   = 5
)

// objectTypes maps objectTypeIndication to codecs (ISO/IEC 14496-1, 7.2.6.6.2, and what
// writers have added).
var objectTypes = map[byte]string{
	0x08: "mov_text", 0x20: "mpeg4", 0x21: "h264", 0x23: "hevc", 0x40: "aac",
	0x60: "mpeg2video", 0x61: "mpeg2video", 0x62: "mpeg2video", 0x63: "mpeg2video",
	0x64: "mpeg2video", 0x65: "mpeg2video", 0x66: "aac", 0x67: "aac", 0x68: "aac",
	0x69: "mp3", 0x6a: "mpeg1video", 0x6b: "mp3", 0x6c: "mjpeg", 0x6d: "png", 0x6e: "jpeg2000",
	0xa3: "vc1", 0xa4: "dirac", 0xa5: "ac3", 0xa6: "eac3", 0xa9: "dts", 0xad: "opus",
	0xb1: "vp9", 0xc1: "flac", 0xd0: "tscc2", 0xd1: "evrc", 0xdd: "vorbis",
	0xe0: "dvd_subtitle", 0xe1: "qcelp", 0x01: "mpeg4systems", 0x02: "mpeg4systems",
}

// descriptor reads a descriptor's tag and length, which takes one to four bytes.
func descriptor(c *bits.Cursor) (tag byte, size int) {
	tag = c.U8()
	for range 4 {
		v := c.U8()
		size = size<<7 | int(v&0x7f)
		if v&0x80 == 0 {
			break
		}
	}
	return tag, size
}

// readEsds reads the elementary stream descriptor: what the codec is and its configuration
// (ISO/IEC 14496-14, 6.7.2).
func (m *movie) readEsds(b box) error {
	t := m.last()
	if t == nil {
		return nil
	}
	c := b.cursor()
	c.Skip(4)
	tag, _ := descriptor(c)
	c.Skip(2)
	if tag == tagES {
		flags := c.U8()
		if flags&0x80 != 0 {
			c.Skip(2)
		}
		if flags&0x40 != 0 {
			c.Skip(int(c.U8()))
		}
		if flags&0x20 != 0 {
			c.Skip(2)
		}
	}
	if tag, _ = descriptor(c); tag != tagDecoderConfig {
		if c.Err() != nil {
			return refuse("box-overrun", "elementary stream descriptor of %d bytes", len(b.body))
		}
		return nil
	}
	e := &t.entry
	e.objectType = c.U8()
	c.Skip(8)
	t.bitRate = int64(c.U32())
	codec := objectTypes[e.objectType]
	if codec == "" && e.objectType >= 'A' && e.objectType <= 'Z' {
		codec = objectTypes[e.objectType+'a'-'A'] // ffmpeg compares the numbers as if they were letters
	}
	if codec != "" {
		t.codec = codec
	}
	if c.Err() != nil {
		return refuse("box-overrun", "elementary stream descriptor of %d bytes", len(b.body))
	}
	tag, size := descriptor(c)
	if tag != tagDecoderInfo || e.objectType == 0x69 || e.objectType == 0x6b {
		return nil
	}
	if size == 0 {
		return malformed("empty decoder configuration")
	}
	info := c.Bytes(size)
	if info == nil {
		return refuse("box-overrun", "decoder configuration of %d bytes", size)
	}
	e.extradata = info
	if t.codec == "aac" {
		return t.readAudioConfig()
	}
	return nil
}
