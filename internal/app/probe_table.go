package app

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/mediagauge/mediagauge/internal/ims"
)

// WriteTable prints the same for people.
func (a *Answer) WriteTable(w io.Writer, stats bool) error {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	row := func(cells ...string) { fmt.Fprintln(t, strings.TrimRight(strings.Join(cells, "\t"), "\t ")) }
	more := extensions(a.Property.Extended)
	f := a.Property.FileBasicInfo
	row("file", f.FileName, f.FormatName, f.FileSize+" bytes", seconds(f.Duration), unit(f.Bitrate, "kbit/s"), layout(a.Property.Extended))
	for _, v := range a.Property.VideoStreamInfoList {
		row("video "+v.Index, v.CodecName, v.Profile, v.Width+"x"+v.Height+" "+v.PixFmt, seconds(v.Duration), unit(v.BitRate, "kbit/s"),
			unit(v.AvgFps, "fps"), "rotate "+v.Rotate, picture(more[v.Index]))
	}
	for _, s := range a.Property.AudioStreamInfoList {
		row("audio "+s.Index, s.CodecName, s.ChannelLayout, unit(s.SampleRate, "Hz")+" "+s.SampleFmt, seconds(s.Duration), unit(s.Bitrate, "kbit/s"),
			s.Lang, "", sound(more[s.Index]))
	}
	for _, s := range a.Property.SubtitleStreamInfoList {
		row("subtitle "+s.Index, s.CodecName, "", "", seconds(s.Duration), "", s.Lang)
	}
	for _, s := range a.Property.DataStreamInfoList {
		row(strings.TrimSpace(s.Type+" "+s.Index), s.CodecName, "", s.CodecTagString, seconds(s.Duration), "", s.Lang, s.FileName)
	}
	for _, c := range a.Property.ChapterList {
		row("chapter "+c.Id, c.Title, "", "", seconds(c.StartTime), seconds(c.EndTime))
	}
	if stats {
		row("cost", a.Stats.Engine, fmt.Sprint(a.Stats.Requests, " reads"), fmt.Sprint(a.Stats.BytesRead, " bytes"), fmt.Sprint(a.Stats.WallMs, " ms"))
	}
	return t.Flush()
}

// extensions finds what is known beyond the service's fields by stream index.
func extensions(e *ims.Extended) map[string]ims.ExtendedStreamInfo {
	out := map[string]ims.ExtendedStreamInfo{}
	if e != nil {
		for _, s := range e.StreamInfoList {
			out[s.Index] = s
		}
	}
	return out
}

// layout says how the file lies, in a word each.
func layout(e *ims.Extended) string {
	if e == nil {
		return ""
	}
	return words(when(e.Faststart, "faststart"), when(e.Fragmented, "fragmented"), when(value(e.Encrypted), "encrypted"), labelled("timecode", e.Timecode))
}

// picture sums up a stream's dynamic range, frame-rate mode and codec string.
func picture(s ims.ExtendedStreamInfo) string {
	return words(value(s.Hdr), value(s.FrameRateMode), when(s.AttachedPicture, "cover"), protection(s), s.Captions, s.CodecString)
}

func sound(s ims.ExtendedStreamInfo) string {
	return words(s.Profile, protection(s), s.CodecString)
}

func protection(s ims.ExtendedStreamInfo) string {
	switch {
	case s.Encryption == nil:
		return ""
	case s.Encryption.Scheme == "":
		return "encrypted"
	}
	return s.Encryption.Scheme
}

func value(v *ims.Verdict) string {
	if v == nil {
		return ""
	}
	return v.Value
}

// when returns word if stated is "true".
func when(stated, word string) string {
	if stated == "true" {
		return word
	}
	return ""
}

// words joins what is there.
func words(all ...string) string {
	var out []string
	for _, s := range all {
		if s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, ", ")
}

func seconds(s string) string { return unit(s, "s") }

func unit(value, unit string) string {
	if value == "" {
		return ""
	}
	return value + " " + unit
}

func labelled(label, value string) string {
	if value == "" {
		return ""
	}
	return label + " " + value
}
