package media

import "testing"

func TestHDR(t *testing.T) {
	t.Parallel()
	mastering := &Mastering{MaxLuminance: Rational{1000, 1}}
	for name, c := range map[string]struct {
		tag        string
		video      Video
		want       string
		provenance Provenance
		fallback   string
	}{
		"HDR10":                     {"hvc1", Video{PixelFormat: "yuv420p10le", Mastering: mastering, Color: Color{Primaries: "bt2020", Transfer: "smpte2084", Matrix: "bt2020nc"}}, "HDR10", Stated, ""},
		"HDR10 by light levels":     {"hvc1", Video{PixelFormat: "yuv420p10le", ContentLight: &ContentLight{1000, 400}, Color: Color{Primaries: "bt2020", Transfer: "smpte2084"}}, "HDR10", Stated, ""},
		"HDR10 without metadata":    {"av01", Video{PixelFormat: "yuv420p10le", Color: Color{Primaries: "bt2020", Transfer: "smpte2084"}}, "HDR10", Derived, ""},
		"HDR10 of unknown depth":    {"av01", Video{Color: Color{Primaries: "bt2020", Transfer: "smpte2084"}}, "HDR10", Derived, ""},
		"HDR10+":                    {"hvc1", Video{PixelFormat: "yuv420p10le", Mastering: mastering, HDR10Plus: true, Color: Color{Primaries: "bt2020", Transfer: "smpte2084"}}, "HDR10+", Stated, ""},
		"HDR10+ by metadata only":   {"hvc1", Video{PixelFormat: "yuv420p10le", HDR10Plus: true}, "HDR10+", Derived, ""},
		"PQ of a P3 master":         {"apch", Video{PixelFormat: "yuv422p10le", Color: Color{Primaries: "smpte432", Transfer: "smpte2084"}}, "PQ", Stated, ""},
		"PQ of eight bits":          {"hvc1", Video{PixelFormat: "yuv420p", Color: Color{Primaries: "bt2020", Transfer: "smpte2084"}}, "PQ", Stated, ""},
		"HLG":                       {"hvc1", Video{PixelFormat: "yuv420p10le", Color: Color{Primaries: "bt2020", Transfer: "arib-std-b67"}}, "HLG", Stated, ""},
		"SDR":                       {"avc1", Video{PixelFormat: "yuv420p", Color: Color{Transfer: "bt709"}}, "SDR", Stated, ""},
		"SDR in ten bits":           {"avc1", Video{PixelFormat: "yuv420p10le"}, "SDR", Derived, ""},
		"SDR of wide colours":       {"hvc1", Video{PixelFormat: "yuv420p10le", Color: Color{Primaries: "bt2020", Transfer: "bt2020-10"}}, "SDR", Stated, ""},
		"no headers read":           {"avc1", Video{}, "", "", ""},
		"linear light":              {"", Video{PixelFormat: "gbrpf32le", Color: Color{Transfer: "linear"}}, "", "", ""},
		"wide colours, no transfer": {"hvc1", Video{PixelFormat: "yuv420p10le", Color: Color{Primaries: "bt2020"}}, "", "", ""},
		"mastering, no transfer":    {"hvc1", Video{PixelFormat: "yuv420p10le", Mastering: mastering}, "", "", ""},
		"profile 5":                 {"dvh1", Video{PixelFormat: "yuv420p10le", DolbyVision: &DolbyVision{Profile: 5, Level: 6, RPU: true, BL: true}}, "DolbyVision 5", Stated, ""},
		"profile 7":                 {"hvc1", Video{DolbyVision: &DolbyVision{Profile: 7, BLCompatibilityID: 6, RPU: true, EL: true, BL: true}}, "DolbyVision 7.6", Stated, "HDR10"},
		"profile 8.1": {"hvc1", Video{PixelFormat: "yuv420p10le", Mastering: mastering, Color: Color{Primaries: "bt2020", Transfer: "smpte2084"},
			DolbyVision: &DolbyVision{Profile: 8, BLCompatibilityID: 1}}, "DolbyVision 8.1", Stated, "HDR10"},
		"profile 8.1 with HDR10+": {"hvc1", Video{PixelFormat: "yuv420p10le", HDR10Plus: true, Color: Color{Primaries: "bt2020", Transfer: "smpte2084"},
			DolbyVision: &DolbyVision{Profile: 8, BLCompatibilityID: 1}}, "DolbyVision 8.1", Stated, "HDR10+"},
		"profile 8.2":       {"hvc1", Video{DolbyVision: &DolbyVision{Profile: 8, BLCompatibilityID: 2}}, "DolbyVision 8.2", Stated, "SDR"},
		"profile 8.4":       {"hvc1", Video{Color: Color{Primaries: "bt2020", Transfer: "arib-std-b67"}, DolbyVision: &DolbyVision{Profile: 8, BLCompatibilityID: 4}}, "DolbyVision 8.4", Stated, "HLG"},
		"profile 10":        {"av01", Video{DolbyVision: &DolbyVision{Profile: 10, BLCompatibilityID: 0}}, "DolbyVision 10", Stated, ""},
		"unknown base":      {"hvc1", Video{DolbyVision: &DolbyVision{Profile: 8, BLCompatibilityID: 9}}, "DolbyVision 8.9", Stated, ""},
		"dvhe, no record":   {"dvhe", Video{PixelFormat: "yuv420p10le"}, "DolbyVision", Derived, ""},
		"reserved transfer": {"avc1", Video{PixelFormat: "yuv420p", Color: Color{Transfer: "reserved"}}, "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			track := &Track{Kind: KindVideo, Video: &c.video}
			if c.tag != "" {
				track.Codec.Tag = tag(c.tag)
			}
			got := HDR(track)
			if got.Value != c.want || got.Provenance != c.provenance || got.Known() != (got.Basis != "") {
				t.Errorf("HDR = %+v, want %q %q", got, c.want, c.provenance)
			}
			if f := HDRFallback(track); f.Value != c.fallback {
				t.Errorf("HDRFallback = %+v, want %q", f, c.fallback)
			}
			track.Disposition.AttachedPicture = true
			if v, f := HDR(track), HDRFallback(track); v.Known() || f.Known() {
				t.Errorf("as cover art: %+v, %+v", v, f)
			}
		})
	}
	if got := HDR(&Track{Kind: KindAudio, Audio: &Audio{}}); got.Known() {
		t.Errorf("audio: %+v", got)
	}
}
