package rfc6381

import (
	"encoding/hex"
	"testing"
)

func record(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The records are the starts of those of real files.
func TestStrings(t *testing.T) {
	t.Parallel()
	avc := func(entry string) func([]byte) string { return func(b []byte) string { return AVC(entry, b) } }
	hevc := func(entry string) func([]byte) string { return func(b []byte) string { return HEVC(entry, b) } }
	vp := func(entry string) func([]byte) string { return func(b []byte) string { return VP(entry, b) } }
	vvc := func(b []byte) string { return VVC("vvc1", b) }
	for _, c := range []struct {
		spell  func([]byte) string
		record string
		want   string
	}{
		{avc("avc1"), "0164001fffe1", "avc1.64001F"},
		{avc("avc1"), "0142c00dffe1", "avc1.42C00D"},
		{avc("avc3"), "014d401fffe1", "avc3.4D401F"},
		{avc("avc1"), "01f4100dffe1", "avc1.F4100D"},
		{avc("avc1"), "006400", ""},
		{hevc("hvc1"), "010220000000b0000000000078f000", "hvc1.2.4.L120.B0"},
		{hevc("hev1"), "01016000000090000000000078f000", "hev1.1.6.L120.90"},
		{hevc("hvc1"), "0104080000009e08000000003cf000", "hvc1.4.10.L60.9E.8"},
		{hevc("hvc1"), "0161600000000000000000005df000", "hvc1.A1.6.H93"}, // profile space 1, high tier
		{hevc("hvc1"), "010160000000900000000000", ""},
		{hevc("hvc1"), "010060000000900000000000780000", ""},
		{AV1, "81041c000a0e", "av01.0.04M.08"},
		{AV1, "810dcc00", "av01.0.13H.10"},
		{AV1, "814d6c00", "av01.2.13M.12"},
		{AV1, "8104", ""},
		{AV1, "01041c", ""},
		{vp("vp09"), "0233a2090e09", "vp09.02.51.10"},
		{vp("vp08"), "000a82020202", "vp08.00.10.08"},
		{vp("vp09"), "000082020202", ""},
		{vp("vp09"), "0033", ""},
		{vvc, "ff00655f010233800000050002d00000028f", "vvc1.1.L51.CQA"},
		{vvc, "ff00155f010233000100000002", "vvc1.1.L51.S2"},
		{vvc, "ff00155f000233000100000002", ""},           // no constraint bytes, of which there is at least one
		{vvc, "fe00655f0102338000", ""},                   // no profile
		{vvc, "ff80655f010233800000050002d00000028f", ""}, // another layer set
		{vvc, "ff00655f01", ""},
		{AC4, "20a402400000001fffffffe00212f880000042000002501000000310995ba080", "ac-4.02.02.00"},
		{AC4, "20a402", ""},
		{AC4, "00a402400000001fffffffe00212f880", ""},
	} {
		if got := c.spell(record(t, c.record)); got != c.want {
			t.Errorf("%s gives %q, want %q", c.record, got, c.want)
		}
	}
}

// No record, however short or odd, may panic.
func FuzzStrings(f *testing.F) {
	f.Add([]byte{1, 0x64, 0, 0x1f})
	f.Add([]byte{0x20, 0xa4, 0x02, 0x40})
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, s := range []string{AVC("avc1", b), HEVC("hvc1", b), AV1(b), VP("vp09", b), AC4(b)} {
			if len(s) > 64 {
				t.Errorf("%d characters: %q", len(s), s)
			}
		}
		if s := VVC("vvc1", b); len(s) > 2600 {
			t.Errorf("%d characters: %q", len(s), s)
		}
	})
}
