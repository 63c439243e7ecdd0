package mp4

import (
	"math"
	"strings"

	"github.com/mediagauge/mediagauge/internal/bits"
)

// readAudioEntry reads an AudioSampleEntry (ISO/IEC 14496-12, 12.2.3) or one of QuickTime's
// sound descriptions, version 0, 1 or 2 (QuickTime File Format, "Sound Sample Descriptions").
func (m *movie) readAudioEntry(t *track, c *bits.Cursor, stsdVersion uint8) {
	e := &t.entry
	version := c.U16()
	c.Skip(2)
	t.setMeta("vendor_id", tagOf(c.FourCC()).String())
	e.channels = int(c.U16())
	e.depth = int(c.U16())
	e.audioID = c.I16()
	c.Skip(2)
	e.sampleRate = int(c.U32() >> 16)
	if !m.isom || strings.Contains(m.brands, "qt  ") || stsdVersion == 0 && version > 0 {
		switch version {
		case 1:
			e.samplesPer = int64(c.U32())
			c.Skip(4)
			e.bytesPer = int64(c.U32())
			c.Skip(4)
		case 2:
			t.readSoundV2(c)
		}
		if (version == 0 || version == 1 && e.audioID != -2) && (t.codec == "mp2" || t.codec == "mp3") {
			e.fullParse = true
		}
	}
	if t.format == "\x00\x00\x00\x00" {
		switch e.depth {
		case 8:
			t.identify("raw ")
		case 16:
			t.identify("twos")
		}
	}
	t.fixPCM()
	if n := pcmBits(t.codec); n > 0 {
		e.depth = n
		t.samples.sampleSize = uint32(n / 8 * e.channels)
	}
}

func (t *track) readSoundV2(c *bits.Cursor) {
	e := &t.entry
	c.Skip(4)
	rate := math.Float64frombits(c.U64())
	e.sampleRate = 0
	if rate >= 0 && rate < math.MaxInt32 {
		e.sampleRate = int(rate)
	}
	e.channels = int(c.I32())
	c.Skip(4)
	e.depth = int(c.I32())
	flags := c.U32()
	e.bytesPer = int64(c.U32())
	e.samplesPer = int64(c.U32())
	if t.format == "lpcm" {
		t.codec = lpcmCodec(e.depth, flags)
	}
}

// lpcmCodec names the codec of an "lpcm" entry by the flags of Core Audio.
func lpcmCodec(depth int, flags uint32) string {
	const isFloat, bigEndian, signed = 1, 2, 4
	end := "le"
	if flags&bigEndian != 0 {
		end = "be"
	}
	if flags&isFloat != 0 {
		switch depth {
		case 32:
			return "pcm_f32" + end
		case 64:
			return "pcm_f64" + end
		}
		return ""
	}
	sign := "u"
	if flags&signed != 0 {
		sign = "s"
	}
	switch (depth + 7) / 8 {
	case 1:
		return "pcm_" + sign + "8"
	case 2:
		return "pcm_" + sign + "16" + end
	case 3:
		return "pcm_" + sign + "24" + end
	case 4:
		return "pcm_" + sign + "32" + end
	case 8:
		if sign == "s" {
			return "pcm_s64" + end
		}
	}
	return ""
}

// fixPCM picks the codec that the bits per sample mean, and fills in the frame sizes of old
// compressors whose entries have none.
func (t *track) fixPCM() {
	e := &t.entry
	switch t.codec {
	case "pcm_s8", "pcm_u8":
		if e.depth == 16 {
			t.codec = "pcm_s16be"
		}
	case "pcm_s16le", "pcm_s16be":
		end := t.codec[len(t.codec)-2:]
		switch e.depth {
		case 8:
			t.codec = "pcm_s8"
		case 24:
			t.codec = "pcm_s24" + end
		case 32:
			t.codec = "pcm_s32" + end
		}
	case "mace3":
		e.samplesPer, e.bytesPer = 6, int64(2*e.channels)
	case "mace6":
		e.samplesPer, e.bytesPer = 6, int64(e.channels)
	case "adpcm_ima_qt":
		e.samplesPer, e.bytesPer = 64, int64(34*e.channels)
	case "gsm":
		e.samplesPer, e.bytesPer = 160, 33
	}
}

// pcmBits is the size in bits of one sample of a codec without compression, 0 for others.
func pcmBits(codec string) int {
	switch codec {
	case "pcm_s8", "pcm_u8", "pcm_alaw", "pcm_mulaw":
		return 8
	case "pcm_s16le", "pcm_s16be", "pcm_u16le", "pcm_u16be":
		return 16
	case "pcm_s24le", "pcm_s24be", "pcm_u24le", "pcm_u24be":
		return 24
	case "pcm_s32le", "pcm_s32be", "pcm_u32le", "pcm_u32be", "pcm_f32le", "pcm_f32be":
		return 32
	case "pcm_f64le", "pcm_f64be", "pcm_s64le", "pcm_s64be":
		return 64
	case "adpcm_ima_qt", "adpcm_ima_wav", "adpcm_ms":
		return 4
	}
	return 0
}

// littleEndian turns a big-endian codec into its little-endian twin.
func (t *track) littleEndian() {
	switch t.codec {
	case "pcm_s16be", "pcm_s24be", "pcm_s32be", "pcm_f32be", "pcm_f64be":
		t.codec = strings.TrimSuffix(t.codec, "be") + "le"
	}
}
