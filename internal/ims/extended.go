package ims

import (
	"slices"
	"strconv"
	"strings"

	"github.com/mediagauge/mediagauge/media"
)

// Extended holds what the service has no field for; docs/extended.md has the table. Values are
// strings as everywhere else, and facts that are not known are absent.
type Extended struct {
	Codecs         string               `json:",omitempty"`
	Faststart      string               `json:",omitempty"`
	Fragmented     string               `json:",omitempty"`
	Seekable       string               `json:",omitempty"`
	Encrypted      *Verdict             `json:",omitempty"`
	Timecode       string               `json:",omitempty"`
	Hdr            *Verdict             `json:",omitempty"`
	FrameRateMode  *Verdict             `json:",omitempty"`
	StreamInfoList []ExtendedStreamInfo `json:",omitempty"`
	MetadataList   []MetadataEntry      `json:",omitempty"`
}

// Verdict is an answer with where it comes from.
type Verdict struct {
	Value      string
	Provenance string
	Basis      string `json:",omitempty"`
}

// MetadataEntry is one of the container's own tags. A list, because keys are free text, which
// XML cannot have as element names.
type MetadataEntry struct {
	Key   string
	Value string
}

// ExtendedStreamInfo adds to the stream of the same Index.
type ExtendedStreamInfo struct {
	Index            string
	Type             string            `json:",omitempty"`
	CodecString      string            `json:",omitempty"`
	Profile          string            `json:",omitempty"`
	BitDepth         string            `json:",omitempty"`
	DisplayWidth     string            `json:",omitempty"`
	DisplayHeight    string            `json:",omitempty"`
	FieldOrder       string            `json:",omitempty"`
	ScanType         string            `json:",omitempty"`
	ColorRange       string            `json:",omitempty"`
	ColorPrimaries   string            `json:",omitempty"`
	ColorTransfer    string            `json:",omitempty"`
	ColorMatrix      string            `json:",omitempty"`
	ChromaLocation   string            `json:",omitempty"`
	Hdr              *Verdict          `json:",omitempty"`
	HdrFallback      *Verdict          `json:",omitempty"`
	DolbyVision      *DolbyVision      `json:",omitempty"`
	MasteringDisplay *MasteringDisplay `json:",omitempty"`
	MaxCll           string            `json:",omitempty"`
	MaxFall          string            `json:",omitempty"`
	FrameRateMode    *Verdict          `json:",omitempty"`
	StereoMode       string            `json:",omitempty"`
	StereoInverted   string            `json:",omitempty"`
	Projection       string            `json:",omitempty"`
	Captions         string            `json:",omitempty"`
	FilmGrain        string            `json:",omitempty"`
	Bitrate          *Verdict          `json:",omitempty"`
	MaxBitrate       string            `json:",omitempty"`
	BufferSize       string            `json:",omitempty"`
	Encryption       *Encryption       `json:",omitempty"`
	Default          string            `json:",omitempty"`
	Forced           string            `json:",omitempty"`
	AttachedPicture  string            `json:",omitempty"`
}

// DolbyVision is the Dolby Vision configuration record.
type DolbyVision struct {
	Version           string
	Profile           string
	Level             string
	BlCompatibilityId string
	Rpu               string
	El                string
	Bl                string
}

// MasteringDisplay is SMPTE ST 2086; coordinates and luminances (cd/m²) are decimals.
type MasteringDisplay struct {
	RedX         string `json:",omitempty"`
	RedY         string `json:",omitempty"`
	GreenX       string `json:",omitempty"`
	GreenY       string `json:",omitempty"`
	BlueX        string `json:",omitempty"`
	BlueY        string `json:",omitempty"`
	WhitePointX  string `json:",omitempty"`
	WhitePointY  string `json:",omitempty"`
	MinLuminance string `json:",omitempty"`
	MaxLuminance string `json:",omitempty"`
}

// Encryption tells how a stream's samples are protected.
type Encryption struct {
	Encrypted string
	Scheme    string `json:",omitempty"`
	KeyId     string `json:",omitempty"`
}

// extendedOf spells what i says beyond the service's fields; nil when that is nothing.
func extendedOf(i *media.Info) *Extended {
	if len(i.Tracks) == 0 {
		return nil
	}
	out := &Extended{
		Codecs:    media.CodecStrings(i),
		Faststart: boolean(i.Container.Faststart), Fragmented: boolean(i.Container.Fragmented), Seekable: boolean(i.Container.Seekable),
		Encrypted:    verdict(media.Encrypted(i)),
		Timecode:     media.Timecode(i),
		MetadataList: metadata(i.Metadata),
	}
	if t := i.FirstVideo(); t != nil {
		out.Hdr, out.FrameRateMode = verdict(media.HDR(t)), verdict(media.FrameRates(t))
	}
	for n := range i.Tracks {
		out.StreamInfoList = append(out.StreamInfoList, extendedStream(&i.Tracks[n]))
	}
	return out
}

