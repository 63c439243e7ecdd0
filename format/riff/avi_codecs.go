package riff

import (
	"strings"

	"github.com/mediagauge/mediagauge/internal/bits"
	"github.com/mediagauge/mediagauge/internal/codec/aac"
	"github.com/mediagauge/mediagauge/internal/codec/flac"
	"github.com/mediagauge/mediagauge/internal/codec/mjpeg"
	"github.com/mediagauge/mediagauge/internal/codec/mpeg4video"
	"github.com/mediagauge/mediagauge/internal/codec/pcm"
	"github.com/mediagauge/mediagauge/internal/codec/vp8"
	"github.com/mediagauge/mediagauge/internal/elementary"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// videoCodecs gives the codec of a four-character code, upper-cased, as observed in ffprobe's output.
var videoCodecs = map[string]string{
	"H264": "h264", "X264": "h264", "AVC1": "h264", "DAVC": "h264", "VSSH": "h264",
	"HEVC": "hevc", "H265": "hevc",
	"FMP4": "mpeg4", "DIVX": "mpeg4", "DX50": "mpeg4", "XVID": "mpeg4", "MP4S": "mpeg4", "MP4V": "mpeg4", "3IV2": "mpeg4",
	"RMP4": "mpeg4", "SEDG": "mpeg4", "UMP4": "mpeg4", "XVIX": "mpeg4", "BLZ0": "mpeg4",
	"MJPG": "mjpeg", "VP80": "vp8", "MPG2": "mpeg2video", "MPG1": "mpeg1video",
	"MP42": "msmpeg4v2", "DIV2": "msmpeg4v2", "MP43": "msmpeg4v3", "DIV3": "msmpeg4v3", "DIV4": "msmpeg4v3", "MPG3": "msmpeg4v3", "AP41": "msmpeg4v3",
	"MPG4": "msmpeg4v1", "MP41": "msmpeg4v1",
}

// rawPictures names the pixel format of uncompressed pictures by their code.
var rawPictures = map[string]string{
	"I420": "yuv420p", "IYUV": "yuv420p", "YV12": "yuv420p", "YUY2": "yuyv422", "UYVY": "uyvy422", "NV12": "nv12", "422P": "yuv422p", "444P": "yuv444p",
}

// bitmapFormats names it by the bits of a pixel, of bitmaps without a code.
var bitmapFormats = map[int]string{8: "pal8", 15: "rgb555le", 16: "rgb555le", 24: "bgr24", 32: "bgr0"}

// prepare describes a stream by its headers; known says whether that is all.
func (s *aviStream) prepare() error {
	switch {
	case s.kind == "vids" && s.bitmap != nil:
		return s.picture()
	case s.kind == "auds" && s.sound != nil:
		return s.prepareSound()
	}
	return probe.Refuse("codec", "a stream of kind %q", s.kind)
}

func (s *aviStream) picture() error {
	b := s.bitmap
	codec := videoCodecs[strings.ToUpper(b.fourCC)]
	raw := rawPictures[b.fourCC]
	if b.fourCC == "\x00\x00\x00\x00" || b.fourCC == "DIB " {
		raw = bitmapFormats[b.depth]
		if raw == "pal8" {
			raw = ""
		}
	}
	height := b.height
	if height < 0 && raw != "" {
		height = -height
	}
	if codec == "" && raw == "" || b.width <= 0 || height <= 0 || b.width > 1<<15 || height > 1<<15 {
		return probe.Refuse("codec", "pictures %.4q of %d × %d, %d bits", b.fourCC, b.width, height, b.depth)
	}
	if raw != "" {
		codec = "rawvideo"
	}
	s.t.SetCodec(codec)
	f := b.fourCC
	s.t.Codec.Tag = media.FourCC(uint32(f[0]) | uint32(f[1])<<8 | uint32(f[2])<<16 | uint32(f[3])<<24)
	v := s.t.Video
	v.Width, v.Height, v.CodedWidth, v.CodedHeight = b.width, height, b.width, height
	level := -99
	s.t.Codec.Level = &level
	switch codec {
	case "rawvideo":
		v.PixelFormat, s.known = raw, true
	case "msmpeg4v1", "msmpeg4v2", "msmpeg4v3":
		v.PixelFormat = "yuv420p" // once a picture is there
	}
	return nil
}

// soundCodecs are those whose frames are looked at.
var soundCodecs = map[string]*elementary.Coding{
	"mp3": &elementary.MPEGAudio, "mp2": &elementary.MPEGAudio, "ac3": &elementary.AC3, "dts": &elementary.DTS,
}

func (s *aviStream) prepareSound() error {
	f := s.sound
	f.Describe(&s.t)
	codec := s.t.Codec.Name
	s.t.BitRate = f.BitRate()
	switch {
	case strings.HasPrefix(codec, "pcm_"):
		if pcm.Describe(&s.t, codec); f.Channels < 1 || f.SamplesPerSec <= 0 || f.BlockAlign <= 0 {
			return probe.Refuse("odd-format", "PCM of %d channels, %d Hz", f.Channels, f.SamplesPerSec)
		}
		s.t.BitRate = int64(f.SamplesPerSec) * int64(f.Channels) * int64(s.t.Audio.BitsPerSample)
		s.known = true
	case codec == "adpcm_ms" || codec == "adpcm_ima_wav":
		if !pcm.Describe(&s.t, codec) || f.Channels > 2 {
			return probe.Refuse("codec", "format tag %#x", f.FormatTag)
		}
		s.known = true
	case codec == "flac":
		parse := flac.ParsePrivate
		if len(f.Extra) == flac.StreamInfoSize {
			parse = flac.ParseStreamInfo
		}
		info, err := parse(f.Extra)
		if err != nil {
			return probe.Refuse("codec", "FLAC: %v", err)
		}
		tag, rate := s.t.Codec.Tag, s.t.BitRate
		info.Describe(&s.t)
		s.t.Codec.Tag, s.t.BitRate = tag, rate
		s.known = true
	case codec == "aac" && len(f.Extra) > 0:
		return s.aac()
	case soundCodecs[codec] != nil:
	default:
		return probe.Refuse("codec", "format tag %#x", f.FormatTag)
	}
	return nil
}

func (s *aviStream) aac() error {
	c, err := aac.ParseConfig(s.sound.Extra)
	if err != nil {
		return probe.Refuse("codec", "AAC: %v", err)
	}
	if rule := c.Doubt(); rule != "" {
		return probe.Refuse("codec", "AAC: %s", rule)
	}
	tag, rate := s.t.Codec.Tag, s.t.BitRate
	c.Describe(&s.t)
	s.t.Codec.Tag, s.t.BitRate = tag, rate
	s.known = true
	return nil
}

// enoughFrame is how much of a frame tells all that its headers tell.
const enoughFrame = 8 << 10

// take takes a chunk of the stream; cut says that p is not all of it. It returns whether the stream is
// described now.
func (s *aviStream) take(p []byte, cut bool) (bool, error) {
	if cut && len(p) < enoughFrame {
		return false, nil
	}
	codec := s.t.Codec.Name
	if coding := soundCodecs[codec]; coding != nil {
		return true, s.takeSound(codec, coding, p)
	}
	v := s.t.Video
	tag, keep := s.t.Codec.Tag, *v
	switch codec {
	case "msmpeg4v1", "msmpeg4v2", "msmpeg4v3":
		return true, nil
	case "mjpeg":
		f, err := mjpeg.ParseFrame(p)
		if err != nil || f.PixelFormat() == "" {
			return false, probe.Refuse("codec", "MJPEG: %v", err)
		}
		f.Describe(&s.t)
		return true, nil
	case "vp8":
		f, err := vp8.ParseFrame(p)
		if err != nil {
			return false, probe.Refuse("codec", "VP8: %v", err)
		}
		f.Describe(&s.t)
		v.FieldOrder = "progressive"
		return true, nil
	case "mpeg4":
		return s.takeMPEG4(p)
	}
	if s.pictures == nil {
		if s.pictures = elementary.NewPictures(codec); s.pictures == nil {
			return false, probe.Refuse("codec", "pictures of %s", codec)
		}
		if len(s.bitmap.extra) > 0 && codec == "h264" {
			p = append(append([]byte{}, s.bitmap.extra...), p...)
		}
	}
	if codec == "h264" && len(p) > 4 && (p[0] != 0 || p[1] != 0 || p[2] > 1) {
		return false, probe.Refuse("codec", "H.264 without start codes")
	}
	if err := s.pictures.Add(p); err != nil {
		return false, err
	}
	if !s.pictures.Known() {
		return false, probe.Refuse("codec", "%s: the first picture has no parameters", codec)
	}
	s.pictures.Describe(&s.t)
	s.t.Codec.Tag = tag
	if s.t.Video.Width != keep.Width || s.t.Video.Height != keep.Height {
		return false, probe.Refuse("odd-format", "pictures of another size than the header states")
	}
	return s.pictures.Settled(), nil
}

// end says whether a stream that is not settled can be told at the end of its chunks.
func (s *aviStream) end(whole bool) bool {
	if whole && s.pictures != nil && s.pictures.Known() {
		s.pictures.Describe(&s.t)
		return true
	}
	return false
}

func (s *aviStream) takeMPEG4(p []byte) (bool, error) {
	h, err := mpeg4video.Parse(s.bitmap.extra, p)
	if err != nil || !h.Picture {
		return false, probe.Refuse("codec", "MPEG-4: %v", err)
	}
	depth, told := h.ReorderDepth()
	if !told {
		return false, probe.Refuse("codec", "MPEG-4: whether B pictures come is not told")
	}
	if packed(p) {
		return false, probe.Refuse("codec", "MPEG-4: several pictures in a chunk")
	}
	h.Describe(&s.t)
	s.t.Video.ReorderDepth = depth
	return true, nil
}

// packed says whether a chunk of MPEG-4 holds more than one picture (DivX's packed bitstream).
func packed(p []byte) bool {
	n := 0
	for unit := range bits.StartCodes(p) {
		if len(unit) > 0 && unit[0] == 0xb6 {
			n++
		}
	}
	return n > 1
}

func (s *aviStream) takeSound(codec string, coding *elementary.Coding, p []byte) error {
	tag, rate := s.t.Codec.Tag, s.t.BitRate
	if err := coding.Describe(&s.t, p); err != nil {
		return err
	}
	if s.t.Codec.Name != codec {
		return probe.Refuse("codec", "%s that is called %s", s.t.Codec.Name, codec)
	}
	s.t.Codec.Tag = tag
	if rate > 0 {
		s.t.BitRate = rate
	}
	return nil
}
