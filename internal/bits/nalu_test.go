package bits

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// TestStartCode holds that the search finds what a plain search for three bytes finds, from every
// place, in streams that are full of what nearly is a start code.
func TestStartCode(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		stream := make([]byte, rnd.IntN(60))
		for i := range stream {
			stream[i] = byte(rnd.IntN(3))
		}
		for from := 0; from <= len(stream)+2; from++ {
			want := bytes.Index(stream[min(from, len(stream)):], []byte{0, 0, 1})
			if want >= 0 {
				want += from
			}
			if got := StartCode(stream, from); got != want {
				t.Fatalf("%v from %d: %d, want %d", stream, from, got, want)
			}
		}
	}
}

func BenchmarkStartCode(b *testing.B) {
	stream := make([]byte, 64<<10)
	rnd := rand.New(rand.NewPCG(1, 2))
	for i := range stream {
		stream[i] = byte(rnd.IntN(256))
	}
	b.SetBytes(int64(len(stream)))
	for b.Loop() {
		for at := StartCode(stream, 0); at >= 0; at = StartCode(stream, at+3) {
			continue
		}
	}
}
