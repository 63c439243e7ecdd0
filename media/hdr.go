package media

import (
	"slices"
	"strconv"
)

// HDR says which dynamic range t's pictures are made for: "SDR", "HDR10", "HDR10+", "HLG",
// "PQ" (ST 2084 that is not HDR10) or "DolbyVision" with its profile, "DolbyVision 8.4". It is
// not known for tracks without moving pictures and where the facts do not decide.
//
// A Dolby Vision record decides before anything else, since profile 5 states no transfer at
// all; then the transfer function (ITU-T H.273, table 3). See HDRFallback for what a player
// without Dolby Vision shows.
func HDR(t *Track) Verdict {
	if !movingPictures(t) {
		return Verdict{}
	}
	v := t.Video
	switch {
	case v.DolbyVision != nil:
		return Verdict{"DolbyVision " + v.DolbyVision.profile(), Stated, "Dolby Vision configuration record"}
	case slices.Contains(dolbyVisionTags, t.Codec.Tag.String()):
		return Verdict{"DolbyVision", Derived, "sample entry " + t.Codec.Tag.String()}
	}
	return dynamicRange(v)
}

// HDRFallback says what a player without Dolby Vision shows: the dynamic range of the base
// layer. It is not known for tracks that are not Dolby Vision or whose base layer is of no use
// alone, as in profile 5.
func HDRFallback(t *Track) Verdict {
	if !movingPictures(t) || t.Video.DolbyVision == nil {
		return Verdict{}
	}
	if v := dynamicRange(t.Video); v.Known() && v.Provenance == Stated && t.Video.DolbyVision.BLCompatibilityID != 0 {
		return v
	}
	// Dolby Vision Streams Within the ISO Base Media File Format, 2.2: base layer compatibility.
	ranges := map[int]string{1: "HDR10", 2: "SDR", 4: "HLG", 6: "HDR10"}
	if value := ranges[t.Video.DolbyVision.BLCompatibilityID]; value != "" {
		return Verdict{value, Stated, "base layer compatibility " + strconv.Itoa(t.Video.DolbyVision.BLCompatibilityID)}
	}
	return Verdict{}
}

// dolbyVisionTags are the sample entries of tracks that only a Dolby Vision decoder plays.
var dolbyVisionTags = []string{"dav1", "dva1", "dvav", "dvh1", "dvhe"}

// profile spells profile and base layer compatibility the usual way: "5", "7.6", "8.1".
func (d *DolbyVision) profile() string {
	s := strconv.Itoa(d.Profile)
	if d.BLCompatibilityID == 0 {
		return s
	}
	return s + "." + strconv.Itoa(d.BLCompatibilityID)
}

// sdrTransfers are the transfer functions of standard dynamic range in ffprobe's words.
var sdrTransfers = []string{
	"bt1361e", "bt2020-10", "bt2020-12", "bt470bg", "bt470m", "bt709",
	"iec61966-2-1", "iec61966-2-4", "smpte170m", "smpte240m",
}

// dynamicRange decides by the transfer function and what goes with it.
func dynamicRange(v *Video) Verdict {
	switch transfer := v.Color.Transfer; {
	case transfer == "smpte2084":
		return perceptualQuantizer(v)
	case transfer == "arib-std-b67":
		return Verdict{"HLG", Stated, "transfer arib-std-b67"}
	case slices.Contains(sdrTransfers, transfer):
		return Verdict{"SDR", Stated, "transfer " + transfer}
	case transfer != "" && transfer != "unknown":
		return Verdict{} // linear and logarithmic light, ST 428
	case v.HDR10Plus:
		return Verdict{"HDR10+", Derived, "dynamic metadata"}
	case v.PixelFormat == "" || v.Mastering != nil || v.Color.Primaries == "bt2020":
		return Verdict{} // the codec's headers were not read, or they hint at more than they say
	}
	return Verdict{"SDR", Derived, "no transfer stated"}
}

// perceptualQuantizer tells HDR10 and HDR10+ from other uses of SMPTE ST 2084. HDR10 is ten
// bits and BT.2020; its mastering metadata is expected but often missing.
func perceptualQuantizer(v *Video) Verdict {
	depth := v.depth()
	switch {
	case v.HDR10Plus:
		return Verdict{"HDR10+", Stated, "transfer smpte2084, dynamic metadata"}
	case v.Color.Primaries != "bt2020" || depth != 0 && depth < 10:
		return Verdict{"PQ", Stated, "transfer smpte2084"}
	case v.Mastering != nil || v.ContentLight != nil:
		return Verdict{"HDR10", Stated, "transfer smpte2084, static metadata"}
	}
	return Verdict{"HDR10", Derived, "transfer smpte2084, no static metadata"}
}

// movingPictures says whether t is a video track that is not cover art.
func movingPictures(t *Track) bool {
	return t.Kind == KindVideo && t.Video != nil && !t.Disposition.AttachedPicture
}
