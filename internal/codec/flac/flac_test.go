package flac

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/mediagauge/mediagauge/internal/codec/soundtest"
	"github.com/mediagauge/mediagauge/media"
)

// block0 starts a last STREAMINFO block of 4096 samples and unknown frame sizes; what follows is rate,
// channels, bits and length, then a digest.
const (
	private = "664c6143 "
	block0  = "80000022 1000 1000 000000 000000 "
	digest  = " 00*16"
)

// infoCases hold rate, channels, bits and length, and what ffprobe 5.1.9 says of them in
// Matroska and MP4; "" where it refuses the file.
var infoCases = []struct{ name, info, want string }{
	{"1 channel", "0ac440f00000ac44", "flac - s16 44100 1 mono 16"},
	{"2 channels", "0ac442f00000ac44", "flac - s16 44100 2 stereo 16"},
	{"3 channels", "0ac444f00000ac44", "flac - s16 44100 3 3.0 16"},
	{"4 channels", "0ac446f00000ac44", "flac - s16 44100 4 quad 16"},
	{"5 channels", "0ac448f00000ac44", "flac - s16 44100 5 5.0(side) 16"},
	{"6 channels", "0ac44af00000ac44", "flac - s16 44100 6 5.1(side) 16"},
	{"7 channels", "0ac44cf00000ac44", "flac - s16 44100 7 6.1 16"},
	{"8 channels", "0ac44ef00000ac44", "flac - s16 44100 8 7.1 16"},
	{"4 bits", "0bb802300000ac44", "flac - s16 48000 2 stereo 4"},
	{"12 bits", "0bb802b00000ac44", "flac - s16 48000 2 stereo 12"},
	{"17 bits", "0bb803000000ac44", "flac - s32 48000 2 stereo 17"},
	{"24 bits", "0bb803700000ac44", "flac - s32 48000 2 stereo 24"},
	{"32 bits", "0bb803f00000ac44", "flac - s32 48000 2 stereo 32"},
	{"no rate", "000002f00000ac44", "flac - s16 - 2 stereo 16"},
	{"3 bits", "0ac442200000ac44", ""},
}

func TestParsePrivate(t *testing.T) {
	t.Parallel()
	for _, c := range infoCases {
		t.Run(c.name, func(t *testing.T) {
			s, err := ParsePrivate(soundtest.Bytes(t, private+block0+c.info+digest))
			if c.want == "" {
				if err == nil {
					t.Errorf("got %+v", s)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var track media.Track
			s.Describe(&track)
			if got := soundtest.Words(&track); got != c.want || s.TotalSamples != 44100 || s.MinBlockSize != 4096 || s.MaxBlockSize != 4096 {
				t.Errorf("got %q, %+v; want %q", got, s, c.want)
			}
		})
	}
}

// commentBlock makes a VORBIS_COMMENT block of one entry.
func commentBlock(entry string) []byte {
	b := binary.LittleEndian.AppendUint32(nil, 3)
	b = append(b, "abc"...)
	b = binary.LittleEndian.AppendUint32(b, 1)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(entry)))
	b = append(b, entry...)
	return append([]byte{0x80 | blockVorbisComment, 0, 0, byte(len(b))}, b...)
}

// TestChannelMask holds what ffprobe 5.1.9 says of stereo in Matroska with such a comment.
func TestChannelMask(t *testing.T) {
	t.Parallel()
	info := soundtest.Bytes(t, block0+"0ac442f00000ac44"+digest)
	info[0] = 0 // more blocks follow
	for entry, want := range map[string]string{
		"WAVEFORMATEXTENSIBLE_CHANNEL_MASK=0x0030": "2 channels (BL+BR)",
		"waveformatextensible_channel_mask=0x600":  "2 channels (SL+SR)",
		"WAVEFORMATEXTENSIBLE_CHANNEL_MASK=0x0007": "stereo", // three channels for two
		"WAVEFORMATEXTENSIBLE_CHANNEL_MASK=":       "stereo",
		"ARTIST=0x0030":                            "stereo",
	} {
		s, err := ParseBlocks(append(bytes.Clone(info), commentBlock(entry)...))
		if err != nil {
			t.Fatal(err)
		}
		var track media.Track
		s.Describe(&track)
		if track.Audio.ChannelLayout != want {
			t.Errorf("%s: got %q, want %q", entry, track.Audio.ChannelLayout, want)
		}
	}
}

func TestParsePrivateRefuses(t *testing.T) {
	t.Parallel()
	good := private + block0 + infoCases[1].info + digest
	for name, text := range map[string]string{
		"nothing":            "",
		"no signature":       block0 + infoCases[1].info + digest,
		"cut off":            private + block0 + infoCases[1].info + " 00*15",
		"other first block":  private + "84" + good[len(private)+2:],
		"longer first block": private + "80000023 1000 1000 000000 000000 " + infoCases[1].info + " 00*17",
		"blocks of 15":       private + "80000022 000f 000f 000000 000000 " + infoCases[1].info + digest,
	} {
		if s, err := ParsePrivate(soundtest.Bytes(t, text)); err == nil {
			t.Errorf("%s: got %+v", name, s)
		}
	}
}

// TestBombs holds block lists and comments whose lengths lie to memory that their bytes justify.
func TestBombs(t *testing.T) {
	info := soundtest.Bytes(t, block0+infoCases[1].info+digest)
	info[0] = 0
	for name, tail := range map[string][]byte{
		"2^32-1 comments":      append([]byte{blockVorbisComment, 0, 0, 8, 0, 0, 0, 0}, 0xff, 0xff, 0xff, 0xff),
		"comment of 4 GiB":     {blockVorbisComment, 0, 0, 12, 0, 0, 0, 0, 1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff},
		"vendor of 4 GiB":      {blockVorbisComment, 0, 0, 8, 0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0},
		"many empty blocks":    bytes.Repeat([]byte{1, 0, 0, 0}, 100_000),
		"block past the end":   {1, 0xff, 0xff, 0xff},
		"no last block at all": {1, 0, 0, 4, 0, 0, 0, 0},
	} {
		data := append(bytes.Clone(info), tail...)
		spent := soundtest.Spent(func() {
			if _, err := ParseBlocks(data); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		})
		if spent > 1<<16 {
			t.Errorf("%s: %d bytes allocated", name, spent)
		}
	}
}

func FuzzBlocks(f *testing.F) {
	for _, c := range infoCases {
		f.Add(soundtest.Bytes(f, block0+c.info+digest))
	}
	info := soundtest.Bytes(f, block0+infoCases[1].info+digest)
	info[0] = 0
	f.Add(append(info, commentBlock("WAVEFORMATEXTENSIBLE_CHANNEL_MASK=0x0030")...))
	soundtest.Fuzz(f, ParseBlocks)
}

func BenchmarkParsePrivate(b *testing.B) {
	data := soundtest.Bytes(b, private+block0+infoCases[1].info+digest)
	for b.Loop() {
		if _, err := ParsePrivate(data); err != nil {
			b.Fatal(err)
		}
	}
}
