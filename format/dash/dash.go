package dash

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/mediagauge/mediagauge/internal/segments"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// Format recognises and reads manifests.
var Format = probe.Format{Name: "dash", Sniff: sniff, Probe: read, Refers: true}

const (
	maxText            = 4 << 20 // bytes of a manifest
	maxPeriods         = 1000
	maxRepresentations = 24 // that are looked into
	parallel           = 4  // of them at a time
	maxDepth           = 24 // of elements
	maxElements        = 200_000
)

// rules are the gate rules.
var rules = map[string]string{
	"live-manifest":      "the first segment follows from the time of day (type dynamic without a timeline)",
	"long-text":          "a manifest of more than 4 MiB",
	"no-representations": "a manifest that names no streams",
	"segment-format":     "segments in a format without a reader",
}

// Rules returns the gate rules by name, each with the reason why a file is refused by it.
func Rules() map[string]string { return rules }

var profile = regexp.MustCompile(`(?i)urn:mpeg:dash:profile`)

// sniff asks for the root element and, as ffprobe does, for one of its profiles.
func sniff(head []byte) error {
	if !bytes.Contains(head, []byte("<MPD")) {
		return errors.New("no MPD element")
	}
	if !profile.Match(head) {
		return errors.New("an MPD element without a DASH profile")
	}
	return nil
}

// one is a representation with all that it inherits.
type one struct {
	*representation
	kind     media.Kind
	language string
	header   *segments.Stretch
	first    []segments.Segment
	err      error

	info *media.Info
}

func read(ctx context.Context, r *probe.Reader) (*media.Info, error) {
	text, err := load(r)
	if err != nil {
		return nil, err
	}
	m, err := parse(text, r)
	if err != nil {
		return nil, err
	}
	if len(m.Periods) == 0 || len(m.Periods) > maxPeriods {
		return nil, probe.Errorf(probe.Malformed, "%d periods", len(m.Periods))
	}
	p, duration, known := m.period()
	info := &media.Info{Format: media.Format{Name: "dash", LongName: "Dynamic Adaptive Streaming over HTTP"}, Size: int64(len(text))}
	if known && m.Type != "dynamic" {
		info.Duration = media.Duration{Ticks: media.Ticks(duration * 1_000_000), Timebase: media.Microseconds}
	}
	if t := m.Program; t != nil {
		info.Metadata = media.Metadata{}
		for key, value := range map[string]string{"Title": t.Title, "Source": t.Source, "Copyright": t.Copyright} {
			if value != "" {
				info.Metadata[key] = value
			}
		}
	}
	all, err := m.representations(p)
	if err != nil {
		return nil, err
	}
	if len(all) > maxRepresentations {
		info.Warnings = append(info.Warnings, media.Warning{Message: fmt.Sprintf("%d representations, of which the first %d are described", len(all), maxRepresentations)})
		all = all[:maxRepresentations]
	}
	if err := open(ctx, r, all); err != nil {
		return nil, err
	}
	describe(info, all)
	info.Clean()
	return info, nil
}

