package ims

import (
	"strconv"

	"github.com/mediagauge/mediagauge/media"
)

// DataStreamInfo describes a track that is no picture, sound or text: timecode, telemetry,
// events, attachments, and what is not known at all.
type DataStreamInfo struct {
	Index          string
	Type           string `json:",omitempty"` // "data" or "attachment"
	CodecName      string `json:",omitempty"`
	CodecLongName  string `json:",omitempty"`
	CodecTagString string
	CodecTag       string
	Timebase       string `json:",omitempty"`
	StartTime      string `json:",omitempty"`
	Duration       string `json:",omitempty"`
	Bitrate        string `json:",omitempty"`
	Lang           string `json:",omitempty"`
	FileName       string `json:",omitempty"` // of an attachment
	MimeType       string `json:",omitempty"` // of an attachment
	Timecode       string `json:",omitempty"`
}

// ChapterInfo describes a chapter. Times are seconds with six decimals.
type ChapterInfo struct {
	Id        string
	StartTime string `json:",omitempty"`
	EndTime   string `json:",omitempty"`
	Title     string `json:",omitempty"`
}

func dataStream(t *media.Track) DataStreamInfo {
	return DataStreamInfo{
		Index: strconv.Itoa(t.Index), Type: string(t.Kind), CodecName: t.Codec.Name, CodecLongName: t.Codec.LongName,
		CodecTagString: t.Codec.Tag.String(), CodecTag: t.Codec.Tag.Hex(),
		Timebase: timebase(t.Timebase), StartTime: t.Start.String(), Duration: t.Duration.String(),
		Bitrate: kilobits(t.BitRate), Lang: t.Language,
		FileName: t.Metadata.Lookup("filename"), MimeType: t.Metadata.Lookup("mimetype"), Timecode: t.Metadata.Lookup("timecode"),
	}
}

func chapterOf(c *media.Chapter) ChapterInfo {
	return ChapterInfo{
		Id: strconv.FormatInt(c.ID, 10), StartTime: c.Start.String(), EndTime: c.End.String(), Title: c.Metadata.Lookup("title"),
	}
}
