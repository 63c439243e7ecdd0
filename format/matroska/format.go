package matroska

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"

	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

const (
	formatName = "matroska,webm"
	longName   = "Matroska / WebM"
)

// Format recognises and reads Matroska and WebM.
var Format = probe.Format{Name: formatName, Sniff: sniff, Probe: describe}

var (
	errShort   = errors.New("fewer than 5 bytes")
	errMagic   = errors.New("no EBML header")
	errDocType = errors.New("the EBML header names neither matroska nor webm")
)

// sniff wants an EBML header that names one of the two document types, RFC 9559 section 6.2.
func sniff(head []byte) error {
	if len(head) < 5 {
		return errShort
	}
	if binary.BigEndian.Uint32(head) != idEBML {
		return errMagic
	}
	size, n := vint(head[4:], 8)
	if n <= 0 {
		return errMagic
	}
	body := head[4+n:]
	if size < uint64(len(body)) {
		body = body[:size]
	}
	if bytes.Contains(body, []byte("matroska")) || bytes.Contains(body, []byte("webm")) {
		return nil
	}
	return errDocType
}

// describe reads the headers and as many of the first blocks as values depend on.
func describe(_ context.Context, r *probe.Reader) (*media.Info, error) {
	in, err := newInput(r)
	if err != nil {
		return nil, err
	}
	f := &file{in: in, r: r}
	if err := f.readHeader(); err != nil {
		return nil, err
	}
	if err := f.readSegment(); err != nil {
		return nil, within(idSegment, err)
	}
	if err := f.makeStreams(); err != nil {
		return nil, err
	}
	if err := f.scan(); err != nil {
		return nil, err
	}
	info, err := f.info()
	if err != nil {
		return nil, err
	}
	info.Clean()
	for _, t := range info.Tracks {
		if v := t.Video; v != nil && f.oversized(t.Index) {
			return nil, probe.Refuse(ruleFirstFrame, "track %d: pictures of %d × %d", t.Index, v.Width, v.Height)
		}
		if v := t.Video; v != nil && (v.Width < 0 || v.Height < 0 || v.CodedWidth < 0 || v.CodedHeight < 0) {
			return nil, probe.Errorf(probe.Malformed, "track %d: pictures of %d × %d", t.Index, v.Width, v.Height)
		}
	}
	return info, nil
}

// oversized says whether a track's pictures are far larger than the container says: then the
// header that they come from is damaged.
func (f *file) oversized(index int) bool {
	const factor = 4
	s := f.streams[index]
	if s.entry == nil || s.entry.video.width == 0 || s.entry.video.height == 0 {
		return false
	}
	v := s.t.Video
	return v.Width > 0 && v.Height > 0 && (uint64(v.Width) > factor*s.entry.video.width || uint64(v.Height) > factor*s.entry.video.height)
}
