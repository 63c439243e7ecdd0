package source

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
)

var (
	errChanged    = errors.New("another version than the one first seen")
	errNoRanges   = errors.New("origin does not serve ranges")
	errShort      = errors.New("fewer bytes than announced")
	errEncoded    = errors.New("origin encoded the body although it was asked not to")
	errOtherRange = errors.New("origin sent another range than asked")
)

// answer is a response whose body is read under a deadline.
type answer struct {
	*http.Response
	ctx    context.Context
	cancel context.CancelCauseFunc
}

func (a *answer) close() {
	a.Body.Close()
	a.cancel(nil)
}

// open makes the opening request and learns what there is to know: length, version, whether
// ranges work. There is no HEAD: origins answer it differently, or not at all.
func (o *Object) open() error {
	a, err := o.ask(byteRange{0, o.head - 1}.String())
	if err != nil {
		return o.fail(err)
	}
	if a.StatusCode == http.StatusRequestedRangeNotSatisfiable {
		total, known := unsatisfied(a.Header)
		a.close()
		switch {
		case known && total == 0:
			o.setFacts(a.Header)
			o.setSize(0)
			return nil
		case known:
			return o.failStatus(a.StatusCode, errNoRanges)
		}
		// Some origins refuse any range of an empty object and do not say why.
		if a, err = o.ask(""); err != nil {
			return o.fail(err)
		}
	}
	return o.openBody(a)
}

func (o *Object) openBody(a *answer) error {
	switch a.StatusCode {
	case http.StatusPartialContent, http.StatusOK:
	default:
		defer a.close()
		return o.statusError(a)
	}
	if err := checkEncoding(a.Header); err != nil {
		a.close()
		return o.failStatus(a.StatusCode, err)
	}
	o.setFacts(a.Header)
	o.oneRange = slices.Contains(stores, a.Header.Get("Server"))
	if a.StatusCode == http.StatusOK {
		return o.openStream(a)
	}
	defer a.close()
	n, err := o.checkRange(a, byteRange{0, o.head - 1})
	if err != nil {
		return o.failStatus(a.StatusCode, err)
	}
	w := o.cache.start(plan{end: n, width: o.head})
	w.fill(newBuffer(n), n)
	close(w.done)
	if err := o.readBody(a, w.data); err != nil {
		return o.fail(err)
	}
	if code, reason := o.xmlError(a.Header, w.data); code != "" {
		return &Error{Code: code, Ref: o.target.ref, Status: a.StatusCode, Err: reason}
	}
	return nil
}

// fetch reads len(p) bytes at off with one request. Fewer bytes come with no error when the
// origin chose to send a shorter range; io.EOF says that nothing is there.
func (o *Object) fetch(p []byte, off int64) (int, error) {
	if int64(len(p)) > o.account.room() {
		return 0, errBytes
	}
	select {
	case o.slots <- struct{}{}:
		defer func() { <-o.slots }()
	case <-o.ctx.Done():
		return 0, context.Cause(o.ctx)
	}
	want := byteRange{off, off + int64(len(p)) - 1}
	a, err := o.ask(want.String())
	if err != nil {
		return 0, o.fail(err)
	}
	defer a.close()
	switch a.StatusCode {
	case http.StatusPartialContent:
	case http.StatusRequestedRangeNotSatisfiable:
		return 0, o.pastEnd(a, off)
	case http.StatusOK:
		if err := o.sameVersion(a.Header); err != nil {
			return 0, o.failStatus(a.StatusCode, err)
		}
		return 0, o.failStatus(a.StatusCode, errNoRanges)
	default:
		return 0, o.statusError(a)
	}
	if err := checkEncoding(a.Header); err != nil {
		return 0, o.failStatus(a.StatusCode, err)
	}
	if err := o.sameVersion(a.Header); err != nil {
		return 0, o.failStatus(a.StatusCode, err)
	}
	n, err := o.checkRange(a, want)
	if err != nil {
		return 0, o.failStatus(a.StatusCode, err)
	}
	if err := o.readBody(a, p[:n]); err != nil {
		return 0, o.fail(err)
	}
	return int(n), nil
}

