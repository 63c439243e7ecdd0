package matroska

import (
	"encoding/binary"
	"math"
	"strings"

	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// unwrap reads the headers of other containers that CodecPrivate may hold: they name the
// codec, and what is behind them is the codec's own configuration.
func (s *stream) unwrap() error {
	switch id := *s.entry.codecID; {
	case id == "V_MS/VFW/FOURCC" && len(s.priv) >= bitmapInfo:
		return s.unwrapVFW()
	case id == "A_MS/ACM" && len(s.priv) >= waveFormat:
		return s.unwrapACM()
	case id == "V_QUICKTIME" && len(s.priv) >= 21, id == "A_QUICKTIME" && len(s.priv) >= 32:
		return probe.Refuse(ruleFourCC, "QuickTime sample description")
	case s.t.Codec.Name == "pcm_s16be", s.t.Codec.Name == "pcm_s16le", s.t.Codec.Name == "pcm_f32le":
		s.t.Codec.Name = linear(s.t.Codec.Name, s.entry.audio.bitDepth)
	case s.t.Codec.Name == "prores" && len(s.priv) == 4:
		s.t.Codec.Tag = media.FourCC(binary.LittleEndian.Uint32(s.priv))
	case s.t.Codec.Name == "vp9":
		s.priv = nil
	}
	return nil
}

// linear picks the PCM codec of a bit depth.
func linear(codec string, depth uint64) string {
	end := codec[len(codec)-2:]
	switch {
	case codec == "pcm_f32le" && depth == 64:
		return "pcm_f64le"
	case codec == "pcm_f32le":
		return codec
	case depth == 8:
		return "pcm_u8"
	case depth == 24:
		return "pcm_s24" + end
	case depth == 32:
		return "pcm_s32" + end
	}
	return codec
}

const (
	bitmapInfo   = 40 // BITMAPINFOHEADER
	waveFormat   = 14 // WAVEFORMAT
	waveFormatEx = 18
	extensible   = 0xFFFE
)

// unwrapVFW reads a BITMAPINFOHEADER. Block timestamps are in decoding order then.
func (s *stream) unwrapVFW() error {
	tag := media.FourCC(binary.LittleEndian.Uint32(s.priv[16:]))
	s.t.Codec.Tag = tag
	s.bitDepth = int(binary.LittleEndian.Uint16(s.priv[14:]))
	code := string(s.priv[16:20])
	name := vfwCodecs[strings.ToUpper(code)]
	if name == "" {
		return probe.Refuse(ruleFourCC, "Video for Windows %s", tag)
	}
	s.t.Codec.Name = name
	s.priv = s.priv[bitmapInfo:]
	s.dtsOnly = true
	return nil
}

// unwrapACM reads a WAVEFORMATEX.
func (s *stream) unwrapACM() error {
	le := binary.LittleEndian
	tag, channels, rate := le.Uint16(s.priv), le.Uint16(s.priv[2:]), le.Uint32(s.priv[4:])
	depth := uint16(8)
	if len(s.priv) >= waveFormat+2 {
		depth = le.Uint16(s.priv[waveFormat:])
	}
	name, ok := acmCodecs[tag]
	switch {
	case rate == 0 || rate > math.MaxInt32:
		return probe.Refuse(ruleFourCC, "ACM format %#04x with %d Hz", tag, rate)
	case tag == 1:
		name, ok = map[uint16]string{8: "pcm_u8", 16: "pcm_s16le", 24: "pcm_s24le", 32: "pcm_s32le"}[depth], true
	case tag == 3:
		name, ok = map[uint16]string{32: "pcm_f32le", 64: "pcm_f64le"}[depth], true
	}
	if !ok || name == "" {
		return probe.Refuse(ruleFourCC, "ACM format %#04x of %d bits", tag, depth)
	}
	s.t.Codec.Name = name
	s.t.Codec.Tag = media.FourCC(tag)
	s.t.Audio.Channels = int(channels)
	s.t.BitRate = int64(le.Uint32(s.priv[8:])) * 8
	s.bitDepth = int(depth)
	extra := 0
	if len(s.priv) >= waveFormatEx {
		extra = min(int(le.Uint16(s.priv[16:])), len(s.priv)-waveFormatEx)
	}
	s.priv = s.priv[min(waveFormatEx, len(s.priv)):][:extra]
	return nil
}
