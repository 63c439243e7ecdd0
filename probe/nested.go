package probe

import (
	"context"
	"errors"
	"io"

	"github.com/mediagauge/mediagauge/media"
)

// Referrer is a Source whose bytes may name other sources, as a playlist names its segments.
type Referrer interface {
	// OpenReference opens what ref names, a URI reference (RFC 3986, 4.1) that is resolved
	// against the place of this source. The source decides what may be reached. What it
	// returns may be an io.Closer; ctx bounds its life.
	OpenReference(ctx context.Context, ref string) (Source, error)
}

// Open opens what the source names by ref. What is opened counts against the limits; its bytes
// do when they are read through Within. It stays open until the probe is over.
//
// The error is an *Error: of kind Limit when MaxReferences or MaxNesting are used up, of kind
// Unsupported when the source refers to nothing (a byte slice, for example), or of kind IO.
func (r *Reader) Open(ref string) (Source, error) {
	from, ok := r.src.(Referrer)
	if !ok {
		return nil, Refuse("no-references", "a source without a place cannot open what it names")
	}
	if r.level >= r.limits.MaxNesting {
		return nil, Errorf(Limit, "references nested more than %d deep", r.limits.MaxNesting)
	}
	r.ledger.mu.Lock()
	r.ledger.references++
	over := r.ledger.references > r.limits.MaxReferences
	r.ledger.mu.Unlock()
	if over {
		return nil, Errorf(Limit, "more than %d references opened", r.limits.MaxReferences)
	}
	if r.ctx.Err() != nil {
		return nil, &Error{Kind: IO, Offset: -1, Err: context.Cause(r.ctx)}
	}
	src, err := from.OpenReference(r.ctx, ref)
	if err != nil {
		var known *Error
		if errors.As(err, &known) {
			return nil, err
		}
		return nil, &Error{Kind: IO, Offset: -1, Err: err}
	}
	if c, ok := src.(io.Closer); ok {
		r.ledger.mu.Lock()
		r.ledger.opened = append(r.ledger.opened, c)
		r.ledger.mu.Unlock()
	}
	return src, nil
}

// Within returns a Reader over src, which Open gave or which was made of such sources. It reads
// on the account of r and one level deeper.
func (r *Reader) Within(src Source) *Reader {
	return &Reader{ctx: r.ctx, src: src, limits: r.limits, ledger: r.ledger, level: r.level + 1}
}

// Opening says that the source is the opening of a longer stream which is cut into pieces, as
// playlists name them. A format then reports what the opening shows of the stream: lengths and
// rates over the whole source mean nothing, and its end is not worth a read.
func (r *Reader) Opening() bool { return r.opening }

// ProbeOpening asks the formats of the probe at work, those that refer to other sources left
// out, what src is the opening of. It reads on the account of r.
func (r *Reader) ProbeOpening(ctx context.Context, src Source) (*media.Info, error) {
	if r.ledger.prober == nil {
		return nil, ErrUnknownFormat
	}
	p := &Prober{limits: r.limits}
	for _, f := range r.ledger.prober.formats {
		if !f.Refers {
			p.formats = append(p.formats, f)
		}
	}
	inner := r.Within(src)
	inner.opening = true
	return p.ask(ctx, inner)
}

// closeReferences closes what was opened on the way.
func (r *Reader) closeReferences() {
	r.ledger.mu.Lock()
	opened := r.ledger.opened
	r.ledger.opened, r.ledger.references = nil, 0
	r.ledger.mu.Unlock()
	for _, c := range opened {
		_ = c.Close() // nothing was written
	}
}
