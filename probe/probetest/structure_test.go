package probetest

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"
)

func TestStructures(t *testing.T) {
	t.Parallel()
	box := func(kind string, parts ...[]byte) []byte {
		body := bytes.Join(parts, nil)
		return append(append(binary.BigEndian.AppendUint32(nil, uint32(8+len(body))), kind...), body...)
	}
	el := func(id string, parts ...[]byte) []byte {
		body := bytes.Join(parts, nil)
		return append([]byte(id), append([]byte{0x80 | byte(len(body))}, body...)...)
	}
	open := func(id string, parts ...[]byte) []byte { return append([]byte(id+"\xff"), bytes.Join(parts, nil)...) }
	head := el("\x1a\x45\xdf\xa3", el("\x42\x82", []byte("webm")))
	for _, c := range []struct {
		name string
		data []byte
		want []int64
	}{
		{"nothing", nil, nil},
		{"another format", []byte("RIFF\x00\x00\x00\x00WAVEfmt "), nil},
		{"boxes in each other", append(box("ftyp", []byte("isom")), box("moov", box("free"), box("trak", box("free")))...),
			[]int64{0, 8, 12, 20, 28, 36, 44}},
		{"boxes after version and flags", box("meta", make([]byte, 4), box("hdlr")), []int64{0, 8, 12, 20}},
		{"an entry with a record", box("stsd", make([]byte, 8), box("avc1", make([]byte, 78), box("avcC", []byte{1}))),
			[]int64{0, 8, 16, 24, 102, 110, 111}},
		{"a box of 64 bits", append([]byte("\x00\x00\x00\x01mdat"), append(binary.BigEndian.AppendUint64(nil, 18), 1, 2)...), []int64{0, 16, 18}},
		{"a box to the end", []byte("\x00\x00\x00\x00mdatabc"), []int64{0, 8, 11}},
		{"a box past the end", []byte("\x00\x00\x01\x00mdatabc"), []int64{0, 8, 11}},
		{"no box after one", append(box("free"), 1, 2, 3), []int64{0, 8}},
		{"a box of less than its head", []byte("\x00\x00\x00\x07mdat"), nil},
		{"Apple's types", box("ilst", box("\xa9nam")), []int64{0, 8, 16}},
		{"elements", head, []int64{0, 5, 8, 12}},
		{"elements of unknown size", append(slices.Clone(head), open("\x18\x53\x80\x67", open("\x1f\x43\xb6\x75", el("\xe7", []byte{0})))...),
			[]int64{0, 5, 8, 12, 17, 22, 24, 25}},
		{"an element past the end", append(slices.Clone(head), "\x18\x53\x80\x67\x90\xec\x81\x00"...), []int64{0, 5, 8, 12, 17, 19, 20}},
	} {
		if got := Structures(c.data); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

// FuzzStructures: all edges lie within the data.
func FuzzStructures(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x10ftyp\x00\x00\x00\x08free"))
	f.Add([]byte("\x1a\x45\xdf\xa3\x84\x42\x82\x81a\x18\x53\x80\x67\xff"))
	f.Fuzz(func(t *testing.T, data []byte) {
		edges := Structures(data)
		if !slices.IsSorted(edges) || len(edges) > 0 && (edges[0] != 0 || edges[len(edges)-1] > int64(len(data))) {
			t.Fatalf("%v of %d", edges, len(data))
		}
	})
}
