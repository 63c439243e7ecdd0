package engine

import (
	"context"
	"errors"
	"os/exec"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
	"github.com/mediagauge/mediagauge/probe/ffprobe"
)

func TestMain(m *testing.M) {
	ffprobe.RunStage()
	goleak.VerifyTestMain(m)
}

// fake is an engine that reads n bytes and answers or fails.
type fake struct {
	name  string
	reads int
	err   error
	calls *int
}

func (f fake) Probe(_ context.Context, r *probe.Reader) (Answer, error) {
	*f.calls++
	if _, err := r.Head(f.reads); err != nil {
		return Answer{Engine: f.name}, err
	}
	if f.err != nil {
		return Answer{Engine: f.name}, f.err
	}
	return Answer{Engine: f.name, Info: &media.Info{Format: media.Format{Name: f.name}}, Warnings: []string{"own"}}, nil
}

func newReader(limits probe.Limits) *probe.Reader {
	return probe.NewReader(context.Background(), probe.NewBytes(make([]byte, 100)), limits)
}

func TestAutoOrder(t *testing.T) {
	cases := []struct {
		name      string
		nativeErr error
		engine    string
		calls     int // of the fallback
	}{
		{"native answers", nil, NameNative, 0},
		{"unknown", errors.Join(probe.ErrUnknownFormat, probe.Errorf(probe.Limit, "mp4: declined")), NameFFprobe, 1},
		{"unsupported", probe.Errorf(probe.Unsupported, "x"), NameFFprobe, 1},
		{"malformed", probe.Errorf(probe.Malformed, "x"), NameFFprobe, 1},
		{"truncated", probe.Errorf(probe.Truncated, "x"), NameFFprobe, 1},
		{"limit", probe.Errorf(probe.Limit, "x"), "", 0},
		{"io", probe.Errorf(probe.IO, "x"), "", 0},
		{"a stranger's error", errors.New("x"), "", 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var native, fallback int
			e := Auto(fake{NameNative, 10, c.nativeErr, &native}, fake{NameFFprobe, 10, nil, &fallback})
			got, err := e.Probe(t.Context(), newReader(probe.Limits{}))
			if fallback != c.calls || native != 1 {
				t.Errorf("asked native %d times and the fallback %d times, want 1 and %d", native, fallback, c.calls)
			}
			if c.engine == "" {
				if !errors.Is(err, c.nativeErr) || got.Info != nil {
					t.Errorf("got %+v, %v", got, err)
				}
				return
			}
			if err != nil || got.Engine != c.engine || got.Info.Format.Name != c.engine {
				t.Errorf("got %+v, %v", got, err)
			}
			if c.calls == 1 && (len(got.Warnings) != 2 || !strings.HasPrefix(got.Warnings[0], "native: ")) {
				t.Errorf("warnings %q", got.Warnings)
			}
		})
	}
}

func TestAutoBothFail(t *testing.T) {
	at := func(k probe.Kind, path string) error { return &probe.Error{Kind: k, Path: path, Offset: 8} }
	unknown := probe.Errorf(probe.Unsupported, "%w: no demuxer", probe.ErrUnknownFormat)
	cases := []struct {
		name             string
		native, fallback error
		nativeWins       bool
	}{
		{"both damaged", at(probe.Malformed, "moov"), probe.Errorf(probe.Malformed, "ffprobe: invalid data"), true},
		{"damaged, then unknown", at(probe.Truncated, "moov"), unknown, true},
		{"damaged, then limit", at(probe.Malformed, "moov"), probe.Errorf(probe.Limit, "too long"), false},
		{"damaged, then io", at(probe.Malformed, "moov"), probe.Errorf(probe.IO, "gone"), false},
		{"unknown, then playlist", probe.ErrUnknownFormat, probe.Errorf(probe.Unsupported, "HLS playlists"), false},
		{"unsupported, then damaged", probe.Errorf(probe.Unsupported, "x"), probe.Errorf(probe.Malformed, "y"), false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var n int
			_, err := Auto(fake{NameNative, 1, c.native, &n}, fake{NameFFprobe, 1, c.fallback, &n}).Probe(t.Context(), newReader(probe.Limits{}))
			want := c.fallback
			if c.nativeWins {
				want = c.native
			}
			if err != want {
				t.Errorf("got %v, want %v", err, want)
			}
		})
	}
}

// TestAutoOneAccount: what native spent counts against the fallback.
func TestAutoOneAccount(t *testing.T) {
	var n int
	r := newReader(probe.Limits{MaxBytes: 50})
	e := Auto(fake{NameNative, 30, probe.Errorf(probe.Unsupported, "x"), &n}, fake{NameFFprobe, 30, nil, &n})
	if _, err := e.Probe(t.Context(), r); !errors.Is(err, probe.Limit) {
		t.Errorf("got %v", err)
	}
	if got := r.Cost(); got.Bytes != 30 || got.Requests != 1 {
		t.Errorf("spent %+v", got)
	}
}

func TestAutoWithoutFallback(t *testing.T) {
	cases := []struct {
		name string
		err  error
		kind probe.Kind
		text string
	}{
		{"unknown", probe.ErrUnknownFormat, probe.Unsupported, "no ffprobe to ask"},
		{"unsupported", probe.Errorf(probe.Unsupported, "two edits"), probe.Unsupported, "two edits"},
		{"malformed", probe.Errorf(probe.Malformed, "no entries"), probe.Malformed, "no entries"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var n int
			got, err := Auto(fake{NameNative, 1, c.err, &n}, nil).Probe(t.Context(), newReader(probe.Limits{}))
			if got.Info != nil || !errors.Is(err, c.kind) || !errors.Is(err, c.err) || !strings.Contains(err.Error(), c.text) {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

// TestRealEngines joins a native engine that knows nothing to a real ffprobe.
func TestRealEngines(t *testing.T) {
	if _, err := exec.LookPath("ffprobe"); err != nil {
		t.Skip("no ffprobe here")
	}
	p, err := ffprobe.New(ffprobe.Config{})
	if err != nil {
		t.Skipf("ffprobe cannot be contained here: %v", err)
	}
	e := Auto(Native(probe.New()), FFprobe(p))
	gif := "GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
	r := probe.NewReader(t.Context(), probe.NewBytes([]byte(gif)), probe.Limits{})
	got, err := e.Probe(t.Context(), r)
	if err != nil || got.Engine != NameFFprobe || got.Info.Format.Name != "gif" || len(got.Warnings) != 1 {
		t.Errorf("got %+v, %v", got, err)
	}
	if r.Cost().Bytes == 0 {
		t.Error("ffprobe's bytes are not on the account")
	}
	r = probe.NewReader(t.Context(), probe.NewBytes([]byte("#EXTM3U\n")), probe.Limits{})
	if _, err := e.Probe(t.Context(), r); !errors.Is(err, probe.Unsupported) || !strings.Contains(err.Error(), "HLS playlists") {
		t.Errorf("playlist: %v", err)
	}
}

func TestNativeWarnings(t *testing.T) {
	p := probe.New(probe.Format{
		Name:  "x",
		Sniff: func([]byte) error { return nil },
		Probe: func(context.Context, *probe.Reader) (*media.Info, error) {
			return &media.Info{Warnings: []media.Warning{{Message: "odd"}}}, nil
		},
	})
	got, err := Native(p).Probe(t.Context(), newReader(probe.Limits{}))
	if err != nil || got.Engine != NameNative || len(got.Warnings) != 1 || got.Warnings[0] != "odd" {
		t.Errorf("got %+v, %v", got, err)
	}
}
