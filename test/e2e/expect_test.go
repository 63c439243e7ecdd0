package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The mapping from ffprobe's words to the wire's, written down a second time and on purpose
// without looking at the product's: two readings of one document check each other.

// recorded is ffprobe's answer as its JSON spells it.
type recorded struct {
	Format  map[string]any
	Streams []map[string]any
}

func readRecorded(t *testing.T, path string) recorded {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var r recorded
	if err := json.Unmarshal(data, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// str returns a field as text, "" when it is absent.
func str(m map[string]any, key string) string {
	switch v := m[key].(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}

// kilo is a bit rate in kbit/s: the digits of bit/s with the point three places to the left,
// no trailing zeros but one digit at least.
func kilo(bits string) string {
	if bits == "" {
		return ""
	}
	for len(bits) < 4 {
		bits = "0" + bits
	}
	whole, part := bits[:len(bits)-3], strings.TrimRight(bits[len(bits)-3:], "0")
	if part == "" {
		part = "0"
	}
	return whole + "." + part
}

// ratio splits "num/den"; ok is false for 0/0 and its like.
func ratio(s string) (num, den int64, ok bool) {
	if _, err := fmt.Sscanf(s, "%d/%d", &num, &den); err != nil {
		return 0, 0, false
	}
	return num, den, num > 0 && den > 0
}

// rate is a ratio as a 32-bit float printed shortest with at least one decimal.
func rate(s string) string {
	num, den, ok := ratio(s)
	if !ok {
		return ""
	}
	out := strconv.FormatFloat(float64(float32(float64(num)/float64(den))), 'f', -1, 32)
	if !strings.Contains(out, ".") {
		out += ".0"
	}
	return out
}

// codecTimeBase is 1 ÷ (2 × fps) for H.264 and 1 ÷ fps for all others, in lowest terms.
func codecTimeBase(codec, avg string) string {
	num, den, ok := ratio(avg)
	if !ok {
		return ""
	}
	if codec == "h264" {
		num *= 2
	}
	a, b := num, den
	for b != 0 {
		a, b = b, a%b
	}
	return fmt.Sprintf("%d/%d", den/a, num/a)
}

func language(s map[string]any) string {
	tags, _ := s["tags"].(map[string]any)
	for key := range tags {
		if strings.EqualFold(key, "language") {
			return str(tags, key)
		}
	}
	return ""
}

// rotate is the turn for display in degrees clockwise. The display matrix states it
// counterclockwise.
func rotate(s map[string]any) string {
	list, _ := s["side_data_list"].([]any)
	for _, entry := range list {
		side, _ := entry.(map[string]any)
		if degrees, ok := side["rotation"].(float64); ok {
			return strconv.Itoa((360 - int(degrees)%360) % 360)
		}
	}
	if tags, ok := s["tags"].(map[string]any); ok && str(tags, "rotate") != "" {
		return str(tags, "rotate")
	}
	return "0"
}

func orUnknown(s string) string {
	if s == "" {
		return "0:1"
	}
	return s
}

func attachedPicture(s map[string]any) bool {
	d, _ := s["disposition"].(map[string]any)
	return str(d, "attached_pic") == "1"
}

// present drops what is not known.
func present(m map[string]string) map[string]string {
	for k, v := range m {
		if v == "" {
			delete(m, k)
		}
	}
	return m
}

// property is what the wire must say.
type property struct {
	FileBasicInfo       map[string]string
	AudioStreamInfoList []map[string]string
	VideoStreamInfoList []map[string]string
}

// expected turns ffprobe's answer into the wire's.
func expected(r recorded, name, url, region string) property {
	p := property{
		AudioStreamInfoList: []map[string]string{},
		VideoStreamInfoList: []map[string]string{},
		FileBasicInfo: map[string]string{
			"FileName": name, "FileStatus": "Normal", "FileType": "source_file",
			"FileSize": str(r.Format, "size"), "FileUrl": url, "Region": region,
			"FormatName": str(r.Format, "format_name"),
			"Duration":   str(r.Format, "duration"),
			"Bitrate":    kilo(str(r.Format, "bit_rate")),
		},
	}
	for _, s := range r.Streams {
		switch str(s, "codec_type") {
		case "audio":
			p.AudioStreamInfoList = append(p.AudioStreamInfoList, audio(s))
		case "video":
			p.VideoStreamInfoList = append(p.VideoStreamInfoList, video(s))
			if p.FileBasicInfo["Width"] == "" && !attachedPicture(s) {
				p.FileBasicInfo["Width"], p.FileBasicInfo["Height"] = positive(str(s, "width")), positive(str(s, "height"))
			}
		}
	}
	present(p.FileBasicInfo)
	return p
}

// positive drops the zero that ffprobe prints for a number it does not know.
func positive(s string) string {
	if s == "0" {
		return ""
	}
	return s
}

func audio(s map[string]any) map[string]string {
	m := map[string]string{
		"Index": str(s, "index"), "CodecName": str(s, "codec_name"), "CodecLongName": str(s, "codec_long_name"),
		"CodecTagString": str(s, "codec_tag_string"), "CodecTag": str(s, "codec_tag"),
		"SampleFmt": str(s, "sample_fmt"), "SampleRate": positive(str(s, "sample_rate")),
		"Channels": positive(str(s, "channels")), "ChannelLayout": str(s, "channel_layout"),
		"Timebase": str(s, "time_base"), "StartTime": str(s, "start_time"), "Duration": str(s, "duration"),
		"Bitrate": kilo(str(s, "bit_rate")), "Lang": language(s),
	}
	if m["SampleRate"] != "" {
		m["CodecTimeBase"] = "1/" + m["SampleRate"]
	}
	return present(m)
}

func video(s map[string]any) map[string]string {
	return present(map[string]string{
		"Index": str(s, "index"), "Codec_name": str(s, "codec_name"), "Codec_long_name": str(s, "codec_long_name"),
		"Profile": str(s, "profile"), "Codec_time_base": codecTimeBase(str(s, "codec_name"), str(s, "avg_frame_rate")),
		"Codec_tag_string": str(s, "codec_tag_string"), "Codec_tag": str(s, "codec_tag"),
		"Width": positive(str(s, "width")), "Height": positive(str(s, "height")),
		"Has_b_frames": str(s, "has_b_frames"),
		"Sar":          orUnknown(str(s, "sample_aspect_ratio")), "Dar": orUnknown(str(s, "display_aspect_ratio")),
		"PixFmt": str(s, "pix_fmt"), "Level": str(s, "level"),
		"Fps": rate(str(s, "r_frame_rate")), "Avg_fps": rate(str(s, "avg_frame_rate")),
		"Time_base": str(s, "time_base"), "Start_time": str(s, "start_time"), "Duration": str(s, "duration"),
		"Bit_rate": kilo(str(s, "bit_rate")), "NumFrames": str(s, "nb_frames"),
		"Lang": language(s), "Rotate": rotate(s),
	})
}

// stillPicture says whether ffprobe chose the demuxer by the file's name, and with it the
// times of the one frame.
func stillPicture(r recorded) bool {
	name := str(r.Format, "format_name")
	return name == "image2" || strings.HasSuffix(name, "_pipe")
}

var stillFields = []string{"FormatName", "Duration", "Bitrate", "Bit_rate", "Start_time", "NumFrames"}

// differences lists where two properties part, one line each.
func differences(got, want property, ignore []string) []string {
	var out []string
	compare := func(where string, g, w map[string]string) {
		keys := map[string]bool{}
		for k := range g {
			keys[k] = true
		}
		for k := range w {
			keys[k] = true
		}
		for k := range keys {
			if g[k] != w[k] && !slices.Contains(ignore, k) {
				out = append(out, fmt.Sprintf("%s.%s: %q, want %q", where, k, g[k], w[k]))
			}
		}
	}
	compare("FileBasicInfo", got.FileBasicInfo, want.FileBasicInfo)
	for _, list := range []struct {
		name      string
		got, want []map[string]string
	}{
		{"Audio", got.AudioStreamInfoList, want.AudioStreamInfoList},
		{"Video", got.VideoStreamInfoList, want.VideoStreamInfoList},
	} {
		if list.got == nil {
			out = append(out, list.name+"StreamInfoList is not an array")
		}
		if len(list.got) != len(list.want) {
			out = append(out, fmt.Sprintf("%d %s streams, want %d", len(list.got), list.name, len(list.want)))
			continue
		}
		for i := range list.got {
			compare(fmt.Sprintf("%s[%d]", list.name, i), list.got[i], list.want[i])
		}
	}
	slices.Sort(out)
	return out
}

// parseProperty reads the three parts that the contract names, all leaves of which must be
// strings.
func parseProperty(raw json.RawMessage) (property, error) {
	var p property
	if len(raw) == 0 {
		return p, fmt.Errorf("no MediaInfoProperty")
	}
	return p, json.Unmarshal(raw, &p)
}

// TestExpectation holds the mapping to values that were seen in real replies of the vendor's
// services, so that it is not only consistent with itself.
func TestExpectation(t *testing.T) {
	t.Parallel()
	for _, c := range [][2]string{
		{kilo("332256"), "332.256"}, {kilo("127999"), "127.999"}, {kilo("64003"), "64.003"},
		{kilo("128000"), "128.0"}, {kilo("1132680"), "1132.68"}, {kilo("933814"), "933.814"}, {kilo("8"), "0.008"},
		{rate("25/1"), "25.0"}, {rate("24000/1001"), "23.976025"}, {rate("30000/1001"), "29.97003"},
		{rate("60000/1001"), "59.94006"}, {rate("0/0"), ""},
		{codecTimeBase("h264", "25/1"), "1/50"}, {codecTimeBase("h264", "24000/1001"), "1001/48000"},
		{codecTimeBase("hevc", "30000/1001"), "1001/30000"}, {codecTimeBase("h264", "0/0"), ""},
		{rotate(map[string]any{"side_data_list": []any{map[string]any{"rotation": -90.0}}}), "90"},
		{rotate(map[string]any{"side_data_list": []any{map[string]any{"rotation": 90.0}}}), "270"},
		{rotate(map[string]any{}), "0"},
	} {
		if c[0] != c[1] {
			t.Errorf("%q, want %q", c[0], c[1])
		}
	}
}