// load reads the text.
func load(r *probe.Reader) ([]byte, error) {
	size, known := r.Size()
	if known && size > maxText {
		return nil, probe.Refuse("long-text", "%d bytes", size)
	}
	var text []byte
	for chunk := int64(64 << 10); ; chunk *= 2 {
		if known {
			chunk = size - int64(len(text))
		}
		if int64(len(text))+chunk > maxText {
			return nil, probe.Refuse("long-text", "a text that does not end")
		}
		b := make([]byte, chunk)
		n, err := r.ReadAt(b, int64(len(text)))
		text = append(text, b[:n]...)
		if err == io.EOF || err == nil && known {
			return text, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// parse reads the elements, after a count of them: a text can hold many in little room.
func parse(text []byte, r *probe.Reader) (*manifest, error) {
	depth, elements := 0, 0
	for d := xml.NewDecoder(bytes.NewReader(text)); ; {
		token, err := d.RawToken()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, probe.Errorf(probe.Malformed, "%w", err)
		}
		switch token.(type) {
		case xml.StartElement:
			depth++
			elements++
			if err := r.Element(d.InputOffset()); err != nil {
				return nil, err
			}
		case xml.EndElement:
			depth--
		}
		if depth > maxDepth || elements > maxElements {
			return nil, probe.Errorf(probe.Limit, "elements %d deep, %d of them", depth, elements)
		}
	}
	m := &manifest{}
	if err := xml.Unmarshal(text, m); err != nil {
		return nil, probe.Errorf(probe.Malformed, "%w", err)
	}
	if m.XMLName.Local != "MPD" {
		return nil, probe.Errorf(probe.Malformed, "a root element %q", m.XMLName.Local)
	}
	return m, nil
}

var isoDuration = regexp.MustCompile(`^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d*)?S)?)?$`)

// seconds reads a duration of ISO 8601 in whole seconds, which is what ffprobe takes of it. Years
// and months have no length of their own.
func seconds(text string) (int64, bool) {
	m := isoDuration.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil || m[1] != "" || m[2] != "" {
		return 0, false
	}
	sum := int64(0)
	for i, unit := range []int64{86400, 3600, 60, 1} {
		if m[i+3] == "" {
			continue
		}
		n, err := strconv.ParseInt(m[i+3], 10, 32)
		if err != nil {
			return 0, false
		}
		sum += n * unit
	}
	return sum, true
}

// period returns the longest one, the last of several, and the length of the presentation in
// seconds: of that period alone when it does not begin it.
func (m *manifest) period() (*period, int64, bool) {
	total, known := seconds(m.Duration)
	best, longest := &m.Periods[0], int64(0)
	for i := range m.Periods {
		p := &m.Periods[i]
		length, ok := seconds(p.Duration)
		if length < longest {
			continue
		}
		best, longest = p, length
		if start, _ := seconds(p.Start); start > 0 && ok {
			total, known = length, true
		}
	}
	if !known && longest > 0 {
		total, known = longest, true
	}
	return best, total, known
}

// representations lists those of p: pictures first, then sound, then text.
func (m *manifest) representations(p *period) ([]*one, error) {
	var video, audio, text []*one
	for i := range p.Sets {
		set := &p.Sets[i]
		for k := range set.Representations {
			rep := &set.Representations[k]
			o := &one{representation: rep, kind: set.kind(rep), language: set.Language}
			a := rep.inherit(set.addressing, p.addressing)
			if m.Type == "dynamic" && a.Template != nil && a.Template.Timeline == nil {
				return nil, probe.Refuse("live-manifest", "segments by number")
			}
			place, err := newPlace(m.BaseURL, p.BaseURL, set.BaseURL, rep.BaseURL)
			if err == nil {
				o.header, o.first, err = rep.firstSegments(a, place)
			}
			if err == nil && len(o.first) == 0 {
				err = errors.New("no segments")
			}
			if err != nil {
				o.err = probe.Errorf(probe.Malformed, "representation %.64q: %w", rep.ID, err)
			}
			switch o.kind {
			case media.KindVideo:
				video = append(video, o)
			case media.KindAudio:
				audio = append(audio, o)
			case media.KindSubtitle:
				text = append(text, o)
			}
		}
	}
	all := append(append(video, audio...), text...)
	if len(all) == 0 {
		return nil, probe.Refuse("no-representations", "a period without representations of pictures, sound or text")
	}
	return all, nil
}

// kind tells what a representation carries: by the type of content, else by the MIME type.
func (a *adaptationSet) kind(r *representation) media.Kind {
	words := []string{a.ContentType}
	for _, c := range a.Components {
		words = append(words, c.ContentType)
	}
	words = append(words, r.MimeType, a.MimeType)
	for _, w := range words {
		switch top, _, _ := strings.Cut(w, "/"); top {
		case "video":
			return media.KindVideo
		case "audio":
			return media.KindAudio
		case "text":
			return media.KindSubtitle
		}
	}
	return media.KindUnknown
}

// open describes the representations, a few at a time.
func open(ctx context.Context, r *probe.Reader, all []*one) error {
	turns := make(chan struct{}, parallel)
	var wg sync.WaitGroup
	for _, o := range all {
		if o.err != nil {
			continue
		}
		wg.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			o.info, o.err = segments.Opening(ctx, r, o.header, o.first)
		})
	}
	wg.Wait()
	for _, o := range all {
		if o.err == nil {
			return nil
		}
	}
	return all[0].err
}

// describe makes the tracks and the program.
func describe(info *media.Info, all []*one) {
	program := media.Program{}
	rates := map[media.Kind]int64{} // of the first track of each kind
	for _, o := range all {
		if o.err != nil {
			info.Warnings = append(info.Warnings, media.Warning{Path: "Representation " + o.ID, Message: o.err.Error()})
			continue
		}
		info.Warnings = append(info.Warnings, o.info.Warnings...)
		bandwidth, err := strconv.ParseInt(o.Bandwidth, 10, 64)
		for _, t := range o.info.Tracks {
			t.Index, t.ID, t.NumFrames, t.Language, t.Duration = len(info.Tracks), "", 0, "", media.Duration{}
			t.Metadata = media.Metadata{}
			if err == nil && bandwidth > 0 {
				t.Metadata["variant_bitrate"] = strconv.FormatInt(bandwidth, 10)
			}
			if o.ID != "" {
				t.Metadata["id"] = o.ID
			}
			if o.language != "" && t.Kind != media.KindVideo {
				t.Metadata["language"], t.Language = o.language, o.language
			}
			if t.Video != nil && t.Codec.Name != "hevc" {
				t.Video.FieldOrder = ""
			}
			rate := t.BitRate
			if rate == 0 {
				rate = bandwidth
			}
			if _, seen := rates[t.Kind]; !seen {
				rates[t.Kind] = rate
			}
			program.Tracks = append(program.Tracks, t.Index)
			info.Tracks = append(info.Tracks, t)
		}
	}
	info.Programs = []media.Program{program}
	info.BitRate = rates[media.KindVideo] + rates[media.KindAudio]
	info.Start = segments.Start(info.Tracks)
}
