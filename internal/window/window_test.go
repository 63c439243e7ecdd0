package window

import (
	"bytes"
	"testing"

	"github.com/mediagauge/mediagauge/probe"
)

// TestAt: the bytes are those of the source, wherever they lie, at one read for each end.
func TestAt(t *testing.T) {
	t.Parallel()
	data := make([]byte, 5*Size)
	for i := range data {
		data[i] = byte(i * 7 >> 3)
	}
	size := int64(len(data))
	for _, n := range []int64{size, Size + 10, 100, 0} {
		r := probe.NewReader(t.Context(), probe.NewBytes(data[:n]), probe.Limits{})
		e, err := Open(r, n)
		if err != nil {
			t.Fatal(err)
		}
		for _, off := range []int64{0, 8, Size - 4, Size, 2 * Size, n - Size, n - 8, n - 1, n, n + 5} {
			if off < 0 {
				continue
			}
			got, err := e.At(off, 8)
			want := data[min(off, n):min(off+8, n)]
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("8 bytes at %d of %d: %x, %v, want %x", off, n, got, err, want)
			}
		}
		if reads := r.Cost().Requests; reads > 5 {
			t.Errorf("%d reads of %d bytes", reads, n)
		}
	}
}
