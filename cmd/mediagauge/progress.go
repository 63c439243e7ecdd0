package main

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// progress is one line on a terminal, drawn over itself. Its writer must not be written to by
// anyone else without hiding it first. A nil progress draws nothing.
type progress struct {
	m     *machine
	w     io.Writer
	start time.Time
	stop  chan struct{}
	ended sync.WaitGroup

	mu                  sync.Mutex
	total, done, failed int
	drawn               time.Time
	shown               bool
}

// newProgress starts a line for total things, or returns nil when w is no terminal.
func newProgress(m *machine, w io.Writer, total int) *progress {
	if !m.isTerminal(w) {
		return nil
	}
	p := &progress{m: m, w: w, start: m.now(), total: total, stop: make(chan struct{})}
	p.mu.Lock()
	p.draw()
	p.mu.Unlock()
	if m.redraw > 0 {
		p.ended.Go(p.keepDrawing)
	}
	return p
}

// keepDrawing lets the clock move while nothing else does.
func (p *progress) keepDrawing() {
	tick := time.NewTicker(p.m.redraw)
	defer tick.Stop()
	for {
		select {
		case <-p.stop:
			return
		case <-tick.C:
			p.mu.Lock()
			p.draw()
			p.mu.Unlock()
		}
	}
}

// step counts one thing that ended. print, when not nil, writes lines of its own: the progress
// line makes room for them.
func (p *progress) step(failed bool, print func()) {
	if p == nil {
		if print != nil {
			print()
		}
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done++
	if failed {
		p.failed++
	}
	if print != nil {
		p.hide()
		print()
	}
	if !p.shown || p.m.now().Sub(p.drawn) >= p.m.redraw {
		p.draw()
	}
}

// close takes the line away.
func (p *progress) close() {
	if p == nil {
		return
	}
	close(p.stop)
	p.ended.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hide()
}

// draw needs the lock.
func (p *progress) draw() {
	p.drawn = p.m.now()
	elapsed := p.drawn.Sub(p.start)
	line := fmt.Sprintf("%d/%d done", p.done, p.total)
	if s := elapsed.Seconds(); s >= 1 && p.done > 0 {
		line += fmt.Sprintf("  %.1f/s", float64(p.done)/s)
	}
	if p.failed > 0 {
		line += fmt.Sprintf("  %d failed", p.failed)
	}
	line += "  " + humanElapsed(elapsed)
	// One column stays free: a full last column wraps on some terminals.
	if most := p.m.width(p.w) - 1; most > 0 && len(line) > most {
		line = line[:most]
	}
	_, _ = fmt.Fprintf(p.w, "\r%s%s", line, eraseRest)
	p.shown = true
}

// hide needs the lock.
func (p *progress) hide() {
	if p.shown {
		_, _ = fmt.Fprintf(p.w, "\r%s", eraseRest)
		p.shown = false
	}
}

// eraseRest clears from the cursor to the end of the line (ECMA-48, EL 0).
const eraseRest = "\x1b[K"
