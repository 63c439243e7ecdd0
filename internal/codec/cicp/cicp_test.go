package cicp

import "testing"

func TestNames(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		f    func(int) string
		code int
		want string
	}{
		{"primaries 0", Primaries, 0, "reserved"},
		{"primaries 1", Primaries, 1, "bt709"},
		{"primaries 2", Primaries, Unspecified, ""},
		{"primaries 9", Primaries, 9, "bt2020"},
		{"primaries 13", Primaries, 13, ""},
		{"primaries 22", Primaries, 22, "ebu3213"},
		{"primaries 23", Primaries, 23, ""},
		{"transfer 2", Transfer, Unspecified, ""},
		{"transfer 16", Transfer, 16, "smpte2084"},
		{"transfer 18", Transfer, 18, "arib-std-b67"},
		{"transfer 19", Transfer, 19, ""},
		{"matrix 0", Matrix, MatrixRGB, "gbr"},
		{"matrix 2", Matrix, Unspecified, ""},
		{"matrix 9", Matrix, 9, "bt2020nc"},
		{"matrix 255", Matrix, 255, ""},
		{"location 0", ChromaLocation, 0, "left"},
		{"location 2", ChromaLocation, 2, "topleft"},
		{"location 6", ChromaLocation, 6, ""},
		{"location -1", ChromaLocation, -1, ""},
	}
	for _, c := range cases {
		if got := c.f(c.code); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
	if Range(true) != "pc" || Range(false) != "tv" {
		t.Errorf("got %q and %q", Range(true), Range(false))
	}
}
