package media

import "testing"

func TestChannelMask(t *testing.T) {
	t.Parallel()
	cases := []struct {
		mask  ChannelMask
		want  string
		count int
	}{
		{0, "", 0},
		{0x4, "mono", 1},
		{0x3, "stereo", 2},
		{0x7, "3.0", 3},
		{0xb, "2.1", 3},
		{0x33, "quad", 4},
		{0x603, "quad(side)", 4},
		{0x37, "5.0", 5},
		{0x607, "5.0(side)", 5},
		{0x3f, "5.1", 6},
		{0x60f, "5.1(side)", 6},
		{0x6c3, "6.0(front)", 6},
		{0x137, "hexagonal", 6},
		{0x70f, "6.1", 7},
		{0x13f, "6.1(back)", 7},
		{0x6cb, "6.1(front)", 7},
		{0x637, "7.0", 7},
		{0x6c7, "7.0(front)", 7},
		{0x63f, "7.1", 8},
		{0xff, "7.1(wide)", 8},
		{0x6cf, "7.1(wide-side)", 8},
		{0x737, "octagonal", 8},
		{0x18003f737, "hexadecagonal", 16},
		{0x60000000, "downmix", 2},
		{0x1f80003ffff, "22.2", 24},
		{0x10b, "4 channels (FL+FR+LFE+BC)", 4},
		{0x8, "1 channels (LFE)", 1},
		{1<<20 | 3, "3 channels (FL+FR+USR20)", 3},
		{1<<63 | 4, "2 channels (FC+USR63)", 2},
	}
	for _, c := range cases {
		if got := c.mask.String(); got != c.want || c.mask.Count() != c.count {
			t.Errorf("%#x: got %q of %d, want %q of %d", uint64(c.mask), got, c.mask.Count(), c.want, c.count)
		}
	}
	if got := (^ChannelMask(0)).String(); len(got) != layoutTextMax {
		t.Errorf("every channel: %d bytes, %q", len(got), got)
	}
}

// TestDefaultLayout holds what ffmpeg 5.1.9 says it guesses for raw sound of so many channels.
func TestDefaultLayout(t *testing.T) {
	t.Parallel()
	want := map[int]string{
		0: "", 1: "mono", 2: "stereo", 3: "2.1", 4: "4.0", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1", 9: "", 15: "",
		16: "hexadecagonal", 17: "", 24: "22.2", 25: "", -1: "",
	}
	for n, name := range want {
		if got := DefaultLayout(n).String(); got != name {
			t.Errorf("%d channels: got %q, want %q", n, got, name)
		}
	}
}

func TestCodecNames(t *testing.T) {
	t.Parallel()
	for i := 1; i < len(codecRows); i++ {
		if codecRows[i-1].name >= codecRows[i].name {
			t.Errorf("row %q stands after %q", codecRows[i].name, codecRows[i-1].name)
		}
	}
	for _, c := range []struct {
		name, long string
		kind       Kind
	}{
		{"h264", "H.264 / AVC / MPEG-4 AVC / MPEG-4 part 10", KindVideo},
		{"aac", "AAC (Advanced Audio Coding)", KindAudio},
		{"012v", "Uncompressed 4:2:2 10-bit", KindVideo},
		{"mov_text", "MOV text", KindSubtitle},
		{"bin_data", "binary data", KindData},
		{"ttf", "TrueType font", KindData},
		{"zmbv", "Zip Motion Blocks Video", KindVideo},
		{"", "", KindUnknown},
		{"H264", "", KindUnknown},
	} {
		if CodecLongName(c.name) != c.long || CodecKind(c.name) != c.kind {
			t.Errorf("%q: got %q, %q", c.name, CodecLongName(c.name), CodecKind(c.name))
		}
	}
}

func TestSetCodec(t *testing.T) {
	t.Parallel()
	var track Track
	track.SetCodec("opus")
	if track.Kind != KindAudio || track.Codec.Name != "opus" || track.Codec.LongName == "" || track.Audio == nil || track.Video != nil {
		t.Errorf("opus: %+v", track)
	}
	track = Track{Kind: KindVideo, Video: &Video{Width: 3}}
	track.SetCodec("h264")
	if track.Video == nil || track.Video.Width != 3 || track.Audio != nil {
		t.Errorf("h264: %+v", track)
	}
	track = Track{Kind: KindAudio, Codec: Codec{LongName: "old"}}
	track.SetCodec("of the future")
	if track.Kind != KindAudio || track.Codec.LongName != "" || track.Audio == nil {
		t.Errorf("not known: %+v", track)
	}
}

func BenchmarkCodecLongName(b *testing.B) {
	for b.Loop() {
		CodecLongName("pcm_s16le")
	}
}
