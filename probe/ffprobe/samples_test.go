package ffprobe

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/mediagauge/mediagauge/internal/testmedia"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// recordedVersion is the ffprobe whose answers testdata/media holds; other versions are
// held to the typed outcome only.
const recordedVersion = "5.1.9"

// probers makes one Prober per containment for all tests, which saves the self-tests.
var probers = map[Containment]func() (*Prober, error){
	Namespaces: sync.OnceValues(func() (*Prober, error) { return New(Config{Containment: Namespaces}) }),
	Landlock:   sync.OnceValues(func() (*Prober, error) { return New(Config{Containment: Landlock}) }),
}

// contained returns a Prober in containment c, or skips where that cannot be had.
func contained(t testing.TB, c Containment) *Prober {
	t.Helper()
	if _, err := exec.LookPath("ffprobe"); err != nil {
		t.Skip("no ffprobe here")
	}
	p, err := probers[c]()
	if err != nil {
		t.Skipf("%s cannot be had here: %v", c, err)
	}
	return p
}

// each runs f as a subtest for every containment.
func each(t *testing.T, f func(t *testing.T, p *Prober)) {
	for _, c := range []Containment{Namespaces, Landlock} {
		t.Run(string(c), func(t *testing.T) { f(t, contained(t, c)) })
	}
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func reader(b []byte) *probe.Reader {
	return probe.NewReader(context.Background(), probe.NewBytes(b), probe.Limits{})
}

func TestSamples(t *testing.T) {
	samples, err := testmedia.List()
	if err != nil {
		t.Fatal(err)
	}
	each(t, func(t *testing.T, p *Prober) {
		for i, s := range samples {
			if p.Containment() != Namespaces && i%8 != 0 {
				continue // the answer does not depend on the way the bytes come
			}
			t.Run(s.Name, func(t *testing.T) {
				t.Parallel()
				info, err := p.Probe(t.Context(), reader(read(t, s.Path)))
				if s.Fails {
					wantRefusal(t, info, err)
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				if strings.HasPrefix(p.report.Version, recordedVersion) {
					compare(t, read(t, s.Recorded), info)
				}
			})
		}
	})
}

// wantRefusal: no answer, and an error that says whose fault it is without naming our address.
func wantRefusal(t *testing.T, info *media.Info, err error) {
	t.Helper()
	var known *probe.Error
	if info != nil || !errors.As(err, &known) {
		t.Fatalf("got %v, %v", info, err)
	}
	switch known.Kind {
	case probe.Malformed, probe.Truncated, probe.Unsupported:
	default:
		t.Errorf("kind %v", known.Kind)
	}
	if s := err.Error(); strings.Contains(s, "127.0.0.1") || strings.Contains(s, " @ 0x") || len(s) < 12 {
		t.Errorf("not fit for a reader: %q", s)
	}
}

// compare prints info's facts the way ffprobe prints them and compares them with its answer.
func compare(t *testing.T, recorded []byte, info *media.Info) {
	t.Helper()
	var want map[string]any
	d := json.NewDecoder(strings.NewReader(string(recorded)))
	d.UseNumber()
	if err := d.Decode(&want); err != nil {
		t.Fatal(err)
	}
	format := want["format"].(map[string]any)
	picture := format["format_name"] == "image2"
	check := func(where string, want map[string]any, got map[string]string) {
		t.Helper()
		for key, value := range got {
			if picture && pictureOnly[key] {
				continue
			}
			expected := ""
			if v, ok := want[key]; ok {
				expected = fmt.Sprint(v)
			}
			if absent[expected] && absent[value] {
				continue
			}
			if value != expected {
				t.Errorf("%s %s: got %q, want %q", where, key, value, expected)
			}
		}
	}
	check("format", format, printFormat(info))
	checkTags(t, "format", format, info.Metadata)
	streams := list(want["streams"])
	if len(streams) != len(info.Tracks) {
		t.Fatalf("%d tracks, want %d", len(info.Tracks), len(streams))
	}
	for i, s := range streams {
		where := "stream " + strconv.Itoa(i)
		check(where, s, printTrack(&info.Tracks[i]))
		checkTags(t, where, s, info.Tracks[i].Metadata)
		if r := fmt.Sprint(rotation(s)); info.Tracks[i].Video != nil && r != strconv.Itoa(info.Tracks[i].Video.Rotation) {
			t.Errorf("%s rotation: got %d, want %s", where, info.Tracks[i].Video.Rotation, r)
		}
	}
	programs := list(want["programs"])
	if len(programs) != len(info.Programs) {
		t.Fatalf("%d programs, want %d", len(info.Programs), len(programs))
	}
	for i, p := range programs {
		var tracks []string
		for _, s := range list(p["streams"]) {
			tracks = append(tracks, fmt.Sprint(s["index"]))
		}
		got := strings.Trim(fmt.Sprint(info.Programs[i].Tracks), "[]")
		if fmt.Sprint(p["program_id"]) != strconv.Itoa(info.Programs[i].ID) || strings.Join(tracks, " ") != got {
			t.Errorf("program %d: got %+v, want %v", i, info.Programs[i], p)
		}
	}
	chapters := list(want["chapters"])
	if len(chapters) != len(info.Chapters) {
		t.Fatalf("%d chapters, want %d", len(info.Chapters), len(chapters))
	}
	for i, c := range chapters {
		got := info.Chapters[i]
		check("chapter "+strconv.Itoa(i), c, map[string]string{
			"id": strconv.FormatInt(got.ID, 10), "start_time": got.Start.String(), "end_time": got.End.String(),
			"time_base": got.Start.Timebase.String(),
		})
	}
}

// pictureOnly are the values that follow from ffprobe's having chosen image2 by a name.
var pictureOnly = map[string]bool{
	"format_name": true, "format_long_name": true, "start_time": true, "duration": true, "bit_rate": true,
	"start_pts": true, "duration_ts": true,
}

// absent are the ways to say that a fact is not known.
var absent = map[string]bool{"": true, "0": true, "N/A": true, "0/0": true, "unknown": true}

func list(v any) []map[string]any {
	var out []map[string]any
	items, _ := v.([]any)
	for _, i := range items {
		out = append(out, i.(map[string]any))
	}
	return out
}

func rotation(stream map[string]any) int {
	for _, d := range list(stream["side_data_list"]) {
		if n, ok := d["rotation"].(json.Number); ok {
			r, _ := n.Int64()
			return int((360 - r%360) % 360)
		}
	}
	return 0
}

func checkTags(t *testing.T, where string, want map[string]any, got media.Metadata) {
	t.Helper()
	tags, _ := want["tags"].(map[string]any)
	if len(tags) != len(got) {
		t.Errorf("%s: %d tags, want %d", where, len(got), len(tags))
	}
	for key, value := range tags {
		if got[key] != value {
			t.Errorf("%s tag %q: got %q, want %q", where, key, got[key], value)
		}
	}
}

func printFormat(i *media.Info) map[string]string {
	return map[string]string{
		"format_name": i.Format.Name, "format_long_name": i.Format.LongName,
		"nb_streams": strconv.Itoa(len(i.Tracks)), "nb_programs": strconv.Itoa(len(i.Programs)),
		"start_time": i.Start.String(), "duration": i.Duration.String(),
		"size": integer(i.Size), "bit_rate": integer(i.BitRate),
	}
}

func integer(n int64) string { return strconv.FormatInt(n, 10) }

func bit(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

func colons(r media.Rational) string {
	if !r.Known() {
		return ""
	}
	return strings.Replace(r.String(), "/", ":", 1)
}

func printTrack(t *media.Track) map[string]string {
	m := map[string]string{
		"index": strconv.Itoa(t.Index), "id": t.ID, "codec_type": string(t.Kind),
		"codec_name": t.Codec.Name, "codec_long_name": t.Codec.LongName, "profile": t.Codec.Profile,
		"codec_tag": t.Codec.Tag.Hex(), "codec_tag_string": t.Codec.Tag.String(),
		"time_base": t.Timebase.String(), "start_time": t.Start.String(), "duration": t.Duration.String(),
		"bit_rate": integer(t.BitRate), "nb_frames": integer(t.NumFrames),
	}
	if t.Start.Known() {
		m["start_pts"] = integer(int64(t.Start.Ticks))
	}
	if t.Duration.Known() {
		m["duration_ts"] = integer(int64(t.Duration.Ticks))
	}
	if t.Codec.Level != nil {
		m["level"] = strconv.Itoa(*t.Codec.Level)
	}
	if v := t.Video; v != nil {
		for key, value := range map[string]string{
			"width": strconv.Itoa(v.Width), "height": strconv.Itoa(v.Height),
			"coded_width": strconv.Itoa(v.CodedWidth), "coded_height": strconv.Itoa(v.CodedHeight),
			"has_b_frames":        strconv.Itoa(v.ReorderDepth),
			"sample_aspect_ratio": colons(v.SAR), "display_aspect_ratio": colons(v.DAR),
			"pix_fmt": v.PixelFormat, "bits_per_raw_sample": strconv.Itoa(v.BitDepth),
			"r_frame_rate": v.FrameRate.String(), "avg_frame_rate": v.AverageFrameRate.String(),
			"field_order": v.FieldOrder, "color_range": v.Color.Range, "color_space": v.Color.Matrix,
			"color_transfer": v.Color.Transfer, "color_primaries": v.Color.Primaries,
			"chroma_location": v.Color.ChromaLocation,
			"closed_captions": bit(v.ClosedCaptions), "film_grain": bit(v.FilmGrain),
		} {
			m[key] = value
		}
	}
	if a := t.Audio; a != nil {
		for key, value := range map[string]string{
			"sample_fmt": a.SampleFormat, "sample_rate": strconv.Itoa(a.SampleRate),
			"channels": strconv.Itoa(a.Channels), "channel_layout": a.ChannelLayout,
			"bits_per_sample": strconv.Itoa(a.BitsPerSample),
		} {
			m[key] = value
		}
	}
	return m
}

// TestDecodeRecorded: the recorded answers survive the way through media unchanged.
func TestDecodeRecorded(t *testing.T) {
	samples, err := testmedia.List()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range samples {
		t.Run(s.Name, func(t *testing.T) {
			recorded := read(t, s.Recorded)
			info, err := decode(recorded, 1024)
			if s.Fails {
				if err == nil {
					t.Errorf("got %+v from an empty answer", info)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			compare(t, recorded, info)
		})
	}
}
