package media

import "testing"

func TestBitDepth(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		track Track
		want  int
	}{
		{Track{Video: &Video{PixelFormat: "yuv420p10le"}}, 10},
		{Track{Video: &Video{PixelFormat: "yuv420p", BitDepth: 8}}, 8},
		{Track{Video: &Video{PixelFormat: "p010le"}}, 10},
		{Track{Video: &Video{PixelFormat: "gbrap12be"}}, 12},
		{Track{Video: &Video{PixelFormat: "rgb565le"}}, 0},
		{Track{Video: &Video{PixelFormat: "gray"}}, 8},
		{Track{Video: &Video{}}, 0},
		{Track{Codec: Codec{Name: "flac"}, Audio: &Audio{BitDepth: 24}}, 24},
		{Track{Codec: Codec{Name: "pcm_s16le"}, Audio: &Audio{}}, 16},
		{Track{Codec: Codec{Name: "pcm_f32be"}, Audio: &Audio{}}, 32},
		{Track{Codec: Codec{Name: "pcm_s24le_planar"}, Audio: &Audio{}}, 24},
		{Track{Codec: Codec{Name: "pcm_mulaw"}, Audio: &Audio{}}, 0},
		{Track{Codec: Codec{Name: "aac"}, Audio: &Audio{}}, 0},
		{Track{Kind: KindData}, 0},
	} {
		if got := BitDepth(&c.track); got != c.want {
			t.Errorf("BitDepth(%+v) = %d, want %d", c.track, got, c.want)
		}
	}
}

func TestDisplaySize(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		video         Video
		width, height int
	}{
		{Video{Width: 1920, Height: 1080}, 1920, 1080},
		{Video{Width: 1920, Height: 1080, Rotation: 90}, 1080, 1920},
		{Video{Width: 1920, Height: 1080, Rotation: 180}, 1920, 1080},
		{Video{Width: 1920, Height: 1080, Rotation: 270}, 1080, 1920},
		{Video{Width: 720, Height: 576, SAR: Rational{64, 45}}, 1024, 576},
		{Video{Width: 1440, Height: 1080, SAR: Rational{4, 3}, Rotation: 90}, 1080, 1920},
		{Video{Width: 848, Height: 478, SAR: Rational{478, 477}}, 850, 478},
		{Video{Width: 640, Height: 480, SAR: Rational{0, 1}}, 640, 480},
		{Video{Width: 640, Height: 480, SAR: Rational{1, 9223372036854775807}}, 0, 0},
		{Video{Width: 640, Height: 480, SAR: Rational{9223372036854775807, 1}}, 0, 0},
		{Video{Width: 640}, 0, 0},
	} {
		if w, h := DisplaySize(&c.video); w != c.width || h != c.height {
			t.Errorf("DisplaySize(%+v) = %d, %d, want %d, %d", c.video, w, h, c.width, c.height)
		}
	}
}

func TestFrameRates(t *testing.T) {
	t.Parallel()
	seconds := func(n int64) Duration { return Duration{Ticks(n), Timebase{1, 1}} }
	for _, c := range []struct {
		name       string
		r, average Rational
		duration   Duration
		mode       FrameRateMode
		want       string
		provenance Provenance
	}{
		{"headers decide", Rational{25, 1}, Rational{25, 1}, seconds(10), VariableFrameRate, "VFR", Stated},
		{"headers decide", Rational{90000, 1}, Rational{359, 12}, seconds(10), ConstantFrameRate, "CFR", Stated},
		{"equal", Rational{30000, 1001}, Rational{30000, 1001}, seconds(10), "", "CFR", Derived},
		{"equal, not reduced", Rational{25, 1}, Rational{50, 2}, seconds(10), "", "CFR", Derived},
		{"rounded", Rational{30, 1}, Rational{30000, 1001}, seconds(10), "", "", ""},
		{"fields", Rational{50, 1}, Rational{25, 1}, seconds(10), "", "", ""},
		{"frames of fields", Rational{25, 1}, Rational{50, 1}, seconds(10), "", "", ""},
		{"a screen recording", Rational{120, 1}, Rational{517, 12}, seconds(10), "", "VFR", Derived},
		{"too short", Rational{30, 1}, Rational{4, 1}, seconds(1), "", "", ""},
		{"unknown length", Rational{90000, 1}, Rational{359, 12}, Duration{}, "", "VFR", Derived},
		{"no average", Rational{25, 1}, Rational{}, seconds(10), "", "", ""},
	} {
		track := &Track{Kind: KindVideo, Duration: c.duration, Video: &Video{FrameRate: c.r, AverageFrameRate: c.average, FrameRateMode: c.mode}}
		if got := FrameRates(track); got.Value != c.want || got.Provenance != c.provenance {
			t.Errorf("%s: %v over %v gives %+v, want %q %q", c.name, c.r, c.average, got, c.want, c.provenance)
		}
	}
	cover := &Track{Kind: KindVideo, Disposition: Disposition{AttachedPicture: true}, Video: &Video{FrameRate: Rational{25, 1}, AverageFrameRate: Rational{25, 1}}}
	if got := FrameRates(cover); got.Known() {
		t.Errorf("cover art: %+v", got)
	}
}

