package pcm

import (
	"testing"

	"github.com/mediagauge/mediagauge/media"
)

// TestMatroska holds what ffprobe 5.1.9 says of A_PCM tracks with such a depth.
func TestMatroska(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		id   string
		bits int
		want string
	}{
		{"A_PCM/INT/LIT", 8, "pcm_u8"},
		{"A_PCM/INT/LIT", 16, "pcm_s16le"},
		{"A_PCM/INT/LIT", 24, "pcm_s24le"},
		{"A_PCM/INT/LIT", 32, "pcm_s32le"},
		{"A_PCM/INT/LIT", 64, "pcm_s16le"},
		{"A_PCM/INT/LIT", 20, "pcm_s16le"},
		{"A_PCM/INT/LIT", 0, "pcm_s16le"},
		{"A_PCM/INT/BIG", 8, "pcm_u8"},
		{"A_PCM/INT/BIG", 16, "pcm_s16be"},
		{"A_PCM/INT/BIG", 24, "pcm_s24be"},
		{"A_PCM/INT/BIG", 32, "pcm_s32be"},
		{"A_PCM/INT/BIG", 12, "pcm_s16be"},
		{"A_PCM/FLOAT/IEEE", 32, "pcm_f32le"},
		{"A_PCM/FLOAT/IEEE", 64, "pcm_f64le"},
		{"A_PCM/FLOAT/IEEE", 16, "pcm_f32le"},
		{"A_PCM/FLOAT/IEEE", 0, "pcm_f32le"},
		{"A_AAC", 16, ""},
	} {
		if got := Matroska(c.id, c.bits); got != c.want {
			t.Errorf("%s of %d bits: got %q, want %q", c.id, c.bits, got, c.want)
		}
	}
}

// TestQuickTime holds what ffprobe 5.1.9 says of sample entries of version 0 and 1.
func TestQuickTime(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		entry  string
		bits   int
		little bool
		want   string
	}{
		{"twos", 8, false, "pcm_s8"},
		{"twos", 16, false, "pcm_s16be"},
		{"twos", 24, false, "pcm_s24be"},
		{"twos", 32, false, "pcm_s32be"},
		{"twos", 16, true, "pcm_s16le"},
		{"sowt", 8, false, "pcm_s8"},
		{"sowt", 16, false, "pcm_s16le"},
		{"sowt", 24, false, "pcm_s24le"},
		{"raw ", 8, false, "pcm_u8"},
		{"raw ", 16, false, "pcm_s16be"},
		{"NONE", 8, false, "pcm_u8"},
		{"NONE", 16, false, "pcm_s16be"},
		{"in24", 16, false, "pcm_s24be"},
		{"in24", 24, true, "pcm_s24le"},
		{"in32", 16, false, "pcm_s32be"},
		{"in32", 16, true, "pcm_s32le"},
		{"fl32", 16, false, "pcm_f32be"},
		{"fl32", 16, true, "pcm_f32le"},
		{"fl64", 64, false, "pcm_f64be"},
		{"fl64", 64, true, "pcm_f64le"},
		{"alaw", 16, false, "pcm_alaw"},
		{"ulaw", 16, false, "pcm_mulaw"},
		{"lpcm", 16, false, "pcm_s16be"},
		{"lpcm", 16, true, "pcm_s16le"},
		{"\x00\x00\x00\x00", 8, false, "pcm_u8"},
		{"\x00\x00\x00\x00", 16, false, "pcm_s16be"},
		{"\x00\x00\x00\x00", 24, false, ""},
		{"ipcm", 16, false, "pcm_s16be"},
		{"ipcm", 24, true, "pcm_s24le"},
		{"ipcm", 32, true, "pcm_s32le"},
		{"ipcm", 64, false, "pcm_s16be"},
		{"fpcm", 32, false, ""},
		{"mp4a", 16, false, ""},
	} {
		if got := QuickTime(c.entry, c.bits, c.little); got != c.want {
			t.Errorf("%q of %d bits, little %v: got %q, want %q", c.entry, c.bits, c.little, got, c.want)
		}
	}
}

