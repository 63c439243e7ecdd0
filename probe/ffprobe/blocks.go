package ffprobe

import (
	"context"
	"errors"
	"io"
	"sync"

	"github.com/mediagauge/mediagauge/probe"
)

const (
	blockSize = 64 << 10
	maxWindow = 4   // blocks fetched at once when reading goes straight on
	maxBlocks = 256 // blocks kept: 16 MiB
)

// blocks sits in front of a probe.Reader so that nothing is fetched twice and small reads
// become few large ones. Its first failure is final: from then on every read returns it, so
// that an answer made from partial bytes can be told from a whole one.
type blocks struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	reader *probe.Reader
	size   int64 // -1 while unknown

	mu     sync.Mutex // held while fetching: one fetch at a time
	kept   map[int64][]byte
	order  []int64 // of arrival, oldest first
	next   int64   // the block after the last fetch
	window int64   // blocks to fetch next time when reading goes straight on
	failed error
}

// newBlocks returns blocks over r that work until ctx ends or stop is called, which the
// caller must do.
func newBlocks(ctx context.Context, r *probe.Reader) *blocks {
	b := &blocks{reader: r, size: -1, kept: map[int64][]byte{}, window: 1, next: -1}
	b.ctx, b.cancel = context.WithCancelCause(ctx)
	if size, ok := r.Size(); ok {
		b.size = size
	}
	return b
}

// errStopped is what reads return after stop.
var errStopped = errors.New("no more bytes are wanted")

// stop ends all reads, also those under way.
func (b *blocks) stop() { b.cancel(errStopped) }

// fill reads at most one block's worth at off into p. It returns io.EOF at the end of the
// source, the context's cause once that is done, else the Reader's own error. A source that
// does not return is left behind when the context ends.
func (b *blocks) fill(p []byte, off int64) (int, error) {
	type result struct {
		block []byte
		err   error
	}
	done := make(chan result, 1)
	if block, ok := b.cached(off / blockSize); ok {
		done <- result{block, nil}
	} else {
		go func() {
			block, err := b.fetch(off / blockSize)
			done <- result{block, err}
		}()
	}
	select {
	case r := <-done:
		if r.err != nil {
			return 0, r.err
		}
		at := off % blockSize
		if at >= int64(len(r.block)) {
			return 0, io.EOF
		}
		return copy(p, r.block[at:]), nil
	case <-b.ctx.Done():
		return 0, context.Cause(b.ctx)
	}
}

// cached returns block n when it is there and nobody is fetching.
func (b *blocks) cached(n int64) ([]byte, bool) {
	if !b.mu.TryLock() {
		return nil, false
	}
	defer b.mu.Unlock()
	block, ok := b.kept[n]
	return block, ok && b.failed == nil
}

// fetch returns block n, reading it and perhaps some after it.
func (b *blocks) fetch(n int64) ([]byte, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failed != nil {
		return nil, b.failed
	}
	if block, ok := b.kept[n]; ok {
		return block, nil
	}
	if b.size >= 0 && n*blockSize >= b.size {
		return nil, nil
	}
	if n == b.next {
		b.window = min(b.window*2, maxWindow)
	} else {
		b.window = 1
	}
	p := make([]byte, b.span(n))
	got, err := b.reader.ReadAt(p, n*blockSize)
	if err == io.EOF {
		err = b.end(n*blockSize + int64(got))
	}
	if err != nil {
		b.failed = err
		return nil, err
	}
	b.keep(n, p[:got])
	return b.kept[n], nil
}

// span returns how many bytes to fetch from block n on: up to the window, what is already
// there, or the end.
func (b *blocks) span(n int64) int64 {
	count := int64(1)
	for count < b.window {
		if _, ok := b.kept[n+count]; ok {
			break
		}
		count++
	}
	if b.size >= 0 {
		return min(count*blockSize, b.size-n*blockSize)
	}
	return count * blockSize
}

// end notes where a source of unknown length ended, or refuses an end before the stated one.
func (b *blocks) end(at int64) error {
	if b.size < 0 {
		b.size = at
		return nil
	}
	if at < b.size {
		return &probe.Error{Kind: probe.Truncated, Offset: at, Err: errors.New("the source ends before its stated length")}
	}
	return nil
}

// keep stores p as blocks from n on and drops the oldest beyond the bound.
func (b *blocks) keep(n int64, p []byte) {
	first := n
	for ; len(p) > 0; n++ {
		size := min(len(p), blockSize)
		b.kept[n] = p[:size:size]
		b.order = append(b.order, n)
		p = p[size:]
	}
	b.next = n
	for len(b.order) > maxBlocks && b.order[0] != first {
		delete(b.kept, b.order[0])
		b.order = b.order[1:]
	}
}

// read fills p from off on, fewer bytes at the end of the source.
func (b *blocks) read(p []byte, off int64) (int, error) {
	got := 0
	for got < len(p) {
		n, err := b.fill(p[got:], off+int64(got))
		got += n
		if err == io.EOF {
			return got, nil
		}
		if err != nil {
			return got, err
		}
	}
	return got, nil
}

// sniff names the demuxer for the source. ID3v2 tags are stepped over: they stand in front of
// several formats, and their pictures can be larger than any head.
func (b *blocks) sniff() (string, error) {
	head := make([]byte, sniffSize)
	var at int64
	for tags := 0; ; tags++ {
		n, err := b.read(head, at)
		if err != nil {
			return "", err
		}
		size := id3Size(head[:n])
		if size == 0 || tags == 8 {
			demuxer, err := sniff(head[:n])
			if err != nil && tags > 0 && errors.Is(err, probe.Unsupported) == errors.Is(err, probe.ErrUnknownFormat) {
				return "mp3", nil // as ffprobe does: what else carries ID3v2 and no signature
			}
			return demuxer, err
		}
		at += size
	}
}
