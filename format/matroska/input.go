package matroska

import (
	"io"

	"github.com/mediagauge/mediagauge/probe"
)

const (
	headWindow = 64 << 10 // one request at most, and all that most files need
	jumpWindow = 16 << 10 // where a frame or an index was stepped over
	maxWindow  = 1 << 20
	maxMaster  = 16 << 20 // bytes of one header element held in memory
)

// window is a stretch of the source in memory.
type window struct {
	off  int64
	data []byte
}

func (w window) end() int64 { return w.off + int64(len(w.data)) }

// holds says whether n bytes at off are in w.
func (w window) holds(off int64, n int) bool { return off >= w.off && off+int64(n) <= w.end() }

// input reads the source in windows. The head stays, of the others the last one does.
type input struct {
	r    *probe.Reader
	size int64
	head window
	last window
	step int // bytes of the next window
}

func newInput(r *probe.Reader) (*input, error) {
	size, ok := r.Size()
	if !ok {
		return nil, probe.Refuse(ruleSize, "length not known")
	}
	head, err := r.Head(int(min(headWindow, size)))
	if err != nil {
		return nil, err
	}
	return &input{r: r, size: size, head: window{0, head}}, nil
}

// at returns n bytes at off. Past the end of the source there are fewer and io.EOF.
func (in *input) at(off int64, n int) ([]byte, error) {
	for _, w := range [...]window{in.head, in.last} {
		if w.holds(off, n) {
			return w.data[off-w.off:][:n:n], nil
		}
	}
	if off >= in.size {
		return nil, io.EOF
	}
	w, err := in.load(off, n)
	if err != nil {
		return nil, err
	}
	in.last = w
	b := w.data[:min(n, len(w.data))]
	if len(b) < n {
		return b, io.EOF
	}
	return b, nil
}

// load reads a window that starts at off: as much as needed, and ahead in growing steps as
// long as one window follows another.
func (in *input) load(off int64, n int) (window, error) {
	near := int64(jumpWindow)
	if off >= in.last.end() && off-in.last.end() < near || off >= in.head.end() && off-in.head.end() < near {
		in.step = min(max(in.step, jumpWindow)*2, maxWindow)
	} else {
		in.step = jumpWindow
	}
	width := min(int64(max(n, in.step)), in.size-off)
	data := make([]byte, width)
	got, err := in.r.ReadAt(data, off)
	if err == io.EOF {
		err = nil
	}
	return window{off, data[:got]}, err
}

// peek returns up to n bytes at off, fewer only at the end of the source.
func (in *input) peek(off int64, n int) ([]byte, error) {
	b, err := in.at(off, n)
	if err == io.EOF {
		if int64(n) > in.size-off && in.size > off {
			b, err = in.at(off, int(in.size-off))
		}
		if err == io.EOF {
			err = nil
		}
	}
	return b, err
}