func extendedStream(t *media.Track) ExtendedStreamInfo {
	s := ExtendedStreamInfo{
		Index: strconv.Itoa(t.Index), Type: string(t.Kind), CodecString: media.CodecString(t),
		BitDepth: positive(int64(media.BitDepth(t))), Captions: media.Captions(t),
		Bitrate: bitRate(t), MaxBitrate: kilobits(t.MaxBitRate), BufferSize: positive(t.BufferSize),
		Default: mark(t.Disposition.Default), Forced: mark(t.Disposition.Forced), AttachedPicture: mark(t.Disposition.AttachedPicture),
	}
	if t.Kind == media.KindAudio {
		s.Profile = t.Codec.Profile
	}
	if e := t.Encryption; e != nil {
		s.Encryption = &Encryption{Encrypted: "true", Scheme: e.Scheme, KeyId: e.KeyID}
	}
	if t.Video != nil {
		s.picture(t)
	}
	return s
}

// picture fills what only pictures have.
func (s *ExtendedStreamInfo) picture(t *media.Track) {
	v := t.Video
	width, height := media.DisplaySize(v)
	s.DisplayWidth, s.DisplayHeight = positive(int64(width)), positive(int64(height))
	s.FieldOrder, s.ScanType = named(v.FieldOrder), media.ScanType(v)
	s.ColorRange, s.ColorPrimaries = named(v.Color.Range), named(v.Color.Primaries)
	s.ColorTransfer, s.ColorMatrix = named(v.Color.Transfer), named(v.Color.Matrix)
	s.ChromaLocation = named(v.Color.ChromaLocation)
	s.Hdr, s.HdrFallback = verdict(media.HDR(t)), verdict(media.HDRFallback(t))
	s.FrameRateMode = verdict(media.FrameRates(t))
	s.StereoMode, s.StereoInverted, s.Projection = v.StereoMode, mark(v.StereoInverted), v.Projection
	s.FilmGrain = mark(v.FilmGrain)
	if d := v.DolbyVision; d != nil {
		s.DolbyVision = &DolbyVision{
			Version: strconv.Itoa(d.VersionMajor) + "." + strconv.Itoa(d.VersionMinor),
			Profile: strconv.Itoa(d.Profile), Level: strconv.Itoa(d.Level), BlCompatibilityId: strconv.Itoa(d.BLCompatibilityID),
			Rpu: strconv.FormatBool(d.RPU), El: strconv.FormatBool(d.EL), Bl: strconv.FormatBool(d.BL),
		}
	}
	if m := v.Mastering; m != nil {
		s.MasteringDisplay = &MasteringDisplay{
			RedX: decimal(m.Red.X), RedY: decimal(m.Red.Y), GreenX: decimal(m.Green.X), GreenY: decimal(m.Green.Y),
			BlueX: decimal(m.Blue.X), BlueY: decimal(m.Blue.Y), WhitePointX: decimal(m.WhitePoint.X), WhitePointY: decimal(m.WhitePoint.Y),
			MinLuminance: decimal(m.MinLuminance), MaxLuminance: decimal(m.MaxLuminance),
		}
	}
	if l := v.ContentLight; l != nil {
		s.MaxCll, s.MaxFall = positive(int64(l.MaxCLL)), positive(int64(l.MaxFALL))
	}
}

// The bounds on metadata: a tag may hold a book, and nobody asks a media service for it.
const (
	maxMetadata      = 100  // entries
	maxMetadataValue = 1024 // bytes
)

// metadata lists tags by key. What is longer than a sensible value is cut and ends in "…".
func metadata(m media.Metadata) []MetadataEntry {
	var out []MetadataEntry
	for k, v := range m {
		if len(v) > maxMetadataValue {
			v = strings.ToValidUTF8(v[:maxMetadataValue], "") + "…"
		}
		if k != "" && len(k) <= maxMetadataValue {
			out = append(out, MetadataEntry{k, v})
		}
	}
	slices.SortFunc(out, func(a, b MetadataEntry) int { return strings.Compare(a.Key, b.Key) })
	return out[:min(len(out), maxMetadata)]
}

func verdict(v media.Verdict) *Verdict {
	if !v.Known() {
		return nil
	}
	return &Verdict{v.Value, string(v.Provenance), v.Basis}
}

// bitRate says so when a stream's bit rate was not read but derived from a part of its samples.
func bitRate(t *media.Track) *Verdict {
	if t.BitRateProvenance != media.Derived || t.BitRate <= 0 {
		return nil
	}
	return &Verdict{kilobits(t.BitRate), string(t.BitRateProvenance), "a part of the samples"}
}

// decimal prints a ratio as the shortest decimal of a 32-bit float; "" when it is not known.
func decimal(r media.Rational) string {
	if !r.Known() {
		return ""
	}
	return strconv.FormatFloat(float64(float32(r.Float())), 'f', -1, 32)
}

// boolean prints a statement; "" when nothing is stated.
func boolean(b *bool) string {
	if b == nil {
		return ""
	}
	return strconv.FormatBool(*b)
}

// mark prints "true"; "" where the absence of a mark proves nothing.
func mark(b bool) string {
	if b {
		return "true"
	}
	return ""
}

// named leaves out ffprobe's words for what is not known.
func named(s string) string {
	if s == "unknown" || s == "reserved" {
		return ""
	}
	return s
}
