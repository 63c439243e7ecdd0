package media

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"
)

// ChannelMask is a set of loudspeaker positions, one bit each. Zero means not known.
type ChannelMask uint64

// layoutTextMax is how much of a layout's description ffprobe 5.1 prints.
const layoutTextMax = 127

// Count returns the number of channels.
func (m ChannelMask) Count() int { return bits.OnesCount64(uint64(m)) }

// String returns ffprobe's channel_layout: the layout's name, else the list of its channels as
// in "4 channels (FL+FR+LFE+BC)"; "" when no channel is known.
func (m ChannelMask) String() string {
	if m == 0 {
		return ""
	}
	for _, l := range layoutNames {
		if l.mask == m {
			return l.name
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d channels (", m.Count())
	for rest := m; rest != 0; rest &= rest - 1 {
		if rest != m {
			b.WriteByte('+')
		}
		bit := bits.TrailingZeros64(uint64(rest))
		if channelNames[bit] != "" {
			b.WriteString(channelNames[bit])
		} else {
			b.WriteString("USR" + strconv.Itoa(bit))
		}
	}
	b.WriteByte(')')
	return b.String()[:min(b.Len(), layoutTextMax)]
}

// DefaultLayout returns the layout that ffprobe takes n channels for when nothing else is said;
// 0 when there is none, for which ffprobe prints no layout.
func DefaultLayout(n int) ChannelMask {
	for _, l := range layoutNames {
		if l.mask.Count() == n {
			return l.mask
		}
	}
	return 0
}
