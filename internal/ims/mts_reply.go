package ims

import (
	"math"
	"net/url"
	"strconv"
	"strings"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/media"
)

// MtsJob is a job in the older product's words (contract 1.10).
type MtsJob struct {
	JobId            string
	Input            MtsInput
	State            string // "Analyzing", "Success" or "Fail"
	Code             string `json:",omitempty"`
	Message          string `json:",omitempty"`
	Async            bool
	PipelineId       string
	CreationTime     string
	UserData         string `json:",omitempty"`
	MNSMessageResult struct{}
	Properties       MtsProperties
}

// MtsInput is an object of a bucket. The key is encoded as in a URL.
type MtsInput struct {
	Bucket   string `json:",omitempty"`
	Location string `json:",omitempty"`
	Object   string
}

// MtsProperties are what a job found. Those directly here are rounded.
type MtsProperties struct {
	Width      string      `json:",omitempty"`
	Height     string      `json:",omitempty"`
	Duration   string      `json:",omitempty"`
	Fps        string      `json:",omitempty"`
	Bitrate    string      `json:",omitempty"`
	FileFormat string      `json:",omitempty"`
	FileSize   string      `json:",omitempty"`
	Format     *MtsFormat  `json:",omitempty"`
	Streams    *MtsStreams `json:",omitempty"`
}

// MtsFormat describes the container.
type MtsFormat struct {
	NumStreams     string
	NumPrograms    string
	FormatName     string `json:",omitempty"`
	FormatLongName string `json:",omitempty"`
	StartTime      string `json:",omitempty"`
	Duration       string `json:",omitempty"`
	Size           string `json:",omitempty"`
	Bitrate        string `json:",omitempty"`
}

// MtsStreams are the tracks.
type MtsStreams struct {
	VideoStreamList    MtsVideoStreams
	AudioStreamList    MtsAudioStreams
	SubtitleStreamList MtsSubtitleStreams
}

// MtsVideoStreams is a list inside an object, as this version has it.
type MtsVideoStreams struct{ VideoStream []MtsVideoStream }

// MtsAudioStreams is a list inside an object.
type MtsAudioStreams struct{ AudioStream []MtsAudioStream }

// MtsSubtitleStreams is a list inside an object.
type MtsSubtitleStreams struct{ SubtitleStream []SubtitleStreamInfo }

// MtsVideoStream describes a picture track. Two keys begin with a small letter, as the vendor's do.
type MtsVideoStream struct {
	pictureStream
	ColorRange       string `json:",omitempty"`
	ColorTransfer    string `json:",omitempty"`
	ColorPrimaries   string `json:"colorPrimaries,omitempty"`
	BitsPerRawSample string `json:"bitsPerRawSample,omitempty"`
	NetworkCost      struct{}
}

// MtsAudioStream describes a sound track. Its key is Samplerate here.
type MtsAudioStream struct {
	Index          string
	CodecName      string `json:",omitempty"`
	CodecLongName  string `json:",omitempty"`
	CodecTimeBase  string `json:",omitempty"`
	CodecTagString string
	CodecTag       string
	SampleFmt      string `json:",omitempty"`
	Samplerate     string `json:",omitempty"`
	Channels       string `json:",omitempty"`
	ChannelLayout  string `json:",omitempty"`
	Timebase       string `json:",omitempty"`
	StartTime      string `json:",omitempty"`
	Duration       string `json:",omitempty"`
	Bitrate        string `json:",omitempty"`
	NumFrames      string `json:",omitempty"`
	Lang           string `json:",omitempty"`
}

// MtsJobOf spells j. Inputs that are no object of a bucket have their address in Object.
func MtsJobOf(j *job.Job) MtsJob {
	out := MtsJob{JobId: j.ID.String(), Input: mtsInput(&j.Spec.Input), State: "Analyzing", Async: j.Spec.Async, PipelineId: j.Spec.PipelineID,
		CreationTime: formatTime(j.Created), UserData: j.Spec.UserData}
	switch j.State {
	case job.Succeeded:
		out.State, out.Properties = "Success", mtsProperties(j.Result)
	case job.Failed, job.Cancelled:
		out.State = "Fail"
		if j.Failure != nil {
			out.Code, out.Message = string(j.Failure.Code), j.Failure.Message
		}
	}
	return out
}

func mtsInput(in *job.Input) MtsInput {
	rest, isBucket := strings.CutPrefix(in.Media, "oss://")
	if !isBucket {
		return MtsInput{Object: in.Display()}
	}
	bucket, key, _ := strings.Cut(rest, "/")
	return MtsInput{Bucket: bucket, Location: in.Location, Object: url.QueryEscape(key)}
}

// whole rounds a decimal number; "" when it is none.
func whole(s string) string {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return ""
	}
	return strconv.FormatInt(int64(math.Round(f)), 10)
}

