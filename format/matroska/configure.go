package matroska

import (
	"strings"

	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// configurers read a codec's configuration out of CodecPrivate. Each sets what is known, and
// what is wanted of the first frames.
var configurers = map[string]func(*stream) error{
	"aac":           configureAAC,
	"ac3":           configureAC3,
	"adpcm_ima_wav": configurePlainAudio,
	"adpcm_ms":      configurePlainAudio,
	"adpcm_yamaha":  configurePlainAudio,
	"alac":          configureALAC,
	"asv1":          configureFixed,
	"asv2":          configureFixed,
	"av1":           configureAV1,
	"ayuv":          configureFixed,
	"cljr":          configureFixed,
	"dts":           configureDTS,
	"eac3":          configureAC3,
	"ffv1":          configureFFV1,
	"ffvhuff":       configureHuffYUV,
	"flac":          configureFLAC,
	"flashsv":       configureFixed,
	"flv1":          configurePlainVideo,
	"h263":          configurePlainVideo,
	"h264":          configureH264,
	"hevc":          configureHEVC,
	"huffyuv":       configureHuffYUV,
	"mjpeg":         configureMJPEG,
	"mlp":           configureMLP,
	"mp1":           configureMPEGAudio,
	"mp2":           configureMPEGAudio,
	"mp3":           configureMPEGAudio,
	"mpeg1video":    configureMPEG12,
	"mpeg2video":    configureMPEG12,
	"mpeg4":         configureMPEG4,
	"msmpeg4v1":     configurePlainVideo,
	"msmpeg4v2":     configurePlainVideo,
	"msmpeg4v3":     configurePlainVideo,
	"opus":          configureOpus,
	"png":           configurePNG,
	"prores":        configureProRes,
	"r210":          configureFixed,
	"rawvideo":      configureRaw,
	"theora":        configureTheora,
	"truehd":        configureMLP,
	"tta":           configureTTA,
	"utvideo":       configureFixed,
	"v210":          configureFixed,
	"v308":          configureFixed,
	"v408":          configureFixed,
	"vorbis":        configureVorbis,
	"vp8":           configureVP8,
	"vp9":           configureVP9,
	"wavpack":       configureWavPack,
	"wmav1":         configurePlainAudio,
	"wmav2":         configurePlainAudio,
	"wmv1":          configurePlainVideo,
	"wmv2":          configurePlainVideo,
}

// configure reads what the codec's configuration says.
func (s *stream) configure() error {
	s.sim.settle, s.sim.ticks = 1, 1
	if s.t.Kind == media.KindSubtitle || s.t.Kind == media.KindUnknown {
		return s.configureText()
	}
	if s.t.Codec.Name == "" {
		s.sim.lacksParams = true
		return nil
	}
	read := configurers[s.t.Codec.Name]
	if strings.HasPrefix(s.t.Codec.Name, "pcm_") {
		read = configurePCM
	}
	if read == nil {
		return probe.Refuse(ruleCodec, "%s", s.t.Codec.Name)
	}
	return read(s)
}

// configureText is for streams that need no frames: all subtitles but PGS, of which ffprobe
// wants the size of a picture.
func (s *stream) configureText() error {
	switch s.t.Codec.Name {
	case "", "hdmv_pgs_subtitle":
		s.sim.lacksParams = true
	}
	return nil
}

// The first bytes of a frame that are looked at: few, then many.
const (
	frameHead     = 2 << 10
	longFrameHead = 64 << 10
)

// onFirst has read look at the head of the first frame, whose values complete the stream's. It
// is asked again with more when there is more and it could do nothing with the few.
func (s *stream) onFirst(read func(b []byte) error) {
	s.sim.lacksParams = true
	s.sim.onFrame = s.look(frameHead, read)
}

// look makes a function that has read look at the first n bytes of a frame.
func (s *stream) look(n int, read func(b []byte) error) func(frame) error {
	return func(f frame) error {
		if s.opaque {
			return probe.Refuse(ruleEncrypted, "the first frame of track %d is not readable", s.entry.number)
		}
		b, whole, err := f.head(n)
		if err != nil {
			return err
		}
		if err = read(b); err != nil && !whole {
			if b, _, err = f.head(longFrameHead); err != nil {
				return err
			}
			err = read(b)
		}
		if err != nil {
			if probe.RuleOf(err) != "" {
				return err
			}
			return probe.Refuse(ruleFirstFrame, "track %d: %w", s.entry.number, err)
		}
		s.sim.lacksParams, s.sim.onFrame = false, nil
		return nil
	}
}
