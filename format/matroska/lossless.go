package matroska

import (
	"encoding/binary"
	"errors"
	"math"

	"github.com/mediagauge/mediagauge/internal/bits"
	"github.com/mediagauge/mediagauge/internal/codec/pcm"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

var (
	errNoMajorSync = errors.New("no major sync")
	errSamples     = errors.New("impossible sample format")
)

// ttaLayouts gives the layout of two channels and more, as observed in ffprobe's output; mono has
// none.
var ttaLayouts = [...]media.ChannelMask{
	2: media.LayoutStereo, 3: media.Layout2Point1, 4: media.LayoutQuad,
	6: media.Layout5Point1Back, 7: media.Layout6Point1Back, 8: media.Layout7Point1Wide,
}

// configureTTA takes all from the Audio element, out of which ffprobe makes a TTA header.
func configureTTA(s *stream) error {
	a := s.t.Audio
	depth := s.entry.audio.bitDepth
	switch (depth + 7) / 8 {
	case 1:
		a.SampleFormat = "u8"
	case 2:
		a.SampleFormat = "s16"
	case 3:
		a.SampleFormat = "s32"
	default:
		return probe.Refuse(ruleCodec, "TTA of %d bits", depth)
	}
	if a.Channels < 1 || a.Channels >= len(ttaLayouts) || a.Channels > 1 && ttaLayouts[a.Channels] == 0 || a.SampleRate == 0 {
		return probe.Refuse(ruleCodec, "TTA of %d channels", a.Channels)
	}
	a.ChannelLayout = ttaLayouts[a.Channels].String()
	a.BitDepth = int(depth)
	return nil
}

// The flags of a WavPack block that tell its format (WavPack 4 & 5 Binary File / Block Format).
const (
	wavpackBytes    = 0x3
	wavpackMono     = 0x4
	wavpackFloat    = 0x80
	wavpackOneBlock = 0x1800
	wavpackDSD      = 1 << 31
	wavpackSamples  = 131072 // the most of a block
)

// wavpackRates are the sample rates by their code in the flags.
var wavpackRates = [15]int{6000, 8000, 9600, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000, 192000}

// configureWavPack reads the first block: samples, flags, checksum, and for more than two
// channels where they are.
func configureWavPack(s *stream) error {
	s.onFirst(func(b []byte) error {
		c := bits.NewCursor(b)
		if samples := c.U32LE(); samples == 0 || samples > wavpackSamples {
			return errSamples
		}
		flags := c.U32LE()
		c.Skip(4)
		rate := flags >> 23 & 15
		if err := c.Err(); err != nil {
			return err
		}
		if flags&wavpackDSD != 0 || rate == 15 {
			return probe.Refuse(ruleCodec, "WavPack DSD or a rate of its own")
		}
		a := s.t.Audio
		a.SampleRate = wavpackRates[rate]
		a.SampleFormat, a.BitDepth = "s32p", int(flags&wavpackBytes+1)*8
		if flags&wavpackBytes <= 1 {
			a.SampleFormat = "s16p"
		}
		if flags&wavpackFloat != 0 {
			a.SampleFormat = "fltp"
		}
		if flags&wavpackOneBlock == wavpackOneBlock {
			mask := media.LayoutStereo
			if flags&wavpackMono != 0 {
				mask = media.LayoutMono
			}
			a.Channels, a.ChannelLayout = mask.Count(), mask.String()
			return nil
		}
		size := c.U32LE()
		mask := wavpackChannels(c.Bytes(int(min(size, uint32(c.Left())))))
		if mask == 0 {
			return probe.Refuse(ruleCodec, "WavPack of several blocks without channel positions")
		}
		a.Channels, a.ChannelLayout = mask.Count(), mask.String()
		return nil
	})
	return nil
}

// wavpackChannels finds the channel information among the metadata of a block; 0 when there is
// none of a size that is read.
func wavpackChannels(block []byte) media.ChannelMask {
	const (
		identifier = 0x3F
		odd        = 0x40
		large      = 0x80
		channels   = 0x0D
	)
	c := bits.NewCursor(block)
	for c.Left() > 1 {
		id := c.U8()
		words := int(c.U8())
		if id&large != 0 {
			words |= int(c.U16LE()) << 8
		}
		body := c.Bytes(words * 2)
		if id&odd != 0 && len(body) > 0 {
			body = body[:len(body)-1]
		}
		if id&identifier != channels {
			continue
		}
		if len(body) < 2 || len(body) > 5 {
			return 0
		}
		var mask [8]byte
		copy(mask[:], body[1:])
		m := media.ChannelMask(binary.LittleEndian.Uint64(mask[:]))
		if m.Count() != int(body[0]) {
			return 0
		}
		return m
	}
	return 0
}

// mlpDepths are bits per sample by their code in MLP's major sync.
var mlpDepths = [16]int{16, 20, 24}

// mlpLayouts are the channel arrangements of MLP's major sync (DVD-Audio's channel assignments), in
// the loudspeakers observed in ffprobe's output.
var mlpLayouts = [32]media.ChannelMask{
	media.LayoutMono, media.LayoutStereo, media.Layout3Point0Back, media.LayoutQuad,
	media.Layout2Point1, media.Layout3Point0Back | media.LowFrequency, media.LayoutQuad | media.LowFrequency, media.LayoutSurround,
	media.Layout4Point0, media.Layout5Point0Back, media.Layout3Point1, media.Layout4Point1,
	media.Layout5Point1Back, media.Layout4Point0, media.Layout5Point0Back, media.Layout3Point1,
	media.Layout4Point1, media.Layout5Point1Back, media.LayoutQuad | media.LowFrequency, media.Layout5Point0Back, media.Layout5Point1Back,
}

// trueHDChannels are the loudspeakers of the bits of a channel assignment (Dolby TrueHD (MLP)
// high-level bitstream description).
var trueHDChannels = [13]media.ChannelMask{
	media.LayoutStereo, media.FrontCenter, media.LowFrequency, media.SideLeft | media.SideRight,
	media.TopFrontLeft | media.TopFrontRight, media.FrontLeftOfCenter | media.FrontRightOfCenter,
	media.BackLeft | media.BackRight, media.BackCenter, media.TopCenter, media.SurroundLeft | media.SurroundRight,
	media.WideLeft | media.WideRight, media.TopFrontCenter, media.LowFrequency2,
}

func trueHDLayout(assignment uint32) media.ChannelMask {
	var m media.ChannelMask
	for i, c := range trueHDChannels {
		if assignment>>i&1 != 0 {
			m |= c
		}
	}
	return m
}

// configureMLP reads the major sync of the first access unit, which is the same for MLP and
// TrueHD but for where the channels are told.
func configureMLP(s *stream) error {
	s.onFirst(func(b []byte) error {
		c := bits.NewCursor(b)
		c.Skip(4)
		sync := c.U32()
		r := bits.NewBitReader(c.Rest())
		depth, mask, six := 24, media.ChannelMask(0), media.ChannelMask(0)
		rate := 0
		switch {
		case sync == 0xF8726FBB && s.t.Codec.Name == "mlp":
			depth = mlpDepths[r.U(4)]
			r.Skip(4)
			rate = mlpRate(r.U(4))
			r.Skip(4 + 11)
			mask = mlpLayouts[r.U(5)]
		case sync == 0xF8726FBA && s.t.Codec.Name == "truehd":
			rate = mlpRate(r.U(4))
			r.Skip(8)
			six = trueHDLayout(r.U(5))
			r.Skip(2)
			mask = trueHDLayout(r.U(13))
			if mask == 0 {
				mask = six
			}
		default:
			return errNoMajorSync
		}
		r.Skip(48)
		variable, peak, substreams := r.Flag(), int64(r.U(15)), r.U(4)
		if r.Err() != nil || rate == 0 || depth == 0 || mask == 0 || rate > 192000 || substreams == 0 {
			return errSamples
		}
		// With fewer than three substreams the decoder takes the smaller layout, the parser does not.
		if sync == 0xF8726FBA && (substreams < 3 && mask != six || mask == media.LayoutMono) {
			return probe.Refuse(ruleCodec, "TrueHD layout %s out of %d substreams", mask, substreams)
		}
		a := s.t.Audio
		a.SampleFormat = "s16"
		if depth > 16 {
			a.SampleFormat = "s32"
		}
		a.BitDepth, a.SampleRate, a.Channels, a.ChannelLayout = depth, rate, mask.Count(), mask.String()
		if !variable {
			s.t.BitRate = (peak*int64(rate) + 8) >> 4
		}
		return nil
	})
	return nil
}

func mlpRate(code uint32) int {
	switch {
	case code == 15:
		return 0
	case code&8 != 0:
		return 44100 << (code & 7)
	}
	return 48000 << (code & 7)
}

// plainFormats are the sample formats of codecs that a wrapped header describes in full, as
// observed in ffprobe's output. The first is for up to two channels.
var plainFormats = map[string][2]string{
	"adpcm_ms": {"s16", "s16p"}, "adpcm_ima_wav": {"s16p", "s16p"}, "adpcm_yamaha": {"s16", "s16"},
	"wmav1": {"fltp", "fltp"}, "wmav2": {"fltp", "fltp"},
}

func configurePlainAudio(s *stream) error {
	a := s.t.Audio
	formats := plainFormats[s.t.Codec.Name]
	if a.Channels < 1 || a.Channels > 2 || a.SampleRate == 0 || a.SampleRate > math.MaxInt32/8 || s.t.Codec.Tag == 0 {
		return probe.Refuse(ruleCodec, "%s of %d channels", s.t.Codec.Name, a.Channels)
	}
	a.SampleFormat, a.BitsPerSample = formats[0], pcm.BitsPerSample(s.t.Codec.Name)
	return nil
}

// plainVideo lists codecs whose pixel format is always the same and that reorder nothing, with the
// place of chroma samples, as observed in ffprobe's output.
var plainVideo = map[string]struct{ pixels, chroma string }{
	"flv1": {"yuv420p", ""}, "h263": {"yuv420p", "center"}, "msmpeg4v1": {"yuv420p", ""},
	"msmpeg4v2": {"yuv420p", ""}, "msmpeg4v3": {"yuv420p", ""}, "wmv1": {"yuv420p", ""}, "wmv2": {"yuv420p", ""},
}

func configurePlainVideo(s *stream) error {
	p := plainVideo[s.t.Codec.Name]
	v := s.t.Video
	if s.lacksRate() {
		return probe.Refuse(ruleFrameRate, "track %d: no default duration for %s", s.entry.number, s.t.Codec.Name)
	}
	v.PixelFormat, v.CodedWidth, v.CodedHeight = p.pixels, v.Width, v.Height
	if p.chroma != "" {
		v.Color.ChromaLocation = p.chroma
	}
	return nil
}

// rawFormats are the pixel formats of uncompressed codes, as observed in ffprobe's output.
var rawFormats = map[string]string{
	"RGBA": "rgba", "Y41B": "yuv411p", "Y42B": "yuv422p", "YUV9": "yuv410p", "I420": "yuv420p", "IYUV": "yuv420p", "YV12": "yuv420p", "NV12": "nv12", "UYVY": "uyvy422", "YUY2": "yuyv422", "Y800": "gray",
}

func configureRaw(s *stream) error {
	var code [4]byte
	binary.LittleEndian.PutUint32(code[:], uint32(s.t.Codec.Tag))
	format := rawFormats[string(code[:])]
	if format == "" {
		return probe.Refuse(ruleFourCC, "uncompressed %s", s.t.Codec.Tag)
	}
	v := s.t.Video
	v.PixelFormat, v.CodedWidth, v.CodedHeight = format, v.Width, v.Height
	return nil
}
