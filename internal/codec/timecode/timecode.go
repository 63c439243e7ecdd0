// Package timecode spells the numbers of frames as time codes.
package timecode

import "fmt"

// What a time code is counted by, as QuickTime's flags have it.
const (
	Drop     = 1 // frame numbers are left out
	Wrap     = 2 // at 24 hours
	Negative = 4 // times below zero are shown as such
)

// Text spells a frame number as hh:mm:ss:ff, with a semicolon when frame numbers are dropped (SMPTE ST
// 12-1). fps is whole. It returns false for a rate that there is no time code of.
func Text(frame, fps, flags int64) (string, bool) {
	if fps <= 0 {
		return "", false
	}
	separator := ':'
	if flags&Drop != 0 {
		if fps%30 != 0 {
			return "", false
		}
		separator = ';'
		frame = dropFrames(frame, fps)
	}
	sign := ""
	if frame < 0 {
		frame = -frame
		if flags&Negative != 0 {
			sign = "-"
		}
	}
	hours := frame / (fps * 3600)
	if flags&Wrap != 0 {
		hours %= 24
	}
	width := 1
	for limit := int64(10); width < 5 && fps > limit; limit *= 10 {
		width++
	}
	return fmt.Sprintf("%s%02d:%02d:%02d%c%0*d", sign, hours, frame/(fps*60)%60, frame/fps%60, separator, width, frame%fps), true
}

// dropFrames adds the numbers that drop-frame timecode leaves out: two each minute but the
// tenth, at thirty frames per second.
func dropFrames(frame, fps int64) int64 {
	dropped := fps / 30 * 2
	per10 := fps / 30 * 17982
	d, rest := frame/per10, frame%per10
	return frame + 9*dropped*d + dropped*((rest-dropped)/(per10/10))
}
