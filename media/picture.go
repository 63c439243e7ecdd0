package media

import (
	"math"
	"regexp"
	"strconv"
)

// BitDepth returns the bits of one luma or sound sample: what the stream states, else what its
// pixel format implies. 0 means not known.
func BitDepth(t *Track) int {
	switch {
	case t.Video != nil:
		return t.Video.depth()
	case t.Audio != nil && t.Audio.BitDepth > 0:
		return t.Audio.BitDepth
	case t.Audio != nil:
		return pcmDepth(t.Codec.Name)
	}
	return 0
}

func (v *Video) depth() int {
	if v.BitDepth > 0 {
		return v.BitDepth
	}
	return pixelDepths[v.PixelFormat]
}

// linearSamples matches ffprobe's names of linear PCM: pcm_s16le, pcm_f32be, pcm_u8.
var linearSamples = regexp.MustCompile(`^pcm_[suf](\d+)(?:le|be)?(?:_planar)?$`)

func pcmDepth(codec string) int {
	if m := linearSamples.FindStringSubmatch(codec); m != nil {
		n, _ := strconv.Atoi(m[1])
		return n
	}
	return 0
}

// DisplaySize returns the pixels of an upright square-pixel picture: the coded size, widened or
// narrowed by the sample aspect ratio (1 when unknown), sides swapped for a quarter turn. Both
// are 0 when the size is not known.
func DisplaySize(v *Video) (width, height int) {
	width, height = v.Width, v.Height
	if width <= 0 || height <= 0 {
		return 0, 0
	}
	if v.SAR.Positive() {
		w := math.Round(float64(width) * v.SAR.Float())
		if w < 1 || w > math.MaxInt32 {
			return 0, 0
		}
		width = int(w)
	}
	if v.Rotation%180 == 90 {
		width, height = height, width
	}
	return width, height
}

// ScanType returns "progressive" or "interlaced" by the field order; "" when that is not known.
func ScanType(v *Video) string {
	switch v.FieldOrder {
	case "progressive":
		return "progressive"
	case "tt", "bb", "tb", "bt":
		return "interlaced"
	}
	return ""
}

// FrameRates says whether t's frames last equally long, "CFR" or "VFR": stated where the headers
// list every duration, else derived from the two frame rates. The lowest rate that can tell all
// timestamps apart (r_frame_rate) equals the average only when every frame takes its turn.
func FrameRates(t *Track) Verdict {
	if !movingPictures(t) {
		return Verdict{}
	}
	v := t.Video
	if v.FrameRateMode != "" {
		return Verdict{string(v.FrameRateMode), Stated, "frame durations"}
	}
	if !v.FrameRate.Positive() || !v.AverageFrameRate.Positive() {
		return Verdict{}
	}
	const few = 10 // frames below which the last one's length weighs too much
	ratio := v.FrameRate.Float() / v.AverageFrameRate.Float()
	switch seconds := t.Duration.Seconds(); {
	case v.FrameRate.Reduce() == v.AverageFrameRate.Reduce():
		return Verdict{string(ConstantFrameRate), Derived, "lowest and average frame rate agree"}
	case math.Abs(ratio-1) < 0.02, math.Abs(ratio-2) < 0.04, math.Abs(ratio-0.5) < 0.01:
		return Verdict{} // rounded, or one of the two counts fields
	case seconds > 0 && seconds*v.AverageFrameRate.Float() < few:
		return Verdict{}
	}
	return Verdict{string(VariableFrameRate), Derived, "lowest and average frame rate differ"}
}

// Captions names the closed captions that t carries or is: "CEA-608", "CEA-708", or "A/53" for
// caption data inside pictures, which may hold both. "" means that none were seen.
func Captions(t *Track) string {
	switch {
	case t.Codec.Tag.String() == "c708":
		return "CEA-708"
	case t.Codec.Name == "eia_608":
		return "CEA-608"
	case t.Video != nil && t.Video.ClosedCaptions:
		return "A/53"
	}
	return ""
}

// Encrypted says "true" when samples of i are encrypted: stated where a track says so, derived
// from key material alone, which files that were decrypted since may have kept.
func Encrypted(i *Info) Verdict {
	for n := range i.Tracks {
		if i.Tracks[n].Encryption != nil {
			return Verdict{"true", Stated, "protected track " + strconv.Itoa(i.Tracks[n].Index)}
		}
	}
	if i.Container.KeyMaterial {
		return Verdict{"true", Derived, "key material in the container"}
	}
	return Verdict{}
}

// Timecode returns the timecode of the first frame: what the file states for itself, else for
// its first track that states one. "" means that there is none.
func Timecode(i *Info) string {
	if i.Timecode != "" {
		return i.Timecode
	}
	if s := i.Metadata.Lookup("timecode"); s != "" {
		return s
	}
	for n := range i.Tracks {
		if s := i.Tracks[n].Metadata.Lookup("timecode"); s != "" {
			return s
		}
	}
	return ""
}
