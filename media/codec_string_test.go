package media

import "testing"

func level(n int) *int { return &n }

func TestCodecString(t *testing.T) {
	t.Parallel()
	audio := func(name, profile, fourCC string, rate int) Track {
		track := Track{Kind: KindAudio, Codec: Codec{Name: name, Profile: profile}, Audio: &Audio{SampleRate: rate}}
		if fourCC != "" {
			track.Codec.Tag = tag(fourCC)
		}
		return track
	}
	video := func(name, profile string, level int, fourCC string, v Video) Track {
		track := Track{Kind: KindVideo, Codec: Codec{Name: name, Profile: profile, Level: &level}, Video: &v}
		if fourCC != "" {
			track.Codec.Tag = tag(fourCC)
		}
		return track
	}
	stated := func(s string, v Video) Track {
		return Track{Kind: KindVideo, CodecString: s, Video: &v}
	}
	hdr := Color{Range: "tv", Primaries: "bt2020", Transfer: "smpte2084", Matrix: "bt2020nc", ChromaLocation: "topleft"}
	for want, tracks := range map[string][]Track{
		"mp4a.40.2":  {audio("aac", "LC", "mp4a", 44100), audio("aac_latm", "LC", "", 48000), audio("aac", "1", "", 48000)},
		"mp4a.40.1":  {audio("aac", "Main", "mp4a", 44100)},
		"mp4a.40.5":  {audio("aac", "HE-AAC", "mp4a", 44100)},
		"mp4a.40.29": {audio("aac", "HE-AACv2", "mp4a", 44100)},
		"mp4a.40.39": {audio("aac", "ELD", "mp4a", 44100)},
		"mp4a.40.42": {audio("aac", "41", "mp4a", 44100)},
		"mp4a.67":    {{Kind: KindAudio, CodecString: "mp4a.67", Codec: Codec{Name: "aac", Profile: "LC"}}},
		"mp4a.6B":    {audio("mp3", "", "mp4a", 44100), audio("mp2", "", "mp4a", 32000)},
		"mp4a.69":    {audio("mp3", "", "mp4a", 24000)},
		"mp3":        {audio("mp3", "", "", 24000), audio("mp3", "", ".mp3", 44100)},
		"mp4a.A5":    {audio("ac3", "", "mp4a", 48000)},
		"ac-3":       {audio("ac3", "", "ac-3", 48000), audio("ac3", "", "", 48000)},
		"ec-3":       {audio("eac3", "", "ec-3", 48000)},
		"opus":       {audio("opus", "", "Opus", 48000)},
		"flac":       {audio("flac", "", "fLaC", 48000)},
		"vorbis":     {audio("vorbis", "", "", 48000)},
		"mp4a.DD":    {audio("vorbis", "", "mp4a", 48000)},
		"alac":       {audio("alac", "", "alac", 48000)},
		"sowt":       {audio("pcm_s16le", "", "sowt", 48000)},
		"dtsc":       {audio("dts", "DTS", "dtsc", 48000)},
		"": {
			audio("dts", "DTS", "", 48000), audio("pcm_s16le", "", "", 48000), audio("mp2", "", "", 48000), audio("aac", "", "mp4a", 48000),
			video("h264", "High", 31, "avc1", Video{PixelFormat: "yuv420p"}),
			video("hevc", "Main 10", 120, "hvc1", Video{PixelFormat: "yuv420p10le"}),
			video("vp9", "Profile 0", -99, "vp09", Video{PixelFormat: "yuv420p"}),
			video("av1", "Main", 8, "av01", Video{PixelFormat: "yuv420p"}), // the tier is not known
			video("av1", "Main", -99, "av01", Video{PixelFormat: "yuv420p"}),
			video("av1", "Main", 5, "av01", Video{}),
			video("mpeg4", "Simple Profile", -99, "mp4v", Video{}),
			video("mpeg4", "Simple Studio Profile", 1, "mp4v", Video{}),
			{},
		},
		"avc1.64001F":                    {stated("avc1.64001F", Video{PixelFormat: "yuv420p", Color: hdr})},
		"hvc1.2.4.L123.B0":               {stated("hvc1.2.4.L123.B0", Video{PixelFormat: "yuv420p10le", Color: hdr})},
		"dvh1.05.06":                     {video("hevc", "Main 10", 150, "dvh1", Video{DolbyVision: &DolbyVision{Profile: 5, Level: 6}})},
		"dav1.10.09":                     {video("av1", "Main", 5, "dav1", Video{PixelFormat: "yuv420p10le", DolbyVision: &DolbyVision{Profile: 10, Level: 9}})},
		"vp9":                            {video("vp9", "Profile 0", -99, "", Video{PixelFormat: "yuv420p"})},
		"vp8":                            {video("vp8", "0", -99, "", Video{PixelFormat: "yuv420p"})},
		"av01.0.05M.08":                  {video("av1", "Main", 5, "av01", Video{PixelFormat: "yuv420p"})},
		"av01.0.04M.10":                  {video("av1", "Main", 4, "", Video{PixelFormat: "yuv420p10le", Color: Color{Range: "tv", Primaries: "bt709", Transfer: "bt709", Matrix: "bt709"}})},
		"av01.0.05M.10.0.112.09.16.09.0": {video("av1", "Main", 5, "av01", Video{PixelFormat: "yuv420p10le", Color: hdr})},
		"av01.0.13H.10.0.112.09.16.09.0": {stated("av01.0.13H.10", Video{PixelFormat: "yuv420p10le", Color: hdr})},
		"av01.1.05M.08.0.000.02.02.02.0": {video("av1", "High", 5, "av01", Video{PixelFormat: "yuv444p"})},
		"av01.0.05M.08.1.110.02.02.02.1": {video("av1", "Main", 5, "av01", Video{PixelFormat: "gray", Color: Color{Range: "pc"}})},
		"vp09.00.41.08":                  {stated("vp09.00.41.08", Video{PixelFormat: "yuv420p", Color: Color{Range: "tv", Primaries: "bt709"}})},
		"vp09.02.51.10.01.09.16.09.00":   {stated("vp09.02.51.10", Video{PixelFormat: "yuv420p10le", Color: hdr})},
		"vp09.01.41.08.03.02.02.00.01":   {stated("vp09.01.41.08", Video{PixelFormat: "gbrp", Color: Color{Range: "pc", Matrix: "gbr"}})},
		"mp4v.20.8":                      {video("mpeg4", "Simple Profile", 0, "mp4v", Video{})},
		"mp4v.20.1":                      {video("mpeg4", "Simple Profile", 1, "mp4v", Video{})},
		"mp4v.20.245":                    {video("mpeg4", "Advanced Simple Profile", 5, "XVID", Video{})},
		"apch":                           {video("prores", "HQ", -99, "apch", Video{PixelFormat: "yuv422p10le"})},
		"tx3g":                           {{Kind: KindSubtitle, Codec: Codec{Name: "mov_text", Tag: tag("tx3g")}}, {Kind: KindSubtitle, Codec: Codec{Name: "mov_text", Tag: tag("text")}}},
		"wvtt":                           {{Kind: KindSubtitle, Codec: Codec{Name: "webvtt", Tag: tag("wvtt")}}},
		"c608":                           {{Kind: KindSubtitle, Codec: Codec{Name: "eia_608", Tag: tag("c608")}}},
	} {
		for _, track := range tracks {
			if got := CodecString(&track); got != want {
				t.Errorf("CodecString(%s %s) = %q, want %q", track.Codec.Name, track.Codec.Profile, got, want)
			}
		}
	}
}

func TestCodecStrings(t *testing.T) {
	t.Parallel()
	avc := Track{Kind: KindVideo, CodecString: "avc1.64001F", Video: &Video{}}
	aac := Track{Kind: KindAudio, Codec: Codec{Name: "aac", Profile: "LC"}, Audio: &Audio{}}
	unknown := Track{Kind: KindVideo, Codec: Codec{Name: "h264"}, Video: &Video{}}
	cover := Track{Kind: KindVideo, Codec: Codec{Name: "png"}, Video: &Video{}, Disposition: Disposition{AttachedPicture: true}}
	for _, c := range []struct {
		tracks []Track
		want   string
	}{
		{[]Track{avc, aac, aac}, "avc1.64001F,mp4a.40.2"},
		{[]Track{aac, cover, {Kind: KindData}}, "mp4a.40.2"},
		{[]Track{unknown, aac}, ""},
		{nil, ""},
	} {
		if got := CodecStrings(&Info{Tracks: c.tracks}); got != c.want {
			t.Errorf("CodecStrings = %q, want %q", got, c.want)
		}
	}
}
