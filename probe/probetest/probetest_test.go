package probetest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// toy is a format of chunks: a letter and a length byte, then that many bytes. It answers with
// the number of chunks, and with broken it behaves badly in the way that the name says.
func toy(broken string) probe.Format {
	return probe.Format{
		Name:  "toy",
		Sniff: func([]byte) error { return nil },
		Probe: func(_ context.Context, r *probe.Reader) (*media.Info, error) {
			info := &media.Info{Format: media.Format{Name: "toy"}}
			info.Size, _ = r.Size()
			for off := int64(0); ; {
				err := r.Element(off)
				head := make([]byte, 2)
				var n int
				if err == nil {
					n, err = r.ReadAt(head, off)
				}
				switch {
				case n == 0 && err == io.EOF:
					return info, nil
				case err != nil && broken == "swallows errors" && !errors.Is(err, probe.Limit):
					return info, nil
				case err != nil && broken == "swallows limits":
					return info, nil
				case err != nil && broken == "untyped" && n == 1:
					return nil, errors.New("cut")
				case n == 1 && broken == "panics":
					panic("index out of range")
				case n == 1 && broken == "allocates":
					sink = make([]byte, 64<<20)
					return nil, probe.Errorf(probe.Truncated, "cut")
				case n == 1 && broken == "blames the source":
					return nil, probe.Errorf(probe.IO, "cut")
				case n == 1:
					return nil, probe.Errorf(probe.Truncated, "cut")
				case err != nil && n < 2:
					return nil, err
				}
				info.BitRate++
				off += 2 + int64(head[1])
			}
		},
	}
}

var sink []byte

// recorder collects what the checks complain of.
type recorder struct{ said []string }

func (*recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) {
	r.said = append(r.said, fmt.Sprintf(format, args...))
}

func chunks() []byte { return []byte("a\x03xyzb\x00c\x05hello") }

func check(f probe.Format) []string {
	var r recorder
	p := probe.New(f)
	known := Probe(p, &script{data: chunks()}, probe.Limits{})
	unknown := Probe(p, &script{data: chunks(), unknown: true}, probe.Limits{})
	matrix(&r, p, chunks(), known, unknown)
	limits(&r, p, chunks(), known)
	sweep(&r, p, chunks())
	return r.said
}

func TestGoodFormat(t *testing.T) {
	if said := check(toy("")); len(said) > 0 {
		t.Errorf("%q", said)
	}
}

// TestBadFormats: what a format can do wrong is found.
func TestBadFormats(t *testing.T) {
	cases := map[string]string{
		"swallows errors":   "an error at read",
		"swallows limits":   "want a limit error",
		"untyped":           "not a *probe.Error",
		"panics":            "panic: index out of range",
		"allocates":         "bytes allocated",
		"blames the source": "taken for a failure of the source",
	}
	for broken, want := range cases {
		t.Run(broken, func(t *testing.T) {
			if said := strings.Join(check(toy(broken)), "\n"); !strings.Contains(said, want) {
				t.Errorf("no %q in %q", want, said)
			}
		})
	}
}

func TestEdges(t *testing.T) {
	got := Edges(probe.New(toy("")), chunks())
	if fmt.Sprint(got) != "[5 7 14]" {
		t.Errorf("edges at %v", got)
	}
}

// TestProbeWithin: what is slow once is asked again, what stays slow is reported.
func TestProbeWithin(t *testing.T) {
	asked := 0
	p := probe.New(probe.Format{
		Sniff: func([]byte) error { return nil },
		Probe: func(context.Context, *probe.Reader) (*media.Info, error) {
			asked++
			return nil, probe.Errorf(probe.Malformed, "x")
		},
	})
	if o := ProbeWithin(-1, p, &script{}, probe.Limits{}); asked != 3 || o.Elapsed <= -1 {
		t.Errorf("asked %d times", asked)
	}
	asked = 0
	if ProbeWithin(time.Hour, p, &script{}, probe.Limits{}); asked != 1 {
		t.Errorf("asked %d times", asked)
	}
}

