package image_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mediagauge/mediagauge/format/image"
	"github.com/mediagauge/mediagauge/probe"
	"github.com/mediagauge/mediagauge/probe/probetest"
)

const generated = "../../testdata/generated/files/"

var formats = map[string]probe.Format{
	"jpg": image.JPEG, "png": image.PNG, "webp": image.WebP, "bmp": image.BMP, "tiff": image.TIFF, "gif": image.GIF,
}

// TestGolden: what every format must survive.
func TestGolden(t *testing.T) {
	for name, f := range formats {
		t.Run(name, func(t *testing.T) { probetest.Run(t, f, filepath.Join("testdata", name)) })
	}
}

// FuzzImage: an answer that does not contradict itself, or a typed error.
func FuzzImage(f *testing.F) {
	names, err := filepath.Glob(generated + "image-*")
	if err != nil || len(names) == 0 {
		f.Fatal(err)
	}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	p := probe.New(image.JPEG, image.PNG, image.WebP, image.BMP, image.TIFF, image.GIF)
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := probetest.Probe(p, probe.NewBytes(b), probe.Limits{}).Sound(); err != nil {
			t.Fatal(err)
		}
	})
}

func load(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(generated + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestRules: every gate rule refuses something, by its name.
func TestRules(t *testing.T) {
	png := load(t, "image-rgb.png")
	animated := append(append([]byte{}, png[:33]...), "\x00\x00\x00\x08acTL\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00"...)
	animated = append(animated, png[33:]...)
	gif := load(t, "image-animated.gif")
	uneven := append([]byte{}, gif...)
	last := strings.LastIndex(string(gif), "\x21\xf9\x04")
	uneven[last+4] = 77
	long := append(append([]byte{}, gif...), make([]byte, 9<<20)...)
	held := map[string]bool{"unknown-size": true}
	for rule, c := range map[string]struct {
		f    probe.Format
		file []byte
	}{
		"animation":  {image.PNG, animated},
		"frame-rate": {image.GIF, uneven},
		"long-scan":  {image.GIF, long},
		"picture":    {image.JPEG, []byte("\xff\xd8\xff\xe0\x00\x10JFIF")},
	} {
		probetest.HoldRule(t, c.f, rule, c.file, rule)
		held[rule] = true
	}
	for rule := range image.Rules() {
		if !held[rule] {
			t.Errorf("no file shows rule %q", rule)
		}
	}
	if o := probetest.Probe(probe.New(image.PNG), unsized{probe.NewBytes(png)}, probe.Limits{}); probe.RuleOf(o.Err) != "unknown-size" {
		t.Errorf("unknown size: %v", o.Err)
	}
}

type unsized struct{ probe.Source }

func (unsized) Size() (int64, bool) { return 0, false }

// TestHostile: floods of segments and chunks, and sizes that nobody has.
func TestHostile(t *testing.T) {
	p := probe.New(image.JPEG, image.PNG, image.WebP, image.BMP, image.TIFF, image.GIF)
	for name, file := range map[string]string{
		"segments":           "\xff\xd8" + strings.Repeat("\xff\xe1\x00\x02", 500_000),
		"comments":           "\xff\xd8" + strings.Repeat("\xff\xfe\x03\xf0"+strings.Repeat("x", 0x3ee), 5000),
		"fill bytes":         "\xff\xd8" + strings.Repeat("\xff", 1<<20),
		"chunks":             "\x89PNG\r\n\x1a\n" + strings.Repeat("\x00\x00\x00\x00abcd\x00\x00\x00\x00", 100_000),
		"a chunk of 4 GiB":   "\x89PNG\r\n\x1a\n\xff\xff\xff\xffIHDR" + strings.Repeat("x", 5000),
		"chunks of WebP":     "RIFF\xff\xff\xff\xffWEBP" + strings.Repeat("abcd\x00\x00\x00\x00", 100_000),
		"a huge picture":     "GIF89a\xff\xff\xff\xff\x00\x00\x00",
		"a directory itself": "II*\x00\x08\x00\x00\x00\xff\xff" + strings.Repeat("\x01\x01\x05\x00\xff\xff\xff\xff\x08\x00\x00\x00", 70_000),
		"blocks":             "GIF89a\x01\x00\x01\x00\x00\x00\x00" + strings.Repeat("\x21\xfe\x00", 1_000_000),
	} {
		o := probetest.Probe(p, probe.NewBytes([]byte(file)), probe.Limits{})
		if err := o.Sound(); err != nil || o.Err == nil {
			t.Errorf("%s: %v, %v", name, err, o.Err)
		}
		if o.Allocated > 32<<20 {
			t.Errorf("%s: %d MiB allocated", name, o.Allocated>>20)
		}
	}
}

func BenchmarkJPEG(b *testing.B) {
	data := load(b, "image-420.jpg")
	p := probe.New(image.JPEG)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Probe(b.Context(), probe.NewBytes(data)); err != nil {
			b.Fatal(err)
		}
	}
}
