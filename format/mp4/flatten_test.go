package mp4

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/mediagauge/mediagauge/media"
)

// facts holds the compared values of a file, named and spelled as ffprobe does:
// "stream.0.codec_name".
type facts map[string]string

func (f facts) set(key, value string) {
	if value != "" {
		f[key] = value
	}
}

// recorded reads ffprobe's answer.
func recorded(t *testing.T, b []byte) facts {
	t.Helper()
	var doc struct {
		Format  map[string]any   `json:"format"`
		Streams []map[string]any `json:"streams"`
	}
	if err := json.Unmarshal(b, &doc); err != nil {
		t.Fatal(err)
	}
	f := facts{}
	for _, key := range []string{"format_name", "format_long_name", "nb_streams", "start_time", "duration", "size", "bit_rate"} {
		f.set(key, text(doc.Format[key]))
	}
	f.tags("tag.", doc.Format["tags"])
	for i, s := range doc.Streams {
		f.stream(fmt.Sprintf("stream.%d.", i), s)
	}
	return f
}

func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}

func (f facts) tags(prefix string, v any) {
	tags, _ := v.(map[string]any)
	for k, v := range tags {
		f.set(prefix+k, text(v))
	}
}

// streamKeys are the values of a stream that are compared; the rest follows from them, or is
// not a fact of the file.
var streamKeys = []string{
	"index", "codec_name", "codec_long_name", "profile", "codec_type", "codec_tag_string", "codec_tag",
	"sample_fmt", "sample_rate", "channels", "channel_layout", "bits_per_sample",
	"width", "height", "has_b_frames", "sample_aspect_ratio", "display_aspect_ratio", "pix_fmt", "level",
	"color_range", "color_space", "color_transfer", "color_primaries", "chroma_location", "field_order",
	"id", "r_frame_rate", "avg_frame_rate", "time_base", "start_pts", "start_time", "duration_ts", "duration",
	"bit_rate", "nb_frames",
}

func (f facts) stream(prefix string, s map[string]any) {
	video := s["codec_type"] == "video"
	for _, key := range streamKeys {
		v := text(s[key])
		if (key == "width" || key == "height") && !video {
			continue
		}
		if (key == "r_frame_rate" || key == "avg_frame_rate") && (!video || v == "0/0") {
			continue
		}
		if v == "0:1" && strings.HasSuffix(key, "_ratio") {
			continue
		}
		f.set(prefix+key, v)
	}
	f.tags(prefix+"tag.", s["tags"])
	if d, ok := s["disposition"].(map[string]any); ok {
		for _, key := range []string{"default", "attached_pic", "timed_thumbnails"} {
			f.set(prefix+"disposition."+key, text(d[key]))
		}
	}
	list, _ := s["side_data_list"].([]any)
	for _, d := range list {
		d, _ := d.(map[string]any)
		if r, ok := d["rotation"].(float64); ok {
			f.set(prefix+"rotation", strconv.Itoa(((-int(r))%360+360)%360))
		}
	}
	if video && f[prefix+"rotation"] == "" {
		f.set(prefix+"rotation", "0")
	}
}

// answered spells our answer the same way.
func answered(info *media.Info) facts {
	f := facts{}
	f.set("format_name", info.Format.Name)
	f.set("format_long_name", info.Format.LongName)
	f.set("nb_streams", strconv.Itoa(len(info.Tracks)))
	f.set("start_time", info.Start.String())
	f.set("duration", info.Duration.String())
	f.set("size", strconv.FormatInt(info.Size, 10))
	f.number("bit_rate", info.BitRate)
	for k, v := range info.Metadata {
		f.set("tag."+k, v)
	}
	for i := range info.Tracks {
		f.track(fmt.Sprintf("stream.%d.", i), &info.Tracks[i])
	}
	return f
}

func (f facts) number(key string, n int64) {
	if n != 0 {
		f.set(key, strconv.FormatInt(n, 10))
	}
}