func TestSound(t *testing.T) {
	info := &media.Info{Format: media.Format{Name: "x"}}
	cases := []struct {
		name string
		o    Outcome
		ok   bool
	}{
		{"an answer", Outcome{Info: info}, true},
		{"nothing", Outcome{}, false},
		{"typed", Outcome{Err: probe.Errorf(probe.Limit, "x")}, true},
		{"unknown", Outcome{Err: fmt.Errorf("x: %w", probe.ErrUnknownFormat)}, true},
		{"no kind", Outcome{Err: &probe.Error{}}, false},
		{"untyped", Outcome{Err: errors.New("x")}, false},
		{"both", Outcome{Info: info, Err: probe.Errorf(probe.Limit, "x")}, false},
		{"panic", Outcome{Panic: "x", Info: info}, false},
	}
	for _, c := range cases {
		if err := c.o.Sound(); (err == nil) != c.ok {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestConsistent(t *testing.T) {
	good := func() *media.Info {
		return &media.Info{
			Format: media.Format{Name: "x"},
			Tracks: []media.Track{
				{Index: 0, Kind: media.KindVideo, Codec: media.Codec{Name: "h264", LongName: "H.264"}, Video: &media.Video{Width: 1, Height: 1}},
				{Index: 1, Kind: media.KindAudio, Audio: &media.Audio{}},
			},
			Chapters: []media.Chapter{{}},
			Programs: []media.Program{{Tracks: []int{1}}},
		}
	}
	if err := Consistent(good()); err != nil {
		t.Fatal(err)
	}
	tb := media.Timebase{Num: 1, Den: 25}
	cases := map[string]func(i *media.Info){
		"format name": func(i *media.Info) { i.Format.Name = "" },
		"bit rate":    func(i *media.Info) { i.BitRate = -1 },
		"file: lasts": func(i *media.Info) { i.Duration = media.Duration{Ticks: -1, Timebase: tb} },
		"time base":   func(i *media.Info) { i.Start = media.Duration{Timebase: media.Timebase{Num: 1}} },
		"not UTF-8":   func(i *media.Info) { i.Metadata = media.Metadata{"a": "\xff"} },
		"index":       func(i *media.Info) { i.Tracks[1].Index = 0 },
		"video":       func(i *media.Info) { i.Tracks[0].Video = nil },
		"audio":       func(i *media.Info) { i.Tracks[0].Audio = &media.Audio{} },
		"long name":   func(i *media.Info) { i.Tracks[0].Codec.LongName = "" },
		"frames":      func(i *media.Info) { i.Tracks[0].NumFrames = -1 },
		"rotated":     func(i *media.Info) { i.Tracks[0].Video.Rotation = 360 },
		"-1 ×":        func(i *media.Info) { i.Tracks[0].Video.Width = -1 },
		"held back":   func(i *media.Info) { i.Tracks[0].Video.ReorderDepth = -1 },
		"frame rate":  func(i *media.Info) { i.Tracks[0].Video.FrameRate = media.Rational{Num: -1, Den: 1} },
		"channels":    func(i *media.Info) { i.Tracks[1].Audio.Channels = -1 },
		"chapter 0":   func(i *media.Info) { i.Chapters[0].End = media.Duration{Timebase: media.Timebase{Num: -1, Den: 1}} },
		"program 0":   func(i *media.Info) { i.Programs[0].Tracks = []int{2} },
		"language":    func(i *media.Info) { i.Tracks[0].Language = "\xff" },
	}
	for want, spoil := range cases {
		i := good()
		spoil(i)
		if err := Consistent(i); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v", want, err)
		}
	}
	if Consistent(nil) == nil {
		t.Error("no answer is consistent")
	}
}

func TestDump(t *testing.T) {
	level := 31
	got := Dump(&media.Info{
		Format:    media.Format{Name: "x"},
		Container: media.Container{Faststart: new(bool)},
		Start:     media.Duration{Timebase: media.Timebase{Num: 1, Den: 90000}},
		Tracks: []media.Track{{
			Codec: media.Codec{Level: &level, Tag: 0x31637661}, Kind: media.KindVideo,
			Video: &media.Video{SAR: media.Rational{Num: 1, Den: 1}},
		}},
		Programs: []media.Program{{ID: 7, Tracks: []int{0}}},
		Metadata: media.Metadata{"b": "2\n", "a": "1"},
	})
	want := `format:
  name: "x"
container:
  faststart: false
start: 0 × 1/90000 = 0.000000 s
track 0:
  index: 0
  kind: "video"
  codec:
    level: 31
    tag: avc1
  video:
    sar: 1/1
program 0:
  id: 7
  tracks: [0]
metadata:
  a: "1"
  b: "2\n"
`
	if got != want {
		t.Errorf("got\n%s", got)
	}
}

// TestGoldenFile: a file is read, held to, and wants to say where its sample comes from.
func TestGoldenFile(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	known := Outcome{Err: probe.Errorf(probe.Truncated, "one\ntwo"), Cost: probe.Cost{Requests: 2, Bytes: 10}}
	unknown := Outcome{Err: probe.Errorf(probe.Malformed, "x")}
	const body = "error: truncated: one; two\nlength unknown:\nerror: malformed: x\nio: reads=2 bytes=10\n"
	g, err := readGolden(write("a.golden", "# why\n# sample: ../b\n"+body))
	if err != nil || g.sample != filepath.Join(filepath.Dir(dir), "b") || g.body != body {
		t.Fatalf("%+v, %v", g, err)
	}
	var r recorder
	if g.hold(&r, known, unknown); len(r.said) > 0 && !*update {
		t.Errorf("%q", r.said)
	}
	known.Cost.Requests++
	if g.hold(&r, known, unknown); !*update && (len(r.said) != 1 || !strings.Contains(r.said[0], "line 4: got  io: reads=3")) {
		t.Errorf("%q", r.said)
	}
	if _, err := readGolden(write("c.golden", body)); err == nil {
		t.Error("no origin wanted")
	}
	if g, err := readGolden(write("d.golden", "# why\n")); err != nil || g.sample != filepath.Join(dir, "d") {
		t.Errorf("%+v, %v", g, err)
	}
}
