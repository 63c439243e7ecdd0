//go:build linux && (amd64 || arm64)

package ffprobe

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/internal/testmedia"
	"github.com/mediagauge/mediagauge/probe"
)

func sample(t testing.TB, name string) []byte {
	return read(t, filepath.Join(testmedia.Root(), "files", name))
}

// unsized hides the length of a source.
type unsized struct{ probe.Source }

func (unsized) Size() (int64, bool) { return 0, false }

func TestUnknownSize(t *testing.T) {
	each(t, func(t *testing.T, p *Prober) {
		for _, name := range []string{
			"go-mp4__testdata_sample.mp4", "h2non-filetype__fixtures_sample.mkv",
			"lpms__data_zero-frame.ts", "http-streaming__test_segments_ac3WithoutId3.ac3",
		} {
			data := sample(t, name)
			want, err := p.Probe(t.Context(), reader(data))
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			r := probe.NewReader(t.Context(), unsized{probe.NewBytes(data)}, probe.Limits{})
			got, err := p.Probe(t.Context(), r)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if got.Format != want.Format || len(got.Tracks) != len(want.Tracks) {
				t.Errorf("%s: got %+v, want %+v", name, got, want)
			}
			for i := range got.Tracks {
				if g, w := got.Tracks[i].Codec, want.Tracks[i].Codec; g.Name != w.Name || g.Profile != w.Profile || g.Tag != w.Tag {
					t.Errorf("%s: track %d: got %+v, want %+v", name, i, g, w)
				}
			}
		}
	})
}

// TestBudget: a limit that is reached is the answer, however ffprobe took it.
func TestBudget(t *testing.T) {
	each(t, func(t *testing.T, p *Prober) {
		data := sample(t, "h2non-filetype__fixtures_sample.mkv")
		for _, limits := range []probe.Limits{{MaxBytes: 1000}, {MaxBytes: int64(len(data)) - 1}} {
			info, err := p.Probe(t.Context(), probe.NewReader(t.Context(), probe.NewBytes(data), limits))
			if info != nil || !errors.Is(err, probe.Limit) {
				t.Errorf("%+v: got %v, %v", limits, info, err)
			}
		}
		data = sample(t, "puremagic__test_resources_video_test.mpg")
		info, err := p.Probe(t.Context(), probe.NewReader(t.Context(), probe.NewBytes(data), probe.Limits{MaxReads: 1}))
		if info != nil || !errors.Is(err, probe.Limit) || !strings.Contains(err.Error(), "more than 1 reads") {
			t.Errorf("one read: got %v, %v", info, err)
		}
	})
}

func TestSourceFails(t *testing.T) {
	each(t, func(t *testing.T, p *Prober) {
		broken := errors.New("disk on fire")
		data := sample(t, "puremagic__test_resources_video_test.mpg")
		for _, at := range []int64{0, 64 << 10} {
			r := probe.NewReader(t.Context(), failing{probe.NewBytes(data), at, broken}, probe.Limits{})
			info, err := p.Probe(t.Context(), r)
			if info != nil || !errors.Is(err, broken) || !errors.Is(err, probe.IO) {
				t.Errorf("from %d on: got %v, %v", at, info, err)
			}
		}
	})
}

// longer claims more bytes than there are.
type longer struct{ probe.Source }

func (l longer) Size() (int64, bool) { n, _ := l.Source.Size(); return n + 100<<10, true }

func TestSourceEndsEarly(t *testing.T) {
	each(t, func(t *testing.T, p *Prober) {
		data := sample(t, "puremagic__test_resources_video_test.mpg")
		_, err := p.Probe(t.Context(), probe.NewReader(t.Context(), longer{probe.NewBytes(data)}, probe.Limits{}))
		if !errors.Is(err, probe.Truncated) {
			t.Errorf("got %v", err)
		}
	})
}

// stalling answers up to offset at and then not until released.
type stalling struct {
	probe.Source
	at      int64
	release chan struct{}
}

func (s stalling) ReadAt(p []byte, off int64) (int, error) {
	if off >= s.at {
		<-s.release
	}
	return s.Source.ReadAt(p, off)
}

// TestSlowSource: a source that does not answer costs the deadline and no more.
func TestSlowSource(t *testing.T) {
	each(t, func(t *testing.T, p *Prober) {
		release := make(chan struct{})
		defer close(release)
		impatient := *p
		impatient.config.Timeout = 700 * time.Millisecond
		data := sample(t, "puremagic__test_resources_video_test.mpg")
		for _, at := range []int64{0, 64 << 10} {
			began := time.Now()
			r := probe.NewReader(t.Context(), stalling{probe.NewBytes(data), at, release}, probe.Limits{})
			info, err := impatient.Probe(t.Context(), r)
			if info != nil || !errors.Is(err, probe.Limit) || !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "did not finish within 700ms") {
				t.Errorf("from %d on: got %v, %v", at, info, err)
			}
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("took %s", took)
			}
		}
	})
}