func (f facts) ratio(key string, r media.Rational, sep string) {
	if r.Known() {
		f.set(key, fmt.Sprintf("%d%s%d", r.Num, sep, r.Den))
	}
}

func (f facts) track(p string, t *media.Track) {
	f.set(p+"index", strconv.Itoa(t.Index))
	f.set(p+"id", t.ID)
	f.set(p+"codec_name", t.Codec.Name)
	f.set(p+"codec_long_name", t.Codec.LongName)
	f.set(p+"profile", t.Codec.Profile)
	f.set(p+"codec_type", string(t.Kind))
	f.set(p+"codec_tag_string", t.Codec.Tag.String())
	f.set(p+"codec_tag", t.Codec.Tag.Hex())
	f.set(p+"time_base", t.Timebase.String())
	if t.Start.Known() {
		f.set(p+"start_pts", strconv.FormatInt(int64(t.Start.Ticks), 10))
		f.set(p+"start_time", t.Start.String())
	}
	if t.Duration.Known() {
		f.set(p+"duration_ts", strconv.FormatInt(int64(t.Duration.Ticks), 10))
		f.set(p+"duration", t.Duration.String())
	}
	f.number(p+"bit_rate", t.BitRate)
	f.number(p+"nb_frames", t.NumFrames)
	for k, v := range t.Metadata {
		f.set(p+"tag."+k, v)
	}
	flag := map[bool]string{true: "1", false: "0"}
	f.set(p+"disposition.default", flag[t.Disposition.Default])
	f.set(p+"disposition.attached_pic", flag[t.Disposition.AttachedPicture])
	f.set(p+"disposition.timed_thumbnails", flag[t.Disposition.TimedThumbnails])
	if v := t.Video; v != nil {
		f.video(p, t, v)
	}
	if a := t.Audio; a != nil {
		f.set(p+"sample_fmt", a.SampleFormat)
		f.set(p+"sample_rate", strconv.Itoa(a.SampleRate))
		f.set(p+"channels", strconv.Itoa(a.Channels))
		f.set(p+"channel_layout", a.ChannelLayout)
		f.set(p+"bits_per_sample", strconv.Itoa(a.BitsPerSample))
	}
}

func (f facts) video(p string, t *media.Track, v *media.Video) {
	f.set(p+"width", strconv.Itoa(v.Width))
	f.set(p+"height", strconv.Itoa(v.Height))
	f.set(p+"has_b_frames", strconv.Itoa(v.ReorderDepth))
	f.ratio(p+"sample_aspect_ratio", v.SAR, ":")
	f.ratio(p+"display_aspect_ratio", v.DAR, ":")
	f.set(p+"pix_fmt", v.PixelFormat)
	if t.Codec.Level != nil {
		f.set(p+"level", strconv.Itoa(*t.Codec.Level))
	}
	f.set(p+"color_range", v.Color.Range)
	f.set(p+"color_space", v.Color.Matrix)
	f.set(p+"color_transfer", v.Color.Transfer)
	f.set(p+"color_primaries", v.Color.Primaries)
	f.set(p+"chroma_location", v.Color.ChromaLocation)
	f.set(p+"field_order", v.FieldOrder)
	f.ratio(p+"r_frame_rate", v.FrameRate, "/")
	f.ratio(p+"avg_frame_rate", v.AverageFrameRate, "/")
	f.set(p+"rotation", strconv.Itoa(v.Rotation))
}

// differences lists where our facts are not ffprobe's.
func differences(want, got facts) []string {
	var out []string
	for k, v := range want {
		if got[k] != v {
			out = append(out, fmt.Sprintf("%s: ffprobe %q, we %q", k, v, got[k]))
		}
	}
	for k, v := range got {
		if _, ok := want[k]; !ok {
			out = append(out, fmt.Sprintf("%s: ffprobe nothing, we %q", k, v))
		}
	}
	slices.Sort(out)
	return out
}
