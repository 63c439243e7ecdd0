package probe

import "io"

// maxTags is how many ID3v2 blocks one after the other are stepped over.
const maxTags = 8

// behindTags returns the bytes that follow the ID3v2 blocks at the start of a source, head
// itself when there is none.
func behindTags(r *Reader, head []byte) ([]byte, error) {
	off := int64(0)
	for range maxTags {
		size := id3v2Size(head)
		if size == 0 {
			break
		}
		off += size
		if size < int64(len(head)) && len(head)-int(size) >= headSize/2 {
			head = head[size:]
			continue
		}
		p := make([]byte, headSize)
		n, err := r.ReadAt(p, off)
		if err != nil && err != io.EOF {
			return nil, err
		}
		head = p[:n]
	}
	return head, nil
}

// id3v2Size returns the length of the ID3v2 block that head begins with, footer included; 0 when
// there is none. ID3 tag version 2.4.0, 3.1.
func id3v2Size(head []byte) int64 {
	const headerSize, footer = 10, 0x10
	if len(head) < headerSize || string(head[:3]) != "ID3" || head[3] == 0xFF || head[4] == 0xFF {
		return 0
	}
	size := int64(0)
	for _, b := range head[6:10] {
		if b >= 0x80 {
			return 0
		}
		size = size<<7 | int64(b)
	}
	size += headerSize
	if head[5]&footer != 0 {
		size += headerSize
	}
	return size
}
