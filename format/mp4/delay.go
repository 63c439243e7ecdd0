package mp4

import "math"

// maxDelay is the largest reorder depth that ffmpeg looks for.
const maxDelay = 16

// estimateDelay finds how many pictures an H.264 decoder must hold back: the most places that a
// presentation time has to move to be in order.
func (m *movie) estimateDelay(t *track) error {
	if t.codec != "h264" || !t.samples.hasCtts {
		return nil
	}
	if t.index0.count > 8*largeIndex {
		return refuse("table-too-long", "%d samples", t.index0.count)
	}
	var window [maxDelay + 1]int64
	for i := range window {
		window[i] = math.MinInt64
	}
	depth, start := 0, 0
	next := t.packets()
	for {
		s, ok := next()
		if !ok || !s.hasCtts {
			break
		}
		j := start
		if start++; start == len(window) {
			start = 0
		}
		window[j] = s.dts + int64(s.ctts)
		swaps := 0
		for j != start {
			r := j - 1
			if r < 0 {
				r = maxDelay
			}
			if window[j] >= window[r] {
				break
			}
			window[j], window[r] = window[r], window[j]
			swaps++
			j = r
		}
		depth = max(depth, swaps)
	}
	t.delay = depth
	return nil
}
