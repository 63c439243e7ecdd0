package opus

import (
	"errors"

	"github.com/mediagauge/mediagauge/internal/bits"
)

var errPacket = errors.New("not an Opus packet")

// frameSamples is the length of a frame by the configuration number of the table of contents
// byte, in samples at 48 kHz (RFC 6716, table 2).
var frameSamples = [32]int{
	480, 960, 1920, 2880, 480, 960, 1920, 2880, 480, 960, 1920, 2880, // SILK
	480, 960, 480, 960, // hybrid
	120, 240, 480, 960, 120, 240, 480, 960, 120, 240, 480, 960, 120, 240, 480, 960, // CELT
}

// maxPacketSamples is the longest packet, 120 ms.
const maxPacketSamples = 5760

// PacketSamples returns the length of a packet in samples at 48 kHz, from its table of contents
// (RFC 6716, 3.1).
func PacketSamples(packet []byte) (int, error) {
	c := bits.NewCursor(packet)
	toc := c.U8()
	frames := 1
	switch toc & 3 {
	case 1, 2:
		frames = 2
	case 3:
		frames = int(c.U8() & 0x3f)
	}
	n := frames * frameSamples[toc>>3]
	if c.Err() != nil {
		return 0, c.Err()
	}
	if n == 0 || n > maxPacketSamples {
		return 0, errPacket
	}
	return n, nil
}
