package ims

import (
	"strconv"
	"strings"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/media"
)

// AssetFacts are what the wire tells of an asset.
type AssetFacts struct {
	ID, URL, MediaType, BusinessType, Source, Title, Description, Category, CoverURL, UserData, Status, Reference string

	CategoryID        int64
	Tags              []string
	Created, Modified time.Time
	Result            *job.Result
}

// MediaAsset is an asset on the wire.
type MediaAsset struct {
	MediaId          string
	MediaBasicInfo   MediaBasicInfo
	FileInfoList     []AssetFileInfo   `json:",omitempty"`
	MediaDynamicInfo *MediaDynamicInfo `json:",omitempty"`
	AiRoughData      *struct{}         `json:",omitempty"`
}

// MediaDynamicInfo is there for clients that read it.
type MediaDynamicInfo struct{ DynamicMetaData DynamicMetaData }

// DynamicMetaData is empty here: nothing writes it.
type DynamicMetaData struct {
	Data string `json:",omitempty"`
}

// MediaBasicInfo is what people and the service say of an asset.
type MediaBasicInfo struct {
	MediaId      string
	InputURL     string
	MediaType    string `json:",omitempty"`
	BusinessType string `json:",omitempty"`
	Source       string `json:",omitempty"`
	Title        string `json:",omitempty"`
	Description  string `json:",omitempty"`
	Category     string `json:",omitempty"`
	CateId       int64  `json:",omitempty"`
	MediaTags    string `json:",omitempty"`
	CoverURL     string `json:",omitempty"`
	UserData     string `json:",omitempty"`
	Status       string
	CreateTime   string
	ModifiedTime string
	ReferenceId  string `json:",omitempty"`
}

// AssetFileInfo describes an asset's file. It spells what a job's result spells otherwise.
type AssetFileInfo struct {
	FileBasicInfo          AssetFileBasicInfo
	AudioStreamInfoList    []AssetAudioStream   `json:",omitempty"`
	VideoStreamInfoList    []AssetVideoStream   `json:",omitempty"`
	SubtitleStreamInfoList []SubtitleStreamInfo `json:",omitempty"`
}

// AssetFileBasicInfo describes the file.
type AssetFileBasicInfo struct {
	FileName     string `json:",omitempty"`
	FileStatus   string
	FileType     string
	FileSize     string `json:",omitempty"`
	FileUrl      string `json:",omitempty"`
	Region       string `json:",omitempty"`
	FormatName   string `json:",omitempty"`
	Duration     string `json:",omitempty"`
	Bitrate      string `json:",omitempty"`
	Width        string `json:",omitempty"`
	Height       string `json:",omitempty"`
	CreateTime   string `json:",omitempty"`
	ModifiedTime string `json:",omitempty"`
}

// AssetAudioStream describes a sound track.
type AssetAudioStream struct {
	AudioStreamInfo
	Profile   string `json:",omitempty"`
	NumFrames string `json:",omitempty"`
}

// pictureStream describes a picture track as assets and the older product spell it, which is not as jobs do.
type pictureStream struct {
	Index          string
	CodecName      string `json:",omitempty"`
	CodecLongName  string `json:",omitempty"`
	Profile        string `json:",omitempty"`
	CodecTimeBase  string `json:",omitempty"`
	CodecTagString string
	CodecTag       string
	Width          string `json:",omitempty"`
	Height         string `json:",omitempty"`
	HasBFrames     string
	Sar            string
	Dar            string
	PixFmt         string `json:",omitempty"`
	Level          string `json:",omitempty"`
	Fps            string `json:",omitempty"`
	AvgFPS         string `json:",omitempty"`
	Bitrate        string `json:",omitempty"`
	Timebase       string `json:",omitempty"`
	StartTime      string `json:",omitempty"`
	Duration       string `json:",omitempty"`
	NumFrames      string `json:",omitempty"`
	Lang           string `json:",omitempty"`
	Rotate         string
}

