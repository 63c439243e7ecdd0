package hls

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/mediagauge/mediagauge/internal/segments"
	"github.com/mediagauge/mediagauge/media"
)

// maxLine is how many bytes of a line are looked at: a URI is not longer.
const maxLine = 8 << 10

// liveEdge is how many segments before its end a playlist that still grows is entered.
const liveEdge = 3

// segment is a media segment: RFC 8216, 3.
type segment struct {
	segments.Segment
	method string            // of encryption: "AES-128", "SAMPLE-AES"…; empty for none
	header *segments.Stretch // media initialization section, nil for none
}

// rendition is an alternative: RFC 8216, 4.3.4.1.
type rendition struct {
	kind     string // "AUDIO", "VIDEO"
	group    string
	name     string
	language string
	uri      string // empty: the streams lie in the variants
	flags    media.Disposition
}

// variant is a version of the presentation: RFC 8216, 4.3.4.2.
type variant struct {
	uri          string
	bandwidth    int64 // bit/s; 0 when not stated
	codecs       string
	width        int
	height       int
	frameRate    string
	audio, video string // groups of renditions
}

// playlist is the text of one, as far as it matters.
type playlist struct {
	variants   []variant
	renditions []rendition
	order      []entry // what leads to other playlists, in the order of the text

	head     []segment // the first ones
	edge     []segment // the last ones
	count    int       // of segments
	ended    bool
	duration media.Ticks // microseconds, of all segments
}

// entry is a variant or a rendition that has a playlist of its own.
type entry struct {
	rendition bool
	index     int
}

// multivariant says that the playlist leads to playlists.
func (p *playlist) multivariant() bool { return len(p.variants) > 0 }

// opening returns the segments to begin with: the first, or those near the edge of a playlist that
// still grows.
func (p *playlist) opening() []segment {
	if p.ended || p.count <= liveEdge {
		return p.head
	}
	return p.edge
}

// parser keeps what the tags say about the lines to come.
type parser struct {
	playlist
	next    segment // being described
	method  string
	header  *segments.Stretch
	variant *variant         // whose URI comes next
	ranged  bool             // next has a sub-range
	after   segments.Stretch // the sub-range before
}

func newSegment() segment {
	return segment{Segment: segments.Segment{Stretch: segments.Stretch{Length: -1}}}
}

// mostSegments are the first ones that are kept.
const mostSegments = 8

// parse reads a playlist. Lines that are not understood are passed over, as 6.3.1 asks.
func parse(text string, element func(offset int64) error) (*playlist, error) {
	p := parser{next: newSegment()}
	offset := 0
	for line := range strings.Lines(text) {
		if err := element(int64(offset)); err != nil {
			return nil, err
		}
		offset += len(line)
		line = strings.TrimRight(line, "\r\n\t ")
		switch {
		case line == "" || len(line) > maxLine:
		case line[0] != '#':
			p.locate(line)
		case strings.HasPrefix(line, "#EXT"):
			name, value, _ := strings.Cut(line, ":")
			if err := p.tag(name, value); err != nil {
				return nil, fmt.Errorf("%s at %d: %w", name, offset-len(line), err)
			}
		}
	}
	return &p.playlist, nil
}

// locate takes a line that is a URI.
func (p *parser) locate(uri string) {
	if p.variant != nil {
		p.variant.uri = uri
		p.variants = append(p.variants, *p.variant)
		p.order = append(p.order, entry{index: len(p.variants) - 1})
		p.variant = nil
		return
	}
	s := p.next
	s.URI, s.method, s.header = uri, p.method, p.header
	switch {
	case !p.ranged:
		s.Offset, s.Length = 0, -1
	case s.Offset < 0 && p.after.URI == uri:
		s.Offset = p.after.Offset + p.after.Length
	}
	s.Offset = max(s.Offset, 0)
	p.after = s.Stretch
	if p.count < mostSegments {
		p.head = append(p.head, s)
	}
	if p.edge = append(p.edge, s); len(p.edge) > liveEdge {
		p.edge = p.edge[1:]
	}
	p.count++
	p.next, p.ranged = newSegment(), false
}

