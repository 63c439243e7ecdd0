package dnxhd

import (
	"fmt"
	"testing"

	"github.com/mediagauge/mediagauge/media"
)

// header makes the fields of a frame header that are read.
func header(kind, width, height, depth, format, chroma int) []byte {
	h := make([]byte, HeaderSize)
	copy(h, "\x00\x00\x02\x80\x01")
	h[5] = byte(kind)
	h[0x18], h[0x19] = byte(height>>8), byte(height)
	h[0x1a], h[0x1b] = byte(width>>8), byte(width)
	h[0x21] = byte(depth<<5 | 0x18)
	h[0x2a], h[0x2b] = byte(format>>8), byte(format)
	h[0x2c] = byte(chroma)
	return h
}

func TestFrames(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		head []byte
		want string // as ffprobe prints files of ffmpeg's encoder
	}{
		{header(1, 256, 144, 1, 1274, 0x80), "DNXHR LB yuv422p 256x144 256x144 8"},
		{header(1, 258, 130, 1, 1273, 0x80), "DNXHR SQ yuv422p 258x130 272x144 8"},
		{header(1, 256, 144, 1, 1272, 0x80), "DNXHR HQ yuv422p 256x144 256x144 8"},
		{header(1, 256, 144, 2, 1271, 0x80), "DNXHR HQX yuv422p10le 256x144 256x144 10"},
		{header(1, 256, 144, 2, 1270, 0xc1), "DNXHR 444 yuv444p10le 256x144 256x144 10"},
		{header(1, 256, 144, 2, 1270, 0xc0), "DNXHR 444 gbrp10le 256x144 256x144 10"},
		{header(1, 1920, 1080, 2, 1235, 0x80), "DNXHD yuv422p10le 1920x1080 1920x1088 10"},
		{header(2, 1920, 540, 1, 1242, 0), "DNXHD yuv422p 1920x1080 1920x1088 8"},
		{header(1, 256, 144, 3, 1271, 0x80), ""},
		{header(1, 256, 144, 1, 1270, 0xc1), ""},
		{header(3, 256, 144, 1, 1274, 0x80), ""},
		{header(1, 256, 144, 1, 1274, 0x84), ""},
		{header(1, 0, 144, 1, 1274, 0x80), ""},
		{header(1, 256, 144, 1, 1, 0x80), ""},
		{make([]byte, HeaderSize), ""},
		{nil, ""},
	} {
		got := ""
		if f, err := ParseFrame(c.head); err == nil {
			track := &media.Track{Video: &media.Video{}}
			f.Describe(track)
			v := track.Video
			got = fmt.Sprintf("%s %s %dx%d %dx%d %d", track.Codec.Profile, v.PixelFormat, v.Width, v.Height, v.CodedWidth, v.CodedHeight, v.BitDepth)
		}
		if got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}
