package probe

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/mediagauge/mediagauge/media"
)

// headSize is how many bytes a Sniff function may look at.
const headSize = 4096

// Format is something that can be recognised and read: a container or a raw stream.
type Format struct {
	Name  string                                                    // ffprobe's spelling
	Sniff func(head []byte) error                                   // nil: mine; else why not. No I/O.
	Probe func(ctx context.Context, r *Reader) (*media.Info, error) // reads headers, never samples

	// Tagged says that the format may stand behind ID3v2 blocks: Sniff is shown the bytes after
	// them, Probe the whole source.
	Tagged bool

	// Refers says that the format names other sources and opens them (Reader.Open). It is not
	// asked about such a source itself, so that references cannot go in circles.
	Refers bool
}

// Prober asks formats in order. The zero value knows none.
type Prober struct {
	formats []Format
	limits  Limits
}

// New returns a Prober that asks formats in the order given: unambiguous magic first.
func New(formats ...Format) *Prober { return &Prober{formats: formats} }

// WithLimits returns a Prober that reads within l.
func (p *Prober) WithLimits(l Limits) *Prober { return &Prober{formats: p.formats, limits: l} }

// Probe describes src. When no format claims it, the error wraps ErrUnknownFormat and every
// format's own reason, on one line; otherwise it is the claiming format's *Error. A format that
// claims a source by its head may still decline it: when its Probe returns an error that wraps
// ErrUnknownFormat, the next format is asked.
func (p *Prober) Probe(ctx context.Context, src Source) (*media.Info, error) {
	return p.ProbeReader(ctx, NewReader(ctx, src, p.limits))
}

// ProbeReader is Probe over a Reader the caller already has, with its limits and its account.
func (p *Prober) ProbeReader(ctx context.Context, r *Reader) (*media.Info, error) {
	r.ledger.prober = p
	defer r.returnScratch()
	defer r.closeReferences()
	return p.ask(ctx, r)
}

// ask asks the formats in order.
func (p *Prober) ask(ctx context.Context, r *Reader) (*media.Info, error) {
	if len(p.formats) == 0 {
		return nil, ErrUnknownFormat
	}
	plain, err := r.Head(headSize)
	if err != nil {
		return nil, err
	}
	tagged, err := behindTags(r, plain)
	if err != nil {
		return nil, err
	}
	var reasons []string
	for _, f := range p.formats {
		head := plain
		if f.Tagged {
			head = tagged
		}
		if err := f.Sniff(head); err != nil {
			reasons = append(reasons, f.Name+": "+err.Error())
			continue
		}
		info, err := f.Probe(ctx, r)
		if err != nil && errors.Is(err, ErrUnknownFormat) {
			reasons = append(reasons, f.Name+": "+err.Error())
			continue
		}
		var pe *Error
		if errors.As(err, &pe) && pe.Format == "" {
			pe.Format = f.Name
		}
		return info, err
	}
	return nil, fmt.Errorf("%w (%s)", ErrUnknownFormat, strings.Join(reasons, "; "))
}
