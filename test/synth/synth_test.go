package synth

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"testing"
)

// TestReadAt: any stretch of a File is what the whole file has there.
func TestReadAt(t *testing.T) {
	f := &File{}
	f.add([]byte("head"))
	f.skip(10)
	f.media([]byte("media"))
	f.skip(3)
	want := append(append(append([]byte("head"), make([]byte, 10)...), "media"...), 0, 0, 0)
	all, err := io.ReadAll(f.Reader())
	if err != nil || !bytes.Equal(all, want) || f.Headers != 4 {
		t.Fatalf("got %q, %v, %d bytes of headers", all, err, f.Headers)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		off, p := r.IntN(len(want)), bytes.Repeat([]byte{'x'}, 1+r.IntN(len(want)))
		n, err := f.ReadAt(p, int64(off))
		if !bytes.Equal(p[:n], want[off:min(off+len(p), len(want))]) || (err == io.EOF) != (n < len(p)) {
			t.Fatalf("%d bytes at %d: got %q, %v", len(p), off, p[:n], err)
		}
	}
	if n, err := f.ReadAt(make([]byte, 1), int64(len(want))); n != 0 || err != io.EOF {
		t.Errorf("behind the end: %d, %v", n, err)
	}
}

// TestMakers: what is made is as large as asked for, and what cannot be made of is refused.
func TestMakers(t *testing.T) {
	makers := map[string]struct {
		sample string
		make   func([]byte) (*File, error)
	}{
		"movie":     {"h264-aac-faststart.mp4", func(b []byte) (*File, error) { return Movie(b, 10, 1<<20, false) }},
		"fragments": {"frag-cmaf.mp4", func(b []byte) (*File, error) { return Fragments(b, 10, 1<<20, SegIndex) }},
		"table":     {"frag-default-base.mp4", func(b []byte) (*File, error) { return Fragments(b, 10, 1<<20, RandomAc) }},
		"matroska":  {"h264-aac.mkv", func(b []byte) (*File, error) { return Matroska(b, 10, 1<<20) }},
	}
	for name, m := range makers {
		t.Run(name, func(t *testing.T) {
			b, err := os.ReadFile("../../testdata/generated/files/" + m.sample)
			if err != nil {
				t.Fatal(err)
			}
			f, err := m.make(b)
			if err != nil {
				t.Fatal(err)
			}
			if n, _ := f.Size(); n < 10<<20 || n > 11<<20 || f.Headers < 500 || f.Headers > 64<<10 {
				t.Errorf("%d bytes, %d of headers", n, f.Headers)
			}
			for _, bad := range [][]byte{nil, []byte("ftyp"), b[:len(b)/2], make([]byte, 100)} {
				if _, err := m.make(bad); !errors.Is(err, errNoBox) && !errors.Is(err, errNoElement) {
					t.Errorf("%d bytes of rubbish: %v", len(bad), err)
				}
			}
		})
	}
}
