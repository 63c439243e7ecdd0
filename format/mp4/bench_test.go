package mp4

import (
	"os"
	"slices"
	"testing"

	"github.com/mediagauge/mediagauge/probe"
	"github.com/mediagauge/mediagauge/test/synth"
)

// tenMinutes is a movie header of ten minutes of H.264 with B-frames, 30 pictures a second, and
// AAC, and as much of the media data as is read.
func tenMinutes(b *testing.B) []byte {
	b.Helper()
	const pictures, sounds = 18_000, 25_840
	sizes := func(n int) []byte {
		out := u32s(0, uint32(n))
		for i := range n {
			out = append(out, u32(uint32(900+i*7919%4000))...)
		}
		return out
	}
	offsets := u32s(pictures)
	for i := range pictures {
		offsets = append(offsets, u32s(1, [...]uint32{1024, 2560, 1024, 0, 512}[i%5])...)
	}
	chunks := func(first int) []byte {
		out := u32s(600)
		for i := range 600 {
			out = append(out, u32(uint32(first+i*300_000))...)
		}
		return out
	}
	video := bx("trak", tkhd(1), bx("edts", full("elst", 0, 0, u32s(1, 600_000, 1024, 1<<16))),
		bx("mdia", mdhd(15360, pictures*512), hdlr("vide"), bx("minf", bx("stbl",
			stsd(bx("avc1", zeros(6), u16(1), zeros(16), u16(320), u16(180), zeros(14), zeros(32), u16(24), u16(0xffff), bx("avcC", benchAVC))),
			full("stts", 0, 0, u32s(1, pictures, 512)), full("stss", 0, 0, u32s(2, 1, 251)),
			full("ctts", 0, 0, offsets), full("stsc", 0, 0, u32s(1, 1, 30, 1)),
			full("stsz", 0, 0, sizes(pictures)), full("stco", 0, 0, chunks(1_000_000))))))
	sound := bx("trak", tkhd(2), bx("edts", full("elst", 0, 0, u32s(1, 600_000, 1024, 1<<16))),
		bx("mdia", mdhd(44100, sounds*1024), hdlr("soun"), bx("minf", bx("stbl",
			stsd(bx("mp4a", zeros(6), u16(1), zeros(8), u16(2), u16(16), zeros(4), u32(44100<<16), full("esds", 0, 0, benchESDS))),
			full("stts", 0, 0, u32s(1, sounds, 1024)), full("stsc", 0, 0, u32s(2, 1, 43, 1, 600, 83, 1)),
			full("stsz", 0, 0, sizes(sounds)), full("stco", 0, 0, chunks(1_150_000))))))
	file := slices.Concat(ftyp(), bx("moov", mvhd(1000, 600_000), video, sound), bx("mdat", zeros(2_000_000)))
	copy(file[1_000_000:], "\x00\x00\x03\x80\x65\x88\x84\x00\x10") // the first picture, 900 bytes with its length
	copy(file[1_150_000:], "\x21\x00\x49\x90\x02\x19\x00\x23\x80") // the first frame of sound: a pair of channels
	return file
}

// benchAVC is an avcC of High profile at 320×180 with a reorder depth of 2, benchESDS AAC LC at
// 44.1 kHz in stereo.
var (
	benchAVC = []byte("\x01\x64\x00\x0c\xff\xe1\x00\x1a\x67\x64\x00\x0c\xac\xd9\x41\x41\x9f\x9f\x01\x10" +
		"\x00\x00\x03\x00\x10\x00\x00\x03\x03\x20\xf1\x42\x99\x60\x01\x00\x06\x68\xea\xe3\xcb\x22\xc0\xfd\xf8\xf8\x00")
	benchESDS = []byte("\x03\x19\x00\x02\x00\x04\x11\x40\x15\x00\x00\x00\x00\x01\xf4\x00\x00\x01\xf4\x00\x05\x02\x12\x10\x06\x01\x02")
)

func BenchmarkTenMinutes(b *testing.B) {
	file := tenMinutes(b)
	p := probe.New(Format)
	b.SetBytes(int64(len(file) - 2_000_000))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Probe(b.Context(), probe.NewBytes(file)); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFragments reads 300 fragments that an index at the end names, and that none does.
func BenchmarkFragments(b *testing.B) {
	small, err := os.ReadFile("../../testdata/generated/files/frag-default-base.mp4")
	if err != nil {
		b.Fatal(err)
	}
	for _, index := range []string{synth.RandomAc, synth.NoIndex} {
		f, err := synth.Fragments(small, 300, 360<<10, index)
		if err != nil {
			b.Fatal(err)
		}
		p := probe.New(Format)
		b.Run("index="+index, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := p.Probe(b.Context(), f); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
