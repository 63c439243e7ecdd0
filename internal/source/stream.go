package source

import (
	"errors"
	"io"
	"sync"
)

const chunk = 64 << 10

// stream reads an answer that carries the whole object, front to back, and keeps what it has
// read: the origin ignores ranges, so there is no second chance.
type stream struct {
	obj *Object

	mu     sync.Mutex
	answer *answer
	chunks [][]byte // all of length chunk but the last
	end    int64
	err    error // io.EOF once all is read
}

// openStream takes over a, a 200. Its first chunk is read at once: small objects end there.
func (o *Object) openStream(a *answer) error {
	s := &stream{obj: o, answer: a}
	if a.ContentLength >= 0 {
		o.setSize(a.ContentLength)
	}
	s.next()
	if s.err != nil && s.err != io.EOF {
		a.close()
		return o.fail(s.err)
	}
	if len(s.chunks) > 0 {
		if code, reason := o.xmlError(a.Header, s.chunks[0]); code != "" {
			a.close()
			return &Error{Code: code, Ref: o.target.ref, Status: a.StatusCode, Err: reason}
		}
	}
	o.stream = s
	return nil
}

func (s *stream) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer.close()
	if s.err == nil {
		s.err = errClosed
	}
}

func (s *stream) readAt(p []byte, off int64) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if size, known := s.obj.Size(); known && off >= size {
		return 0, io.EOF
	}
	if off-s.end > s.obj.account.room() {
		// Reading up to there would only spend the budget.
		return 0, s.obj.failStatus(s.answer.StatusCode, errNoRanges)
	}
	for s.end < off+int64(len(p)) && s.err == nil {
		s.next()
	}
	n := 0
	for n < len(p) && off < s.end {
		part := s.chunks[off/chunk]
		got := copy(p[n:], part[off%chunk:])
		n, off = n+got, off+int64(got)
	}
	if n < len(p) {
		return n, s.err
	}
	return n, nil
}

// next reads one chunk. It sets err when there is no more.
func (s *stream) next() {
	size, known := s.obj.Size()
	want := int64(chunk)
	if known {
		want = min(want, size-s.end)
	}
	buf := make([]byte, want)
	n, err := s.fill(buf)
	if n > 0 {
		s.chunks = append(s.chunks, buf[:n:n])
		s.end += int64(n)
	}
	switch {
	case known && s.end == size:
		s.err = io.EOF
		s.answer.close()
	case err == io.EOF && !known:
		s.err = io.EOF
		s.obj.setSize(s.end)
	case err == io.EOF:
		s.err = errShort
	default:
		s.err = err
	}
}

// fill reads until buf is full or the body ends, under the minimum rate. There is no limit on
// the total but the Object's deadline: the caller decides when to read on.
func (s *stream) fill(buf []byte) (n int, err error) {
	cfg := s.obj.opener.cfg
	w := newWatch(cfg.RateWindow, cfg.MinRate, 0, s.answer.cancel)
	defer w.stop()
	for n < len(buf) && err == nil {
		var got int
		got, err = s.answer.Body.Read(buf[n:])
		w.add(got)
		n += got
	}
	switch {
	case n == len(buf) && !errors.Is(err, io.EOF):
		return n, nil
	case errors.Is(err, io.ErrUnexpectedEOF):
		return n, errShort
	case err != nil && err != io.EOF:
		return n, bodyError(s.answer.ctx, err)
	}
	return n, err
}