func pictureStreamOf(v VideoStreamInfo) pictureStream {
	return pictureStream{
		Index: v.Index, CodecName: v.CodecName, CodecLongName: v.CodecLongName, Profile: v.Profile, CodecTimeBase: v.CodecTimeBase,
		CodecTagString: v.CodecTagString, CodecTag: v.CodecTag, Width: v.Width, Height: v.Height, HasBFrames: v.HasBFrames, Sar: v.Sar, Dar: v.Dar,
		PixFmt: v.PixFmt, Level: v.Level, Fps: v.Fps, AvgFPS: v.AvgFps, Bitrate: v.BitRate, Timebase: v.TimeBase, StartTime: v.StartTime,
		Duration: v.Duration, NumFrames: v.NumFrames, Lang: v.Lang, Rotate: v.Rotate,
	}
}

// AssetVideoStream describes a picture track.
type AssetVideoStream struct {
	pictureStream
	NbFrames string `json:"Nb_frames,omitempty"`
}

// The amounts of what is told of an asset's file.
const (
	AssetNoFile = iota
	AssetFileBasics
	AssetWholeFile
)

// MediaAssetOf spells an asset, with as much of its file as is asked for and known.
func MediaAssetOf(f *AssetFacts, amount int) MediaAsset {
	out := MediaAsset{MediaId: f.ID, MediaBasicInfo: MediaBasicInfo{
		MediaId: f.ID, InputURL: f.URL, MediaType: f.MediaType, BusinessType: f.BusinessType, Source: f.Source, Title: f.Title,
		Description: f.Description, Category: f.Category, CateId: f.CategoryID, MediaTags: strings.Join(f.Tags, ","), CoverURL: f.CoverURL,
		UserData: f.UserData, Status: f.Status, CreateTime: formatTime(f.Created), ModifiedTime: formatTime(f.Modified), ReferenceId: f.Reference,
	}}
	if f.Result == nil || amount == AssetNoFile {
		return out
	}
	p := MediaInfoPropertyOf(f.Result)
	b := p.FileBasicInfo
	file := AssetFileInfo{FileBasicInfo: AssetFileBasicInfo{
		FileName: b.FileName, FileStatus: b.FileStatus, FileType: b.FileType, FileSize: b.FileSize, FileUrl: b.FileUrl, Region: b.Region,
		FormatName: b.FormatName, Duration: b.Duration, Bitrate: b.Bitrate, Width: b.Width, Height: b.Height,
		CreateTime: formatTime(f.Created), ModifiedTime: formatTime(f.Result.Object.Modified),
	}}
	if amount == AssetWholeFile {
		addStreams(&file, p, f.Result.Info)
	}
	out.FileInfoList = []AssetFileInfo{file}
	return out
}

func addStreams(file *AssetFileInfo, p *MediaInfoProperty, info *media.Info) {
	file.SubtitleStreamInfoList = p.SubtitleStreamInfoList
	tracks := map[string]*media.Track{}
	for i := range info.Tracks {
		tracks[strconv.Itoa(info.Tracks[i].Index)] = &info.Tracks[i]
	}
	for _, a := range p.AudioStreamInfoList {
		s := AssetAudioStream{AudioStreamInfo: a}
		if t := tracks[a.Index]; t != nil {
			s.Profile, s.NumFrames = t.Codec.Profile, positive(t.NumFrames)
		}
		file.AudioStreamInfoList = append(file.AudioStreamInfoList, s)
	}
	for _, v := range p.VideoStreamInfoList {
		file.VideoStreamInfoList = append(file.VideoStreamInfoList, AssetVideoStream{pictureStreamOf(v), v.NumFrames})
	}
}

// MediaIDResponse answers RegisterMediaInfo and UpdateMediaInfo.
type MediaIDResponse struct {
	RequestId string
	MediaId   string
}

// MediaInfoResponse answers GetMediaInfo.
type MediaInfoResponse struct {
	RequestId string
	MediaInfo MediaAsset
}

// MediaInfosResponse answers BatchGetMediaInfos.
type MediaInfosResponse struct {
	RequestId   string
	MediaInfos  []MediaAsset
	IgnoredList []string
}

// DeleteMediaInfosResponse answers DeleteMediaInfos.
type DeleteMediaInfosResponse struct {
	RequestId     string
	ForbiddenList []string
	IgnoredList   []string
}

// ListMediaBasicInfosResponse answers ListMediaBasicInfos.
type ListMediaBasicInfosResponse struct {
	RequestId  string
	MediaInfos []MediaAsset
	TotalCount int
	MaxResults int
	NextToken  string `json:",omitempty"`
}
