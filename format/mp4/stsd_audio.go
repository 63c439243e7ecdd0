package mp4

import (
	"math"
	"strings"

	"github.com/mediagauge/mediagauge/internal/bits"
	"github.com/mediagauge/mediagauge/internal/codec/pcm"
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
	if n := pcm.BitsPerSample(t.codec); n > 0 {
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
		t.codec = pcm.CoreAudio(e.depth, flags)
	}
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

// littleEndian turns a big-endian codec into its little-endian twin.
func (t *track) littleEndian() {
	switch t.codec {
	case "pcm_s16be", "pcm_s24be", "pcm_s32be", "pcm_f32be", "pcm_f64be":
		t.codec = strings.TrimSuffix(t.codec, "be") + "le"
	}
}
