package main

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestProgressWidth: a line never wraps, however narrow the terminal is.
func TestProgressWidth(t *testing.T) {
	t.Parallel()
	for _, width := range []int{1, 2, 10, 24, 200} {
		var w bytes.Buffer
		m := newBench(t, nil).machine
		m.isTerminal = func(any) bool { return true }
		m.width = func(any) int { return width }
		p := newProgress(m, &w, 1000000)
		p.step(true, nil)
		p.close()
		for line := range strings.SplitSeq(strings.ReplaceAll(w.String(), eraseRest, ""), "\r") {
			if most := max(width-1, 0); len(line) > most && width > 1 {
				t.Errorf("width %d: %q", width, line)
			}
		}
		if !strings.HasSuffix(w.String(), "\r"+eraseRest) {
			t.Errorf("width %d: the line stays: %q", width, w.String())
		}
	}
}

func TestProgressElsewhere(t *testing.T) {
	t.Parallel()
	var w bytes.Buffer
	p := newProgress(newBench(t, nil).machine, &w, 10)
	printed := false
	p.step(true, func() { printed = true })
	p.close()
	if w.Len() != 0 || !printed {
		t.Errorf("drawn where there is no terminal: %q, printed %t", w.String(), printed)
	}
}

// signalWriter tells when it was written to a number of times.
type signalWriter struct {
	mu    sync.Mutex
	left  int
	ready chan struct{}
}

func (s *signalWriter) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.left--; s.left == 0 {
		close(s.ready)
	}
	return len(p), nil
}

// TestProgressMoves: the line is drawn again while nothing happens.
func TestProgressMoves(t *testing.T) {
	t.Parallel()
	m := newBench(t, nil).machine
	m.isTerminal = func(any) bool { return true }
	m.redraw = time.Millisecond
	w := &signalWriter{left: 3, ready: make(chan struct{})}
	p := newProgress(m, w, 1)
	defer p.close()
	select {
	case <-w.ready:
	case <-time.After(20 * time.Second):
		t.Error("not drawn three times")
	}
}
