package id3

import (
	"bytes"
	"compress/zlib"
	"io"
)

// Flags of a frame of version 2.4 (ID3 2.4.0, 4.1.2). Those of version 2.3 are of no account:
// ffprobe does not look at them.
const (
	frameDataLength  = 0x01
	frameUnsync      = 0x02
	frameEncrypted   = 0x04
	frameCompressed  = 0x08
	frameHeader      = 10
	frameHeader22    = 6
	maxFrameSize     = 1 << 28
	plainSizeFrom    = 0x80 // smaller sizes are the same with and without synchsafe bytes
	maxZeros         = 64 << 10
	maxRatio         = 32768 // of a compressed frame; larger ones are stepped over
	extendedCounted  = 4     // bytes of an extended header's size that version 2.4 counts in
	compressedBuffer = 8 << 10
)

// frame is one frame of a block.
type frame struct {
	id      string // three or four characters; fewer when a zero follows
	version int
	off     int64 // of the contents, behind what flags put in front of them
	size    int64 // of the contents as stored
	unsync  bool
	packed  bool
	length  int64 // of what comes out when packed
}

// readBlock reads the frames of b, which start at off.
func (p *parser) readBlock(b block, off int64) error {
	header := int64(frameHeader)
	switch {
	case b.version == 2 && b.flags&flagExtended == 0:
		header = frameHeader22
	case b.version != 3 && b.version != 4:
		return nil
	}
	left := b.size
	if b.version > 2 && b.flags&flagExtended != 0 {
		n, err := p.extended(b.version, off)
		if err != nil || n < 0 || n > left {
			return err
		}
		off, left = off+n, left-n
	}
	zeros := 0
	for left >= header {
		f, size, err := p.frameHeader(b, off, left)
		if err != nil || size < 0 {
			return err
		}
		if left -= header + size; left < 0 {
			return nil
		}
		next := off + header + size
		if size == 0 {
			// Padding. A frame may still follow at a multiple of the header's size.
			if zeros += int(header); zeros > maxZeros {
				return nil
			}
			off = next
			continue
		}
		if p.frames++; p.frames > maxFrames {
			return refuse(off, "more than %d frames", maxFrames)
		}
		if f == nil {
			return nil
		}
		if f.id != "" {
			if err := p.readFrame(f); err != nil {
				return err
			}
		}
		off = next
	}
	return nil
}

// extended returns the length of an extended header, with its size (ID3 2.3.0, 3.2; 2.4.0, 3.2); -1
// when it is damaged.
func (p *parser) extended(version int, off int64) (int64, error) {
	h, err := p.win.at(off, 4)
	if err != nil || len(h) < 4 {
		return -1, err
	}
	size := be32(h)
	if version == 3 {
		return 4 + int64(size), nil
	}
	if size = synchsafe(size); size < extendedCounted {
		return -1, nil
	}
	return int64(size), nil
}

// frameHeader reads the header of the frame at off. size is that of all behind it, -1 when the
// block ends here; a nil frame with a size ends it as well, one without id is to be stepped over.
func (p *parser) frameHeader(b block, off, left int64) (f *frame, size int64, err error) {
	header := frameHeader
	if b.version == 2 {
		header = frameHeader22
	}
	h, err := p.win.at(off, header)
	if err != nil || len(h) < header {
		return nil, -1, err
	}
	f = &frame{version: b.version, unsync: b.flags&flagUnsync != 0, off: off + int64(header)}
	flags := 0
	switch b.version {
	case 2:
		f.id, size = cstring(h[:3]), int64(be32(h[2:])&0xffffff)
	case 3:
		f.id, size = cstring(h[:4]), int64(be32(h[4:]))
	default:
		f.id, flags = cstring(h[:4]), int(h[9])
		plain := be32(h[4:])
		if size, err = p.size24(plain, f.off, left-int64(header)); err != nil || size < 0 {
			return nil, -1, err
		}
	}
	first := h[0]
	if size > maxFrameSize {
		return nil, -1, nil
	}
	if first == 0 && size > 0 {
		return nil, size, nil
	}
	f.size, f.length = size, size
	if flags&frameDataLength != 0 && size > 0 {
		if size < 4 {
			return nil, size, nil
		}
		n, err := p.win.at(f.off, 4)
		if err != nil || len(n) < 4 {
			return nil, size, err
		}
		f.length = int64(synchsafe(be32(n)))
		f.off, f.size = f.off+4, f.size-4
	}
	f.unsync = f.unsync || flags&frameUnsync != 0
	f.packed = flags&frameCompressed != 0
	if flags&frameEncrypted != 0 || f.size == 0 || f.packed && f.length/maxRatio > f.size {
		f.id = ""
	}
	return f, size, nil
}

// size24 tells the size of a frame of version 2.4 whose contents are at off, from its size as plain
// integer. iTunes and others write those without synchsafe bytes: what follows decides.
func (p *parser) size24(plain uint32, off, left int64) (int64, error) {
	safe := int64(synchsafe(plain))
	if plain < plainSizeFrom || int64(plain) >= left+frameHeader {
		return safe, nil
	}
	for _, size := range []int64{safe, int64(plain)} {
		b, err := p.win.at(off+size, 4)
		if err != nil {
			return -1, err
		}
		if len(b) == 4 && (be32(b) == 0 || isID(b)) {
			return size, nil
		}
	}
	return -1, nil
}

func isID(b []byte) bool {
	for _, c := range b {
		if (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// contents returns the contents of f as its writer meant them, nil when they cannot be had.
func (p *parser) contents(f *frame, limit int64) ([]byte, error) {
	if f.size > limit || f.packed && f.length > limit {
		return nil, refuse(f.off, "frame %s of %d bytes", f.id, max(f.size, f.length))
	}
	if p.bytes += f.size + f.length; p.bytes > maxTexts+limit {
		return nil, refuse(f.off, "frames of more than %d bytes", maxTexts)
	}
	b, err := p.win.at(f.off, int(f.size))
	if err != nil || int64(len(b)) < f.size {
		return nil, err
	}
	if f.unsync {
		b = resync(b)
	}
	if f.packed {
		return inflate(b, f.length), nil
	}
	return b, nil
}

// resync takes out the zeros that unsynchronisation put in (ID3 2.4.0, 6.1).
func resync(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		out = append(out, b[i])
		if b[i] == 0xff && i+1 < len(b) && b[i+1] == 0 {
			i++
		}
	}
	return out
}

// inflate returns the at most n bytes that b holds compressed, nil when it is damaged or holds more.
func inflate(b []byte, n int64) []byte {
	z, err := zlib.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil
	}
	out := bytes.NewBuffer(make([]byte, 0, min(n+1, compressedBuffer)))
	if _, err := io.Copy(out, io.LimitReader(z, n+1)); err != nil || int64(out.Len()) > n {
		return nil
	}
	return out.Bytes()
}
