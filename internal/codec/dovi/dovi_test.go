package dovi

import (
	"fmt"
	"testing"
)

// cases are records as encoders write them.
var cases = []struct {
	name   string
	record []byte
	want   Config
	text   string
	broken bool
}{
	{"profile 5", []byte{1, 0, 0x0a, 0x35, 0x00, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
		Config{VersionMajor: 1, Profile: 5, Level: 6, RPU: true, Base: true}, "5", false},
	{"profile 8.1", []byte{1, 0, 0x10, 0x35, 0x10, 0, 0, 0}, Config{VersionMajor: 1, Profile: 8, Level: 6, RPU: true, Base: true, Compatibility: 1}, "8.1", false},
	{"profile 8.4", []byte{1, 0, 0x10, 0x25, 0x40}, Config{VersionMajor: 1, Profile: 8, Level: 4, RPU: true, Base: true, Compatibility: 4}, "8.4", false},
	{"profile 7.6", []byte{1, 0, 0x0e, 0x37, 0x60}, Config{VersionMajor: 1, Profile: 7, Level: 6, RPU: true, Enhancement: true, Base: true, Compatibility: 6}, "7.6", false},
	{"level 33", []byte{1, 0, 0x0b, 0x0d}, Config{VersionMajor: 1, Profile: 5, Level: 33, RPU: true, Base: true}, "5", false},
	{"empty", nil, Config{}, "", true},
	{"cut off", []byte{1, 0, 0x10}, Config{}, "", true},
	{"version 0", []byte{0, 0, 0x10, 0x25, 0x40}, Config{}, "", true},
	{"version 9", []byte{9, 0, 0x10, 0x25, 0x40}, Config{}, "", true},
}

func TestParseConfig(t *testing.T) {
	t.Parallel()
	for _, c := range cases {
		got, err := ParseConfig(c.record)
		if c.broken {
			if err == nil {
				t.Errorf("%s: got %+v", c.name, got)
			}
			continue
		}
		if err != nil || *got != c.want || got.String() != c.text {
			t.Errorf("%s: got %+v %v, %v", c.name, got, got, err)
		}
	}
}

func FuzzConfig(f *testing.F) {
	for _, c := range cases {
		f.Add(c.record)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		one, err1 := ParseConfig(data)
		two, err2 := ParseConfig(data)
		if fmt.Sprint(one, err1) != fmt.Sprint(two, err2) || err1 == nil && (one.Profile > 127 || one.Compatibility > 15) {
			t.Fatalf("%+v, %v and then %+v, %v", one, err1, two, err2)
		}
	})
}

func BenchmarkConfig(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseConfig(cases[0].record); err != nil {
			b.Fatal(err)
		}
	}
}
