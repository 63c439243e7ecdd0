package media

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// CodecString returns the RFC 6381 name of t's coding, as the codecs parameter of a media type
// spells it: what the reader built from the configuration record, else what t's other facts
// decide exactly. H.264, H.265, H.266 and AC-4 need their record. "" means not known.
//
// AV1 and VP9 names get their optional colour fields when the stream states colours other than
// those that a player assumes without them.
func CodecString(t *Track) string {
	if d := t.dolbyVisionString(); d != "" {
		return d
	}
	if t.CodecString != "" {
		return t.CodecString + t.colorFields(t.CodecString)
	}
	switch name := t.Codec.Name; name {
	case "aac", "aac_latm":
		return aacString(t.Codec.Profile)
	case "av1":
		s := t.av1String()
		return s + t.colorFields(s)
	case "mpeg4":
		return t.mpeg4String()
	case "mp3", "mp2", "mp1":
		return t.mpegAudioString()
	case "ac3", "eac3", "vorbis":
		if t.Codec.Tag.String() == "mp4a" {
			return "mp4a." + objectTypes[name]
		}
	case "vp8", "vp9":
		if t.Codec.Tag == 0 { // WebM names the codec alone
			return name
		}
	}
	if s := plainStrings[t.Codec.Name]; s != "" {
		return s
	}
	if tag := t.Codec.Tag.String(); slices.Contains(sampleEntries, tag) {
		return tag
	}
	return ""
}

// CodecStrings joins the codec strings of a file's picture and sound tracks for a media type's
// codecs parameter; "" when one of them is not known, because half a list misleads players.
func CodecStrings(i *Info) string {
	var all []string
	for n := range i.Tracks {
		t := &i.Tracks[n]
		if t.Kind != KindAudio && !movingPictures(t) {
			continue
		}
		s := CodecString(t)
		if s == "" {
			return ""
		}
		if !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return strings.Join(all, ",")
}

// objectTypes are object type indications of the MP4 registration authority, in hexadecimal.
var objectTypes = map[string]string{"ac3": "A5", "eac3": "A6", "vorbis": "DD"}

// plainStrings are codecs whose name needs no parameters.
var plainStrings = map[string]string{
	"ac3":      "ac-3",
	"alac":     "alac",
	"eac3":     "ec-3",
	"flac":     "flac",
	"mov_text": "tx3g",
	"opus":     "opus",
	"theora":   "theora",
	"vorbis":   "vorbis",
}

// sampleEntries are four-character codes that are names by themselves (RFC 6381, 3.3; the MP4
// registration authority and the QuickTime File Format list them).
var sampleEntries = []string{
	"ap4h", "ap4x", "apch", "apcn", "apco", "apcs", // ProRes
	"alaw", "fl32", "fl64", "fpcm", "in24", "in32", "ipcm", "lpcm", "sowt", "twos", "ulaw", // PCM
	"dtsc", "dtse", "dtsh", "dtsl", "dtsx", "mlpa", // DTS, TrueHD
	"c608", "c708", "stpp", "tx3g", "wvtt", // text
	"jpeg", "mjpa", "mjpb", "s263", "samr", "sawb", "sawp",
}

// dolbyVisionString follows Dolby Vision Streams Within the ISO Base Media File Format, 5: the
// sample entry, profile and level.
func (t *Track) dolbyVisionString() string {
	tag := t.Codec.Tag.String()
	if t.Video == nil || t.Video.DolbyVision == nil || !slices.Contains(dolbyVisionTags, tag) {
		return ""
	}
	return fmt.Sprintf("%s.%02d.%02d", tag, t.Video.DolbyVision.Profile, t.Video.DolbyVision.Level)
}

// aacObjectTypes are the audio object types behind ffprobe's profile names (ISO/IEC 14496-3,
// table 1.17).
var aacObjectTypes = map[string]int{
	"Main": 1, "LC": 2, "SSR": 3, "LTP": 4, "HE-AAC": 5, "LD": 23, "HE-AACv2": 29, "ELD": 39, "xHE-AAC": 42,
}

// aacString follows RFC 6381, 3.3. A profile that has no name is printed as the object type less one.
func aacString(profile string) string {
	object := aacObjectTypes[profile]
	if n, err := strconv.Atoi(profile); err == nil && n >= 0 && n < 95 {
		object = n + 1
	}
	if object == 0 {
		return ""
	}
	return "mp4a.40." + strconv.Itoa(object)
}

// mpegAudioString tells MPEG-1 from MPEG-2 audio by the sample rate, as the standards do.
func (t *Track) mpegAudioString() string {
	switch {
	case t.Codec.Tag.String() == "mp4a" && t.Audio != nil && t.Audio.SampleRate >= 32000:
		return "mp4a.6B"
	case t.Codec.Tag.String() == "mp4a" && t.Audio != nil && t.Audio.SampleRate > 0:
		return "mp4a.69"
	case t.Codec.Name == "mp3":
		return "mp3"
	}
	return ""
}

// mpeg4String spells profile_and_level_indication in decimal (RFC 6381, 3.3; ISO/IEC 14496-2,
// table G.1). ffprobe prints level 0 of the simple profile for the indication 8.
func (t *Track) mpeg4String() string {
	profiles := map[string]int{"Simple Profile": 0, "Core Profile": 2, "Main Profile": 3, "Advanced Simple Profile": 15}
	profile, ok := profiles[t.Codec.Profile]
	if !ok || t.Codec.Level == nil || *t.Codec.Level < 0 || *t.Codec.Level > 15 {
		return ""
	}
	level := *t.Codec.Level
	if profile == 0 && level == 0 {
		level = 8
	}
	return "mp4v.20." + strconv.Itoa(profile<<4|level)
}

// av1String follows AV1 Codec ISO Media File Format Binding, 5. A level index above 7 comes with
// a tier that no other fact tells, so there is no answer then.
func (t *Track) av1String() string {
	profile := slices.Index([]string{"Main", "High", "Professional"}, t.Codec.Profile)
	depth := BitDepth(t)
	if profile < 0 || depth == 0 || t.Codec.Level == nil || *t.Codec.Level < 0 || *t.Codec.Level > 7 {
		return ""
	}
	return fmt.Sprintf("av01.%d.%02dM.%02d", profile, *t.Codec.Level, depth)
}
