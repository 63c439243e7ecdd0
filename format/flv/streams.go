package flv

import (
	"bytes"

	"github.com/mediagauge/mediagauge/internal/bits"
	"github.com/mediagauge/mediagauge/internal/codec/aac"
	"github.com/mediagauge/mediagauge/internal/codec/h264"
	"github.com/mediagauge/mediagauge/internal/codec/mpegaudio"
	"github.com/mediagauge/mediagauge/internal/codec/pcm"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

var millis = media.Timebase{Num: 1, Den: 1000}

// codecReader takes a stream's frames until its parameters are complete.
type codecReader func(s *stream, frame []byte) error

// Sound formats (E.4.2.1).
const (
	soundPCM     = 0
	soundADPCM   = 1
	soundMP3     = 2
	soundPCMLE   = 3
	soundNelly16 = 4
	soundNelly8  = 5
	soundNelly   = 6
	soundALaw    = 7
	soundMuLaw   = 8
	soundAAC     = 10
	soundSpeex   = 11
	soundMP3At8k = 14
)

// Video codings (E.4.3.1).
const (
	codedSorenson = 2
	codedScreen   = 3
	codedAVC      = 7
)

const frameCommand = 5 // a frame type without a picture

func (f *file) open(coding byte) *stream {
	s := &stream{coding: coding}
	s.rate.Timebase = millis
	f.order = append(f.order, s)
	return s
}

// sound takes an audio tag.
func (f *file) sound(ts int64, body []byte) error {
	coding := body[0] >> 4
	if f.audio == nil {
		s := f.open(coding)
		if err := s.openSound(body[0]); err != nil {
			return err
		}
		f.audio = s
	}
	s := f.audio
	if s.coding != coding {
		return probe.Refuse("codec-change", "sound of formats %d and %d", s.coding, coding)
	}
	frame := body[1:]
	if coding == soundAAC {
		if len(frame) == 0 {
			return nil
		}
		header := frame[0] == 0
		if frame = frame[1:]; header {
			return s.configure(frame)
		}
	}
	if len(frame) == 0 {
		return nil
	}
	if !s.known {
		if err := s.reader(s, frame); err != nil {
			return err
		}
	}
	return f.packet(s, ts, ts)
}

// openSound makes a stream of what the first byte of its tags says.
func (s *stream) openSound(flags byte) error {
	rate, channels, wide := 44100>>(3-flags>>2&3), 1+int(flags&1), flags&2 != 0
	codec := ""
	switch s.coding {
	case soundPCM, soundPCMLE:
		if codec = "pcm_u8"; wide {
			codec = "pcm_s16le"
		}
	case soundALaw, soundMuLaw:
		codec = map[byte]string{soundALaw: "pcm_alaw", soundMuLaw: "pcm_mulaw"}[s.coding]
		rate = 8000
	case soundADPCM:
		s.t.SetCodec("adpcm_swf")
		s.t.Audio.SampleFormat, s.t.Audio.BitsPerSample = "s16", 4
	case soundNelly16, soundNelly8, soundNelly:
		s.t.SetCodec("nellymoser")
		s.t.Audio.SampleFormat, channels = "flt", 1
		rate = map[byte]int{soundNelly16: 16000, soundNelly8: 8000, soundNelly: rate}[s.coding]
	case soundSpeex:
		s.t.SetCodec("speex")
		s.t.Audio.SampleFormat, s.t.Audio.SampleRate, s.t.Audio.Channels = "flt", 16000, 1
		s.known = true
		return nil
	case soundAAC:
		s.t.SetCodec("aac")
		s.reader = func(*stream, []byte) error { return probe.Refuse("first-frame", "sound before its configuration") }
		return nil
	case soundMP3, soundMP3At8k:
		s.t.SetCodec("mp3")
		s.reader = readMP3
		return nil
	default:
		return probe.Refuse("codec", "sound format %d", s.coding)
	}
	if codec != "" {
		pcm.Describe(&s.t, codec)
		s.t.BitRate = int64(rate) * int64(channels) * int64(s.t.Audio.BitsPerSample)
	}
	s.t.Audio.SampleRate, s.t.Audio.Channels = rate, channels
	s.t.Audio.ChannelLayout = [...]string{"mono", "stereo"}[channels-1]
	s.known = true
	return nil
}

func readMP3(s *stream, frame []byte) error {
	h, err := mpegaudio.ParseHeader(frame)
	if err != nil || h.Layer != 3 {
		return probe.Refuse("first-frame", "MP3: %v", err)
	}
	h.Describe(&s.t)
	s.t.BitRate = int64(h.BitRate)
	s.known = true
	return nil
}

// configure takes a sequence header.
func (s *stream) configure(config []byte) error {
	if len(s.config) > 0 {
		if !bytes.Equal(config, s.config) {
			return probe.Refuse("codec-change", "another configuration")
		}
		return nil
	}
	s.config = bytes.Clone(config)
	if len(config) == 0 {
		return nil
	}
	if s.t.Kind == media.KindVideo {
		return s.configureAVC()
	}
	c, err := aac.ParseConfig(config)
	if err != nil {
		return probe.Refuse("first-frame", "AAC configuration: %v", err)
	}
	if rule := c.Doubt(); rule != "" {
		return probe.Refuse(rule, "AAC configuration")
	}
	s.reader = func(s *stream, frame []byte) error {
		if err := c.CheckFrame(frame[:min(len(frame), aac.HeadSize)]); err != nil {
			return probe.Refuse(aac.RuleFirstElements, "%v", err)
		}
		c.Describe(&s.t)
		s.known = true
		return nil
	}
	return nil
}

// picture takes a video tag.
func (f *file) picture(ts int64, body []byte) error {
	if body[0]&0x80 != 0 {
		return probe.Refuse("codec", "an extended video header")
	}
	coding := body[0] & 15
	if body[0]>>4 == frameCommand {
		return nil
	}
	if f.video == nil {
		s := f.open(coding)
		if err := s.openPictures(); err != nil {
			return err
		}
		f.video = s
	}
	s := f.video
	if s.coding != coding {
		return probe.Refuse("codec-change", "pictures of codings %d and %d", s.coding, coding)
	}
	frame, pts := body[1:], ts
	if coding == codedAVC {
		if len(frame) < 4 {
			return nil
		}
		kind := frame[0]
		offset := int64(int32(uint32(frame[1])<<24|uint32(frame[2])<<16|uint32(frame[3])<<8)) >> 8
		frame = frame[4:]
		switch {
		case kind == 0:
			return s.configure(frame)
		case kind != 1:
			return nil // end of sequence
		case offset < 0:
			return probe.Refuse("negative-offset", "%d ms", offset)
		}
		pts += offset
	}
	if len(frame) == 0 {
		return nil
	}
	if !s.known || s.coding == codedAVC && s.reader != nil {
		if s.reader == nil {
			return probe.Refuse("first-frame", "pictures before their configuration")
		}
		if err := s.reader(s, frame); err != nil {
			return err
		}
	}
	return f.packet(s, ts, pts)
}

func (s *stream) openPictures() error {
	unknown := -99
	switch s.coding {
	case codedSorenson:
		s.t.SetCodec("flv1")
		s.t.Codec.Level = &unknown
		s.reader = readSorenson
	case codedScreen:
		s.t.SetCodec("flashsv")
		s.t.Codec.Level = &unknown
		s.reader = readScreen
	case codedAVC:
		s.t.SetCodec("h264")
	default:
		return probe.Refuse("codec", "pictures of coding %d", s.coding)
	}
	return nil
}

// sorensonSizes are the sizes by code of H263VIDEOPACKET (E.4.3.2).
var sorensonSizes = map[uint32][2]int{2: {352, 288}, 3: {176, 144}, 4: {128, 96}, 5: {320, 240}, 6: {160, 120}}

func readSorenson(s *stream, frame []byte) error {
	r := bits.NewBitReader(frame)
	if r.U(17) != 1 {
		return probe.Refuse("first-frame", "no picture start code")
	}
	r.Skip(5 + 8)
	var size [2]int
	switch code := r.U(3); code {
	case 0:
		size = [2]int{r.Int(8), r.Int(8)}
	case 1:
		size = [2]int{r.Int(16), r.Int(16)}
	default:
		size = sorensonSizes[code]
	}
	if kind := r.U(2); r.Err() != nil || size[0] == 0 || size[1] == 0 || kind != 0 {
		return probe.Refuse("first-frame", "a picture of %d×%d, type %d", size[0], size[1], kind)
	}
	s.size(size, "yuv420p")
	return nil
}

// readScreen reads a SCREENVIDEOPACKET (E.4.3.4).
func readScreen(s *stream, frame []byte) error {
	r := bits.NewBitReader(frame)
	r.Skip(4)
	w := r.Int(12)
	r.Skip(4)
	h := r.Int(12)
	if r.Err() != nil || w == 0 || h == 0 {
		return probe.Refuse("first-frame", "a screen of %d×%d", w, h)
	}
	s.size([2]int{w, h}, "bgr24")
	return nil
}

func (s *stream) size(size [2]int, format string) {
	v := s.t.Video
	v.Width, v.Height, v.CodedWidth, v.CodedHeight, v.PixelFormat = size[0], size[1], size[0], size[1], format
	s.known = true
}

// configureAVC prepares for the first pictures: they settle the field order and, where the
// parameter sets do not, the reorder depth.
func (s *stream) configureAVC() error {
	sets, err := h264.ParseConfig(s.config)
	if err != nil {
		return probe.Refuse("first-frame", "AVC configuration: %v", err)
	}
	sps, err := sets.SPS()
	if err != nil {
		return probe.Refuse("first-frame", "AVC configuration: %v", err)
	}
	s.codecRate = sps.FrameRate()
	var delay *h264.Delay
	if _, told := sps.ReorderDepth(); !told {
		delay = sets.NewDelay(0)
	}
	s.reader = func(s *stream, frame []byte) error {
		if !s.known {
			picture, err := sets.FirstPicture(frame, int64(len(frame)))
			if err != nil || picture == nil {
				return probe.Refuse("first-frame", "H.264: %v", err)
			}
			if err := describeAVC(s, sets, picture); err != nil {
				return err
			}
			s.known = true
		}
		if delay == nil {
			s.reader = nil
			return nil
		}
		done, err := delay.Add(frame)
		if err != nil {
			return probe.Refuse("first-frame", "reorder depth: %v", err)
		}
		if s.t.Video.ReorderDepth = delay.Depth(); done {
			s.reader = nil
		}
		return nil
	}
	return nil
}

func describeAVC(s *stream, sets *h264.ParameterSets, picture *h264.Picture) error {
	if !sets.NeedsPicture() {
		return sets.Describe(&s.t)
	}
	if picture.Describe(&s.t); s.t.Video.FieldOrder == "" {
		return probe.Refuse("first-frame", "pictures coded as fields")
	}
	return nil
}
