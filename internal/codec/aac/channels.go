package aac

import "github.com/mediagauge/mediagauge/media"

// channelCounts is the number of channels of a channel configuration; ffprobe refuses those
// above (ISO/IEC 14496-3, table 1.19).
var channelCounts = [14]int{0, 1, 2, 3, 4, 5, 6, 8, 0, 0, 0, 7, 8, 24}

// channelLayouts holds ffprobe's layout of a channel configuration. Configuration 7 stands for
// two loudspeakers beside the centre; ffprobe takes it for ordinary 7.1, which most encoders mean.
var channelLayouts = [14]media.ChannelMask{
	1:  media.LayoutMono,
	2:  media.LayoutStereo,
	3:  media.LayoutSurround,
	4:  media.Layout4Point0,
	5:  media.Layout5Point0Back,
	6:  media.Layout5Point1Back,
	7:  media.Layout7Point1,
	11: media.Layout6Point1Back,
	12: media.Layout7Point1,
	13: media.Layout22Point2,
}

// Layout returns the layout that ffprobe makes of the elements: from the front centre outwards,
// pairs taken from where the elements say they are. ok is false when it would not be a
// known layout of all channels.
func (p *ProgramConfig) Layout() (mask media.ChannelMask, channels int, ok bool) {
	rest := p.Elements
	front, frontOK := pairedChannels(&rest, Front)
	side, sideOK := pairedChannels(&rest, Side)
	back, backOK := pairedChannels(&rest, Back)
	if !frontOK || !sideOK || !backOK {
		return 0, 0, false
	}
	if side == 0 && back >= 4 {
		side, back = 2, back-2
	}
	if front > 5 || side > 3 || back > 3 || len(rest) > 2 {
		return 0, 0, false
	}
	if front&1 == 1 {
		mask |= media.FrontCenter
	}
	if front >= 4 {
		mask |= media.FrontLeftOfCenter | media.FrontRightOfCenter
	}
	if front >= 2 {
		mask |= media.FrontLeft | media.FrontRight
	}
	if side >= 2 {
		mask |= media.SideLeft | media.SideRight
	}
	if back >= 2 {
		mask |= media.BackLeft | media.BackRight
	}
	if back&1 == 1 {
		mask |= media.BackCenter
	}
	for i := range rest {
		mask |= []media.ChannelMask{media.LowFrequency, media.LowFrequency2}[i]
	}
	channels = front + side + back + len(rest)
	return mask, channels, mask.Count() == channels && channels > 0
}

// pairedChannels takes the elements of one position off the list and counts their channels. Single
// elements must come in pairs, but for one at the front before or without pairs and one at the end.
func pairedChannels(rest *[]Element, position Position) (channels int, ok bool) {
	odd, pairs := false, false
	for len(*rest) > 0 && (*rest)[0].Position == position {
		if (*rest)[0].Pair {
			if odd && (position != Front || pairs) {
				return 0, false
			}
			odd, pairs = false, true
			channels += 2
		} else {
			odd = !odd
			channels++
		}
		*rest = (*rest)[1:]
	}
	return channels, !odd || position != Front || !pairs
}
