package av1

import (
	"strconv"

	"github.com/mediagauge/mediagauge/internal/codec/cicp"
	"github.com/mediagauge/mediagauge/media"
)

// profileNames are ffprobe's names by seq_profile (6.4.1).
var profileNames = [...]string{"Main", "High", "Professional"}

// PixelFormat names the pixel format of ffprobe's decoder.
func (s *Sequence) PixelFormat() string {
	depth := ""
	if s.BitDepth > 8 {
		depth = strconv.Itoa(s.BitDepth) + "le"
	}
	switch {
	case s.Monochrome:
		return "gray" + depth
	case s.SubsamplingY:
		return "yuv420p" + depth
	case s.SubsamplingX:
		return "yuv422p" + depth
	case s.rgb():
		return "gbrp" + depth
	}
	return "yuv444p" + depth
}

// FrameRate is what the timing information says; zero when it says nothing exact.
func (s *Sequence) FrameRate() media.Rational {
	if !s.TimingInfo || !s.EqualPictureInterval || s.NumUnitsInDisplayTick == 0 || s.TimeScale == 0 {
		return media.Rational{}
	}
	den := int64(s.NumUnitsInDisplayTick) * int64(min(s.NumTicksPerPicture, 1<<30))
	return media.Rational{Num: int64(s.TimeScale), Den: den}.Reduce()
}

// Describe writes into t what ffprobe prints of a stream whose container carries this sequence
// header: ffprobe then decodes no frame, and the largest size that the header allows is the size.
// Colour of the container is replaced. A stream whose header stands only in its first frame is
// decoded by ffprobe, so that its frames may tell a smaller size and a sample aspect ratio.
func (s *Sequence) Describe(t *media.Track) {
	if t.Video == nil {
		t.Video = &media.Video{}
	}
	v := t.Video
	level := s.LevelIdx0
	t.Codec.Profile, t.Codec.Level = profileNames[s.Profile], &level
	v.Width, v.Height = s.MaxFrameWidth, s.MaxFrameHeight
	v.CodedWidth, v.CodedHeight = v.Width, v.Height
	v.BitDepth = s.BitDepth
	v.PixelFormat = s.PixelFormat()
	v.FilmGrain = s.FilmGrainParams
	v.Color.Range = cicp.Range(s.FullRange)
	v.Color.Primaries = cicp.Primaries(s.ColourPrimaries)
	v.Color.Transfer = cicp.Transfer(s.Transfer)
	v.Color.Matrix = cicp.Matrix(s.Matrix)
	switch s.ChromaSamplePosition {
	case 1:
		v.Color.ChromaLocation = cicp.ChromaLocation(0)
	case 2:
		v.Color.ChromaLocation = cicp.ChromaLocation(2)
	}
}
