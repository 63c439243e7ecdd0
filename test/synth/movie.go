package synth

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// Movie plays the samples of small, an MP4 file whose boxes have 32-bit times, over and over.
// Copies of its media data lie stride bytes apart. The movie header comes in front of the media
// data or behind it.
func Movie(small []byte, copies int, stride int64, front bool) (*File, error) {
	top, err := boxes(small)
	if err != nil {
		return nil, err
	}
	ftyp, err1 := first(top, "ftyp")
	moov, err2 := first(top, "moov")
	mdat, err3 := first(top, "mdat")
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, err
	}
	if stride < int64(len(mdat.body)) {
		return nil, fmt.Errorf("%w: %d bytes of media data", errNoBox, len(mdat.body))
	}
	old := int64(8)
	for _, x := range top[:slices.Index(top, mdat)] {
		old += int64(len(x.bytes()))
	}
	for _, x := range []struct {
		kind string
		at   int // of a duration, version 0
	}{{"mvhd", 16}, {"tkhd", 20}, {"mdhd", 16}} {
		for _, h := range moov.all(x.kind) {
			put32(h.body, x.at, u32(h.body, x.at)*int64(copies))
		}
	}
	for _, elst := range moov.all("elst") {
		last := len(elst.body) - 12
		put32(elst.body, last, u32(elst.body, last)*int64(copies))
	}
	for _, stbl := range moov.all("stbl") {
		repeat(stbl, copies, stride)
	}
	media := mediaHeader(stride * int64(copies))
	base := int64(len(ftyp.bytes()) + len(media))
	if front {
		base += int64(len(moov.bytes()))
	}
	for _, stco := range moov.all("stco") {
		for at := 8; at < len(stco.body); at += 4 {
			put32(stco.body, at, u32(stco.body, at)-old+base)
		}
	}
	f := &File{}
	f.add(ftyp.bytes())
	if front {
		f.add(moov.bytes())
	}
	f.add(media)
	for range copies {
		f.media(mdat.body)
		f.skip(stride - int64(len(mdat.body)))
	}
	if !front {
		f.add(moov.bytes())
	}
	return f, nil
}

// repeat makes the sample tables of one track as long as copies of it (ISO/IEC 14496-12, 8.6 and 8.7).
func repeat(stbl *box, copies int, stride int64) {
	samples, chunks := int64(0), int64(0)
	for _, k := range stbl.kids {
		switch k.kind {
		case "stsz":
			samples = u32(k.body, 8)
		case "stco":
			chunks = u32(k.body, 4)
		}
	}
	for _, k := range stbl.kids {
		switch k.kind {
		case "stts", "ctts":
			k.body = table(k.body, 8, 8, copies, nil)
		case "stsz":
			if u32(k.body, 4) != 0 {
				put32(k.body, 8, samples*int64(copies))
				continue
			}
			sizes := table(k.body[4:], 8, 4, copies, nil)
			k.body = append(slices.Clone(k.body[:4]), sizes...)
		case "stsc":
			k.body = table(k.body, 8, 12, copies, func(row []byte, n int64) { put32(row, 0, u32(row, 0)+n*chunks) })
		case "stss":
			k.body = table(k.body, 8, 4, copies, func(row []byte, n int64) { put32(row, 0, u32(row, 0)+n*samples) })
		case "stco":
			k.body = table(k.body, 8, 4, copies, func(row []byte, n int64) { put32(row, 0, u32(row, 0)+n*stride) })
		case "sgpd", "sbgp": // of no use to the copies
			k.kind = "free"
		}
	}
}

// table repeats the rows of a table whose count stands before them; change adapts a row of copy n.
func table(body []byte, head, width, copies int, change func(row []byte, n int64)) []byte {
	rows := body[head:]
	out := slices.Clone(body[:head])
	binary.BigEndian.PutUint32(out[head-4:], uint32(len(rows)/width*copies))
	for n := range copies {
		at := len(out)
		out = append(out, rows...)
		for ; change != nil && at < len(out); at += width {
			change(out[at:at+width], int64(n))
		}
	}
	return out
}