// TestCancel: a caller who goes away is an IO error with the caller's cause, not a limit.
func TestCancel(t *testing.T) {
	each(t, func(t *testing.T, p *Prober) {
		release := make(chan struct{})
		defer close(release)
		gone := errors.New("caller gone")
		ctx, cancel := context.WithCancelCause(t.Context())
		src := stalling{probe.NewBytes(sample(t, "puremagic__test_resources_video_test.mpg")), 64 << 10, release}
		r := probe.NewReader(context.Background(), notifying{src, func() { cancel(gone) }}, probe.Limits{})
		if _, err := p.Probe(ctx, r); !errors.Is(err, gone) || errors.Is(err, probe.Limit) {
			t.Errorf("got %v", err)
		}
	})
}

// notifying calls f once reading goes past the first block.
type notifying struct {
	probe.Source
	f func()
}

func (n notifying) ReadAt(p []byte, off int64) (int, error) {
	if off > 0 {
		n.f()
	}
	return n.Source.ReadAt(p, off)
}

// TestThrift: nothing is fetched twice, and of a large source only what ffprobe looks at.
func TestThrift(t *testing.T) {
	p := contained(t, Namespaces)
	r := reader(sample(t, "puremagic__test_resources_video_test.mpg"))
	if _, err := p.Probe(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if size, _ := r.Size(); r.Cost().Bytes > size {
		t.Errorf("%d bytes fetched of %d", r.Cost().Bytes, size)
	}
	// A movie whose samples nobody needs: 4 MiB of mdat in front of moov.
	movie := sample(t, "go-mp4__testdata_sample.mp4")
	large := append([]byte(box("ftyp", "isom", words(512), "isom")+box("free", string(make([]byte, 4<<20)))), movie[32:]...)
	r = reader(large)
	if _, err := p.Probe(t.Context(), r); err != nil && !errors.Is(err, probe.Malformed) {
		t.Fatal(err)
	}
	if got := r.Cost().Bytes; got > 1<<20 {
		t.Errorf("%d bytes fetched of %d", got, len(large))
	}
}

// sized is a source of zeros.
type sized int64

func (s sized) Size() (int64, bool) { return int64(s), true }

func (s sized) ReadAt(p []byte, _ int64) (int, error) {
	clear(p)
	copy(p, "RIFF\x00\x00\x00\x00WAVE")
	return len(p), nil
}

// TestSpoolLimit: without ranges, a source too large to copy is refused before it is read.
func TestSpoolLimit(t *testing.T) {
	p := contained(t, Landlock)
	r := probe.NewReader(t.Context(), sized(1<<40), probe.Limits{})
	_, err := p.Probe(t.Context(), r)
	if !errors.Is(err, probe.Limit) || !strings.Contains(err.Error(), "cannot be read by ranges") {
		t.Errorf("got %v", err)
	}
	if r.Cost().Bytes > 64<<10 {
		t.Errorf("%d bytes read", r.Cost().Bytes)
	}
	small := *p
	small.config.SpoolBytes = 1000
	data := sample(t, "go-mp4__testdata_sample.mp4")
	_, err = small.Probe(t.Context(), probe.NewReader(t.Context(), unsized{probe.NewBytes(data)}, probe.Limits{}))
	if !errors.Is(err, probe.Limit) || !strings.Contains(err.Error(), "more than the 1000 bytes") {
		t.Errorf("unknown length: got %v", err)
	}
}

// TestNothingLeft: probing leaves no descriptors, folders or processes behind.
func TestNothingLeft(t *testing.T) {
	each(t, func(t *testing.T, p *Prober) {
		data := sample(t, "go-mp4__testdata_sample.mp4")
		if _, err := p.Probe(t.Context(), reader(data)); err != nil { // first use opens what stays
			t.Fatal(err)
		}
		before := descriptors(t)
		var failures atomic.Int32
		for i := range 8 {
			ctx, cancel := context.WithCancel(t.Context())
			if i%2 == 1 {
				cancel()
			}
			if _, err := p.Probe(ctx, reader(data)); err != nil {
				failures.Add(1)
			}
			cancel()
		}
		if failures.Load() != 4 {
			t.Errorf("%d failures, want 4", failures.Load())
		}
		if after := descriptors(t); after > before {
			t.Errorf("%d descriptors, before %d", after, before)
		}
		left, _ := filepath.Glob(filepath.Join(os.TempDir(), "mediagauge-ffprobe-*", spoolName))
		for _, l := range left {
			if info, err := os.Stat(l); err == nil && info.Size() == int64(len(data)) {
				t.Errorf("left behind: %s", l)
			}
		}
		wantNoZombie(t)
	})
}

// TestSweep: folders left behind long ago go, those in use stay.
func TestSweep(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	old, err := workFolder()
	if err != nil {
		t.Fatal(err)
	}
	fresh, err := workFolder()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(old, time.Time{}, time.Now().Add(-2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	sweep()
	if _, err := os.Stat(old); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the old one is still there: %v", err)
	}
	if _, err := os.Stat(fresh); err != nil {
		t.Errorf("the fresh one is gone: %v", err)
	}
}

func descriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// wantNoZombie: every child of this process has been reaped.
func wantNoZombie(t *testing.T) {
	t.Helper()
	tasks, _ := filepath.Glob("/proc/self/task/*/children")
	for _, task := range tasks {
		if b, err := os.ReadFile(task); err == nil && strings.TrimSpace(string(b)) != "" {
			t.Errorf("children left: %s", b)
		}
	}
}
