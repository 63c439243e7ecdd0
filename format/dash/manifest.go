package dash

import (
	"encoding/xml"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/mediagauge/mediagauge/internal/segments"
)

// manifest is the MPD element: ISO/IEC 23009-1, 5.3.1.
type manifest struct {
	XMLName  xml.Name
	Type     string   `xml:"type,attr"`
	Duration string   `xml:"mediaPresentationDuration,attr"`
	BaseURL  []string `xml:"BaseURL"`
	Program  *struct {
		Title     string `xml:"Title"`
		Source    string `xml:"Source"`
		Copyright string `xml:"Copyright"`
	} `xml:"ProgramInformation"`
	Periods []period `xml:"Period"`
}

// period is 5.3.2.
type period struct {
	Start    string   `xml:"start,attr"`
	Duration string   `xml:"duration,attr"`
	BaseURL  []string `xml:"BaseURL"`
	addressing
	Sets []adaptationSet `xml:"AdaptationSet"`
}

// adaptationSet is 5.3.3.
type adaptationSet struct {
	ContentType string   `xml:"contentType,attr"`
	MimeType    string   `xml:"mimeType,attr"`
	Codecs      string   `xml:"codecs,attr"`
	Language    string   `xml:"lang,attr"`
	BaseURL     []string `xml:"BaseURL"`
	addressing
	Components []struct {
		ContentType string `xml:"contentType,attr"`
	} `xml:"ContentComponent"`
	Representations []representation `xml:"Representation"`
}

// representation is 5.3.5.
type representation struct {
	ID        string   `xml:"id,attr"`
	Bandwidth string   `xml:"bandwidth,attr"`
	MimeType  string   `xml:"mimeType,attr"`
	Codecs    string   `xml:"codecs,attr"`
	BaseURL   []string `xml:"BaseURL"`
	addressing
}

// addressing says where segments are: 5.3.9. An element below inherits what it does not say.
type addressing struct {
	Base     *segmentBase     `xml:"SegmentBase"`
	List     *segmentList     `xml:"SegmentList"`
	Template *segmentTemplate `xml:"SegmentTemplate"`
}

type urlRange struct {
	URL   string `xml:"sourceURL,attr"`
	Range string `xml:"range,attr"`
}

type segmentBase struct {
	Initialization *urlRange `xml:"Initialization"`
}

type segmentList struct {
	Timescale      string    `xml:"timescale,attr"`
	Duration       string    `xml:"duration,attr"`
	Initialization *urlRange `xml:"Initialization"`
	URLs           []struct {
		Media string `xml:"media,attr"`
		Range string `xml:"mediaRange,attr"`
	} `xml:"SegmentURL"`
	Timeline *timeline `xml:"SegmentTimeline"`
}

type segmentTemplate struct {
	Media          string    `xml:"media,attr"`
	Initialization string    `xml:"initialization,attr"`
	StartNumber    string    `xml:"startNumber,attr"`
	Timescale      string    `xml:"timescale,attr"`
	Duration       string    `xml:"duration,attr"`
	Timeline       *timeline `xml:"SegmentTimeline"`
}

type timeline struct {
	S []struct {
		T string `xml:"t,attr"`
		D string `xml:"d,attr"`
		R string `xml:"r,attr"`
	} `xml:"S"`
}

// inherit fills what a says nothing about from the elements around it, the nearest first.
func (a addressing) inherit(outer ...addressing) addressing {
	for _, o := range outer {
		if a.Base == nil && a.List == nil && a.Template == nil {
			a = o
			continue
		}
		if a.Template != nil && o.Template != nil {
			t := *a.Template
			fill(&t.Media, o.Template.Media)
			fill(&t.Initialization, o.Template.Initialization)
			fill(&t.StartNumber, o.Template.StartNumber)
			fill(&t.Timescale, o.Template.Timescale)
			fill(&t.Duration, o.Template.Duration)
			if t.Timeline == nil {
				t.Timeline = o.Template.Timeline
			}
			a.Template = &t
		}
		if a.List != nil && o.List != nil {
			l := *a.List
			fill(&l.Timescale, o.List.Timescale)
			fill(&l.Duration, o.List.Duration)
			if l.Initialization == nil {
				l.Initialization = o.List.Initialization
			}
			if len(l.URLs) == 0 {
				l.URLs = o.List.URLs
			}
			a.List = &l
		}
	}
	return a
}

