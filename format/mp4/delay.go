package mp4

import (
	"encoding/binary"
	"math"
)

// maxDelay is the largest reorder depth that ffmpeg looks for.
const maxDelay = 16

// reorderWindow keeps the latest of the presentation times so far, in order, in a ring: top is
// where the last of them stands.
type reorderWindow struct {
	times [2 * maxDelay]int64
	top   uint
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
	const mask = uint(len(w.times) - 1)
	w.top++
	j, swaps := w.top, 0
	for ; swaps < maxDelay; swaps++ {
		before := w.times[(j-1)&mask]
		if pts >= before {
			break
		}
		w.times[j&mask] = before
		j--
	}
	w.times[j&mask] = pts
	if swaps > w.depth {
		w.depth = swaps
	}
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
	run, dts := 0, int64(0)
	inRun, duration := s.delta(0)
	for p := s.ctts; len(p) >= 8 && left > 0; p = p[8:] {
		row := binary.BigEndian.Uint64(p)
		n, offset := int64(int32(row>>32)), int64(int32(row))
		for n = min(n, left); n > 0; n-- {
			w.add(dts + offset)
			left--
			dts += duration
			if inRun--; inRun == 0 && run+1 < s.deltas() {
				run++
				inRun, duration = s.delta(run)
			}
		}
	}
}
