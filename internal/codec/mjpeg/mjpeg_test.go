package mjpeg

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/mediagauge/mediagauge/internal/codec/codectest"
	"github.com/mediagauge/mediagauge/media"
)

func TestDescribe(t *testing.T) {
	t.Parallel()
	for _, s := range codectest.Streams(t) {
		t.Run(s.Name, func(t *testing.T) {
			f, err := ParseFrame(s.Head)
			if err != nil {
				t.Fatal(err)
			}
			track := &media.Track{}
			f.Describe(track)
			if got := s.Facts(track); got != s.Want {
				t.Errorf("got  %s\nwant %s", got, s.Want)
			}
		})
	}
}

// picture makes a picture of 320×240 up to its frame header: segments, then components of an id
// and sampling factors.
func picture(segments string, precision byte, components ...byte) []byte {
	p := append([]byte{0xff, 0xd8}, segments...)
	p = append(p, 0xff, 0xc0, 0, byte(8+3*len(components)/2), precision, 0, 240, 1, 64, byte(len(components)/2))
	for i := 0; i < len(components); i += 2 {
		p = append(p, components[i], components[i+1], 0)
	}
	return p
}

const adobeRGB = "\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00"

// TestPixelFormat has what ffprobe 5.1.9 printed for one picture with each header put in; empty
// where it printed none or where we leave it to ffprobe.
func TestPixelFormat(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		data []byte
		want string
	}{
		{"grey", picture("", 8, 1, 0x11), "gray"},
		{"grey, odd factors", picture("", 8, 1, 0x42), "gray"},
		{"12 bits", picture("", 12, 1, 0x22, 2, 0x11, 3, 0x11), ""},
		{"two components", picture("", 8, 1, 0x11, 2, 0x11), ""},
		{"four components", picture("", 8, 1, 0x11, 2, 0x11, 3, 0x11, 4, 0x11), ""},
		{"4:1:1", picture("", 8, 1, 0x41, 2, 0x11, 3, 0x11), "yuvj411p"},
		{"4:4:0", picture("", 8, 1, 0x12, 2, 0x11, 3, 0x11), "yuvj440p"},
		{"4:4:4, large factors", picture("", 8, 1, 0x22, 2, 0x22, 3, 0x22), "yuvj444p"},
		{"factors that are refused", picture("", 8, 1, 0x14, 2, 0x13, 3, 0x13), ""},
		{"chroma planes that differ", picture("", 8, 1, 0x22, 2, 0x11, 3, 0x21), ""},
		{"letters", picture("", 8, 'R', 0x11, 'G', 0x11, 'B', 0x11), "gbrp"},
		{"letters, subsampled", picture("", 8, 'R', 0x21, 'G', 0x11, 'B', 0x11), ""},
		{"Adobe RGB", picture(adobeRGB, 8, 1, 0x11, 2, 0x11, 3, 0x11), "gbrp"},
		{"Adobe RGB, subsampled", picture(adobeRGB, 8, 1, 0x22, 2, 0x11, 3, 0x11), "yuvj420p"},
		{"comment", picture("\xff\xfe\x00\x0cCS=ITU601\x00", 8, 1, 0x22, 2, 0x11, 3, 0x11), "yuv420p"},
		{"fill bytes", picture("\xff\xff\xff\xfe\x00\x02", 8, 1, 0x22, 2, 0x11, 3, 0x11), "yuvj420p"},
	}
	for _, c := range cases {
		f, err := ParseFrame(c.data)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := f.PixelFormat(); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestAspect(t *testing.T) {
	t.Parallel()
	for segment, want := range map[string]string{
		"": "0/0",
		"\xff\xe0\x00\x10JFIF\x00\x01\x01\x01\x00\x48\x00\x24\x00\x00": "2/1",
		"\xff\xe0\x00\x10JFIF\x00\x01\x01\x01\x00\x00\x00\x00\x00\x00": "0/0",
	} {
		f, err := ParseFrame(picture(segment, 8, 1, 0x11))
		if err != nil {
			t.Fatal(err)
		}
		track := &media.Track{}
		if f.Describe(track); track.Video.SAR.String() != want {
			t.Errorf("got %v, want %s", track.Video.SAR, want)
		}
	}
}

// TestFields has what ffprobe 5.1.9 printed for a MOV file whose sample entry tells another height.
func TestFields(t *testing.T) {
	t.Parallel()
	for told, want := range map[int]int{0: 240, 200: 240, 310: 240, 321: 240, 340: 480, 480: 480} {
		f, err := ParseFrame(picture("", 8, 1, 0x11))
		if err != nil {
			t.Fatal(err)
		}
		track := &media.Track{Video: &media.Video{Width: 320, Height: told}}
		if f.Describe(track); track.Video.Height != want {
			t.Errorf("container %d: got %d, want %d", told, track.Video.Height, want)
		}
	}
}

func TestBroken(t *testing.T) {
	t.Parallel()
	whole := string(picture("", 8, 1, 0x22, 2, 0x11, 3, 0x11))
	for name, data := range map[string]string{
		"empty":               "",
		"no start":            "\xff\xd9" + whole[2:],
		"cut off":             whole[:len(whole)-1],
		"no marker":           "\xff\xd8\x00\xc0",
		"scan first":          "\xff\xd8\xff\xda\x00\x02" + whole[2:],
		"end first":           "\xff\xd8\xff\xd9" + whole[2:],
		"segment of length 1": "\xff\xd8\xff\xfe\x00\x01" + whole[2:],
		"arithmetic coding":   "\xff\xd8\xff\xc9" + whole[4:],
		"no height":           "\xff\xd8\xff\xc0\x00\x0b\x08\x00\x00\x00\x10\x01\x01\x11\x00",
	} {
		if f, err := ParseFrame([]byte(data)); err == nil {
			t.Errorf("%s: got %+v", name, f)
		}
	}
}

func FuzzFrame(f *testing.F) {
	for _, s := range codectest.Streams(f) {
		f.Add(s.Head)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		one, err1 := ParseFrame(data)
		two, err2 := ParseFrame(data)
		if !reflect.DeepEqual(one, two) || fmt.Sprint(err1) != fmt.Sprint(err2) {
			t.Fatalf("%+v, %v and then %+v, %v", one, err1, two, err2)
		}
		if err1 != nil {
			return
		}
		track := &media.Track{}
		if one.Describe(track); track.Video.Width <= 0 || track.Video.Height <= 0 {
			t.Fatalf("%+v", one)
		}
	})
}

func BenchmarkFrame(b *testing.B) {
	head := codectest.Streams(b)[0].Head
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseFrame(head); err != nil {
			b.Fatal(err)
		}
	}
}
