package probetest

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// Structures finds where the boxes (ISO/IEC 14496-12) or the EBML elements (RFC 8794) of data
// begin and end. It knows no format: whatever its bytes can be read as, all to the end, it takes
// to hold structures. The list is sorted, and empty when data is of neither kind.
func Structures(data []byte) []int64 {
	w := walk{data: data}
	switch {
	case len(data) >= 8 && fourLetters(data[4:8]):
		w.boxes(0, len(data), 0)
	case len(data) >= 4 && binary.BigEndian.Uint32(data) == 0x1A45DFA3:
		w.elements(0, len(data), 0)
	}
	slices.Sort(w.edges)
	return slices.Compact(w.edges)
}

// maxWalkDepth is deeper than any sample's boxes or elements lie.
const maxWalkDepth = 16

type walk struct {
	data  []byte
	edges []int64
}

// span is one structure: where it begins, where its body begins, where it ends.
type span struct{ start, body, end int }

// tile reads structures from from up to end with next. whole says that the last ends at end.
func tile(from, end int, next func(at, end int) (span, bool)) (found []span, whole bool) {
	for from < end {
		s, ok := next(from, end)
		if !ok {
			return found, false
		}
		found = append(found, s)
		from = s.end
	}
	return found, from == end
}

func (w *walk) add(s span) { w.edges = append(w.edges, int64(s.start), int64(s.body), int64(s.end)) }

// box reads the head of the box at at; one that goes past the end is cut there.
func (w *walk) box(at, end int) (span, bool) {
	if end-at < 8 || !fourLetters(w.data[at+4:at+8]) {
		return span{}, false
	}
	size, head := uint64(binary.BigEndian.Uint32(w.data[at:])), 8
	switch {
	case size == 0:
		size = uint64(end - at)
	case size == 1 && end-at >= 16:
		size, head = binary.BigEndian.Uint64(w.data[at+8:]), 16
	}
	if size < uint64(head) {
		return span{}, false
	}
	return span{at, at + head, at + int(min(size, uint64(end-at)))}, true
}

// bodies are the places in a body where boxes may begin: at once, after version and flags, after
// a count, and after the fixed fields of sound and picture sample entries.
var bodies = []int{0, 4, 8, 28, 44, 64, 78}

func (w *walk) boxes(from, end, depth int) {
	found, _ := tile(from, end, w.box)
	for _, s := range found {
		w.add(s)
		if depth >= maxWalkDepth || s.end-s.body > 16<<20 {
			continue
		}
		for _, skip := range bodies {
			inner, whole := tile(min(s.body+skip, s.end), s.end, w.box)
			if whole && len(inner) > 0 && inner[len(inner)-1].end == s.end {
				w.boxes(s.body+skip, s.end, depth+1)
				break
			}
		}
	}
}

// fourLetters says whether b can be a box type: printable, or Apple's leading ©.
func fourLetters(b []byte) bool {
	for i, c := range b {
		if (c < 0x20 || c > 0x7e) && (i > 0 || c != 0xa9) {
			return false
		}
	}
	return true
}

// element reads the head of the EBML element at at. One of unknown size, or one that goes past
// the end, ends there.
func (w *walk) element(at, end int) (span, bool) {
	id := w.vint(at, end, 4)
	if id == 0 {
		return span{}, false
	}
	length := w.vint(at+id, end, 8)
	if length == 0 {
		return span{}, false
	}
	body := at + id + length
	var size uint64
	for _, b := range w.data[at+id : body] {
		size = size<<8 | uint64(b)
	}
	unknown := uint64(1)<<(7*length) - 1
	size &= unknown
	if size == unknown || size > uint64(end-body) {
		size = uint64(end - body)
	}
	return span{at, body, body + int(size)}, true
}

// vint returns how many bytes the variable-size number at at takes, 0 for none.
func (w *walk) vint(at, end, most int) int {
	if at >= end {
		return 0
	}
	n := bits.LeadingZeros8(w.data[at]) + 1
	if n > most || n > end-at {
		return 0
	}
	return n
}

// EBML elements that hold others even where they are cut short or damaged.
const (
	segmentID = 0x18538067
	clusterID = 0x1F43B675
)

func (w *walk) elements(from, end, depth int) {
	found, _ := tile(from, end, w.element)
	for _, s := range found {
		w.add(s)
		if depth >= maxWalkDepth || s.end == s.body {
			continue
		}
		inner, whole := tile(s.body, s.end, w.element)
		if len(inner) > 0 && (whole || w.holder(s)) {
			w.elements(s.body, s.end, depth+1)
		}
	}
}

func (w *walk) holder(s span) bool {
	if s.body-s.start < 5 {
		return false
	}
	id := binary.BigEndian.Uint32(w.data[s.start:])
	return id == segmentID || id == clusterID
}