func fill(s *string, other string) {
	if *s == "" {
		*s = other
	}
}

// place is where a representation lies: the base that its references are resolved against.
type place struct{ base *url.URL }

// newPlace follows the first BaseURL of every level: 5.6.4.
func newPlace(levels ...[]string) (place, error) {
	p := place{&url.URL{}}
	for _, urls := range levels {
		if len(urls) == 0 {
			continue
		}
		u, err := url.Parse(strings.TrimSpace(urls[0]))
		if err != nil {
			return p, fmt.Errorf("a BaseURL that cannot be parsed")
		}
		p.base = p.resolve(u)
	}
	return p, nil
}

// resolve is RFC 3986, 5.2, for a base that may be relative itself.
func (p place) resolve(u *url.URL) *url.URL {
	switch {
	case u.IsAbs() || u.Host != "":
		return u
	case p.base.IsAbs():
		return p.base.ResolveReference(u)
	case u.Path == "" && u.RawQuery == "":
		return p.base
	case strings.HasPrefix(u.Path, "/"):
		out := *u
		out.Host = p.base.Host
		return &out
	}
	out := *u
	out.Host = p.base.Host
	out.Path = p.base.Path[:strings.LastIndexByte(p.base.Path, '/')+1] + u.Path
	out.RawPath = ""
	return &out
}

// reference spells ref, "" for the base itself, against the manifest's own place.
func (p place) reference(ref string) (string, error) {
	u, err := url.Parse(strings.TrimSpace(ref))
	if err != nil {
		return "", errors.New("a reference that cannot be parsed")
	}
	return p.resolve(u).String(), nil
}

var identifier = regexp.MustCompile(`\$(RepresentationID|Number|Bandwidth|Time|)(%0(\d{1,2})d)?\$`)

// expand puts the values of a segment into a template: 5.3.9.4.4.
func expand(template string, r *representation, number, time int64) string {
	return identifier.ReplaceAllStringFunc(template, func(s string) string {
		m := identifier.FindStringSubmatch(s)
		width, _ := strconv.Atoi(m[3]) // at most two digits, none for no width
		switch m[1] {
		case "":
			return "$"
		case "RepresentationID":
			return r.ID
		case "Number":
			return fmt.Sprintf("%0*d", width, number)
		case "Time":
			return fmt.Sprintf("%0*d", width, time)
		}
		bandwidth, err := strconv.ParseInt(r.Bandwidth, 10, 64)
		if err != nil {
			return r.Bandwidth
		}
		return fmt.Sprintf("%0*d", width, bandwidth)
	})
}

// byteRange reads "first-last": 5.3.9.2.2.
func byteRange(text string) (offset, length int64, err error) {
	if text == "" {
		return 0, -1, nil
	}
	a, b, _ := strings.Cut(text, "-")
	first, err1 := strconv.ParseInt(a, 10, 62)
	if b == "" && err1 == nil && first >= 0 {
		return first, -1, nil
	}
	last, err2 := strconv.ParseInt(b, 10, 62)
	if err1 != nil || err2 != nil || first < 0 || last < first {
		return 0, 0, fmt.Errorf("no range of bytes: %.48q", text)
	}
	return first, last - first + 1, nil
}