// pastEnd explains a 416: the end of a source of unknown length, or a lie.
func (o *Object) pastEnd(a *answer, off int64) error {
	if size, known := o.Size(); known {
		if total, told := unsatisfied(a.Header); told && total != size {
			return o.failStatus(a.StatusCode, errChanged)
		}
		return o.failStatus(a.StatusCode, errNoRanges)
	}
	total, told := unsatisfied(a.Header)
	o.mu.Lock()
	defer o.mu.Unlock()
	switch before := o.cache.at(off - 1); {
	case told && total <= off:
		o.size = total
	case before != nil && len(before.data) > 0: // there is a byte before off and none at it
		o.size = off
	}
	return io.EOF
}

// ask sends one GET, for ranges spelled as in the header or, with none, for everything. Where redirects led is remembered and
// asked directly, until it refuses.
func (o *Object) ask(ranges string) (*answer, error) {
	o.mu.Lock()
	final := o.final
	o.mu.Unlock()
	a, err := o.send(ranges, final)
	if err != nil {
		return nil, err
	}
	if final != nil && (a.StatusCode/100 == 4 && a.StatusCode != http.StatusPreconditionFailed &&
		a.StatusCode != http.StatusRequestedRangeNotSatisfiable) {
		a.close()
		if a, err = o.send(ranges, nil); err != nil {
			return nil, err
		}
	}
	if a.StatusCode/100 == 2 && a.Request.Response != nil { // a redirect led there
		o.mu.Lock()
		o.final = a.Request.URL
		o.mu.Unlock()
	}
	return a, nil
}

func (o *Object) send(ranges string, to *url.URL) (*answer, error) {
	ctx, cancel := context.WithCancelCause(o.ctx)
	req, err := o.request(ctx, ranges, to)
	if err != nil {
		cancel(nil)
		return nil, err
	}
	resp, err := o.opener.client.Do(req)
	if err != nil {
		cancel(nil)
		return nil, err
	}
	return &answer{resp, ctx, cancel}, nil
}

// request builds a GET. Only a request to the target itself is signed.
func (o *Object) request(ctx context.Context, ranges string, to *url.URL) (*http.Request, error) {
	signed := to == nil
	if signed {
		to = o.target.url
	}
	req := (&http.Request{Method: http.MethodGet, URL: to, Host: to.Host, Header: make(http.Header, 8)}).WithContext(ctx)
	if signed && o.target.storage != nil {
		u := *to // signers may write to it
		req.URL = &u
		if err := o.target.sign(ctx, req, o.opener.cfg.now()); err != nil {
			return nil, err
		}
	}
	// Set would allocate for each. Nobody writes into the values of a request.
	req.Header["Accept-Encoding"], req.Header["User-Agent"] = acceptEncoding, userAgent
	if ranges != "" {
		req.Header["Range"] = []string{ranges}
	}
	if o.precondition != "" {
		req.Header[o.precondition] = o.expected
	}
	return req, nil
}

var acceptEncoding, userAgent = []string{"identity"}, []string{"mediagauge"}

// readBody fills p from the body, under the minimum rate.
func (o *Object) readBody(a *answer, p []byte) error {
	cfg := o.opener.cfg
	w := newWatch(cfg.RateWindow, cfg.MinRate, cfg.BodyTimeout, a.cancel)
	defer w.stop()
	for n := 0; n < len(p); {
		got, err := a.Body.Read(p[n:])
		w.add(got)
		n += got
		switch {
		case n == len(p):
			return nil
		case err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF):
			return errShort
		case err != nil:
			return bodyError(a.ctx, err)
		}
	}
	return nil
}

// bodyError prefers why a read was cut off to how that looked.
func bodyError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}
