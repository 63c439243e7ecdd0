package id3

import (
	"bytes"
	"io"
	"strings"

	"github.com/mediagauge/mediagauge/media"
)

// Picture is an attached picture whose bytes stay where they are.
type Picture struct {
	Codec       string // ffprobe's, by MIME type and the signature of PNG
	Type        string // in ffprobe's words: "Cover (front)"
	Description string
	Off, Size   int64 // place in the file, as stored

	unsync bool   // the stored bytes are escaped
	data   []byte // of a picture that is stored compressed
}

const (
	pngSignature = "\x89PNG\r\n\x1a\n"
	maxHead      = 4 << 10   // bytes that a picture's type and description may take
	maxEscaped   = 256 << 10 // bytes of an escaped picture that are read
	maxMIME      = 63        // characters that are compared
)

// Metadata returns ffprobe's tags of the picture's track.
func (p *Picture) Metadata() media.Metadata {
	m := media.Metadata{"comment": p.Type}
	if p.Description != "" {
		m["title"] = p.Description
	}
	return m
}

// Open gives the picture as its writer meant it, and its size. r is the file. Of pictures that are
// stored escaped only the start is there, at least as long as the headers of a picture are.
func (p *Picture) Open(r io.ReaderAt) (io.ReaderAt, int64, error) {
	switch {
	case p.data != nil:
		return bytes.NewReader(p.data), int64(len(p.data)), nil
	case p.unsync:
		b := make([]byte, min(p.Size, maxEscaped))
		n, err := r.ReadAt(b, p.Off)
		if err != nil && err != io.EOF {
			return nil, 0, err
		}
		b = resync(b[:n])
		if int64(n) == p.Size {
			return bytes.NewReader(b), int64(len(b)), nil
		}
		return bytes.NewReader(b), p.Size, nil
	}
	return io.NewSectionReader(r, p.Off, p.Size), p.Size, nil
}

// readPicture reads the head of an attached picture (ID3 2.4.0, 4.14; 2.2.0, 4.15).
func (p *parser) readPicture(f *frame) error {
	if f.size <= 4 || f.version == 2 && f.size <= 6 {
		return nil
	}
	var head []byte
	var err error
	if f.packed {
		head, err = p.contents(f, maxPicture)
	} else if head, err = p.win.at(f.off, int(min(f.size, maxHead))); f.unsync {
		head = resync(head)
	}
	if err != nil || len(head) < 4 {
		return err
	}
	pic, rest, ok := parsePicture(f.version, head)
	if !ok {
		return nil
	}
	if len(rest) == 0 {
		if f.packed || f.size <= maxHead {
			return nil
		}
		return refuse(f.off, "a picture's description of more than %d bytes", maxHead)
	}
	if bytes.HasPrefix(rest, []byte(pngSignature)) {
		pic.Codec = "png"
	}
	pic.Off, pic.Size, pic.unsync = f.off, f.size, f.unsync && !f.packed
	if f.packed {
		pic.data = rest
	} else {
		taken := int64(len(head) - len(rest))
		if f.unsync {
			taken = stored(p.win.buf[f.off-p.win.off:], taken)
		}
		pic.Off, pic.Size = pic.Off+taken, pic.Size-taken
	}
	p.tag.Pictures = append(p.tag.Pictures, pic)
	return nil
}

// stored counts the bytes of b that give n bytes without their escapes.
func stored(b []byte, n int64) int64 {
	at := int64(0)
	for ; n > 0 && at < int64(len(b)); n-- {
		if b[at] == 0xff && at+1 < int64(len(b)) && b[at+1] == 0 {
			at++
		}
		at++
	}
	return at
}

// parsePicture reads what stands before a picture's bytes. Links and MIME types that ffprobe does
// not know are no pictures.
func parsePicture(version int, b []byte) (pic Picture, rest []byte, ok bool) {
	encoding, b := b[0], b[1:]
	var mime string
	if version == 2 {
		mime, b = cstring(b[:3]), b[3:]
	} else {
		var s []byte
		s, b = takeBytes(b)
		mime = string(s[:min(len(s), maxMIME)])
	}
	pic.Codec = pictureCodecs[strings.ToLower(mime)]
	if pic.Codec == "" || len(b) == 0 {
		return pic, nil, false
	}
	kind := int(b[0])
	if kind >= len(pictureTypes) {
		kind = 0
	}
	pic.Type = pictureTypes[kind]
	text, rest, err := takeText(encoding, b[1:])
	pic.Description = text
	return pic, rest, err == nil
}

// PictureCodec returns ffprobe's codec of a picture's MIME type, "" for those that it passes over.
func PictureCodec(mime string) string {
	return pictureCodecs[strings.ToLower(mime[:min(len(mime), maxMIME)])]
}

// PictureType returns ffprobe's words for a type of picture (ID3 2.4.0, 4.14), "Other" for one that
// has no meaning.
func PictureType(kind int) string {
	if kind < 0 || kind >= len(pictureTypes) {
		kind = 0
	}
	return pictureTypes[kind]
}
