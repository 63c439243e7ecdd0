package matroska_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mediagauge/mediagauge/media"
)

// recorded is ffprobe's answer, as far as it is compared.
type recorded struct {
	Streams  []map[string]any `json:"streams"`
	Format   map[string]any   `json:"format"`
	Chapters []map[string]any `json:"chapters"`
}

// decode reads ffprobe's answer; nil when ffprobe refused the file.
func decode(b []byte) (*recorded, error) {
	var r recorded
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if err := d.Decode(&r); err != nil {
		return nil, err
	}
	if r.Format == nil {
		return nil, nil
	}
	return &r, nil
}

// facts lists what ffprobe said, a line each.
func (r *recorded) facts() []string {
	out := []string{fmt.Sprintf("nb_streams=%d", len(r.Streams))}
	add := func(prefix string, m map[string]any, keys ...string) {
		for _, k := range keys {
			if v, ok := m[k]; ok {
				out = append(out, fmt.Sprintf("%s%s=%s", prefix, k, text(v)))
			}
		}
	}
	tags := func(prefix string, m map[string]any) {
		t, _ := m["tags"].(map[string]any)
		for _, k := range slices.Sorted(maps.Keys(t)) {
			out = append(out, fmt.Sprintf("%stag:%s=%s", prefix, k, text(t[k])))
		}
	}
	add("", r.Format, "format_name", "format_long_name", "start_time", "duration", "size", "bit_rate")
	tags("", r.Format)
	for i, s := range r.Streams {
		p := fmt.Sprintf("%d.", i)
		add(p, s, "codec_name", "codec_long_name", "profile", "codec_type", "codec_tag_string", "codec_tag",
			"sample_fmt", "sample_rate", "channels", "channel_layout", "r_frame_rate", "avg_frame_rate",
			"time_base", "start_pts", "start_time", "duration_ts", "duration", "bit_rate", "nb_frames")
		if s["codec_type"] == "video" {
			add(p, s, "width", "height", "has_b_frames", "sample_aspect_ratio", "display_aspect_ratio", "pix_fmt",
				"level", "color_range", "color_space", "color_transfer", "color_primaries", "chroma_location", "field_order")
		}
		d, _ := s["disposition"].(map[string]any)
		add(p, d, "default", "forced", "attached_pic")
		tags(p, s)
		sides, _ := s["side_data_list"].([]any)
		for _, side := range sides {
			if m, _ := side.(map[string]any); m["side_data_type"] == "Display Matrix" {
				out = append(out, fmt.Sprintf("%srotation=%s", p, text(m["rotation"])))
			}
		}
	}
	for i, c := range r.Chapters {
		p := fmt.Sprintf("chapter%d.", i)
		add(p, c, "id", "time_base", "start", "end")
		tags(p, c)
	}
	return out
}

func text(v any) string { return fmt.Sprint(v) }

// answer lists what was read in ffprobe's spelling, a line each.
type answer struct {
	out    []string
	prefix string
}

func (a *answer) add(key string, v any) {
	a.out = append(a.out, fmt.Sprintf("%s%s=%v", a.prefix, key, v))
}

func (a *answer) addSome(key, v string) {
	if v != "" {
		a.add(key, v)
	}
}

func (a *answer) addTime(ticks, seconds string, d media.Duration) {
	if d.Known() {
		if ticks != "" {
			a.add(ticks, d.Ticks)
		}
		a.add(seconds, d)
	}
}

func (a *answer) addTags(m media.Metadata) {
	for _, k := range slices.Sorted(maps.Keys(m)) {
		a.add("tag:"+k, m[k])
	}
}

// factsOf lists what info says in ffprobe's spelling.
func factsOf(info *media.Info) []string {
	a := &answer{}
	a.add("nb_streams", len(info.Tracks))
	a.add("format_name", info.Format.Name)
	a.add("format_long_name", info.Format.LongName)
	a.addTime("", "start_time", info.Start)
	a.addTime("", "duration", info.Duration)
	a.add("size", info.Size)
	if info.BitRate > 0 {
		a.add("bit_rate", info.BitRate)
	}
	a.addTags(info.Metadata)
	for i := range info.Tracks {
		a.prefix = fmt.Sprintf("%d.", i)
		a.track(&info.Tracks[i])
	}
	for i, c := range info.Chapters {
		a.prefix = fmt.Sprintf("chapter%d.", i)
		a.add("id", c.ID)
		a.add("time_base", c.Start.Timebase)
		a.add("start", c.Start.Ticks)
		a.add("end", c.End.Ticks)
		a.addTags(c.Metadata)
	}
	return a.out
}

func (a *answer) track(t *media.Track) {
	a.addSome("codec_name", t.Codec.Name)
	a.addSome("codec_long_name", t.Codec.LongName)
	a.addSome("profile", t.Codec.Profile)
	a.addSome("codec_type", string(t.Kind))
	a.add("codec_tag_string", t.Codec.Tag)
	a.add("codec_tag", t.Codec.Tag.Hex())
	rate, average := media.Rational{Den: 0}, media.Rational{}
	if v := t.Audio; v != nil {
		a.addSome("sample_fmt", v.SampleFormat)
		a.add("sample_rate", v.SampleRate)
		a.add("channels", v.Channels)
		a.addSome("channel_layout", v.ChannelLayout)
	}
	if v := t.Video; v != nil {
		rate, average = v.FrameRate, v.AverageFrameRate
	}
	a.add("r_frame_rate", rate)
	a.add("avg_frame_rate", average)
	a.add("time_base", t.Timebase)
	a.addTime("start_pts", "start_time", t.Start)
	a.addTime("duration_ts", "duration", t.Duration)
	if t.BitRate > 0 {
		a.add("bit_rate", t.BitRate)
	}
	if v := t.Video; v != nil {
		a.add("width", v.Width)
		a.add("height", v.Height)
		a.add("has_b_frames", v.ReorderDepth)
		if v.SAR.Positive() {
			a.add("sample_aspect_ratio", strings.Replace(v.SAR.String(), "/", ":", 1))
			a.add("display_aspect_ratio", strings.Replace(v.DAR.String(), "/", ":", 1))
		}
		a.addSome("pix_fmt", v.PixelFormat)
		if t.Codec.Level != nil {
			a.add("level", *t.Codec.Level)
		}
		a.addSome("color_range", v.Color.Range)
		a.addSome("color_space", v.Color.Matrix)
		a.addSome("color_transfer", v.Color.Transfer)
		a.addSome("color_primaries", v.Color.Primaries)
		a.addSome("chroma_location", v.Color.ChromaLocation)
		a.addSome("field_order", v.FieldOrder)
	}
	for key, set := range map[string]bool{"default": t.Disposition.Default, "forced": t.Disposition.Forced, "attached_pic": t.Disposition.AttachedPicture} {
		n := 0
		if set {
			n = 1
		}
		a.add(key, n)
	}
	a.addTags(t.Metadata)
	if v := t.Video; v != nil && v.Rotation != 0 {
		r := -v.Rotation
		if r < -180 {
			r += 360
		}
		a.add("rotation", r)
	}
}

// differences compares two lists whatever their order.
func differences(got, want []string) []string {
	var out []string
	for _, w := range want {
		if !slices.Contains(got, w) {
			out = append(out, "want "+w)
		}
	}
	for _, g := range got {
		if !slices.Contains(want, g) {
			out = append(out, "got  "+g)
		}
	}
	slices.Sort(out)
	return out
}
