package h264

import (
	"encoding/hex"
	"os"
	"strconv"
	"strings"
	"testing"
)

// delayCase is one line of testdata/delays.tsv.
type delayCase struct {
	name     string
	want     int
	pictures [][]byte
}

func delayCases(tb testing.TB) []delayCase {
	tb.Helper()
	text, err := os.ReadFile("testdata/delays.tsv")
	if err != nil {
		tb.Fatal(err)
	}
	var out []delayCase
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		parts := strings.Split(strings.TrimSpace(line), "\t")
		want, err := strconv.Atoi(parts[1])
		if err != nil {
			tb.Fatal(err)
		}
		c := delayCase{name: parts[0], want: want}
		for _, p := range strings.Split(parts[2], ",") {
			au, err := hex.DecodeString(p)
			if err != nil {
				tb.Fatal(err)
			}
			c.pictures = append(c.pictures, au)
		}
		out = append(out, c)
	}
	return out
}

// delay runs a Delay over pictures and returns how many it took.
func delay(sets *ParameterSets, depth int, pictures [][]byte) (got, used int, err error) {
	d := sets.NewDelay(depth)
	for _, au := range pictures {
		done, err := d.Add(au)
		used++
		if err != nil || done {
			return d.Depth(), used, err
		}
	}
	return d.Depth(), used, nil
}

func emptySets() *ParameterSets { return &ParameterSets{sps: map[int]*SPS{}, pps: map[int]*PPS{}} }

func TestDelay(t *testing.T) {
	t.Parallel()
	for _, c := range delayCases(t) {
		t.Run(c.name, func(t *testing.T) {
			got, used, err := delay(emptySets(), 0, c.pictures)
			if err != nil || got != c.want {
				t.Errorf("got %d after %d pictures, want %d, %v", got, used, c.want, err)
			}
		})
	}
}
