package ims

import (
	"strconv"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/media"
)

// MediaInfoProperty is what a job found (contract 1.5). All values are strings; facts that are
// not known are absent.
type MediaInfoProperty struct {
	FileBasicInfo          FileBasicInfo
	AudioStreamInfoList    []AudioStreamInfo
	VideoStreamInfoList    []VideoStreamInfo
	SubtitleStreamInfoList []SubtitleStreamInfo `json:",omitempty"` // an extension of ours here; spelled as in contract 1.7
	DataStreamInfoList     []DataStreamInfo     `json:",omitempty"` // an extension of ours
	ChapterList            []ChapterInfo        `json:",omitempty"` // an extension of ours
	Extended               *Extended            `json:",omitempty"` // an extension of ours
}

// FileBasicInfo describes the file.
type FileBasicInfo struct {
	MediaId    string `json:",omitempty"`
	FileName   string `json:",omitempty"`
	FileStatus string
	FileType   string
	FileSize   string `json:",omitempty"`
	FileUrl    string `json:",omitempty"`
	Region     string `json:",omitempty"`
	FormatName string `json:",omitempty"`
	Duration   string `json:",omitempty"`
	Bitrate    string `json:",omitempty"`
	Width      string `json:",omitempty"`
	Height     string `json:",omitempty"`
}

// AudioStreamInfo describes a sound track.
type AudioStreamInfo struct {
	Index          string
	CodecName      string `json:",omitempty"`
	CodecLongName  string `json:",omitempty"`
	CodecTimeBase  string `json:",omitempty"`
	CodecTagString string
	CodecTag       string
	SampleFmt      string `json:",omitempty"`
	SampleRate     string `json:",omitempty"`
	Channels       string `json:",omitempty"`
	ChannelLayout  string `json:",omitempty"`
	Timebase       string `json:",omitempty"`
	StartTime      string `json:",omitempty"`
	Duration       string `json:",omitempty"`
	Bitrate        string `json:",omitempty"`
	Lang           string `json:",omitempty"`
}

// VideoStreamInfo describes a picture track. Its keys are spelled as the service spells them
// here and nowhere else.
type VideoStreamInfo struct {
	Index          string
	CodecName      string `json:"Codec_name,omitempty"`
	CodecLongName  string `json:"Codec_long_name,omitempty"`
	Profile        string `json:",omitempty"`
	CodecTimeBase  string `json:"Codec_time_base,omitempty"`
	CodecTagString string `json:"Codec_tag_string"`
	CodecTag       string `json:"Codec_tag"`
	Width          string `json:",omitempty"`
	Height         string `json:",omitempty"`
	HasBFrames     string `json:"Has_b_frames"`
	Sar            string
	Dar            string
	PixFmt         string `json:",omitempty"`
	Level          string `json:",omitempty"`
	Fps            string `json:",omitempty"`
	AvgFps         string `json:"Avg_fps,omitempty"`
	TimeBase       string `json:"Time_base,omitempty"`
	StartTime      string `json:"Start_time,omitempty"`
	Duration       string `json:",omitempty"`
	BitRate        string `json:"Bit_rate,omitempty"`
	NumFrames      string `json:",omitempty"`
	Lang           string `json:",omitempty"`
	Rotate         string
}

// SubtitleStreamInfo describes a text track.
type SubtitleStreamInfo struct {
	Index          string
	CodecName      string `json:",omitempty"`
	CodecLongName  string `json:",omitempty"`
	CodecTimeBase  string
	CodecTagString string
	CodecTag       string
	Timebase       string `json:",omitempty"`
	StartTime      string `json:",omitempty"`
	Duration       string `json:",omitempty"`
	Lang           string `json:",omitempty"`
}

