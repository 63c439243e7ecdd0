package differential

import (
	"slices"
	"strings"
)

// Difference is one value that is not ffprobe's.
type Difference struct {
	Sample, Key, Got, Want string
}

// Count is how many values were compared and found equal.
type Count struct{ Compared, Equal int }

// Add adds d to c.
func (c *Count) Add(d Count) { c.Compared, c.Equal = c.Compared+d.Compared, c.Equal+d.Equal }

// main are the values that a client of the service sees; the share of equal ones is counted
// over them. Everything else that is printed is held to ffprobe as well, and counted apart.
var mainKeys = strings.Fields(`
	format_name nb_streams start_time duration size bit_rate
	index codec_name codec_long_name profile codec_type codec_tag codec_tag_string
	sample_fmt sample_rate channels channel_layout width height has_b_frames sample_aspect_ratio
	display_aspect_ratio pix_fmt level r_frame_rate avg_frame_rate time_base start_pts duration_ts
	nb_frames language rotation attached_pic field_order color_range color_space color_transfer color_primaries`)

// isMain says whether key, "stream 0 width", is one of the main values.
func isMain(key string) bool {
	if strings.HasPrefix(key, "chapter ") || strings.Contains(key, " tag ") {
		return false
	}
	return slices.Contains(mainKeys, key[strings.LastIndexByte(key, ' ')+1:])
}

// ours says whether key of v is one that media has room for, tags included.
func (v Values) ours(key string) bool {
	at := strings.LastIndexByte(key, ' ')
	where, name := key[:at], key[at+1:]
	if strings.Contains(key, " tag ") {
		return true
	}
	kind, _, _ := strings.Cut(where, " ")
	return printable[kind][name] || printable[v[where+" codec_type"]][name]
}

// beyond are values that ffprobe prints for some codecs alone and that we tell where we can:
// they are compared where ffprobe has them.
// Mastering and light levels of HEVC often stand in the first frames alone, where ffprobe keeps them.
var beyond = strings.Fields(`
	bits_per_raw_sample max_bit_rate buffer_size max_content max_average min_luminance max_luminance
	red_x red_y green_x green_y blue_x blue_y white_point_x white_point_y`)

// Compare holds got to want: every value that got prints, and every value of want that got
// could have printed.
func Compare(sample string, got, want Values) (main, rest Count, diffs []Difference) {
	keys := map[string]bool{}
	for key := range got {
		keys[key] = true
	}
	for key := range want {
		if want.ours(key) {
			keys[key] = true
		}
	}
	for key := range keys {
		count := &rest
		if isMain(key) {
			count = &main
		}
		if absent[got[key]] && absent[want[key]] {
			continue // nothing to compare
		}
		if absent[want[key]] && slices.Contains(beyond, key[strings.LastIndexByte(key, ' ')+1:]) {
			continue
		}
		count.Compared++
		if same(got[key], want[key]) {
			count.Equal++
			continue
		}
		diffs = append(diffs, Difference{sample, key, got[key], want[key]})
	}
	slices.SortFunc(diffs, func(a, b Difference) int { return strings.Compare(a.Key, b.Key) })
	return main, rest, diffs
}
