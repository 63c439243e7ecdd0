package synth

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// The indexes that Fragments can write.
const (
	NoIndex  = ""
	SegIndex = "sidx" // ISO/IEC 14496-12, 8.16.3, of the first track
	RandomAc = "mfra" // ISO/IEC 14496-12, 8.8.9
)

// Fragments plays the first fragment of small, a fragmented MP4 file with offsets relative to
// its fragments, n times. Fragments lie stride bytes apart.
func Fragments(small []byte, n int, stride int64, index string) (*File, error) {
	top, err := boxes(small)
	if err != nil {
		return nil, err
	}
	var moofs []*box
	for _, x := range top {
		if x.kind == "moof" {
			moofs = append(moofs, x)
		}
	}
	moov, err1 := first(top, "moov")
	ftyp, err2 := first(top, "ftyp")
	mdat, err3 := first(top, "mdat")
	if err := errors.Join(err1, err2, err3); err != nil || len(moofs) < 2 {
		return nil, fmt.Errorf("%w: %d fragments, %w", errNoBox, len(moofs), err)
	}
	moof, steps := moofs[0], lengths(moofs[0], moofs[1])
	f := &File{}
	f.add(ftyp.bytes())
	f.add(moov.bytes())
	if index == SegIndex {
		f.add(sidx(moov, steps[0], n, stride))
	}
	start := f.size
	for k := range n {
		shift(moof, k, steps)
		f.add(moof.bytes())
		head := int64(len(moof.bytes()))
		f.add(mediaHeader(stride - head - 8))
		f.media(mdat.body)
		f.skip(stride - head - 8 - int64(len(mdat.body)))
	}
	if index == RandomAc {
		f.add(mfra(moov, steps, n, start, stride))
	}
	return f, nil
}

// lengths returns how long each track of a fragment lasts, from the decode times of the next.
func lengths(a, b *box) []int64 {
	var out []int64
	for i, t := range a.all("tfdt") {
		out = append(out, decodeTime(b.all("tfdt")[i])-decodeTime(t))
	}
	return out
}

func decodeTime(tfdt *box) int64 {
	if tfdt.body[0] == 0 {
		return u32(tfdt.body, 4)
	}
	return int64(binary.BigEndian.Uint64(tfdt.body[4:]))
}

// shift moves a fragment to the time of the k-th, from that of the one before.
func shift(moof *box, k int, steps []int64) {
	for _, h := range moof.all("mfhd") {
		put32(h.body, 4, int64(k+1))
	}
	if k == 0 {
		return
	}
	for i, t := range moof.all("tfdt") {
		if t.body[0] == 0 {
			put32(t.body, 4, u32(t.body, 4)+steps[i])
			continue
		}
		binary.BigEndian.PutUint64(t.body[4:], uint64(decodeTime(t)+steps[i]))
	}
}

func sidx(moov *box, step int64, n int, stride int64) []byte {
	b := make([]byte, 24, 24+12*n) // version 0; earliest time and first offset 0
	put32(b, 4, u32(moov.all("tkhd")[0].body, 12))
	put32(b, 8, u32(moov.all("mdhd")[0].body, 12))
	binary.BigEndian.PutUint16(b[22:], uint16(n))
	for range n {
		b = binary.BigEndian.AppendUint32(b, uint32(stride))
		b = binary.BigEndian.AppendUint32(b, uint32(step))
		b = binary.BigEndian.AppendUint32(b, 0x90000000) // starts with a stream access point of type 1
	}
	return header("sidx", b)
}

func mfra(moov *box, steps []int64, n int, start, stride int64) []byte {
	var body []byte
	for i, tkhd := range moov.all("tkhd") {
		b := make([]byte, 16) // lengths of the three numbers: one byte each
		b[0] = 1              // 64-bit times and offsets
		put32(b, 4, u32(tkhd.body, 12))
		put32(b, 12, int64(n))
		for k := range int64(n) {
			b = binary.BigEndian.AppendUint64(b, uint64(k*steps[i]))
			b = binary.BigEndian.AppendUint64(b, uint64(start+k*stride))
			b = append(b, byte(i+1), 1, 1)
		}
		body = append(body, header("tfra", b)...)
	}
	mfro := binary.BigEndian.AppendUint32(make([]byte, 4), uint32(8+len(body)+16))
	return header("mfra", append(body, header("mfro", mfro)...))
}
