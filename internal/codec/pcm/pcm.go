// Package pcm names uncompressed sound: ffprobe's codec for the ways in which Matroska, QuickTime and
// Core Audio spell it (wave has RIFF's), and what ffprobe says of such a codec.
package pcm

import (
	"fmt"
	"strings"

	"github.com/mediagauge/mediagauge/media"
)

// Form is how one sample is stored.
type Form struct {
	Bits      int // rounded up to whole bytes for integers
	Float     bool
	BigEndian bool
	Unsigned  bool // of integers
}

// Codec returns ffprobe's codec for samples of the form; "" when it has none.
func (f Form) Codec() string {
	end := "le"
	if f.BigEndian {
		end = "be"
	}
	if f.Float {
		if f.Bits == 32 || f.Bits == 64 {
			return fmt.Sprintf("pcm_f%d%s", f.Bits, end)
		}
		return ""
	}
	sign := "s"
	if f.Unsigned {
		sign = "u"
	}
	bytes := (f.Bits + 7) / 8
	switch {
	case f.Bits < 1:
		return ""
	case bytes == 1:
		return "pcm_" + sign + "8"
	case bytes <= 4, bytes == 8 && !f.Unsigned:
		return fmt.Sprintf("pcm_%s%d%s", sign, 8*bytes, end)
	}
	return ""
}

// Matroska returns the codec of an A_PCM CodecID and BitDepth, 0 for none; ffprobe takes a depth
// it does not expect for 16, or 32 of floats (RFC 9559's codec mappings).
func Matroska(codecID string, bits int) string {
	switch {
	case strings.HasPrefix(codecID, "A_PCM/FLOAT/IEEE"):
		if bits != 64 {
			bits = 32
		}
		return Form{Bits: bits, Float: true}.Codec()
	case strings.HasPrefix(codecID, "A_PCM/INT/BIG"), strings.HasPrefix(codecID, "A_PCM/INT/LIT"):
		if bits != 8 && bits != 24 && bits != 32 {
			bits = 16
		}
		return Form{Bits: bits, BigEndian: strings.HasPrefix(codecID, "A_PCM/INT/BIG"), Unsigned: bits == 8}.Codec()
	}
	return ""
}

// The flags of Core Audio's AudioStreamBasicDescription, in version 2 sound descriptions and CAF.
const (
	flagFloat     = 1
	flagBigEndian = 2
	flagSigned    = 4
)

// CoreAudio returns the codec of Core Audio's format "lpcm".
func CoreAudio(bits int, flags uint32) string {
	return Form{
		Bits: bits, Float: flags&flagFloat != 0, BigEndian: flags&flagBigEndian != 0, Unsigned: flags&flagSigned == 0,
	}.Codec()
}

// quickTime holds the codecs of QuickTime's and ISO/IEC 23003-5's sample entries before the size of
// samples counts. ffprobe 5.1 does not know "fpcm".
var quickTime = map[string]string{
	"\x00\x00\x00\x00": "raw",
	"NONE":             "pcm_u8",
	"alaw":             "pcm_alaw",
	"fl32":             "pcm_f32be",
	"fl64":             "pcm_f64be",
	"in24":             "pcm_s24be",
	"in32":             "pcm_s32be",
	"ipcm":             "pcm_s16be",
	"lpcm":             "pcm_s16be",
	"raw ":             "pcm_u8",
	"sowt":             "pcm_s16le",
	"twos":             "pcm_s16be",
	"ulaw":             "pcm_mulaw",
}

// QuickTime returns the codec of a sample entry of version 0 or 1 with samples of so many bits,
// made little-endian by an enda or pcmC box; "" for other entries.
func QuickTime(entry string, bits int, little bool) string {
	codec := quickTime[entry]
	switch codec {
	case "raw":
		codec = map[int]string{8: "pcm_u8", 16: "pcm_s16be"}[bits]
	case "pcm_u8":
		if bits == 16 {
			codec = "pcm_s16be"
		}
	case "pcm_s16be", "pcm_s16le":
		if bits == 8 || bits == 24 || bits == 32 {
			codec = Form{Bits: bits, BigEndian: codec == "pcm_s16be"}.Codec()
		}
	}
	if base, ok := strings.CutSuffix(codec, "be"); ok && little {
		codec = base + "le"
	}
	return codec
}

// Describe names the track's codec and fills in what ffprobe says of sound without compression, or
// with an ADPCM that needs no configuration: not the rate or the channels, which the container states.
// It returns false, and does nothing, for other codecs. ffprobe refuses ADPCM of more than two
// channels.
func Describe(t *media.Track, codec string) bool {
	f, ok := formats[codec]
	if !ok {
		return false
	}
	t.SetCodec(codec)
	t.Audio.SampleFormat = f.sampleFormat
	t.Audio.BitsPerSample = f.bits
	t.Audio.BitDepth = 0
	if f.sampleFormat == "s32" {
		t.Audio.BitDepth = f.bits
	}
	return true
}

// BitsPerSample returns ffprobe's bits_per_sample, which PCM codecs and ADPCM codecs of a fixed
// number have; 0 for others.
func BitsPerSample(codec string) int {
	return formats[codec].bits
}
