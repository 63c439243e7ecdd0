package main

import (
	"cmp"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/mediagauge/mediagauge/internal/ims"
)

// writeJob prints all that a person wants to know of one job.
func writeJob(w io.Writer, j *ims.MediaInfoJob) error {
	t := newTable(w)
	line := func(name, value string) {
		if value != "" {
			row(t, name, value)
		}
	}
	line("Job", j.JobId)
	line("Name", j.Name)
	line("Status", string(j.Status))
	if j.Status == ims.StatusFail {
		line("Reason", failure(j))
	}
	line("Input", j.Input.Type+" "+shortMedia(j.Input.Media))
	line("Pipeline", fmt.Sprintf("%s, priority %d", j.ScheduleConfig.PipelineId, j.ScheduleConfig.Priority))
	line("User data", j.UserData)
	line("Submitted", j.SubmitTime)
	line("Finished", j.FinishTime)
	if o := j.SubmitResultJson.Outcome; o != nil {
		line("Work", work(o))
		for _, warning := range o.Warnings {
			line("Warning", warning)
		}
	}
	if p := j.MediaInfoProperty; p != nil {
		f := &p.FileBasicInfo
		line("File", f.FileName)
		line("Format", f.FormatName)
		line("Size", humanSize(f.FileSize))
		line("Duration", humanSeconds(f.Duration))
		line("Bit rate", kilobits(f.Bitrate))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if j.MediaInfoProperty == nil {
		return nil
	}
	return writeStreams(w, j.MediaInfoProperty)
}

// work tells what an answer cost.
func work(o *ims.Outcome) string {
	ms := func(n int64) time.Duration { return time.Duration(n) * time.Millisecond }
	s := fmt.Sprintf("%s read in %s, waited %s, took %s",
		humanSize(strconv.FormatInt(o.BytesRead, 10)), count(o.Requests, "request"), ms(o.QueueMs), ms(o.ProbeMs))
	if o.Engine != "" {
		s = o.Engine + ", " + s
	}
	if o.Attempts > 1 {
		s += fmt.Sprintf(", %d attempts", o.Attempts)
	}
	if o.Cached {
		s += ", reused"
	}
	return s
}

func writeStreams(w io.Writer, p *ims.MediaInfoProperty) error {
	if len(p.VideoStreamInfoList)+len(p.AudioStreamInfoList)+len(p.SubtitleStreamInfoList) == 0 {
		return nil
	}
	if _, err := fmt.Fprintln(w); err != nil {
		return err
	}
	t := newTable(w)
	row(t, "STREAM", "KIND", "CODEC", "DETAIL", "DURATION", "BIT RATE", "LANG")
	for _, s := range p.VideoStreamInfoList {
		detail := s.Width + "x" + s.Height
		if s.AvgFps != "" {
			detail += " " + s.AvgFps + " fps"
		}
		if s.PixFmt != "" {
			detail += " " + s.PixFmt
		}
		if s.Rotate != "" && s.Rotate != "0" {
			detail += " rotated " + s.Rotate
		}
		row(t, s.Index, "video", joined(s.CodecName, s.Profile), detail, humanSeconds(s.Duration), kilobits(s.BitRate), s.Lang)
	}
	for _, s := range p.AudioStreamInfoList {
		detail := s.SampleRate + " Hz " + cmp.Or(s.ChannelLayout, s.Channels+" channels")
		row(t, s.Index, "audio", s.CodecName, detail, humanSeconds(s.Duration), kilobits(s.Bitrate), s.Lang)
	}
	for _, s := range p.SubtitleStreamInfoList {
		row(t, s.Index, "subtitle", s.CodecName, "", humanSeconds(s.Duration), "", s.Lang)
	}
	return t.Flush()
}

func joined(a, b string) string {
	if b == "" {
		return a
	}
	return a + " " + b
}

// kilobits gives a wire bit rate its unit.
func kilobits(s string) string {
	if s == "" {
		return ""
	}
	if f, err := strconv.ParseFloat(s, 64); err == nil {
		return strconv.FormatFloat(f, 'f', 1, 64) + " kbit/s"
	}
	return s
}
