package jpeg2000

import (
	"encoding/binary"
	"slices"
	"testing"

	"github.com/mediagauge/mediagauge/media"
)

func box(kind string, parts ...[]byte) []byte {
	body := slices.Concat(parts...)
	return slices.Concat(binary.BigEndian.AppendUint32(nil, uint32(len(body)+8)), []byte(kind), body)
}

// picture makes the headers of a 66 × 50 picture.
func picture(space byte, components ...[3]byte) []byte {
	siz := []byte{0xff, 0x4f, 0xff, 0x51, 0, 0, 0, 0, 0, 0, 0, 66, 0, 0, 0, 50, 0, 0, 0, 0, 0, 0, 0, 0}
	siz = append(siz, make([]byte, 16)...)
	siz = append(siz, 0, byte(len(components)))
	for _, c := range components {
		siz = append(siz, c[:]...)
	}
	return slices.Concat(box("jP  ", []byte("\r\n\x87\n")), box("ftyp", []byte("jp2 ")),
		box("jp2h", box("ihdr", make([]byte, 14)), box("colr", []byte{1, 0, 0, 0, 0, 0, space})), box("jp2c", siz))
}

func TestPictures(t *testing.T) {
	t.Parallel()
	full, half, quarter, deep := [3]byte{7, 1, 1}, [3]byte{7, 2, 1}, [3]byte{7, 2, 2}, [3]byte{15, 1, 1}
	for _, c := range []struct {
		data []byte
		want string // pixel format as ffprobe prints it of ffmpeg's files
	}{
		{picture(16, full, full, full), "rgb24"},
		{picture(18, full, full, full), "yuv444p"},
		{picture(18, full, half, half), "yuv422p"},
		{picture(18, full, quarter, quarter), "yuv420p"},
		{picture(17, full), "gray"},
		{picture(16, deep, deep, deep), ""},
		{picture(16, full, full), ""},
		{picture(16, full, half, half), ""},
		{picture(18, full, half, quarter), ""},
		{picture(0, full, full, full), ""},
		{picture(17, full)[:90], ""},
		{[]byte{0xff, 0x4f, 0xff, 0x51}, ""},
	} {
		p, err := ParsePicture(c.data)
		if (err == nil) != (c.want != "") {
			t.Errorf("%q: %v", c.want, err)
			continue
		}
		if err != nil {
			continue
		}
		track := &media.Track{Video: &media.Video{}}
		p.Describe(track)
		if v := track.Video; v.PixelFormat != c.want || v.Width != 66 || v.CodedHeight != 50 || track.Codec.Profile != "0" {
			t.Errorf("got %+v, want %s", v, c.want)
		}
	}
}