// MediaInfoPropertyOf spells r. It is the one place where media facts become wire strings.
func MediaInfoPropertyOf(r *job.Result) *MediaInfoProperty {
	out := &MediaInfoProperty{
		FileBasicInfo:       FileBasicInfo{FileStatus: "Normal", FileType: "source_file"},
		AudioStreamInfoList: []AudioStreamInfo{},
		VideoStreamInfoList: []VideoStreamInfo{},
	}
	if r == nil {
		return out
	}
	f := &out.FileBasicInfo
	f.MediaId, f.FileName, f.FileUrl, f.Region = r.Object.MediaID, r.Object.Name, r.Object.URL, r.Object.Region
	f.FileSize = positive(r.Object.Size)
	if r.Info == nil {
		return out
	}
	if f.FileSize == "" {
		f.FileSize = positive(r.Info.Size)
	}
	f.FormatName = formatName(r.Info.Format.Name)
	f.Duration, f.Bitrate = r.Info.Duration.String(), kilobits(r.Info.BitRate)
	if t := r.Info.FirstVideo(); t != nil && t.Video != nil {
		f.Width, f.Height = positive(int64(t.Video.Width)), positive(int64(t.Video.Height))
	}
	for i := range r.Info.Tracks {
		switch t := &r.Info.Tracks[i]; t.Kind {
		case media.KindAudio:
			out.AudioStreamInfoList = append(out.AudioStreamInfoList, audioStream(t))
		case media.KindVideo:
			out.VideoStreamInfoList = append(out.VideoStreamInfoList, videoStream(t))
		case media.KindSubtitle:
			out.SubtitleStreamInfoList = append(out.SubtitleStreamInfoList, subtitleStream(t))
		default:
			out.DataStreamInfoList = append(out.DataStreamInfoList, dataStream(t))
		}
	}
	for i := range r.Info.Chapters {
		out.ChapterList = append(out.ChapterList, chapterOf(&r.Info.Chapters[i]))
	}
	out.Extended = extendedOf(r.Info)
	return out
}

// formatName gives HLS the name that clients of the service know (contract 6.2).
func formatName(s string) string {
	if s == "hls" {
		return "hls,applehttp"
	}
	return s
}

// audioStream follows contract 6.4.
func audioStream(t *media.Track) AudioStreamInfo {
	s := AudioStreamInfo{
		Index: strconv.Itoa(t.Index), CodecName: t.Codec.Name, CodecLongName: t.Codec.LongName,
		CodecTagString: t.Codec.Tag.String(), CodecTag: t.Codec.Tag.Hex(),
		Timebase: timebase(t.Timebase), StartTime: t.Start.String(), Duration: t.Duration.String(),
		Bitrate: kilobits(t.BitRate), Lang: t.Language,
	}
	if a := t.Audio; a != nil {
		s.SampleFmt, s.ChannelLayout = a.SampleFormat, a.ChannelLayout
		s.SampleRate, s.Channels = positive(int64(a.SampleRate)), positive(int64(a.Channels))
		if s.SampleRate != "" {
			s.CodecTimeBase = "1/" + s.SampleRate
		}
	}
	return s
}

// videoStream follows contract 6.3.
func videoStream(t *media.Track) VideoStreamInfo {
	s := VideoStreamInfo{
		Index: strconv.Itoa(t.Index), CodecName: t.Codec.Name, CodecLongName: t.Codec.LongName,
		Profile: t.Codec.Profile, CodecTagString: t.Codec.Tag.String(), CodecTag: t.Codec.Tag.Hex(),
		Sar: aspect(media.Rational{}), Dar: aspect(media.Rational{}), HasBFrames: "0", Rotate: "0",
		TimeBase: timebase(t.Timebase), StartTime: t.Start.String(), Duration: t.Duration.String(),
		BitRate: kilobits(t.BitRate), NumFrames: positive(t.NumFrames), Lang: t.Language,
	}
	if t.Codec.Level != nil {
		s.Level = strconv.Itoa(*t.Codec.Level)
	}
	if v := t.Video; v != nil {
		s.Width, s.Height = positive(int64(v.Width)), positive(int64(v.Height))
		s.HasBFrames, s.Rotate = strconv.Itoa(v.ReorderDepth), strconv.Itoa(v.Rotation)
		s.Sar, s.Dar, s.PixFmt = aspect(v.SAR), aspect(v.DAR), v.PixelFormat
		s.Fps, s.AvgFps = frameRate(v.FrameRate), frameRate(v.AverageFrameRate)
		s.CodecTimeBase = codecTimebase(t.Codec.Name, v.AverageFrameRate)
	}
	return s
}

func subtitleStream(t *media.Track) SubtitleStreamInfo {
	return SubtitleStreamInfo{
		Index: strconv.Itoa(t.Index), CodecName: t.Codec.Name, CodecLongName: t.Codec.LongName,
		CodecTimeBase: "0/1", CodecTagString: t.Codec.Tag.String(), CodecTag: t.Codec.Tag.Hex(),
		Timebase: timebase(t.Timebase), StartTime: t.Start.String(), Duration: t.Duration.String(), Lang: t.Language,
	}
}
