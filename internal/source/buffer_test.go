package source

import (
	"bytes"
	"fmt"
	"net/http"
	"sync"
	"testing"
)

func TestBufferSizes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		n     int64
		whole int
	}{{1, 4 << 10}, {4 << 10, 4 << 10}, {4<<10 + 1, 8 << 10}, {64 << 10, 64 << 10}, {465_000, 512 << 10}, {1 << 20, 1 << 20}, {1<<20 + 1, 1<<20 + 1}} {
		b := newBuffer(c.n)
		if int64(len(b.data)) != c.n || cap(b.data) != c.whole || (b.pool == nil) != (c.n > maxBuffer) {
			t.Errorf("%d bytes: %d of %d, pooled %t", c.n, len(b.data), cap(b.data), b.pool != nil)
		}
		b.free()
	}
}

// TestBuffersAreNobodyElses: objects that are closed while they are read never show the bytes
// of another, whose buffers may be the same memory.
func TestBuffersAreNobodyElses(t *testing.T) {
	t.Parallel()
	const size = 300_000
	o := newOrigin(t, func(w http.ResponseWriter, r *http.Request) {
		serve(bytes.Repeat([]byte(r.URL.Path[1:]), size))(w, r)
	})
	var all sync.WaitGroup
	for i := range 4 {
		letter := string(rune('a' + i))
		all.Go(func() {
			for range 20 {
				obj := mustOpen(t, testConfig(), o, "/"+letter)
				want := bytes.Repeat([]byte(letter), 100_000)
				var readers sync.WaitGroup
				for k := range int64(3) {
					readers.Go(func() {
						p := make([]byte, len(want))
						n, err := obj.ReadAt(p, k*100_000)
						if !bytes.Equal(p[:n], want[:n]) || err == nil && n < len(p) {
							t.Error(fmt.Errorf("%s: %d bytes at %d, of somebody else: %w", letter, n, k*100_000, err))
						}
						obj.Close()
					})
				}
				readers.Wait()
				if n, err := obj.ReadAt(make([]byte, 1), 0); n != 0 || err == nil {
					t.Errorf("%d bytes of a closed source, %v", n, err)
				}
			}
		})
	}
	all.Wait()
}
