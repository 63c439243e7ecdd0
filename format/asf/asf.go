// Package asf reads Advanced Systems Format files (Advanced Systems Format Specification 01.20.05): WMA and
// WMV.
package asf

import (
	"context"
	"encoding/binary"
	"errors"
	"math"

	"github.com/mediagauge/mediagauge/internal/codec/pcm"
	"github.com/mediagauge/mediagauge/internal/codec/wave"
	"github.com/mediagauge/mediagauge/internal/elementary"
	"github.com/mediagauge/mediagauge/internal/framerate"
	"github.com/mediagauge/mediagauge/internal/rational"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// Format recognises and reads ASF files.
var Format = probe.Format{Name: "asf", Sniff: sniff, Probe: read}

var rules = map[string]string{
	"codec":                   "a codec whose values need more than its headers",
	elementary.RuleFirstFrame: "a first frame that does not tell the codec's parameters",
	"cut-off":                 "a file of another length than its header states: ffprobe takes lengths from what it finds",
	"encrypted":               "digital rights management",
	"frame-rate":              "pictures at uneven times",
	"languages":               "a language other than English",
	"late-data":               "a stream without a packet, or too few pictures to tell a rate from, in the first 512 KiB",
	"long-header":             "a header of more than 512 KiB",
	"odd-format":              "values that ffprobe replaces or refuses",
	"other-objects":           "pictures, markers or attributes that are not read",
	"unknown-size":            "the length of the source is not known",
}

// Rules returns the gate rules by name, each with the reason why a file is refused by it.
func Rules() map[string]string { return rules }

const (
	none       = int64(-1) << 62
	headSize   = 30
	dataHead   = 50
	mostHeader = 512 << 10
	window     = 64 << 10
	mostRead   = 512 << 10
	wantFrames = 41 // of pictures: ffprobe wants 40 distances where the clock is coarse
)

var millis = media.Timebase{Num: 1, Den: 1000}

func sniff(head []byte) error {
	if len(head) < headSize || string(head[:16]) != guidHeader {
		return errors.New("no ASF header object")
	}
	return nil
}

type stream struct {
	t       media.Track
	number  int
	sound   *wave.Format
	picture []byte // BITMAPINFOHEADER and what follows
	coding  *elementary.Coding
	start   int64
	frames  int
	known   bool
	first   []byte
	rate    framerate.Estimator
	last    int64
}

type file struct {
	r         *probe.Reader
	size      int64
	stated    int64 // length of the file by its header
	play      int64 // ms, with the preroll
	preroll   int64 // ms
	flags     uint32
	packet    int64
	streams   []*stream
	rates     map[int]int64
	spoken    map[int]int
	aspects   map[int]*media.Rational
	languages []string
	tags      media.Metadata
}

func (f *file) find(number int) *stream {
	for _, s := range f.streams {
		if s.number == number {
			return s
		}
	}
	return nil
}

func read(_ context.Context, r *probe.Reader) (*media.Info, error) {
	size, known := r.Size()
	if !known {
		return nil, probe.Refuse("unknown-size", "a stream")
	}
	f := &file{r: r, size: size, rates: map[int]int64{}, spoken: map[int]int{}, aspects: map[int]*media.Rational{}}
	w := elementary.NewWindow(r, 0, window, mostRead)
	b, err := w.Bytes(headSize)
	if err != nil {
		return nil, err
	}
	if len(b) < headSize {
		return nil, probe.Errorf(probe.Truncated, "a header of %d bytes", len(b))
	}
	header := binary.LittleEndian.Uint64(b[16:])
	if header > mostHeader-dataHead {
		return nil, probe.Refuse("long-header", "%d bytes", header)
	}
	if header < headSize {
		return nil, probe.Errorf(probe.Malformed, "a header of %d bytes", header)
	}
	if b, err = w.Bytes(int(header) + dataHead); err != nil {
		return nil, err
	}
	if len(b) < int(header)+dataHead {
		return nil, probe.Errorf(probe.Truncated, "a header of %d bytes, %d of them there", header, len(b))
	}
	if err := f.objects(b[headSize:header], headSize, f.object); err != nil {
		return nil, err
	}
	switch {
	case f.packet == 0 || len(f.streams) == 0:
		return nil, probe.Errorf(probe.Malformed, "no file and stream properties")
	case string(b[header:header+16]) != guidData:
		return nil, probe.Refuse("odd-format", "no data object behind the header")
	case f.flags&1 != 0 || f.stated != size:
		return nil, probe.Refuse("cut-off", "%d bytes, %d by the header", size, f.stated)
	}
	for _, s := range f.streams {
		if err := s.open(); err != nil {
			return nil, err
		}
	}
	if err := f.packets(w, int64(header)+dataHead); err != nil {
		return nil, err
	}
	info, err := f.info()
	if err != nil {
		return nil, err
	}
	info.Clean()
	return info, nil
}

// plainSound are codecs that the header says all of, with ffprobe's sample format.
var plainSound = map[string]string{"wmav1": "fltp", "wmav2": "fltp"}

// plainPictures are codecs whose pictures all have the same format.
var plainPictures = map[string]string{"WMV1": "wmv1", "WMV2": "wmv2", "MP42": "msmpeg4v2", "MP43": "msmpeg4v3", "DIV3": "msmpeg4v3", "MPG4": "msmpeg4v1"}

// open describes a stream by its properties.
func (s *stream) open() error {
	s.rate.Timebase = millis
	if s.picture != nil {
		return s.openPicture()
	}
	f := s.sound
	f.Describe(&s.t)
	codec := s.t.Codec.Name
	s.t.BitRate = f.BitRate()
	switch {
	case plainSound[codec] != "":
		if f.Channels < 1 || f.Channels > 2 {
			return probe.Refuse("codec", "%s of %d channels", codec, f.Channels)
		}
		s.t.Audio.SampleFormat, s.t.Audio.ChannelLayout, s.known = plainSound[codec], "", true
	case codec == "mp3" || codec == "mp2":
		s.coding = &elementary.MPEGAudio
	case codec == "pcm_s16le" || codec == "pcm_u8":
		pcm.Describe(&s.t, codec)
		s.known = true
	default:
		return probe.Refuse("codec", "format tag %#x", f.FormatTag)
	}
	return nil
}

func (s *stream) openPicture() error {
	b := s.picture
	width, height := int32(binary.LittleEndian.Uint32(b[4:])), int32(binary.LittleEndian.Uint32(b[8:]))
	fourCC := string(b[16:20])
	codec := plainPictures[fourCC]
	if codec == "" || width <= 0 || height <= 0 || width > 1<<15 || height > 1<<15 {
		return probe.Refuse("codec", "pictures %.4q of %d × %d", fourCC, width, height)
	}
	s.t.SetCodec(codec)
	s.t.Codec.Tag = media.FourCC(binary.LittleEndian.Uint32(b[16:]))
	level := -99
	s.t.Codec.Level = &level
	v := s.t.Video
	v.Width, v.Height, v.CodedWidth, v.CodedHeight, v.PixelFormat = int(width), int(height), int(width), int(height), "yuv420p"
	s.known = true
	return nil
}

// done says whether the packets read so far tell all.
func (f *file) done() bool {
	for _, s := range f.streams {
		if !s.known || s.start == none || s.t.Video != nil && s.frames < wantFrames {
			return false
		}
	}
	return true
}

// packets reads data packets from off on.
func (f *file) packets(w *elementary.Window, off int64) error {
	for ; !f.done(); off += f.packet {
		b, err := w.Bytes(int(off + f.packet))
		if err != nil {
			return err
		}
		if int64(len(b)) < off+f.packet {
			break
		}
		if err := f.r.Element(off); err != nil {
			return err
		}
		if err := f.payloads(b[off:off+f.packet], off); err != nil {
			return err
		}
	}
	for _, s := range f.streams {
		if !s.known || s.start == none || s.t.Video != nil && s.frames < wantFrames && !w.End {
			return probe.Refuse("late-data", "stream %d: %d frames", s.number, s.frames)
		}
	}
	return nil
}

func (f *file) info() (*media.Info, error) {
	info := &media.Info{Format: media.Format{Name: "asf", LongName: "ASF (Advanced / Active Streaming Format)"}, Size: f.size, Metadata: f.tags}
	length := f.play - f.preroll
	if length <= 0 || length > math.MaxInt32 {
		return nil, probe.Refuse("odd-format", "%d ms to play, %d ms in front", f.play, f.preroll)
	}
	first, last := int64(math.MaxInt64), int64(0)
	for i, s := range f.streams {
		t := &s.t
		t.Index, t.Timebase = i, millis
		t.Start = media.Duration{Ticks: media.Ticks(s.start), Timebase: millis}
		t.Duration = media.Duration{Ticks: media.Ticks(length), Timebase: millis}
		if rate := f.rates[s.number]; rate > 0 && t.BitRate == 0 {
			t.BitRate = rate
		}
		if n, ok := f.spoken[s.number]; ok && n < len(f.languages) {
			switch f.languages[n] {
			case "":
			case "en", "en-us", "en-US":
				t.Language, t.Metadata = "eng", media.Metadata{"language": "eng"}
			default:
				return nil, probe.Refuse("languages", "%.16q", f.languages[n])
			}
		}
		if t.Video != nil {
			if a := f.aspects[s.number]; a != nil && a.Positive() {
				t.Video.SAR = a.Reduce()
			}
			if err := s.settle(); err != nil {
				return nil, err
			}
		}
		first, last = min(first, s.start), max(last, s.start+length)
		info.Tracks = append(info.Tracks, *t)
	}
	info.Start = media.Duration{Ticks: media.Ticks(first * 1000), Timebase: media.Microseconds}
	micros := (last - first) * 1000
	info.Duration = media.Duration{Ticks: media.Ticks(micros), Timebase: media.Microseconds}
	info.BitRate = int64(float64(f.size) * 8 * 1e6 / float64(micros))
	return info, nil
}

// settle fills in the frame rates.
func (s *stream) settle() error {
	v, e := s.t.Video, &s.rate
	v.FrameRate = e.Estimate(true, 0)
	if v.FrameRate.Num == 0 {
		return probe.Refuse("frame-rate", "stream %d", s.number)
	}
	if e.Count() > 2 && math.Abs(1000/v.FrameRate.Float()-float64(e.Sum())/float64(e.Count())) <= 1 {
		v.AverageFrameRate = v.FrameRate
	}
	if v.SAR.Positive() {
		v.DAR = rational.Nearest(int64(v.Width)*v.SAR.Num, int64(v.Height)*v.SAR.Den, 1024*1024)
	}
	return nil
}