func TestScanType(t *testing.T) {
	t.Parallel()
	for order, want := range map[string]string{
		"progressive": "progressive", "tt": "interlaced", "bb": "interlaced", "tb": "interlaced", "bt": "interlaced", "unknown": "", "": "",
	} {
		if got := ScanType(&Video{FieldOrder: order}); got != want {
			t.Errorf("ScanType(%q) = %q, want %q", order, got, want)
		}
	}
}

func TestCaptions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		track Track
		want  string
	}{
		{Track{Kind: KindVideo, Video: &Video{ClosedCaptions: true}}, "A/53"},
		{Track{Kind: KindVideo, Video: &Video{}}, ""},
		{Track{Kind: KindSubtitle, Codec: Codec{Name: "eia_608", Tag: tag("c608")}}, "CEA-608"},
		{Track{Kind: KindData, Codec: Codec{Tag: tag("c708")}}, "CEA-708"},
		{Track{Kind: KindSubtitle, Codec: Codec{Name: "webvtt"}}, ""},
	} {
		if got := Captions(&c.track); got != c.want {
			t.Errorf("Captions(%+v) = %q, want %q", c.track, got, c.want)
		}
	}
}

func TestEncrypted(t *testing.T) {
	t.Parallel()
	keys := Container{KeyMaterial: true}
	for _, c := range []struct {
		info Info
		want Provenance
	}{
		{Info{Tracks: []Track{{}}}, ""},
		{Info{Tracks: []Track{{}, {Index: 1, Encryption: &Encryption{}}}}, Stated},
		{Info{Container: keys, Tracks: []Track{{Encryption: &Encryption{Scheme: "cbcs"}}}}, Stated},
		{Info{Container: keys, Tracks: []Track{{}}}, Derived},
	} {
		if got := Encrypted(&c.info); got.Provenance != c.want || got.Known() != (c.want != "") {
			t.Errorf("Encrypted(%+v) = %+v, want %q", c.info, got, c.want)
		}
	}
}

func TestTimecode(t *testing.T) {
	t.Parallel()
	tags := func(s string) Metadata { return Metadata{"timecode": s} }
	for _, c := range []struct {
		info Info
		want string
	}{
		{Info{}, ""},
		{Info{Tracks: []Track{{}, {Metadata: tags("01:00:00;02")}}}, "01:00:00;02"},
		{Info{Metadata: Metadata{"TIMECODE": "10:00:00:00"}, Tracks: []Track{{Metadata: tags("01:00:00;02")}}}, "10:00:00:00"},
		{Info{Timecode: "09:59:58:00", Metadata: tags("10:00:00:00")}, "09:59:58:00"},
	} {
		if got := Timecode(&c.info); got != c.want {
			t.Errorf("Timecode(%+v) = %q, want %q", c.info, got, c.want)
		}
	}
}

func tag(s string) FourCC {
	return FourCC(s[0]) | FourCC(s[1])<<8 | FourCC(s[2])<<16 | FourCC(s[3])<<24
}
