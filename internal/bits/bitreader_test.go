package bits

import (
	"bytes"
	"errors"
	"slices"
	"testing"
)

// ueCases spells bits as text, so that a code can be read against the table of 9.1.
var ueCases = []struct {
	name, bits string
	want       uint32
	err        error
}{
	{"0", "1", 0, nil},
	{"1", "010", 1, nil},
	{"2", "011", 2, nil},
	{"3", "00100", 3, nil},
	{"7", "0001000", 7, nil},
	{"8", "0001001", 8, nil},
	{"across bytes", "0000000001000000001", 512, nil},
	{"31 zeros", "0000000000000000000000000000000" + "1" + "1111111111111111111111111111111", 1<<32 - 2, nil},
	{"32 zeros, the largest", "00000000000000000000000000000000" + "1" + "00000000000000000000000000000000", 1<<32 - 1, nil},
	{"32 zeros, too large", "00000000000000000000000000000000" + "1" + "00000000000000000000000000000001", 0, ErrExpGolomb},
	{"33 zeros", "000000000000000000000000000000000" + "1" + "111111111111111111111111111111111", 0, ErrExpGolomb},
	{"a page of zeros", string(bytes.Repeat([]byte{'0'}, 4096)), 0, ErrExpGolomb},
	{"nothing", "", 0, ErrTruncated},
	{"only zeros", "00000000", 0, ErrTruncated},
	{"suffix cut off", "00000001", 0, ErrTruncated},
}

// pack turns text bits into bytes, the last one filled up with zeros.
func pack(s string) []byte {
	out := make([]byte, (len(s)+7)/8)
	for i, c := range s {
		if c == '1' {
			out[i/8] |= 0x80 >> (i % 8)
		}
	}
	return out
}

func TestUE(t *testing.T) {
	t.Parallel()
	for _, c := range ueCases {
		t.Run(c.name, func(t *testing.T) {
			r := NewBitReader(pack(c.bits))
			got := r.UE()
			if got != c.want || !errors.Is(r.Err(), c.err) {
				t.Errorf("got %d, %v; want %d, %v", got, r.Err(), c.want, c.err)
			}
			if c.err == nil && r.Pos() != len(c.bits) {
				t.Errorf("read %d bits of %d", r.Pos(), len(c.bits))
			}
		})
	}
}

func TestSE(t *testing.T) {
	t.Parallel()
	r := NewBitReader(pack("1" + "010" + "011" + "00100" + "00101"))
	for _, want := range []int32{0, 1, -1, 2, -2} {
		if got := r.SE(); got != want {
			t.Errorf("got %d, want %d", got, want)
		}
	}
	r = NewBitReader(pack(ueCases[8].bits))
	if got := r.SE(); got != 0 || !errors.Is(r.Err(), ErrExpGolomb) {
		t.Errorf("got %d, %v", got, r.Err())
	}
}

func TestBits(t *testing.T) {
	t.Parallel()
	r := NewBitReader([]byte{0b10110011, 0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0, 0xff})
	if r.Peek(3) != 0b101 || !r.Flag() || r.U(3) != 0b011 || r.Pos() != 4 {
		t.Errorf("at %d", r.Pos())
	}
	r.Align()
	r.Align()
	if r.Pos() != 8 {
		t.Errorf("aligned to %d", r.Pos())
	}
	if got := r.U64(64); got != 0x123456789abcdef0 {
		t.Errorf("got %x", got)
	}
	if r.Peek(16) != 0xff00 || r.Left() != 8 || r.Int(4) != 15 || r.Err() != nil {
		t.Errorf("left %d, %v", r.Left(), r.Err())
	}
	if r.U(5) != 0 || !errors.Is(r.Err(), ErrTruncated) || r.Left() != 0 || r.Flag() {
		t.Errorf("left %d, %v", r.Left(), r.Err())
	}
}

