package synth

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
)

// Identifiers of RFC 9559, section 5.1.
const (
	idSeekHead  = 0x114D9B74
	idSegment   = 0x18538067
	idInfo      = 0x1549A966
	idTracks    = 0x1654AE6B
	idCluster   = 0x1F43B675
	idCues      = 0x1C53BB6B
	idDuration  = 0x4489
	idTimestamp = 0xE7
	idVoid      = 0xEC
	idCRC       = 0xBF
)

var errNoElement = errors.New("synth: not the elements expected")

// element is an EBML element with a known size (RFC 8794).
type element struct {
	id   uint32
	body []byte
}

// elements reads a run of elements, checksums left out.
func elements(b []byte) ([]element, error) {
	var out []element
	for len(b) > 0 {
		n := leading(b[0])
		if n > 4 || len(b) <= n {
			return nil, errNoElement
		}
		id := uint32(0)
		for _, c := range b[:n] {
			id = id<<8 | uint32(c)
		}
		b = b[n:]
		n = leading(b[0])
		if n > 8 || len(b) < n {
			return nil, errNoElement
		}
		size := uint64(b[0]) & (1<<(8-n) - 1)
		for _, c := range b[1:n] {
			size = size<<8 | uint64(c)
		}
		if size > uint64(len(b)-n) {
			return nil, fmt.Errorf("%w: %X of %d bytes", errNoElement, id, size)
		}
		if id != idCRC { // of no use once the parent changes
			out = append(out, element{id, b[n : n+int(size)]})
		}
		b = b[n+int(size):]
	}
	return out, nil
}

func leading(c byte) int {
	n := 1
	for ; n <= 8 && c&(0x80>>(n-1)) == 0; n++ {
	}
	return n
}

// open spells an element's identifier and a size in eight bytes.
func open(id uint32, size int64) []byte {
	b := binary.BigEndian.AppendUint32(nil, id)
	for b[0] == 0 {
		b = b[1:]
	}
	return binary.BigEndian.AppendUint64(b, 1<<56|uint64(size))
}

func spell(id uint32, body []byte) []byte { return append(open(id, int64(len(body))), body...) }

func number(n int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(n)) }

// Matroska plays the first cluster of small n times. Clusters lie stride bytes apart; the Cues
// come last.
func Matroska(small []byte, n int, stride int64) (*File, error) {
	top, err := elements(small)
	if err != nil {
		return nil, err
	}
	if len(top) != 2 || top[1].id != idSegment {
		return nil, errNoElement
	}
	kids, err := elements(top[1].body)
	if err != nil {
		return nil, err
	}
	find := func(id uint32) []byte {
		i := slices.IndexFunc(kids, func(e element) bool { return e.id == id })
		if i < 0 {
			err = fmt.Errorf("%w: no %X", errNoElement, id)
			return nil
		}
		return kids[i].body
	}
	tracks, info, cluster := find(idTracks), find(idInfo), find(idCluster)
	if err != nil {
		return nil, err
	}
	info, length, err := longer(info, n)
	if err != nil {
		return nil, err
	}
	blocks, err := elements(cluster)
	if err != nil {
		return nil, err
	}
	if len(blocks) == 0 || blocks[0].id != idTimestamp {
		return nil, errNoElement
	}
	base := int64(0) // of the original's first cluster
	for _, c := range blocks[0].body {
		base = base<<8 | int64(c)
	}
	var samples []byte
	for _, b := range blocks[1:] {
		samples = append(samples, spell(b.id, b.body)...)
	}
	f := &File{}
	f.add(spell(top[0].id, top[0].body))
	info, tracks = spell(idInfo, info), spell(idTracks, tracks)
	seekLen := int64(len(seekHead(0, 0, 0)))
	head := seekLen + int64(len(info)+len(tracks))
	cues := cueList(head, n, stride, length)
	f.add(open(idSegment, head+stride*int64(n)+int64(len(cues))))
	f.add(seekHead(seekLen, seekLen+int64(len(info)), head+stride*int64(n)))
	f.add(info)
	f.add(tracks)
	for k := range int64(n) {
		body := append(spell(idTimestamp, number(base+k*length)), samples...)
		opened := open(idCluster, stride-12)
		f.add(opened)
		f.media(body)
		padding := stride - int64(len(opened)) - int64(len(body)) - 9
		f.media(open(idVoid, padding))
		f.skip(padding)
	}
	f.add(cues)
	return f, nil
}

// longer multiplies the duration of an Info element, and returns it of one copy, in ticks.
func longer(info []byte, n int) ([]byte, int64, error) {
	kids, err := elements(info)
	if err != nil {
		return nil, 0, err
	}
	var out []byte
	length := int64(0)
	for _, k := range kids {
		if k.id == idDuration && len(k.body) == 8 {
			d := math.Ceil(math.Float64frombits(binary.BigEndian.Uint64(k.body)))
			length = int64(d)
			k.body = number(int64(math.Float64bits(d * float64(n))))
		}
		out = append(out, spell(k.id, k.body)...)
	}
	if length == 0 {
		return nil, 0, fmt.Errorf("%w: no duration", errNoElement)
	}
	return out, length, nil
}

// seekHead names the positions of Info, Tracks and Cues (RFC 9559, 5.1.1).
func seekHead(info, tracks, cues int64) []byte {
	var body []byte
	for _, s := range []struct {
		id uint32
		at int64
	}{{idInfo, info}, {idTracks, tracks}, {idCues, cues}} {
		id := binary.BigEndian.AppendUint32(nil, s.id)
		body = append(body, spell(0x4DBB, append(spell(0x53AB, id), spell(0x53AC, number(s.at))...))...)
	}
	return spell(idSeekHead, body)
}

// cueList has one point for each cluster (RFC 9559, 5.1.5).
func cueList(head int64, n int, stride, length int64) []byte {
	var body []byte
	for k := range int64(n) {
		position := append(spell(0xF7, []byte{1}), spell(0xF1, number(head+k*stride))...)
		body = append(body, spell(0xBB, append(spell(0xB3, number(k*length)), spell(0xB7, position)...))...)
	}
	return spell(idCues, body)
}
