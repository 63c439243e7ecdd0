package hostile

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
)

// Mutator makes damaged files out of good ones. The n-th mutant of a seed is always the same.
type Mutator struct {
	Seeds [][]byte
	Edges [][]int64 // where the structures of each seed begin
	Seed  uint64
}

// extremes are the values that lengths, counts, times and offsets are set to.
var extremes = []uint64{
	0, 1, 2, 7, 8, 15, 16, 1<<7 - 1, 1<<8 - 1, 1 << 15, 1<<16 - 1, 1<<24 - 1, 1 << 28, 1<<31 - 1, 1 << 31, 1<<32 - 1,
	1<<56 - 1, 1<<62 + 1, 1<<63 - 1, 1 << 63, 1<<64 - 1,
}

// Mutant returns the n-th mutant.
func (m *Mutator) Mutant(n int) []byte {
	r := rand.New(rand.NewPCG(m.Seed, uint64(n)))
	i := r.IntN(len(m.Seeds))
	b := slices.Clone(m.Seeds[i])
	for range 1 + r.IntN(4) {
		b = m.step(r, b, m.Edges[i])
	}
	return b
}

// step makes one change.
func (m *Mutator) step(r *rand.Rand, b []byte, edges []int64) []byte {
	if len(b) == 0 {
		return []byte{byte(r.Uint32())}
	}
	switch r.IntN(12) {
	case 0: // flip bits of the headers
		for range 1 + r.IntN(8) {
			b[r.IntN(min(len(b), 2048))] ^= 1 << r.IntN(8)
		}
	case 1: // flip bits anywhere
		for range 1 + r.IntN(8) {
			b[r.IntN(len(b))] ^= 1 << r.IntN(8)
		}
	case 2, 3, 4: // a number of a structure, or near its start
		setNumber(r, b, place(r, b, edges)+r.IntN(24))
	case 5: // a number anywhere
		setNumber(r, b, r.IntN(len(b)))
	case 6: // cut
		b = b[:r.IntN(len(b)+1)]
	case 7: // cut at a structure
		b = b[:min(max(place(r, b, edges)+r.IntN(9)-1, 0), len(b))]
	case 8: // delete from one structure to another
		from, to := order(place(r, b, edges), place(r, b, edges))
		b = slices.Delete(b, from, to)
	case 9: // put a copy of a stretch somewhere else
		from, to := order(place(r, b, edges), place(r, b, edges))
		to = min(to, from+4096)
		b = slices.Insert(b, place(r, b, edges), slices.Clone(b[from:to])...)
	case 10: // put in zeros, ones, or anything
		filler := make([]byte, 1+r.IntN(1024))
		for k, kind := 0, r.IntN(3); k < len(filler); k++ {
			filler[k] = [...]byte{0, 0xff, byte(r.Uint32())}[kind]
		}
		b = slices.Insert(b, place(r, b, edges), filler...)
	case 11: // the head of this file and the tail of another
		other := m.Seeds[r.IntN(len(m.Seeds))]
		b = append(b[:place(r, b, edges)], other[r.IntN(len(other)):]...)
	}
	return b
}

// place picks an offset: mostly where a structure begins.
func place(r *rand.Rand, b []byte, edges []int64) int {
	if len(edges) == 0 || r.IntN(8) == 0 {
		return r.IntN(len(b))
	}
	return int(min(edges[r.IntN(len(edges))], int64(len(b)-1)))
}

func order(a, b int) (int, int) { return min(a, b), max(a, b) }

// setNumber writes an extreme, or a number near the length of the file, in one to eight bytes.
func setNumber(r *rand.Rand, b []byte, at int) {
	n := extremes[r.IntN(len(extremes))]
	if r.IntN(4) == 0 {
		n = uint64(len(b) - at + r.IntN(3) - 1)
	}
	var wide [8]byte
	binary.BigEndian.PutUint64(wide[:], n)
	width := 1 << r.IntN(4)
	if at < len(b) {
		copy(b[at:], wide[8-width:])
	}
}
