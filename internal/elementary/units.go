package elementary

import (
	"iter"

	"github.com/mediagauge/mediagauge/internal/bits"
)

// Units yields the access units of a byte stream of codec, with where each begins. The last one may be
// cut off. What stands before the first start code is left out.
func Units(codec string, stream []byte) iter.Seq2[int, []byte] {
	return func(yield func(int, []byte) bool) {
		begin, pictures := -1, false
		for at := bits.StartCode(stream, 0); at >= 0; at = bits.StartCode(stream, at+3) {
			opens, picture := role(codec, stream[at+3:])
			if begin >= 0 && pictures && (opens || picture) {
				if !yield(begin, stream[begin:at]) {
					return
				}
				begin, pictures = at, false
			}
			if begin < 0 {
				begin = at
			}
			pictures = pictures || picture
		}
		if begin >= 0 {
			yield(begin, stream[begin:])
		}
	}
}

// role says whether a unit opens an access unit when it follows a picture, and whether it begins a
// picture. A second field counts as part of its frame in H.264 only where it has no unit before it.
func role(codec string, unit []byte) (opens, picture bool) {
	if len(unit) < 3 {
		return false, false
	}
	switch codec {
	case "h264":
		kind := unit[0] & 31
		return kind >= 6 && kind <= 9, (kind == 1 || kind == 5) && unit[1]&0x80 != 0
	case "hevc":
		kind := unit[0] >> 1 & 63
		return kind >= 32 && kind <= 35 || kind == 39, kind < 32 && unit[2]&0x80 != 0
	case "mpeg1video", "mpeg2video":
		return unit[0] == 0xb3 || unit[0] == 0xb8, unit[0] == 0x00
	case "mpeg4":
		return unit[0] == 0xb0 || unit[0] == 0xb3, unit[0] == 0xb6
	}
	return false, false
}
