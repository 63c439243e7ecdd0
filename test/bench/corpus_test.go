package bench

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/mediagauge/mediagauge/internal/testmedia"
	"github.com/mediagauge/mediagauge/test/synth"
)

// file is one file of the corpus.
type file struct {
	name, what string
	noIndex    bool // fragments that nothing lists
}

// small returns a generated sample.
func small(tb testing.TB, name string) []byte {
	tb.Helper()
	data, err := os.ReadFile(filepath.Join(filepath.Dir(testmedia.Root()), "generated", "files", name))
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

// smallFiles are of a second or two. They are copied as they are.
var smallFiles = []file{
	{name: "h264-aac-faststart.mp4", what: "MP4, H.264, AAC"},
	{name: "h264-aac-end.mp4", what: "MP4, header at the end"},
	{name: "hevc-main10-hdr10.mp4", what: "MP4, HEVC HDR10"},
	{name: "av1-main.mp4", what: "MP4, AV1"},
	{name: "prores-422.mov", what: "MOV, ProRes"},
	{name: "h264-timecode.mov", what: "MOV, timecode"},
	{name: "aac-stereo-44100.m4a", what: "M4A, AAC"},
	{name: "frag-dash-sidx.mp4", what: "MP4, fragments, sidx"},
	{name: "frag-default-base.mp4", what: "MP4, fragments, mfra"},
	{name: "frag-skip-trailer.mp4", what: "MP4, fragments, no index", noIndex: true},
	{name: "h264-aac.mkv", what: "Matroska, H.264, AAC"},
	{name: "h264-languages.mkv", what: "Matroska, four tracks"},
	{name: "hevc-main10-hdr10.mkv", what: "Matroska, HEVC HDR10"},
	{name: "vp9-opus.webm", what: "WebM, VP9, Opus"},
	{name: "av1-opus.webm", what: "WebM, AV1, Opus"},
}

// longFiles are files of a hundred megabytes, made of a small one that is played over and over.
var longFiles = []struct {
	file
	of   string
	make func(small []byte) (*synth.File, error)
}{
	{file{name: "front.mp4", what: "MP4, 10 min, header in front"}, "h264-aac-faststart.mp4",
		func(b []byte) (*synth.File, error) { return synth.Movie(b, 600, 180<<10, true) }},
	{file{name: "end.mp4", what: "MP4, 10 min, header at the end"}, "h264-aac-faststart.mp4",
		func(b []byte) (*synth.File, error) { return synth.Movie(b, 600, 180<<10, false) }},
	{file{name: "sidx.mp4", what: "MP4, 300 fragments, sidx"}, "frag-cmaf.mp4",
		func(b []byte) (*synth.File, error) { return synth.Fragments(b, 300, 360<<10, synth.SegIndex) }},
	{file{name: "mfra.mp4", what: "MP4, 300 fragments, mfra"}, "frag-default-base.mp4",
		func(b []byte) (*synth.File, error) { return synth.Fragments(b, 300, 360<<10, synth.RandomAc) }},
	{file{name: "none.mp4", what: "MP4, 300 fragments, no index", noIndex: true}, "frag-default-base.mp4",
		func(b []byte) (*synth.File, error) { return synth.Fragments(b, 300, 360<<10, synth.NoIndex) }},
	{file{name: "long.mkv", what: "Matroska, 10 min"}, "h264-aac.mkv",
		func(b []byte) (*synth.File, error) { return synth.Matroska(b, 600, 180<<10) }},
	{file{name: "long.webm", what: "WebM, 4 min"}, "vp9-opus.webm",
		func(b []byte) (*synth.File, error) { return synth.Matroska(b, 600, 180<<10) }},
}

// corpus writes all files into dir, or those whose names MEDIAGAUGE_BENCH matches. The zeros of the long ones are holes.
func corpus(b *testing.B, dir string) []file {
	b.Helper()
	only, err := regexp.Compile(os.Getenv("MEDIAGAUGE_BENCH"))
	if err != nil {
		b.Fatal(err)
	}
	var files []file
	for _, s := range smallFiles {
		if !only.MatchString(s.name) {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, s.name), small(b, s.name), 0o644); err != nil {
			b.Fatal(err)
		}
		files = append(files, s)
	}
	for _, l := range longFiles {
		if !only.MatchString(l.name) {
			continue
		}
		f, err := l.make(small(b, l.of))
		if err == nil {
			err = writeSparse(filepath.Join(dir, l.name), f)
		}
		if err != nil {
			b.Fatal(l.name, err)
		}
		files = append(files, l.file)
	}
	return files
}

// writeSparse writes f with its zeros as holes.
func writeSparse(path string, f *synth.File) error {
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	defer out.Close()
	size, _ := f.Size()
	chunk, zero := make([]byte, 64<<10), make([]byte, 64<<10)
	for off := int64(0); off < size; off += int64(len(chunk)) {
		n, err := f.ReadAt(chunk, off)
		if err != nil && err != io.EOF {
			return err
		}
		if string(chunk[:n]) == string(zero[:n]) {
			continue
		}
		if _, err := out.WriteAt(chunk[:n], off); err != nil {
			return err
		}
	}
	return out.Truncate(size)
}
