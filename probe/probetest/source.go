package probetest

import (
	"errors"
	"io"
	"sync"
)

// errTransient is what a flaky source answers once.
var errTransient = errors.New("probetest: connection reset")

// script is a source over bytes whose habits are chosen.
type script struct {
	data      []byte
	unknown   bool // the length is not told
	eager     bool // io.EOF comes with the last bytes, not after them
	failRead  int  // this read fails, counted from 1
	mu        sync.Mutex
	reads     int
	exhausted bool // failRead was reached
}

// Size implements probe.Source.
func (s *script) Size() (int64, bool) {
	if s.unknown {
		return 0, false
	}
	return int64(len(s.data)), true
}

// ReadAt implements io.ReaderAt.
func (s *script) ReadAt(p []byte, off int64) (int, error) {
	s.mu.Lock()
	s.reads++
	fail := s.reads == s.failRead
	s.exhausted = s.exhausted || fail
	s.mu.Unlock()
	if fail {
		return 0, errTransient
	}
	if off < 0 {
		return 0, errors.New("probetest: a read before the start")
	}
	if off >= int64(len(s.data)) {
		return 0, io.EOF
	}
	n := copy(p, s.data[off:])
	if n < len(p) || s.eager && off+int64(n) == int64(len(s.data)) {
		return n, io.EOF
	}
	return n, nil
}
