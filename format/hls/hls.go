package hls

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/mediagauge/mediagauge/internal/segments"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// Format recognises and reads playlists.
var Format = probe.Format{Name: "hls", Sniff: sniff, Probe: read, Refers: true}

const (
	magic        = "#EXTM3U"
	maxText      = 8 << 20 // bytes of a playlist
	maxPlaylists = 24      // variants and renditions that are looked into
	parallel     = 4       // of them at a time
)

// rules are the gate rules.
var rules = map[string]string{
	"no-segments":    "a playlist that names nothing: there is nothing to describe",
	"long-text":      "a playlist of more than 8 MiB",
	"segment-format": "segments in a format without a reader",
	"nested-lists":   "a variant that is a multivariant playlist itself",
}

// Rules returns the gate rules by name, each with the reason why a file is refused by it.
func Rules() map[string]string { return rules }

// sniff asks for what ffprobe asks for: the magic and a tag of one of the two kinds of playlist.
func sniff(head []byte) error {
	if !bytes.HasPrefix(head, []byte(magic)) {
		return errors.New("no #EXTM3U")
	}
	for _, tag := range []string{"#EXT-X-STREAM-INF:", "#EXT-X-TARGETDURATION:", "#EXT-X-MEDIA-SEQUENCE:"} {
		if bytes.Contains(head, []byte(tag)) {
			return nil
		}
	}
	return errors.New("an M3U list without the tags of a stream")
}

// stream is what one playlist with segments gave.
type stream struct {
	list   *playlist
	inner  *media.Info // nil when the segments cannot be read without a key
	method string      // of encryption
	err    error
}

func read(ctx context.Context, r *probe.Reader) (*media.Info, error) {
	list, size, err := load(r)
	if err != nil {
		return nil, err
	}
	info := &media.Info{Format: media.Format{Name: "hls", LongName: "Apple HTTP Live Streaming"}, Size: size}
	if !list.multivariant() {
		s := open(ctx, r, list)
		if s.err != nil {
			return nil, s.err
		}
		v := &variant{}
		(&presentation{info: info, list: &playlist{variants: []variant{*v}, order: []entry{{}}}, streams: []stream{s}}).describe()
		return info, nil
	}
	p := &presentation{info: info, list: list}
	if err := p.load(ctx, r); err != nil {
		return nil, err
	}
	p.describe()
	return info, nil
}

// load reads the text of a playlist.
func load(r *probe.Reader) (*playlist, int64, error) {
	size, known := r.Size()
	if known && size > maxText {
		return nil, 0, probe.Refuse("long-text", "%d bytes", size)
	}
	var text []byte
	for chunk := int64(64 << 10); ; chunk *= 2 {
		if known {
			chunk = size - int64(len(text))
		}
		if int64(len(text))+chunk > maxText {
			return nil, 0, probe.Refuse("long-text", "a text that does not end")
		}
		b := make([]byte, chunk)
		n, err := r.ReadAt(b, int64(len(text)))
		text = append(text, b[:n]...)
		if err == io.EOF || err == nil && known {
			break
		}
		if err != nil {
			return nil, 0, err
		}
	}
	if err := sniff(text); err != nil {
		return nil, 0, probe.Errorf(probe.Malformed, "%w", err)
	}
	list, err := parse(string(text), r.Element)
	var limit *probe.Error
	if errors.As(err, &limit) {
		return nil, 0, err
	}
	if err != nil {
		return nil, 0, probe.Errorf(probe.Malformed, "%w", err)
	}
	return list, int64(len(text)), nil
}

// open describes the streams of a media playlist by the opening of its segments. A segment that
// cannot be opened is passed over, once.
func open(ctx context.Context, r *probe.Reader, list *playlist) stream {
	s := stream{list: list}
	first := list.opening()
	if len(first) == 0 {
		s.err = probe.Refuse("no-segments", "a playlist without segments")
		return s
	}
	if s.method = first[0].method; s.method == "AES-128" {
		return s // whole segments are encrypted: RFC 8216, 4.3.2.4
	}
	s.inner, s.err = opening(ctx, r, first)
	var io *probe.Error
	if s.err != nil && errors.As(s.err, &io) && io.Kind == probe.IO && ctx.Err() == nil && len(first) > 1 {
		if inner, err := opening(ctx, r, first[1:]); err == nil {
			inner.Warnings = append(inner.Warnings, media.Warning{Path: segments.Shorten(first[0].URI), Message: "a segment that cannot be read: " + s.err.Error()})
			s.inner, s.err = inner, nil
		}
	}
	return s
}

// opening probes the run of segments that begins with the first.
func opening(ctx context.Context, r *probe.Reader, all []segment) (*media.Info, error) {
	var run []segments.Segment
	for _, s := range all {
		if s.header != all[0].header || s.method != all[0].method {
			break
		}
		run = append(run, s.Segment)
	}
	return segments.Opening(ctx, r, all[0].header, run)
}

// load opens the playlists of a multivariant playlist, a few at a time.
func (p *presentation) load(ctx context.Context, r *probe.Reader) error {
	order := p.list.order
	if len(order) > maxPlaylists {
		p.info.Warnings = append(p.info.Warnings, media.Warning{Message: fmt.Sprintf("%d variants and renditions, of which the first %d are described", len(order), maxPlaylists)})
		order = order[:maxPlaylists]
		p.list.order = order
	}
	p.streams = make([]stream, len(order))
	turns := make(chan struct{}, parallel)
	var wg sync.WaitGroup
	for i, e := range order {
		wg.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			p.streams[i] = follow(ctx, r, p.list.uri(e))
		})
	}
	wg.Wait()
	var first error
	good := 0
	for i, s := range p.streams {
		switch {
		case s.err == nil:
			good++
		case first == nil:
			first = s.err
			fallthrough
		default:
			p.info.Warnings = append(p.info.Warnings, media.Warning{Path: segments.Shorten(p.list.uri(order[i])), Message: s.err.Error()})
		}
	}
	if good == 0 {
		return first
	}
	return nil
}

// uri returns where the playlist of e is.
func (p *playlist) uri(e entry) string {
	if e.rendition {
		return p.renditions[e.index].uri
	}
	return p.variants[e.index].uri
}

// follow opens the playlist of a variant or a rendition and describes its streams.
func follow(ctx context.Context, r *probe.Reader, uri string) stream {
	src, err := r.Open(uri)
	if err != nil {
		return stream{err: segments.Within(uri, err)}
	}
	inner := r.Within(src)
	list, _, err := load(inner)
	if err != nil {
		return stream{err: segments.Within(uri, err)}
	}
	if list.multivariant() {
		return stream{err: segments.Within(uri, probe.Refuse("nested-lists", "a multivariant playlist in another"))}
	}
	return open(ctx, inner, list)
}