// TestCoreAudio holds what ffprobe 5.1.9 says of version 2 sound descriptions.
func TestCoreAudio(t *testing.T) {
	t.Parallel()
	want := map[uint32][5]string{ // 8, 16, 24, 32 and 64 bits
		0: {"pcm_u8", "pcm_u16le", "pcm_u24le", "pcm_u32le", ""},
		1: {"", "", "", "pcm_f32le", "pcm_f64le"},
		2: {"pcm_u8", "pcm_u16be", "pcm_u24be", "pcm_u32be", ""},
		3: {"", "", "", "pcm_f32be", "pcm_f64be"},
		4: {"pcm_s8", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_s64le"},
		5: {"", "", "", "pcm_f32le", "pcm_f64le"},
		6: {"pcm_s8", "pcm_s16be", "pcm_s24be", "pcm_s32be", "pcm_s64be"},
		7: {"", "", "", "pcm_f32be", "pcm_f64be"},
	}
	for flags, codecs := range want {
		for i, bits := range []int{8, 16, 24, 32, 64} {
			if got := CoreAudio(bits, flags); got != codecs[i] {
				t.Errorf("flags %d, %d bits: got %q, want %q", flags, bits, got, codecs[i])
			}
		}
	}
	for _, bits := range []int{0, -1, 40, 65, 1 << 20} {
		if got := CoreAudio(bits, 4); got != "" {
			t.Errorf("%d bits: got %q", bits, got)
		}
	}
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		codec, sampleFormat string
		bits, depth         int
	}{
		{"pcm_s16le", "s16", 16, 0},
		{"pcm_s24be", "s32", 24, 24},
		{"pcm_s32le", "s32", 32, 32},
		{"pcm_u24le", "s32", 24, 24},
		{"pcm_f32le", "flt", 32, 0},
		{"pcm_f24le", "flt", 32, 0},
		{"pcm_f64be", "dbl", 64, 0},
		{"pcm_s64le", "s64", 64, 0},
		{"pcm_s8", "u8", 8, 0},
		{"pcm_alaw", "s16", 8, 0},
		{"adpcm_ima_qt", "s16p", 4, 0},
		{"adpcm_ms", "s16", 4, 0},
	} {
		track := media.Track{Audio: &media.Audio{SampleRate: 8000, Channels: 2, ChannelLayout: "stereo"}}
		if !Describe(&track, c.codec) {
			t.Errorf("%s is not known", c.codec)
		}
		want := media.Audio{SampleFormat: c.sampleFormat, SampleRate: 8000, Channels: 2, ChannelLayout: "stereo", BitsPerSample: c.bits, BitDepth: c.depth}
		if *track.Audio != want || track.Codec.LongName == "" || BitsPerSample(c.codec) != c.bits {
			t.Errorf("%s: got %+v, want %+v", c.codec, *track.Audio, want)
		}
	}
	track := media.Track{Codec: media.Codec{Name: "aac"}}
	if Describe(&track, "aac") || track.Codec.Name != "aac" || track.Audio != nil || BitsPerSample("aac") != 0 {
		t.Errorf("AAC became %+v", track)
	}
}

// TestNamesAreCodecs holds every name that can come out to ffprobe's list.
func TestNamesAreCodecs(t *testing.T) {
	t.Parallel()
	for codec := range formats {
		if media.CodecKind(codec) != media.KindAudio {
			t.Errorf("%q is no codec", codec)
		}
	}
	for bits := -8; bits <= 72; bits++ {
		for flags := range uint32(8) {
			if name := CoreAudio(bits, flags); name != "" && formats[name].bits == 0 {
				t.Errorf("%d bits, flags %d: %q", bits, flags, name)
			}
		}
		for entry := range quickTime {
			if name := QuickTime(entry, bits, true); name != "" && formats[name].bits == 0 {
				t.Errorf("%q of %d bits: %q", entry, bits, name)
			}
		}
	}
}

func FuzzNames(f *testing.F) {
	f.Add("A_PCM/INT/BIG", 24, uint32(6))
	f.Add("twos", 16, uint32(1))
	f.Fuzz(func(t *testing.T, id string, bits int, flags uint32) {
		for _, name := range []string{Matroska(id, bits), QuickTime(id, bits, flags&1 == 1), CoreAudio(bits, flags)} {
			if name != "" && !Describe(&media.Track{}, name) {
				t.Fatalf("%q of %d bits, flags %d: %q", id, bits, flags, name)
			}
		}
	})
}

func BenchmarkQuickTime(b *testing.B) {
	for b.Loop() {
		QuickTime("twos", 24, true)
	}
}
