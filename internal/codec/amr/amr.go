// Package amr reads what containers say of AMR speech: the damr box (3GPP TS 26.244, 6.7) and frame
// headers (RFC 4867, 5.3).
package amr

import (
	"errors"

	"github.com/mediagauge/mediagauge/internal/bits"
	"github.com/mediagauge/mediagauge/media"
)

// Config is AMRSpecificBox. It changes nothing of what ffprobe says.
type Config struct {
	Vendor           string
	DecoderVersion   int
	ModeSet          int // a bit for each mode that may occur
	ModeChangePeriod int
	FramesPerSample  int
}

var errFrame = errors.New("reserved frame type")

// ParseConfig reads the body of a damr box.
func ParseConfig(data []byte) (*Config, error) {
	c := bits.NewCursor(data)
	a := &Config{
		Vendor: c.FourCC(), DecoderVersion: int(c.U8()), ModeSet: int(c.U16()), ModeChangePeriod: int(c.U8()), FramesPerSample: int(c.U8()),
	}
	if c.Err() != nil {
		return nil, c.Err()
	}
	return a, nil
}

// frameSizes are the bytes of a frame with its header by type; 0 is reserved (RFC 4867, 5.3; 3GPP TS
// 26.101 and 26.201, annex A).
var (
	narrowSizes = [16]int{13, 14, 16, 18, 20, 21, 27, 32, 6, 0, 0, 0, 0, 0, 0, 1}
	wideSizes   = [16]int{18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 0, 0, 0, 0, 1, 1}
)

// FrameSize returns the length in bytes of the frame of 20 ms that starts with head.
func FrameSize(head byte, wide bool) (int, error) {
	sizes := &narrowSizes
	if wide {
		sizes = &wideSizes
	}
	n := sizes[head>>3&15]
	if n == 0 {
		return 0, errFrame
	}
	return n, nil
}

// Describe fills in what ffprobe says of an AMR track in MP4 or in its own file format, narrowband
// or wideband: one channel at the codec's own rate, whatever the container states. Of other
// containers ffprobe takes the channels and prints no layout.
func Describe(t *media.Track, wide bool) {
	name, rate := "amr_nb", 8000
	if wide {
		name, rate = "amr_wb", 16000
	}
	t.SetCodec(name)
	t.Audio.SampleFormat = "fltp"
	t.Audio.SampleRate = rate
	t.Audio.Channels = 1
	t.Audio.ChannelLayout = media.LayoutMono.String()
}