// firstSegments returns the initialization section, nil for none, and the first segments.
func (r *representation) firstSegments(a addressing, p place) (*segments.Stretch, []segments.Segment, error) {
	switch {
	case a.Template != nil:
		return r.byTemplate(a.Template, p)
	case a.List != nil && len(a.List.URLs) > 0:
		return r.byList(a.List, p)
	}
	uri, err := p.reference("")
	if err == nil && uri == "" {
		err = errors.New("a representation that says nothing of its segments")
	}
	return nil, []segments.Segment{{Stretch: segments.Stretch{URI: uri, Length: -1}}}, err
}

// mostSegments are the first ones that are looked at.
const mostSegments = 8

func (r *representation) byTemplate(t *segmentTemplate, p place) (*segments.Stretch, []segments.Segment, error) {
	var header *segments.Stretch
	if t.Initialization != "" {
		uri, err := p.reference(expand(t.Initialization, r, 0, 0))
		if err != nil {
			return nil, nil, err
		}
		header = &segments.Stretch{URI: uri, Length: -1}
	}
	if t.Media == "" {
		return nil, nil, errors.New("a template without media")
	}
	number := int64(1)
	if n, err := strconv.ParseInt(t.StartNumber, 10, 62); err == nil && n >= 0 {
		number = n
	}
	var all []segments.Segment
	for i, s := range t.times() {
		uri, err := p.reference(expand(t.Media, r, number+int64(i), s.time))
		if err != nil {
			return nil, nil, err
		}
		all = append(all, segments.Segment{Stretch: segments.Stretch{URI: uri, Length: -1}, Seconds: s.seconds})
	}
	return header, all, nil
}

type stamp struct {
	time    int64
	seconds float64
}

// times lists the first segments by the timeline, or by their common duration: 5.3.9.6.
func (t *segmentTemplate) times() []stamp {
	scale := 1.0
	if n, err := strconv.ParseInt(t.Timescale, 10, 62); err == nil && n > 0 {
		scale = float64(n)
	}
	var all []stamp
	if t.Timeline == nil || len(t.Timeline.S) == 0 {
		d, err := strconv.ParseInt(t.Duration, 10, 32)
		if err != nil || d < 0 {
			d = 0
		}
		for i := range int64(mostSegments) {
			all = append(all, stamp{i * d, float64(d) / scale})
		}
		return all
	}
	now := int64(0)
	for _, s := range t.Timeline.S {
		if at, err := strconv.ParseInt(s.T, 10, 62); err == nil && at >= 0 {
			now = at
		}
		d, _ := strconv.ParseInt(s.D, 10, 32) // 0 for what is no number
		repeat, _ := strconv.ParseInt(s.R, 10, 32)
		if repeat < 0 {
			repeat = mostSegments
		}
		for range repeat + 1 {
			if len(all) == mostSegments {
				return all
			}
			all = append(all, stamp{now, float64(d) / scale})
			now += max(d, 0)
		}
	}
	return all
}

func (r *representation) byList(l *segmentList, p place) (*segments.Stretch, []segments.Segment, error) {
	var header *segments.Stretch
	if i := l.Initialization; i != nil {
		uri, err := p.reference(i.URL)
		offset, length, err2 := byteRange(i.Range)
		if err := errors.Join(err, err2); err != nil {
			return nil, nil, err
		}
		header = &segments.Stretch{URI: uri, Offset: offset, Length: length}
	}
	scale, _ := strconv.ParseFloat(l.Timescale, 64)
	duration, _ := strconv.ParseFloat(l.Duration, 64)
	if !(scale > 0) {
		scale = 1
	}
	if !(duration > 0) {
		duration = 0
	}
	var all []segments.Segment
	for _, u := range l.URLs[:min(len(l.URLs), mostSegments)] {
		uri, err := p.reference(u.Media)
		offset, length, err2 := byteRange(u.Range)
		if err := errors.Join(err, err2); err != nil {
			return nil, nil, err
		}
		all = append(all, segments.Segment{Stretch: segments.Stretch{URI: uri, Offset: offset, Length: length}, Seconds: duration / scale})
	}
	return header, all, nil
}
