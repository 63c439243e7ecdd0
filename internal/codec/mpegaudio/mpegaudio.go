// Package mpegaudio reads the headers of MPEG-1 and MPEG-2 audio frames, layers I to III (ISO/IEC
// 11172-3, 2.4.1.3; ISO/IEC 13818-3), and of the MPEG-2.5 frames that others added.
package mpegaudio

import (
	"encoding/binary"
	"errors"

	"github.com/mediagauge/mediagauge/internal/bits"
	"github.com/mediagauge/mediagauge/media"
)

// HeaderSize is how many bytes ParseHeader needs.
const HeaderSize = 4

// Version is the standard a frame belongs to.
type Version uint8

// The versions, by their code in the header.
const (
	MPEG25 Version = 0
	MPEG2  Version = 2
	MPEG1  Version = 3
)

// Mode is how the channels are coded.
type Mode uint8

// The modes, by their code in the header.
const (
	Stereo Mode = iota
	JointStereo
	DualChannel
	SingleChannel
)

// Header is the header of a frame.
type Header struct {
	Version          Version
	Layer            int // 1 to 3
	ProtectionAbsent bool
	BitRate          int // bit/s; 0 for free format, where the stream decides
	SampleRate       int // Hz
	Padding          bool
	Mode             Mode
	ModeExtension    int
	FrameLength      int // bytes, with the header; 0 for free format
}

var (
	errSync     = errors.New("no sync word")
	errReserved = errors.New("reserved value in a frame header")
)

// bitRates are in kbit/s by version (MPEG-1; others), layer and bitrate_index.
var bitRates = [2][3][15]int{
	{
		{0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448},
		{0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384},
		{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320},
	},
	{
		{0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256},
		{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
		{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
	},
}

// sampleRates are MPEG-1's by sampling_frequency; MPEG-2 halves and MPEG-2.5 quarters them.
var sampleRates = [3]int{44100, 48000, 32000}

// ParseHeader reads the header at the start of data.
func ParseHeader(data []byte) (*Header, error) {
	if len(data) < HeaderSize {
		return nil, bits.ErrTruncated
	}
	v := binary.BigEndian.Uint32(data)
	version, layer := Version(v>>19&3), v>>17&3
	rate, frequency := v>>12&15, v>>10&3
	switch {
	case v>>21 != 0x7ff:
		return nil, errSync
	case version == 1, layer == 0, rate == 15, frequency == 3:
		return nil, errReserved
	}
	h := &Header{
		Version: version, Layer: int(4 - layer), ProtectionAbsent: v>>16&1 == 1, SampleRate: sampleRates[frequency],
		Padding: v>>9&1 == 1, Mode: Mode(v >> 6 & 3), ModeExtension: int(v >> 4 & 3),
	}
	row := 0
	switch version {
	case MPEG2:
		row, h.SampleRate = 1, h.SampleRate/2
	case MPEG25:
		row, h.SampleRate = 1, h.SampleRate/4
	}
	h.BitRate = 1000 * bitRates[row][h.Layer-1][rate]
	if h.BitRate > 0 {
		h.FrameLength = h.frameLength()
	}
	return h, nil
}

// frameLength is a frame's length in slots of one byte, of four in layer I (2.4.3.1).
func (h *Header) frameLength() int {
	slot := 1
	if h.Layer == 1 {
		slot = 4
	}
	slots := h.Samples() * h.BitRate / (8 * slot * h.SampleRate)
	if h.Padding {
		slots++
	}
	return slots * slot
}

// Samples returns how many samples of each channel a frame holds.
func (h *Header) Samples() int {
	switch {
	case h.Layer == 1:
		return 384
	case h.Layer == 3 && h.Version != MPEG1:
		return 576
	}
	return 1152
}

// Channels returns the number of channels.
func (h *Header) Channels() int {
	if h.Mode == SingleChannel {
		return 1
	}
	return 2
}

// CodecName returns ffprobe's codec of the layer.
func (h *Header) CodecName() string { return [...]string{"mp1", "mp2", "mp3"}[h.Layer-1] }

// SideInfoSize returns how many bytes of side information stand between the header (and its
// checksum) and the data of a layer III frame, where a Xing header is looked for.
func (h *Header) SideInfoSize() int {
	switch {
	case h.Version == MPEG1 && h.Mode != SingleChannel:
		return 32
	case h.Version != MPEG1 && h.Mode == SingleChannel:
		return 9
	}
	return 17
}

// Follows tells whether next can be the header of a later frame of the same stream.
func (h *Header) Follows(next *Header) bool {
	return h.Version == next.Version && h.Layer == next.Layer && h.SampleRate == next.SampleRate
}

// SampleFormat names the sample format of ffprobe's decoder for a layer's codec.
func SampleFormat(codec string) string {
	if codec == "mp3" {
		return "fltp"
	}
	return "s16p"
}

// Describe fills in what ffprobe says of a track of such frames. In a container that names the
// codec its name stands, whatever the layer of the frames: set it first. A raw stream has "fltp"
// for every layer, because ffprobe starts with its layer III decoder there.
func (h *Header) Describe(t *media.Track) {
	switch t.Codec.Name {
	case "mp1", "mp2", "mp3":
	default:
		t.Codec.Name = h.CodecName()
	}
	t.SetCodec(t.Codec.Name)
	t.Audio.SampleFormat = SampleFormat(t.Codec.Name)
	t.Audio.SampleRate = h.SampleRate
	t.Audio.Channels = h.Channels()
	t.Audio.ChannelLayout = media.DefaultLayout(h.Channels()).String()
}
