package mp4

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/mediagauge/mediagauge/probe"
)

// counting counts what is asked of a source.
type counting struct {
	probe.Source
	calls int
}

func (c *counting) ReadAt(p []byte, off int64) (int, error) {
	c.calls++
	return c.Source.ReadAt(p, off)
}

// TestLongerFragments: fragments that are longer than those before them are read whole in a second round,
// and those that are not are not read again.
func TestLongerFragments(t *testing.T) {
	t.Parallel()
	file := make([]byte, 2<<20)
	offsets := []int64{1000, 200_000, 400_000, 600_000, 2<<20 - 100}
	for i, size := range []uint32{300, 9000, 400, 70_000, 1 << 30} { // the last claims more than there is
		at := file[offsets[i]:]
		binary.BigEndian.PutUint32(at, size)
		copy(at[4:], "moof")
		for k := 8; k < min(int(size), len(at)); k++ {
			at[k] = byte(k)
		}
	}
	src := &counting{Source: probe.NewBytes(file)}
	m := &movie{src: newSource(probe.NewReader(t.Context(), src, probe.Limits{}))}
	if err := m.fetchMoofs(offsets, merge(offsets, 500, int64(len(file)))); err != nil {
		t.Fatal(err)
	}
	if src.calls != 5+2 {
		t.Errorf("%d reads", src.calls)
	}
	for i, size := range []int64{300, 9000, 400, 70_000, 100} {
		got := m.src.cached(offsets[i], size)
		if !bytes.Equal(got, file[offsets[i]:][:size]) {
			t.Errorf("fragment %d: %d bytes of %d are there", i, len(got), size)
		}
	}
}
