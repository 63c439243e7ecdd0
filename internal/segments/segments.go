// Package segments reads the opening of a stream that is cut into segments, as the playlists and
// manifests of adaptive streaming name them: the initialization section and the first segments are
// opened through the Reader of the playlist and probed as one source.
package segments

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/mediagauge/mediagauge/internal/rational"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// Stretch is a part of a resource.
type Stretch struct {
	URI    string // relative to the text that names it
	Offset int64
	Length int64 // -1: to the end
}

// Segment is a stretch of media.
type Segment struct {
	Stretch
	Seconds float64 // of media, as the text says; 0 when it does not
}

// enough is how many seconds of media the opening of a stream should have.
const enough = 2.0

// Opening probes as many of the segments as make the opening of a stream, behind header where it
// is not nil. Errors say in which resource they arose; they are *probe.Error, of kind IO when the
// first segment cannot be read.
func Opening(ctx context.Context, r *probe.Reader, header *Stretch, segments []Segment) (*media.Info, error) {
	o := opener{r: r, opened: map[string]probe.Source{}}
	first := ""
	if header != nil {
		first = header.URI
		more, err := o.add(*header)
		if err != nil {
			return nil, err
		}
		if !more && len(segments) > 0 {
			return nil, Within(header.URI, probe.Errorf(probe.Unsupported, "an initialization section of unknown length"))
		}
	}
	seconds := 0.0
	for i, s := range segments {
		if i == 0 {
			first = s.URI
		}
		if i > 0 && (seconds >= enough || s.Seconds == 0) {
			break
		}
		more, err := o.add(s.Stretch)
		if err != nil && i == 0 {
			return nil, err
		}
		if err != nil || !more {
			break
		}
		seconds += s.Seconds
	}
	info, err := r.ProbeOpening(ctx, &o.joined)
	if start := o.start(header); errors.Is(err, probe.Unsupported) && len(o.parts) > start+1 {
		o.parts = o.parts[:start+1] // segments need not fit together; the first one stands alone
		info, err = r.ProbeOpening(ctx, &o.joined)
	}
	if err != nil {
		return nil, Within(first, err)
	}
	return info, nil
}

// start returns which part is the first segment.
func (o *opener) start(header *Stretch) int {
	if header != nil {
		return 1
	}
	return 0
}

type opener struct {
	joined
	r      *probe.Reader
	opened map[string]probe.Source
}

// add opens the resource of s, unless it is open already. It reports whether something may follow.
func (o *opener) add(s Stretch) (bool, error) {
	src, ok := o.opened[s.URI]
	if !ok {
		var err error
		if src, err = o.r.Open(s.URI); err != nil {
			return false, Within(s.URI, err)
		}
		o.opened[s.URI] = src
	}
	return o.joined.add(src, s), nil
}

// Within says in which resource an error arose.
func Within(uri string, err error) error {
	var known *probe.Error
	switch {
	case errors.As(err, &known):
		e := *known
		e.Format, e.Path, e.Offset = "", "", -1
		e.Err = fmt.Errorf("%s: %w", Shorten(uri), err)
		return &e
	case errors.Is(err, probe.ErrUnknownFormat):
		return probe.Refuse("segment-format", "%s: a segment in a format that is not known", Shorten(uri))
	}
	return fmt.Errorf("%s: %w", Shorten(uri), err)
}

// Shorten leaves a query out, which may be a signature, and most of a long URI.
func Shorten(uri string) string {
	for i, c := range uri {
		if c == '?' || c == '#' || i >= 128 {
			return uri[:i] + "…"
		}
	}
	return uri
}

// Start returns the start of the earliest track in microseconds.
func Start(tracks []media.Track) media.Duration {
	earliest := int64(math.MaxInt64)
	for _, t := range tracks {
		if !t.Start.Known() {
			continue
		}
		if at, ok := rational.Scale(int64(t.Start.Ticks), t.Start.Timebase.Num*1_000_000, t.Start.Timebase.Den); ok {
			earliest = min(earliest, at)
		}
	}
	if earliest == math.MaxInt64 {
		return media.Duration{}
	}
	return media.Duration{Ticks: media.Ticks(earliest), Timebase: media.Microseconds}
}