func TestBitWidths(t *testing.T) {
	t.Parallel()
	data := bytes.Repeat([]byte{0xff}, 16)
	for name, read := range map[string]func(*BitReader){
		"U(33)":     func(r *BitReader) { r.U(33) },
		"U64(65)":   func(r *BitReader) { r.U64(65) },
		"Int(32)":   func(r *BitReader) { r.Int(32) },
		"U(-1)":     func(r *BitReader) { r.U(-1) },
		"Skip(-1)":  func(r *BitReader) { r.Skip(-1) },
		"Skip(far)": func(r *BitReader) { r.Skip(1 << 40) },
	} {
		r := NewBitReader(data)
		if read(r); r.Err() == nil || r.Left() != 0 {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestRBSP(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"10110000":         3,
		"1011000000000000": 3,
		"1111111100000001": 15,
		"10000000":         0,
		"0000000000000000": 0,
		"":                 0,
	} {
		r := NewRBSPReader(pack(text))
		if got := r.Left(); got != want {
			t.Errorf("%s: %d bits, want %d", text, got, want)
		}
		r.Skip(want)
		if r.Err() != nil || r.Flag() || r.Err() == nil {
			t.Errorf("%s: %v", text, r.Err())
		}
	}
	r := NewRBSPReader(pack("00000100"))
	if got := r.UE(); got != 0 || !errors.Is(r.Err(), ErrTruncated) {
		t.Errorf("a code ran into the trailing bits: %d, %v", got, r.Err())
	}
}

func TestUnescape(t *testing.T) {
	t.Parallel()
	cases := []struct{ in, want []byte }{
		{nil, nil},
		{[]byte{1, 2, 3}, []byte{1, 2, 3}},
		{[]byte{0, 0, 3, 1}, []byte{0, 0, 1}},
		{[]byte{0, 0, 3}, []byte{0, 0}},
		{[]byte{0, 0, 3, 0, 0, 3, 3}, []byte{0, 0, 0, 0, 3}},
		{[]byte{0, 0, 3, 0, 3}, []byte{0, 0, 0, 3}},
		{[]byte{0, 0, 0, 3, 1}, []byte{0, 0, 0, 1}},
	}
	for _, c := range cases {
		if got := Unescape(c.in); !bytes.Equal(got, c.want) {
			t.Errorf("%v: got %v, want %v", c.in, got, c.want)
		}
	}
}

func TestStartCodes(t *testing.T) {
	t.Parallel()
	cases := []struct {
		stream string
		want   []string
	}{
		{"", nil},
		{"abc", nil},
		{"\x00\x00\x01", nil},
		{"\x00\x00\x01a", []string{"a"}},
		{"x\x00\x00\x01ab\x00\x00\x00\x01c\x00\x00", []string{"ab", "c"}},
		{"\x00\x00\x01\x00\x00\x01d", []string{"d"}},
	}
	for _, c := range cases {
		var got []string
		for u := range StartCodes([]byte(c.stream)) {
			got = append(got, string(u))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q: got %q, want %q", c.stream, got, c.want)
		}
	}
	for range StartCodes([]byte("\x00\x00\x01a\x00\x00\x01b")) {
		break // must not go on after the loop left
	}
}

// FuzzReaders drives both readers by a script: no panic, and bounds hold.
func FuzzReaders(f *testing.F) {
	for _, c := range ueCases {
		f.Add([]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, pack(c.bits))
	}
	f.Fuzz(func(t *testing.T, script, data []byte) {
		c, r := NewCursor(data), NewBitReader(data)
		if len(script)%2 == 1 {
			r = NewRBSPReader(data)
		}
		total := r.Left()
		for _, op := range script {
			n := int(op) - 4
			c.Bytes(n)
			switch op % 8 {
			case 0:
				r.UE()
			case 1:
				r.SE()
			case 2:
				r.Peek(n)
			case 3:
				r.Skip(n)
			case 4:
				r.Int(n)
			case 5:
				r.Align()
			default:
				r.U64(n)
			}
			if c.Pos()+c.Left() != len(data) || r.Pos()+r.Left() != total || r.Left() < 0 {
				t.Fatalf("out of bounds: %d+%d of %d, %d+%d of %d", c.Pos(), c.Left(), len(data), r.Pos(), r.Left(), total)
			}
		}
		if out := Unescape(data); len(out) > len(data) {
			t.Fatal("unescaped grew")
		}
		n := 0
		for u := range StartCodes(data) {
			n += len(u) + 3
		}
		if n > len(data) {
			t.Fatalf("units of %d bytes out of %d", n, len(data))
		}
	})
}

func BenchmarkUE(b *testing.B) {
	data := pack("1010011001000001000" + "00001000000001111")
	for b.Loop() {
		r := NewBitReader(data)
		for range 5 {
			r.UE()
		}
	}
}