var errNumber = errors.New("no number")

// tag takes a tag and its value.
func (p *parser) tag(name, value string) error {
	switch name {
	case "#EXTINF":
		text, _, _ := strings.Cut(value, ",")
		seconds, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		if err != nil || math.IsNaN(seconds) || seconds < 0 || seconds > 1e9 {
			return fmt.Errorf("%w of seconds: %.32q", errNumber, text)
		}
		p.next.Seconds = seconds
		p.duration += media.Ticks(seconds * 1e6)
	case "#EXT-X-BYTERANGE":
		length, offset, err := byteRange(value)
		if err != nil {
			return err
		}
		p.next.Length, p.next.Offset, p.ranged = length, offset, true
	case "#EXT-X-ENDLIST":
		p.ended = true
	case "#EXT-X-KEY":
		if p.method = attributes(value)["METHOD"]; p.method == "NONE" {
			p.method = ""
		}
	case "#EXT-X-MAP":
		a := attributes(value)
		header := &segments.Stretch{URI: a["URI"], Length: -1}
		if text, ok := a["BYTERANGE"]; ok {
			length, offset, err := byteRange(text)
			if err != nil {
				return err
			}
			header.Length, header.Offset = length, max(offset, 0)
		}
		p.header = header
	case "#EXT-X-STREAM-INF":
		p.variant = newVariant(attributes(value))
	case "#EXT-X-MEDIA":
		p.media(attributes(value))
	}
	return nil
}

// byteRange reads "length" or "length@offset"; without an offset, that is -1.
func byteRange(text string) (length, offset int64, err error) {
	first, second, found := strings.Cut(text, "@")
	length, err = strconv.ParseInt(first, 10, 64)
	offset = -1
	if found && err == nil {
		offset, err = strconv.ParseInt(second, 10, 64)
	}
	if err != nil || length < 0 || found && offset < 0 || length > math.MaxInt64-max(offset, 0) {
		return 0, 0, fmt.Errorf("%w of bytes: %.48q", errNumber, text)
	}
	return length, offset, nil
}

func newVariant(a map[string]string) *variant {
	v := &variant{codecs: a["CODECS"], frameRate: a["FRAME-RATE"], audio: a["AUDIO"], video: a["VIDEO"]}
	if n, err := strconv.ParseInt(a["BANDWIDTH"], 10, 64); err == nil && n > 0 {
		v.bandwidth = n
	}
	w, h, _ := strings.Cut(a["RESOLUTION"], "x")
	width, errW := strconv.ParseUint(w, 10, 16)
	height, errH := strconv.ParseUint(h, 10, 16)
	if errW == nil && errH == nil {
		v.width, v.height = int(width), int(height)
	}
	return v
}

// media takes an EXT-X-MEDIA. Text renditions are not streams to ffprobe, nor to us.
func (p *parser) media(a map[string]string) {
	kind := a["TYPE"]
	if kind != "AUDIO" && kind != "VIDEO" || len(p.renditions) >= maxPlaylists {
		return
	}
	r := rendition{kind: kind, group: a["GROUP-ID"], name: a["NAME"], language: a["LANGUAGE"], uri: a["URI"]}
	r.flags.Default, r.flags.Forced = a["DEFAULT"] == "YES", a["FORCED"] == "YES"
	p.renditions = append(p.renditions, r)
	if r.uri != "" {
		p.order = append(p.order, entry{rendition: true, index: len(p.renditions) - 1})
	}
}

// attributes reads an attribute list: RFC 8216, 4.2. Of a name that comes twice the last counts.
func attributes(text string) map[string]string {
	a := map[string]string{}
	for text != "" {
		name, rest, found := strings.Cut(text, "=")
		if !found {
			break
		}
		name = strings.TrimSpace(name)
		var value string
		if quoted, ok := strings.CutPrefix(rest, `"`); ok {
			value, rest, _ = strings.Cut(quoted, `"`)
			_, text, _ = strings.Cut(rest, ",")
		} else {
			value, text, _ = strings.Cut(rest, ",")
		}
		a[name] = value
	}
	return a
}
