package differential

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Recorded reads ffprobe's answer from a file; nil when ffprobe refused.
func Recorded(path string) (Values, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var doc struct {
		Format   map[string]any   `json:"format"`
		Streams  []map[string]any `json:"streams"`
		Chapters []map[string]any `json:"chapters"`
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber() // ticks and sizes are wider than floating-point numbers
	if err := d.Decode(&doc); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if doc.Format == nil {
		return nil, nil
	}
	v := Values{}
	v.object("format", doc.Format)
	for i, s := range doc.Streams {
		v.object("stream "+strconv.Itoa(i), s)
	}
	v["format nb_chapters"] = strconv.Itoa(len(doc.Chapters))
	for i, c := range doc.Chapters {
		v.object("chapter "+strconv.Itoa(i), c)
	}
	v.byContent()
	return v, nil
}

// pipes names what ffprobe takes a picture for by its content, by codec: the format's name and what
// its long name speaks of.
var pipes = map[string][2]string{
	"mjpeg": {"jpeg_pipe", "jpeg"}, "png": {"png_pipe", "png"}, "bmp": {"bmp_pipe", "bmp"},
	"tiff": {"tiff_pipe", "tiff"}, "webp": {"webp_pipe", "webp"}, "svg": {"svg_pipe", "svg"},
}

// byContent turns the answer that ffprobe gave by a picture's file name into the one that it gives by
// content: another format, and no made-up length of one frame.
func (v Values) byContent() {
	pipe, ok := pipes[v["stream 0 codec_name"]]
	if v["format format_name"] != "image2" || !ok {
		return
	}
	v["format format_name"], v["format format_long_name"] = pipe[0], "piped "+pipe[1]+" sequence"
	for _, key := range []string{"format start_time", "format duration", "format bit_rate", "stream 0 start_pts", "stream 0 start_time", "stream 0 duration", "stream 0 duration_ts"} {
		delete(v, key)
	}
}

// object flattens one object of the answer: tags, dispositions and side data lie one level down.
func (v Values) object(where string, object map[string]any) {
	for key, value := range object {
		switch value := value.(type) {
		case map[string]any:
			for name, s := range value {
				switch {
				case key == "disposition":
					v[where+" "+name] = fmt.Sprint(s)
				case strings.EqualFold(name, "language") && key == "tags":
					v[where+" language"] = fmt.Sprint(s)
					fallthrough
				default:
					v[where+" tag "+name] = fmt.Sprint(s)
				}
			}
		case []any:
			for _, item := range value {
				if m, ok := item.(map[string]any); ok {
					v.sideData(where, m)
				}
			}
		default:
			if _, ok := v[where+" "+key]; !ok {
				v[where+" "+key] = fmt.Sprint(value)
			}
		}
	}
}

// sideData spells side data like media does: rotations clockwise and not negative.
func (v Values) sideData(where string, m map[string]any) {
	names := map[string]string{"type": "stereo_mode"}
	switch m["side_data_type"] {
	case "Display Matrix":
		n, _ := m["rotation"].(json.Number)
		r, _ := n.Int64()
		v[where+" rotation"] = integer((360 - r%360) % 360)
		return
	case "CPB properties":
		v[where+" max_bit_rate"] = fmt.Sprint(m["max_bitrate"])
		v[where+" buffer_size"] = fmt.Sprint(m["buffer_size"])
		return
	case "Spherical Mapping":
		names = map[string]string{"projection": "projection"}
	}
	for key, value := range m {
		if name := names[key]; name != "" {
			key = name
		}
		v[where+" "+key] = fmt.Sprint(value)
	}
}
