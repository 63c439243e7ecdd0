package source

import "slices"

const (
	minWindow   = 4 << 10   // the least that a scattered read fetches
	maxWindow   = 256 << 10 // where sequential windows stop doubling; larger reads are exact
	directRead  = 1 << 20   // reads from here on go straight to the caller and are not kept
	cacheBudget = 16 << 20  // bytes kept; the oldest windows go first
)

// window is a range that was fetched or is being fetched.
type window struct {
	off, end int64
	width    int64         // what it would have been without clipping; the next one doubles it
	done     chan struct{} // closed once data or err is set
	data     []byte        // of buf
	buf      *buffer
	err      error
}

// fill makes the first n bytes of buf the data of w.
func (w *window) fill(buf *buffer, n int64) {
	w.buf, w.data, w.end = buf, buf.data[:n:n], w.off+n
}

// cache holds the windows of one Object, apart from each other and in order of offset. The
// Object's mutex guards it.
type cache struct {
	windows []*window
	oldest  []*window // in order of fetching
	scatter int64     // width of the next window that follows no other
}

// plan is a range to be fetched.
type plan struct {
	off, end int64
	width    int64
	direct   bool
}

// at returns the window that holds off, or nil.
func (c *cache) at(off int64) *window {
	i := c.after(off)
	if i > 0 && off < c.windows[i-1].end {
		return c.windows[i-1]
	}
	return nil
}

// after returns the index of the first window that starts beyond off.
func (c *cache) after(off int64) int {
	i, _ := slices.BinarySearchFunc(c.windows, off, func(w *window, off int64) int {
		if w.off <= off {
			return -1
		}
		return 1
	})
	return i
}

// plan decides what to fetch so that need bytes at off, which no window holds, become
// available. size is -1 while unknown; room is what the byte budget still allows.
//
// A window that follows another is twice as wide, 64 to 256 KiB: a parser is walking. One that
// follows none starts at 64 KiB and halves with each further jump, down to 4 KiB: a parser is
// visiting scattered headers. A jump to the end fetches backwards too, since indexes there are
// read from their last bytes.
func (c *cache) plan(off, need, size, room int64) plan {
	low, high := int64(0), size
	i := c.after(off)
	var before *window
	if i > 0 {
		before = c.windows[i-1]
		low = before.end
	}
	if i < len(c.windows) && (high < 0 || c.windows[i].off < high) {
		high = c.windows[i].off
	}
	if high >= 0 {
		need = min(need, high-off)
	}
	p := plan{off: off}
	switch {
	case need >= directRead:
		p.direct, p.end = true, off+need
		return p
	case before != nil && low == off:
		p.width = min(2*before.width, maxWindow)
	default:
		p.width = c.scatter
		c.scatter = max(c.scatter/2, minWindow)
	}
	p.end = off + p.width
	if need > p.width || need >= maxWindow {
		p.end = off + need
	}
	if high >= 0 && p.end > high {
		p.end = high
		if high == size {
			p.off = min(off, max(low, high-p.width))
		}
	}
	if p.end-p.off > room {
		p.off, p.end = off, off+max(need, min(room, p.end-off))
	}
	return p
}

// start registers a window for p, to be loaded by the caller.
func (c *cache) start(p plan) *window {
	w := &window{off: p.off, end: p.end, width: p.width, done: make(chan struct{})}
	c.windows = slices.Insert(c.windows, c.after(p.off), w)
	c.oldest = append(c.oldest, w)
	return w
}

// drop forgets w, so that a later read tries again.
func (c *cache) drop(w *window) {
	same := func(v *window) bool { return v == w }
	c.windows = slices.DeleteFunc(c.windows, same)
	c.oldest = slices.DeleteFunc(c.oldest, same)
}

// release gives the buffers back. Nobody may read from a window afterwards.
func (c *cache) release() {
	for _, w := range c.windows {
		if w.buf != nil {
			w.buf.free()
		}
	}
	c.windows, c.oldest = nil, nil
}

// trim lets the oldest loaded windows go until the budget is met. Their buffers are not used
// again: somebody may be copying from them. The first, which holds the
// head that every format looks at again, stays.
func (c *cache) trim() {
	kept := int64(0)
	for _, w := range c.windows {
		kept += int64(len(w.data))
	}
	for i := 1; i < len(c.oldest) && kept > cacheBudget; {
		w := c.oldest[i]
		if w.data == nil || w.off == 0 {
			i++
			continue
		}
		kept -= int64(len(w.data))
		c.drop(w)
	}
}
