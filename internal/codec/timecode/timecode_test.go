package timecode

import "testing"

// TestText holds the spelling, and the numbers that drop-frame time codes leave out.
func TestText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		frame, fps, flags int64
		want              string
	}{
		{0, 25, 0, "00:00:00:00"},
		{25*3661 + 7, 25, 0, "01:01:01:07"},
		{25 * 86400, 25, 0, "24:00:00:00"},
		{25 * 86400, 25, Wrap, "00:00:00:00"},
		{1799, 30, Drop, "00:00:59;29"},
		{1800, 30, Drop, "00:01:00;02"},
		{17982, 30, Drop, "00:10:00;00"},
		{3600, 60, Drop, "00:01:00;04"},
		{-25, 25, 0, "00:00:01:00"},
		{-25, 25, Negative, "-00:00:01:00"},
		{119, 120, 0, "00:00:00:119"},
	} {
		if got, ok := Text(c.frame, c.fps, c.flags); !ok || got != c.want {
			t.Errorf("frame %d at %d: %q, want %q", c.frame, c.fps, got, c.want)
		}
	}
	for _, fps := range []int64{0, -1} {
		if _, ok := Text(1, fps, 0); ok {
			t.Errorf("a time code of %d frames a second", fps)
		}
	}
	if _, ok := Text(1, 25, Drop); ok {
		t.Error("numbers dropped at 25 frames a second")
	}
}
