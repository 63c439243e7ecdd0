package matroska

import (
	"encoding/binary"
	"strings"

	"github.com/mediagauge/mediagauge/internal/codec/pcm"
	"github.com/mediagauge/mediagauge/internal/codec/wave"
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
	case strings.HasPrefix(id, "A_PCM/") && s.t.Codec.Name != "":
		s.t.Codec.Name = pcm.Matroska(id, int(min(s.entry.audio.bitDepth, 64)))
	case s.t.Codec.Name == "prores" && len(s.priv) == 4:
		s.t.Codec.Tag = media.FourCC(binary.LittleEndian.Uint32(s.priv))
	case s.t.Codec.Name == "vp9":
		s.priv = nil
	}
	return nil
}

const (
	bitmapInfo = 40 // BITMAPINFOHEADER
	waveFormat = 14 // WAVEFORMAT
)

// unwrapVFW reads a BITMAPINFOHEADER. Block timestamps are in decoding order then.
func (s *stream) unwrapVFW() error {
	tag := media.FourCC(binary.LittleEndian.Uint32(s.priv[16:]))
	s.t.Codec.Tag = tag
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

// unwrapACM reads a WAVEFORMATEX. The rate is the Audio element's all the same.
func (s *stream) unwrapACM() error {
	format, err := wave.Parse(s.priv)
	if err != nil {
		return badPrivate(err)
	}
	if format.Codec() == "" || format.Channels == 0 {
		return probe.Refuse(ruleFourCC, "ACM format %#04x of %d bits", format.FormatTag, format.BitsPerSample)
	}
	rate := s.t.Audio.SampleRate
	format.Describe(&s.t)
	s.t.Audio.SampleRate = rate
	s.t.BitRate = format.BitRate()
	s.priv = format.Extra
	return nil
}