func mtsProperties(r *job.Result) MtsProperties {
	p := MediaInfoPropertyOf(r)
	b := p.FileBasicInfo
	out := MtsProperties{Width: b.Width, Height: b.Height, Duration: whole(b.Duration), Bitrate: whole(b.Bitrate), FileSize: b.FileSize}
	if r == nil || r.Info == nil {
		return out
	}
	info := r.Info
	out.Fps = whole(fps(info))
	out.FileFormat = extension(r.Object.Name)
	out.Format = &MtsFormat{NumStreams: strconv.Itoa(len(info.Tracks)), NumPrograms: "0", FormatName: b.FormatName, FormatLongName: info.Format.LongName,
		StartTime: info.Start.String(), Duration: b.Duration, Size: b.FileSize, Bitrate: b.Bitrate}
	out.Streams = &MtsStreams{
		MtsVideoStreams{[]MtsVideoStream{}}, MtsAudioStreams{[]MtsAudioStream{}}, MtsSubtitleStreams{append([]SubtitleStreamInfo{}, p.SubtitleStreamInfoList...)},
	}
	tracks := map[string]*media.Track{}
	for i := range info.Tracks {
		tracks[strconv.Itoa(info.Tracks[i].Index)] = &info.Tracks[i]
	}
	for _, v := range p.VideoStreamInfoList {
		out.Streams.VideoStreamList.VideoStream = append(out.Streams.VideoStreamList.VideoStream, mtsVideo(v, tracks[v.Index]))
	}
	for _, a := range p.AudioStreamInfoList {
		out.Streams.AudioStreamList.AudioStream = append(out.Streams.AudioStreamList.AudioStream, MtsAudioStream{
			Index: a.Index, CodecName: a.CodecName, CodecLongName: a.CodecLongName, CodecTimeBase: a.CodecTimeBase, CodecTagString: a.CodecTagString,
			CodecTag: a.CodecTag, SampleFmt: a.SampleFmt, Samplerate: a.SampleRate, Channels: a.Channels, ChannelLayout: a.ChannelLayout,
			Timebase: a.Timebase, StartTime: a.StartTime, Duration: a.Duration, Bitrate: a.Bitrate, NumFrames: positive(tracks[a.Index].NumFrames), Lang: a.Lang,
		})
	}
	return out
}

func mtsVideo(v VideoStreamInfo, t *media.Track) MtsVideoStream {
	s := MtsVideoStream{pictureStream: pictureStreamOf(v)}
	if t.Video != nil {
		s.ColorRange, s.ColorTransfer, s.ColorPrimaries = t.Video.Color.Range, t.Video.Color.Transfer, t.Video.Color.Primaries
		s.BitsPerRawSample = positive(int64(t.Video.BitDepth))
	}
	return s
}

// extension is the end of a name, "" when there is none.
func extension(name string) string {
	if i := strings.LastIndexByte(name, '.'); i >= 0 && i < len(name)-1 {
		return strings.ToLower(name[i+1:])
	}
	return ""
}

// MtsJobResponse answers SubmitMediaInfoJob of the older product.
type MtsJobResponse struct {
	RequestId    string
	MediaInfoJob MtsJob
}

// MtsJobListResponse answers QueryMediaInfoJobList.
type MtsJobListResponse struct {
	RequestId               string
	NonExistMediaInfoJobIds MtsStrings
	MediaInfoJobList        MtsJobs
}

// MtsStrings is a list inside an object.
type MtsStrings struct{ String []string }

// MtsJobs is a list inside an object.
type MtsJobs struct{ MediaInfoJob []MtsJob }

// MtsPipeline is a pipeline in the older product's words (contract 1.11).
type MtsPipeline struct {
	Id            string
	Name          string
	State         string
	Speed         string
	SpeedLevel    int64
	QuotaAllocate int64
	CreationTime  string
	NotifyConfig  struct{}
	ExtendConfig  struct{}
}

// MtsPipelineOf spells p.
func MtsPipelineOf(p *job.Pipeline) MtsPipeline {
	return MtsPipeline{Id: p.ID, Name: p.Name, State: pipelineStatus(p.State), Speed: string(p.Speed), SpeedLevel: 1, CreationTime: formatTime(p.Created)}
}

// MtsPipelineResponse answers AddPipeline and UpdatePipeline.
type MtsPipelineResponse struct {
	RequestId string
	Pipeline  MtsPipeline
}

// MtsPipelines is a list inside an object.
type MtsPipelines struct{ Pipeline []MtsPipeline }

// MtsPipelineListResponse answers QueryPipelineList.
type MtsPipelineListResponse struct {
	RequestId    string
	NonExistPids MtsStrings
	PipelineList MtsPipelines
}

// MtsPipelineSearchResponse answers SearchPipeline.
type MtsPipelineSearchResponse struct {
	RequestId    string
	TotalCount   int
	PageNumber   int
	PageSize     int
	PipelineList MtsPipelines
}

// MtsPipelineIDResponse answers DeletePipeline.
type MtsPipelineIDResponse struct {
	RequestId  string
	PipelineId string
}
