package ffprobe

import (
	"slices"

	"github.com/mediagauge/mediagauge/media"
)

// sideData is one entry of a stream's side_data_list. Which keys are there depends on Type.
type sideData struct {
	Type string `json:"side_data_type"`

	Rotation *int `json:"rotation"` // Display Matrix

	RedX         string `json:"red_x"` // Mastering display metadata
	RedY         string `json:"red_y"`
	GreenX       string `json:"green_x"`
	GreenY       string `json:"green_y"`
	BlueX        string `json:"blue_x"`
	BlueY        string `json:"blue_y"`
	WhitePointX  string `json:"white_point_x"`
	WhitePointY  string `json:"white_point_y"`
	MinLuminance string `json:"min_luminance"`
	MaxLuminance string `json:"max_luminance"`

	MaxContent int `json:"max_content"` // Content light level metadata
	MaxAverage int `json:"max_average"`

	VersionMajor      int `json:"dv_version_major"` // DOVI configuration record
	VersionMinor      int `json:"dv_version_minor"`
	Profile           int `json:"dv_profile"`
	Level             int `json:"dv_level"`
	RPU               int `json:"rpu_present_flag"`
	EL                int `json:"el_present_flag"`
	BL                int `json:"bl_present_flag"`
	BLCompatibilityID int `json:"dv_bl_signal_compatibility_id"`

	StereoType string `json:"type"` // Stereo 3D
	Inverted   int    `json:"inverted"`

	Projection string `json:"projection"` // Spherical Mapping

	MaxBitRate int64 `json:"max_bitrate"` // CPB properties
	BufferSize int64 `json:"buffer_size"`
}

// find returns the first side data of a type, or nil.
func (s stream) find(kind string) *sideData {
	i := slices.IndexFunc(s.SideData, func(d sideData) bool { return d.Type == kind })
	if i < 0 {
		return nil
	}
	return &s.SideData[i]
}

// rotation returns the degrees clockwise to turn for display. ffprobe prints how far the
// display matrix turns the picture counter-clockwise.
func (s stream) rotation() int {
	if d := s.find("Display Matrix"); d != nil && d.Rotation != nil {
		return ((-*d.Rotation)%360 + 360) % 360
	}
	return 0
}

// extend fills t with what the side data says.
func (s stream) extend(t *media.Track) {
	t.MaxBitRate = number(s.MaxBitRate)
	if d := s.find("CPB properties"); d != nil {
		t.BufferSize = max(d.BufferSize, 0)
		if t.MaxBitRate == 0 {
			t.MaxBitRate = max(d.MaxBitRate, 0)
		}
	}
	t.Encryption = encryption(t)
	v := t.Video
	if v == nil {
		return
	}
	if d := s.find("Mastering display metadata"); d != nil {
		v.Mastering = d.mastering()
	}
	if d := s.find("Content light level metadata"); d != nil && (d.MaxContent > 0 || d.MaxAverage > 0) {
		v.ContentLight = &media.ContentLight{MaxCLL: d.MaxContent, MaxFALL: d.MaxAverage}
	}
	if d := s.find("DOVI configuration record"); d != nil {
		v.DolbyVision = &media.DolbyVision{
			VersionMajor: d.VersionMajor, VersionMinor: d.VersionMinor, Profile: d.Profile, Level: d.Level,
			BLCompatibilityID: d.BLCompatibilityID, RPU: d.RPU != 0, EL: d.EL != 0, BL: d.BL != 0,
		}
	}
	if d := s.find("Stereo 3D"); d != nil && d.StereoType != "unknown" {
		v.StereoMode, v.StereoInverted = d.StereoType, d.Inverted != 0
	}
	if d := s.find("Spherical Mapping"); d != nil && d.Projection != "unknown" {
		v.Projection = d.Projection
	}
}

func (d *sideData) mastering() *media.Mastering {
	point := func(x, y string) media.Chromaticity {
		return media.Chromaticity{X: ratio(x, "/"), Y: ratio(y, "/")}
	}
	m := &media.Mastering{
		Red: point(d.RedX, d.RedY), Green: point(d.GreenX, d.GreenY), Blue: point(d.BlueX, d.BlueY),
		WhitePoint:   point(d.WhitePointX, d.WhitePointY),
		MinLuminance: ratio(d.MinLuminance, "/"), MaxLuminance: ratio(d.MaxLuminance, "/"),
	}
	if *m == (media.Mastering{}) {
		return nil
	}
	return m
}

// protected are the sample entries of encrypted tracks (ISO/IEC 14496-12, 8.12; drmi and drms
// are Apple's).
var protected = []string{"drmi", "drms", "enca", "encs", "enct", "encv"}

// encryption tells that t's samples are encrypted where ffprobe still shows the sample entry. It
// shows the original one when it knows that.
func encryption(t *media.Track) *media.Encryption {
	if slices.Contains(protected, t.Codec.Tag.String()) {
		return &media.Encryption{}
	}
	return nil
}
