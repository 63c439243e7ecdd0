package mp4

import (
	"strings"

	"github.com/mediagauge/mediagauge/internal/codec/ac3"
	"github.com/mediagauge/mediagauge/internal/codec/alac"
	"github.com/mediagauge/mediagauge/internal/codec/amr"
	"github.com/mediagauge/mediagauge/internal/codec/dts"
	"github.com/mediagauge/mediagauge/internal/codec/flac"
	"github.com/mediagauge/mediagauge/internal/codec/mpegaudio"
	"github.com/mediagauge/mediagauge/internal/codec/opus"
	"github.com/mediagauge/mediagauge/internal/codec/pcm"
	"github.com/mediagauge/mediagauge/internal/codec/truehd"
	"github.com/mediagauge/mediagauge/internal/codec/vorbis"
	"github.com/mediagauge/mediagauge/media"
)

// soundHead is how much of a first sample is read for the header of its frames.
const soundHead = 8 << 10

func (m *movie) describeAudio(t *track) error {
	if t.encrypted && t.index0.count > 0 && !t.knownLocked() {
		return refuse("encrypted", "an encrypted sound track")
	}
	if strings.HasPrefix(t.codec, "adpcm_") && t.entry.channels > 2 {
		return refuse("no-parameters", "%s of %d channels", t.codec, t.entry.channels)
	}
	if pcm.Describe(&t.out, t.codec) {
		t.describePCM()
		return nil
	}
	switch t.codec {
	case "":
		return nil
	case "aac", "mp4als", "mp3on4":
		return m.describeAAC(t)
	case "mp1", "mp2", "mp3":
		return m.describeMPEG(t)
	case "ac3", "eac3":
		return m.describeAC3(t)
	case "dts":
		return m.describeDTS(t)
	case "truehd":
		return m.describeTrueHD(t)
	}
	return t.describeSound()
}

// knownLocked says whether ffprobe knows the codec's parameters without its packets, which are
// encrypted.
func (t *track) knownLocked() bool {
	switch t.codec {
	case "opus", "flac", "alac", "vorbis":
		return true
	}
	return pcm.BitsPerSample(t.codec) > 0
}

// describeSound describes codecs whose configuration says everything.
func (t *track) describeSound() error {
	x := t.entry.extradata
	switch t.codec {
	case "opus":
		head, err := opus.ParseHead(x)
		if err != nil {
			return refuse("no-parameters", "Opus: %w", err)
		}
		head.Describe(&t.out)
	case "flac":
		info, err := flac.ParseStreamInfo(x)
		if err != nil {
			return refuse("no-parameters", "FLAC: %w", err)
		}
		info.ChannelMask = 0
		info.Describe(&t.out)
	case "alac":
		config, err := alac.ParseConfig(x)
		if err != nil {
			return refuse("no-parameters", "ALAC: %w", err)
		}
		config.Describe(&t.out)
	case "vorbis":
		head, err := vorbis.ParsePrivate(x)
		if err != nil {
			return refuse("no-parameters", "Vorbis: %w", err)
		}
		head.Describe(&t.out)
	case "amr_nb", "amr_wb":
		amr.Describe(&t.out, t.codec == "amr_wb")
	case "gsm":
		a := t.out.Audio
		a.SampleFormat, a.Channels, a.ChannelLayout = "s16", 1, media.ChannelMask(layoutMono).String()
	case "mpegh_3d_audio":
		// ffprobe has no decoder: what the entry says is all it knows.
		t.opaque = t.entry.channels == 0 || t.entry.sampleRate == 0
	default:
		return refuse("no-parameters", "audio codec %s", t.codec)
	}
	return nil
}

// describeMPEG describes MPEG audio, whose frames alone say what they are.
func (m *movie) describeMPEG(t *track) error {
	if t.index0.count == 0 {
		t.out.Audio.SampleFormat = mpegaudio.SampleFormat(t.codec)
		return nil
	}
	p, err := m.head(t, 4)
	if err != nil {
		return err
	}
	h, err := mpegaudio.ParseHeader(p)
	if err != nil {
		return refuse("first-frame", "MPEG audio: %w", err)
	}
	if t.firstSize() < int64(h.FrameLength) {
		return refuse("first-frame", "MPEG audio: a frame of %d bytes in a packet of %d", h.FrameLength, t.firstSize())
	}
	const oldHandBrake = 10_002 // up to 0.10.2 its MP3 is taken apart
	parsed := t.entry.fullParse || m.handBrake > 0 && m.handBrake <= oldHandBrake && t.codec == "mp3"
	if parsed && t.bitRate == 0 {
		return refuse("first-frame", "MPEG audio whose bit rate only its frames tell")
	}
	h.Describe(&t.out)
	if t.bitRate == 0 {
		t.bitRate = int64(h.BitRate) // the decoder's word
	}
	return nil
}

// firstSize is the length of the track's first packet, 0 when it has none.
func (t *track) firstSize() int64 {
	s, _ := t.packets()()
	return s.size
}

// describeAC3 describes AC-3 and E-AC-3 from the first frame: ffprobe's parser takes the bit
// rate and its decoder the layout from there.
func (m *movie) describeAC3(t *track) error {
	if t.index0.count == 0 {
		t.out.Audio.SampleFormat = "fltp"
		return nil
	}
	p, err := m.head(t, soundHead)
	if err != nil {
		return err
	}
	program, err := ac3.ParsePacket(p)
	if err != nil {
		return refuse("first-frame", "AC-3: %w", err)
	}
	if t.firstSize() < int64(program.FrameSize) {
		return refuse("first-frame", "AC-3: a frame of %d bytes in a packet of %d", program.FrameSize, t.firstSize())
	}
	t.out.Codec.Name = t.codec
	program.Describe(&t.out)
	t.bitRate = int64(program.BitRate)
	if t.codec == "eac3" && !t.evenSizes() {
		return refuse("eac3-bit-rate", "frames of different lengths")
	}
	return nil
}

// describeDTS describes DTS from the first access unit.
func (m *movie) describeDTS(t *track) error {
	p, err := m.head(t, window)
	if err != nil {
		return err
	}
	unit, err := dts.ParsePacket(p)
	if err != nil {
		return refuse("first-frame", "DTS: %w", err)
	}
	if rule := unit.Doubt(); rule != "" {
		return refuse(rule, "DTS")
	}
	unit.Describe(&t.out)
	t.bitRate = int64(unit.BitRate()) // the decoder's word, even when it has none
	return nil
}

// describeTrueHD describes TrueHD from the first access unit.
func (m *movie) describeTrueHD(t *track) error {
	p, err := m.head(t, truehd.HeaderSize)
	if err != nil {
		return err
	}
	sync, err := truehd.ParseUnit(p)
	if err != nil {
		return refuse("first-frame", "TrueHD: %w", err)
	}
	sync.Describe(&t.out)
	return nil
}

// evenSizes says whether the first packets are all of one size.
func (t *track) evenSizes() bool {
	const few = 64
	next := t.packets()
	first, _ := next()
	for range few {
		s, ok := next()
		if ok && s.size != first.size {
			return false
		}
	}
	return true
}

// describePCM describes uncompressed sound, and reckons its bit rate when the tables give none.
func (t *track) describePCM() {
	a := t.out.Audio
	if t.bitRate == 0 {
		t.bitRate = int64(a.SampleRate) * int64(a.Channels) * int64(pcm.BitsPerSample(t.codec))
	}
}

// layoutName spells the channel layout of a sample entry.
func layoutName(e *sampleEntry) string {
	return media.ChannelMask(e.mask).String()
}
