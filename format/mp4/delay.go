package mp4

import "math"

// maxDelay is the largest reorder depth that ffmpeg looks for.
const maxDelay = 16

// reorderWindow keeps the last presentation times in order. It is a ring: start is where the
// smallest stands, which the next time replaces.
type reorderWindow struct {
	times [maxDelay + 1]int64
	start int
	depth int // most places that a time had to move
}

func newReorderWindow() reorderWindow {
	var w reorderWindow
	for i := range w.times {
		w.times[i] = math.MinInt64
	}
	return w
}

// add puts the next picture's presentation time into its place.
func (w *reorderWindow) add(pts int64) {
	j := w.start
	if w.start++; w.start == len(w.times) {
		w.start = 0
	}
	swaps := 0
	for j != w.start {
		before := j - 1
		if before < 0 {
			before = maxDelay
		}
		if pts >= w.times[before] {
			break
		}
		w.times[j] = w.times[before]
		swaps++
		j = before
	}
	w.times[j] = pts
	w.depth = max(w.depth, swaps)
}

// estimateDelay finds how many pictures an H.264 decoder must hold back: the most places that a
// presentation time has to move to be in order.
func (m *movie) estimateDelay(t *track) error {
	if t.codec != "h264" || !t.samples.hasCtts {
		return nil
	}
	if t.index0.count > 8*largeIndex {
		return refuse("table-too-long", "%d samples", t.index0.count)
	}
	w := newReorderWindow()
	if t.index0.lazy {
		t.delayOfTables(&w)
	} else {
		for _, s := range t.index0.list {
			if !s.hasCtts {
				break
			}
			w.add(s.dts + int64(s.ctts))
		}
	}
	t.delay = w.depth
	return nil
}

// delayOfTables walks the two tables of times alone; a shift of all times changes no order.
func (t *track) delayOfTables(w *reorderWindow) {
	s := &t.samples
	left := t.rawCount
	run, inRun, dts := 0, int64(0), int64(0)
	count, duration := s.delta(0)
	for p := s.ctts; len(p) >= 8 && left > 0; p = p[8:] {
		n, offset := int64(int32(u32At(p, 0))), int64(int32(u32At(p, 4)))
		for ; n > 0 && left > 0; n-- {
			w.add(dts + offset)
			left--
			dts += duration
			if inRun++; inRun == count && run+1 < s.deltas() {
				inRun = 0
				run++
				count, duration = s.delta(run)
			}
		}
	}
}
