package differential

import (
	"iter"
	"strconv"
	"strings"

	"github.com/mediagauge/mediagauge/media"
)

// Values are facts in ffprobe's spelling by where they stand: "format duration",
// "stream 1 codec_name", "stream 0 tag title".
type Values map[string]string

// absent are the ways to say that a fact is not known.
var absent = map[string]bool{"": true, "0": true, "N/A": true, "0/0": true, "unknown": true, "-99": true}

// same says whether two spellings say the same: equal, or both absent.
func same(a, b string) bool { return a == b || absent[a] && absent[b] }

// Of prints i's facts.
func Of(i *media.Info) Values {
	v := Values{}
	v.add("format", map[string]string{
		"format_name": i.Format.Name, "format_long_name": i.Format.LongName,
		"nb_streams": strconv.Itoa(len(i.Tracks)),
		"start_time": i.Start.String(), "duration": i.Duration.String(),
		"size": integer(i.Size), "bit_rate": integer(i.BitRate),
	})
	v.tags("format", i.Metadata)
	for n := range i.Tracks {
		where := "stream " + strconv.Itoa(n)
		t := &i.Tracks[n]
		v.add(where, track(t))
		v.tags(where, t.Metadata)
		if t.Video != nil {
			v.add(where, video(t.Video))
		}
		if t.Audio != nil {
			v.add(where, audio(t.Audio))
		}
	}
	v["format nb_chapters"] = strconv.Itoa(len(i.Chapters))
	for n, c := range i.Chapters {
		where := "chapter " + strconv.Itoa(n)
		v.add(where, map[string]string{
			"id": integer(c.ID), "time_base": c.Start.Timebase.String(),
			"start_time": c.Start.String(), "end_time": c.End.String(),
		})
		v.tags(where, c.Metadata)
	}
	return v
}

func (v Values) add(where string, facts map[string]string) {
	for key, value := range facts {
		v[where+" "+key] = value
	}
}

func (v Values) tags(where string, m media.Metadata) {
	for key, value := range m {
		v[where+" tag "+key] = value
	}
}

func track(t *media.Track) map[string]string {
	m := map[string]string{
		"index": strconv.Itoa(t.Index), "id": t.ID, "codec_type": string(t.Kind),
		"codec_name": t.Codec.Name, "codec_long_name": t.Codec.LongName, "profile": t.Codec.Profile,
		"codec_tag": t.Codec.Tag.Hex(), "codec_tag_string": t.Codec.Tag.String(),
		"time_base": t.Timebase.String(), "start_time": t.Start.String(), "duration": t.Duration.String(),
		"start_pts": "", "duration_ts": "", "level": "",
		"bit_rate": integer(t.BitRate), "nb_frames": integer(t.NumFrames),
		"max_bit_rate": integer(t.MaxBitRate), "buffer_size": integer(t.BufferSize),
		"language": t.Language,
		"default":  flag(t.Disposition.Default), "forced": flag(t.Disposition.Forced),
		"attached_pic": flag(t.Disposition.AttachedPicture),
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
	return m
}

func video(v *media.Video) map[string]string {
	m := map[string]string{
		"width": strconv.Itoa(v.Width), "height": strconv.Itoa(v.Height),
		"coded_width": strconv.Itoa(v.CodedWidth), "coded_height": strconv.Itoa(v.CodedHeight),
		"has_b_frames":        strconv.Itoa(v.ReorderDepth),
		"sample_aspect_ratio": colons(v.SAR), "display_aspect_ratio": colons(v.DAR),
		"pix_fmt": v.PixelFormat, "bits_per_raw_sample": strconv.Itoa(v.BitDepth),
		"r_frame_rate": v.FrameRate.String(), "avg_frame_rate": v.AverageFrameRate.String(),
		"field_order": v.FieldOrder, "color_range": v.Color.Range, "color_space": v.Color.Matrix,
		"color_transfer": v.Color.Transfer, "color_primaries": v.Color.Primaries,
		"chroma_location": v.Color.ChromaLocation, "rotation": strconv.Itoa(v.Rotation),
		"closed_captions": flag(v.ClosedCaptions), "film_grain": flag(v.FilmGrain),
		"stereo_mode": v.StereoMode, "projection": v.Projection,
	}
	if d := v.DolbyVision; d != nil {
		m["dv_profile"], m["dv_level"] = strconv.Itoa(d.Profile), strconv.Itoa(d.Level)
		m["dv_bl_signal_compatibility_id"] = strconv.Itoa(d.BLCompatibilityID)
	}
	if l := v.ContentLight; l != nil {
		m["max_content"], m["max_average"] = strconv.Itoa(l.MaxCLL), strconv.Itoa(l.MaxFALL)
	}
	if d := v.Mastering; d != nil {
		for name, r := range map[string]media.Rational{
			"red_x": d.Red.X, "red_y": d.Red.Y, "green_x": d.Green.X, "green_y": d.Green.Y,
			"blue_x": d.Blue.X, "blue_y": d.Blue.Y, "white_point_x": d.WhitePoint.X, "white_point_y": d.WhitePoint.Y,
			"min_luminance": d.MinLuminance, "max_luminance": d.MaxLuminance,
		} {
			m[name] = r.String()
		}
	}
	return m
}

func audio(a *media.Audio) map[string]string {
	return map[string]string{
		"sample_fmt": a.SampleFormat, "sample_rate": strconv.Itoa(a.SampleRate),
		"channels": strconv.Itoa(a.Channels), "channel_layout": a.ChannelLayout,
		"bits_per_sample": strconv.Itoa(a.BitsPerSample), "bits_per_raw_sample": strconv.Itoa(a.BitDepth),
	}
}

func integer(n int64) string { return strconv.FormatInt(n, 10) }

func flag(b bool) string {
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

// Known yields the keys of the facts that are known.
func (v Values) Known() iter.Seq[string] {
	return func(yield func(string) bool) {
		for key, value := range v {
			if !absent[value] && !yield(key) {
				return
			}
		}
	}
}
