package matroska

import (
	"errors"
	"math"
	"strings"

	"github.com/mediagauge/mediagauge/internal/bits"
	"github.com/mediagauge/mediagauge/internal/codec/aac"
	"github.com/mediagauge/mediagauge/internal/codec/ac3"
	"github.com/mediagauge/mediagauge/internal/codec/alac"
	"github.com/mediagauge/mediagauge/internal/codec/dts"
	"github.com/mediagauge/mediagauge/internal/codec/flac"
	"github.com/mediagauge/mediagauge/internal/codec/mpegaudio"
	"github.com/mediagauge/mediagauge/internal/codec/opus"
	"github.com/mediagauge/mediagauge/internal/codec/vorbis"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

var errEmptyFrame = errors.New("empty frame")

// configureAAC reads an AudioSpecificConfig, or makes the one that old CodecIDs stand for.
func configureAAC(s *stream) error {
	if len(s.priv) == 0 {
		s.priv = s.entry.aacConfig()
	}
	config, err := aac.ParseConfig(s.priv)
	if err != nil {
		return badPrivate(err)
	}
	if rule := config.Doubt(); rule != "" {
		return probe.Refuse(rule, "track %d", s.entry.number)
	}
	config.DescribeEmpty(&s.t)
	s.sim.onFrame = s.look(frameHead, func(b []byte) error {
		if len(b) == 0 {
			return errEmptyFrame
		}
		wanted := uint32(single)
		if config.ChannelConfiguration == 2 {
			wanted = pair
		}
		if first, told := firstElement(b); told && first != wanted && config.ChannelConfiguration != 0 {
			return probe.Refuse(aac.RuleFirstElements, "track %d: first element %d with %d channels", s.entry.number, first, config.ChannelConfiguration)
		}
		config.Describe(&s.t)
		return nil
	})
	return nil
}

// The identifiers of elements of a raw data block, ISO/IEC 14496-3 table 4.85.
const (
	single = 0
	pair   = 1
	data   = 4
	fill   = 6
)

// firstElement finds the first element with sound in a raw data block, ISO/IEC 14496-3 section
// 4.4.2.1. It is not told when the block's head ends before.
func firstElement(b []byte) (id uint32, told bool) {
	r := bits.NewBitReader(b)
	for r.Err() == nil {
		switch id = r.U(3); id {
		case fill:
			n := r.Int(4)
			if n == 15 {
				n += r.Int(8) - 1
			}
			r.Skip(8 * n)
		case data:
			r.Skip(4)
			aligned := r.Flag()
			n := r.Int(8)
			if n == 255 {
				n += r.Int(8)
			}
			if aligned {
				r.Align()
			}
			r.Skip(8 * n)
		default:
			return id, r.Err() == nil
		}
	}
	return 0, false
}

// aacConfig spells the configuration of CodecIDs such as "A_AAC/MPEG4/LC/SBR".
func (e *trackEntry) aacConfig() []byte {
	object := byte(4)
	for i, name := range []string{"MAIN", "LC", "SSR"} {
		if strings.Contains(*e.codecID, name) {
			object = byte(i + 1)
			break
		}
	}
	rate := aacRate(e.audio.rate)
	config := []byte{object<<3 | rate>>1, rate<<7 | byte(e.audio.channels)<<3}
	if strings.Contains(*e.codecID, "SBR") {
		config = append(config, 0x56, 0xE5, 0x80|aacRate(e.audio.outRate)<<3)
	}
	return config
}

// aacRate is the index of a sampling frequency, ISO/IEC 14496-3 table 1.18; 13 for others.
func aacRate(rate float64) byte {
	if rate > math.MaxInt32 {
		rate = 0
	}
	for i, r := range [...]int{96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350} {
		if r == int(rate) {
			return byte(i)
		}
	}
	return 13
}

// configureOpus reads OpusHead; without one ffprobe takes one or two channels as they are.
func configureOpus(s *stream) error {
	head, err := opus.Default(s.t.Audio.Channels)
	if len(s.priv) > 0 {
		head, err = opus.ParseHead(s.priv)
	}
	if err != nil {
		return badPrivate(err)
	}
	head.Describe(&s.t)
	return nil
}

func configureVorbis(s *stream) error {
	head, err := vorbis.ParsePrivate(s.priv)
	if err != nil {
		return badPrivate(err)
	}
	head.Describe(&s.t)
	return nil
}

func configureFLAC(s *stream) error {
	info, err := flac.ParsePrivate(s.priv)
	if err != nil {
		return badPrivate(err)
	}
	info.Describe(&s.t)
	return nil
}

func configureALAC(s *stream) error {
	config, err := alac.ParseConfig(s.priv)
	if err != nil {
		return badPrivate(err)
	}
	config.Describe(&s.t)
	return nil
}

// configureMPEGAudio reads the header of every frame that ffprobe's parser sees: the bit rate
// is their mean, so that where reading stops decides about it when the rate varies.
func configureMPEGAudio(s *stream) error {
	stated, count := s.t.BitRate, int64(0)
	s.sim.exactStop = true
	s.sim.lacksParams = true
	s.sim.onFrame = func(f frame) error {
		if s.opaque {
			return probe.Refuse(ruleEncrypted, "the frames of track %d are not readable", s.entry.number)
		}
		b, _, err := f.head(mpegaudio.HeaderSize)
		if err != nil {
			return err
		}
		h, err := mpegaudio.ParseHeader(b)
		switch {
		case err != nil:
			return probe.Refuse(ruleFirstFrame, "track %d: %w", s.entry.number, err)
		case h.CodecName() != s.t.Codec.Name, h.BitRate == 0:
			return probe.Refuse(ruleFirstFrame, "track %d: a frame of %s in %s", s.entry.number, h.CodecName(), s.t.Codec.Name)
		}
		if count++; count == 1 {
			h.Describe(&s.t)
			s.sim.lacksParams = false
		}
		if stated == 0 {
			s.t.BitRate += (int64(h.BitRate) - s.t.BitRate) / count
		}
		return nil
	}
	return nil
}

// configureAC3 reads the whole first access unit: dependent frames at its end add channels. Of
// a service other than the main one ffprobe's disposition says only which.
func configureAC3(s *stream) error {
	s.sim.lacksParams = true
	s.sim.onFrame = s.look(longFrameHead, func(b []byte) error {
		p, err := ac3.ParsePacket(b)
		if err != nil {
			return err
		}
		p.Describe(&s.t)
		s.t.BitRate = int64(p.BitRate)
		switch mode := p.BSMod; {
		case mode == 1, mode == 2, mode == 3, mode == 5, mode == 7 && s.t.Audio.Channels > 1:
			s.t.Disposition = media.Disposition{}
		}
		return nil
	})
	return nil
}

// configureDTS reads the headers of the first access unit.
func configureDTS(s *stream) error {
	s.sim.lacksParams = true
	s.sim.onFrame = s.look(longFrameHead, func(b []byte) error {
		p, err := dts.ParsePacket(b)
		if err != nil {
			return err
		}
		if rule := p.Doubt(); rule != "" {
			return probe.Refuse(rule, "track %d: %s", s.entry.number, p.Profile())
		}
		p.Describe(&s.t)
		s.t.BitRate = int64(p.BitRate())
		return nil
	})
	return nil
}
