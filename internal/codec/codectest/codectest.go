// Package codectest reads the tables that the codec packages are tested with: real streams and
// what ffprobe says of them. Only tests import it.
//
// A table is testdata/streams.tsv: lines of name, configuration record, head of the first packet
// ("-" for none, else hexadecimal) and facts, separated by tabs. The comment line before the
// first row names the facts as ffprobe does.
package codectest

import (
	"bufio"
	"cmp"
	"encoding/hex"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/mediagauge/mediagauge/media"
)

// Stream is one row of a table.
type Stream struct {
	Name   string
	Config []byte
	Head   []byte
	Want   string // the facts that Facts should print
	keys   []string
}

// Streams reads testdata/streams.tsv of the package under test.
func Streams(tb testing.TB) []Stream {
	tb.Helper()
	return ReadStreams(tb, "testdata/streams.tsv")
}

// ReadStreams reads the table at path.
func ReadStreams(tb testing.TB, path string) []Stream {
	tb.Helper()
	f, err := os.Open(path)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	var out []Stream
	var keys []string
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		if text, ok := strings.CutPrefix(line, "# "); ok {
			keys = strings.Split(text, " | ")
			continue
		}
		parts := strings.Split(line, "\t")
		if len(parts) != 4 {
			tb.Fatalf("row with %d columns: %.80q", len(parts), line)
		}
		out = append(out, Stream{parts[0], unhex(tb, parts[1]), unhex(tb, parts[2]), parts[3], keys})
	}
	if err := lines.Err(); err != nil || len(out) == 0 {
		tb.Fatalf("%d streams, %v", len(out), err)
	}
	return out
}

func unhex(tb testing.TB, s string) []byte {
	tb.Helper()
	if s == "-" {
		return nil
	}
	data, err := hex.DecodeString(s)
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

// Facts prints of t what the table has of s.
func (s *Stream) Facts(t *media.Track) string {
	out := make([]string, len(s.keys))
	for i, key := range s.keys {
		out[i] = cmp.Or(fact(t, key), "-")
	}
	return strings.Join(out, " | ")
}

func fact(t *media.Track, key string) string {
	v := t.Video
	switch key {
	case "profile":
		return t.Codec.Profile
	case "level":
		if t.Codec.Level == nil {
			return ""
		}
		return strconv.Itoa(*t.Codec.Level)
	case "width":
		return strconv.Itoa(v.Width)
	case "height":
		return strconv.Itoa(v.Height)
	case "coded_width":
		return strconv.Itoa(v.CodedWidth)
	case "coded_height":
		return strconv.Itoa(v.CodedHeight)
	case "pix_fmt":
		return v.PixelFormat
	case "has_b_frames":
		return strconv.Itoa(v.ReorderDepth)
	case "sample_aspect_ratio":
		if !v.SAR.Known() {
			return ""
		}
		return v.SAR.String()
	case "r_frame_rate":
		return v.FrameRate.String()
	case "field_order":
		return v.FieldOrder
	case "color_range":
		return v.Color.Range
	case "color_primaries":
		return v.Color.Primaries
	case "color_transfer":
		return v.Color.Transfer
	case "color_space":
		return v.Color.Matrix
	case "chroma_location":
		return v.Color.ChromaLocation
	case "film_grain":
		if v.FilmGrain {
			return "1"
		}
		return "0"
	}
	return fmt.Sprintf("no fact %q", key)
}
