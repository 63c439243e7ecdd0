package mp4

import (
	"errors"
	"io"
	"math"
	"math/bits"
	"slices"
	"sync"

	"github.com/mediagauge/mediagauge/probe"
)

// Sizes of reads. A window is what is read at a place of which nothing is known yet; a tail of
// at most wholeTail bytes is read in one go.
const (
	window     = 64 << 10
	moofWindow = 4 << 10
	wholeTail  = 8 << 20
	wholeFile  = 1 << 20
)

// source keeps what was read of a file, so that nothing is read twice.
type source struct {
	r     *probe.Reader
	size  int64 // math.MaxInt64 while it is not known
	known bool
	end   int64 // where reading met the end; -1 before
	segs  []segment
	reads int

	shared [][]byte // buffers that hold several segments
	latest int      // segment that the last bytes came from
}

type segment struct {
	off  int64
	b    []byte
	part bool // of a buffer that holds others
}

func newSource(r *probe.Reader) *source {
	s := &source{r: r, size: math.MaxInt64, end: -1}
	if n, ok := r.Size(); ok {
		s.size, s.known = n, true
	}
	return s
}

// cached returns what is in memory from off on, at most n bytes.
func (s *source) cached(off, n int64) []byte {
	if s.latest < len(s.segs) {
		for _, g := range s.segs[max(0, s.latest-1) : s.latest+1] { // the next of those read at once, mostly
			if off >= g.off && n <= g.off+int64(len(g.b))-off {
				return g.b[off-g.off:][:max(n, 0)]
			}
		}
	}
	for i := len(s.segs) - 1; i >= 0; i-- {
		g := s.segs[i]
		if off >= g.off && off < g.off+int64(len(g.b)) {
			s.latest = i
			b := g.b[off-g.off:]
			return b[:min(n, int64(len(b)))]
		}
	}
	return nil
}

// at returns n bytes from off on, fewer at the end of the file. When some must be read, up to
// ahead bytes after them are read with them.
func (s *source) at(off, n, ahead int64) ([]byte, error) {
	n = min(n, s.size-off)
	if n <= 0 {
		return nil, nil
	}
	have := s.cached(off, n)
	if int64(len(have)) >= n || s.end >= 0 && off+int64(len(have)) >= s.end {
		return have, nil
	}
	all, err := s.read(have, off, min(off+n+ahead, s.size)-off)
	if err != nil {
		return nil, err
	}
	s.segs = append(s.segs, segment{off: off, b: all})
	return all[:min(n, int64(len(all)))], nil
}

// read returns n bytes at off, fewer at the end, of which have is at hand. Of a file whose length
// is not known it does not allocate more than a megabyte before the bytes are there.
func (s *source) read(have []byte, off, n int64) ([]byte, error) {
	if limit := s.r.Limits().MaxBytes; n > limit {
		return nil, probe.Errorf(probe.Limit, "%d bytes to read at %d, more than %d", n, off, limit)
	}
	step := n
	if !s.known {
		step = min(n, int64(len(have))+1<<20)
	}
	s.reads++
	p := append(s.buffer(step), have...)
	for int64(len(p)) < n {
		want := min(n-int64(len(p)), max(1<<20, int64(cap(p)-len(p))))
		p = slices.Grow(p, int(want))
		got, err := s.r.ReadAt(p[len(p):len(p)+int(want)], off+int64(len(p)))
		p = p[:len(p)+got]
		if errors.Is(err, io.EOF) {
			s.end = off + int64(len(p))
			break
		}
		if err != nil {
			return nil, err
		}
	}
	return p, nil
}

// Buffers of this many bytes are used again: a movie header is read in one go, and most of the
// time that takes would be for clearing memory.
const (
	leastKept = 32 << 10
	mostKept  = 2 << 20
)

var buffers sync.Pool // of *[]byte

// buffer returns room for n bytes.
func (s *source) buffer(n int64) []byte {
	if n < leastKept || n > mostKept {
		return make([]byte, 0, n)
	}
	if b, _ := buffers.Get().(*[]byte); b != nil && int64(cap(*b)) >= n {
		return (*b)[:0]
	}
	return make([]byte, 0, max(n, 1<<bits.Len64(uint64(n-1))))
}

func keepBuffer(b []byte) {
	if n := cap(b); n >= leastKept && n <= mostKept {
		kept := b[:0]
		buffers.Put(&kept)
	}
}

// release gives the buffers back. Nothing may be looked at in them afterwards: what is reported
// has its own copies.
func (s *source) release() {
	for _, g := range s.segs {
		if !g.part {
			keepBuffer(g.b)
		}
	}
	for _, b := range s.shared {
		keepBuffer(b)
	}
	s.shared = nil
	s.segs = nil
}

// stretch is n bytes from at on.
type stretch struct{ at, n int64 }

// prefetch reads n bytes at each of the places at once.
func (s *source) prefetch(places []int64, n int64) error {
	sorted := slices.Sorted(slices.Values(places))
	return s.fetch(merge(slices.Compact(sorted), n, s.size))
}

// fetch reads stretches at once.
func (s *source) fetch(places []stretch) error {
	var total int64
	missing := make([]stretch, 0, len(places))
	for _, p := range places {
		if int64(len(s.cached(p.at, p.n))) < p.n {
			missing = append(missing, p)
			total += p.n
		}
	}
	room := s.buffer(total)[:total]
	s.shared = append(s.shared, room)
	ranges := make([]probe.Range, len(missing))
	for i, p := range missing {
		ranges[i] = probe.Range{Off: p.at, Data: room[:p.n:p.n]}
		room = room[p.n:]
	}
	if err := s.r.ReadRanges(ranges); err != nil {
		return err
	}
	// The latest is found first: the file is read from its start.
	for _, g := range slices.Backward(ranges) {
		if len(g.Data) > 0 {
			s.segs = append(s.segs, segment{off: g.Off, b: g.Data, part: true})
		}
	}
	return nil
}
