package ffprobe

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// document is what ffprobe prints with -of json; names are ffprobe's.
type document struct {
	Programs []struct {
		ID      int               `json:"program_id"`
		Tags    map[string]string `json:"tags"`
		Streams []struct {
			Index int `json:"index"`
		} `json:"streams"`
	} `json:"programs"`
	Streams  []stream `json:"streams"`
	Chapters []struct {
		ID       int64             `json:"id"`
		TimeBase string            `json:"time_base"`
		Start    int64             `json:"start"`
		End      int64             `json:"end"`
		Tags     map[string]string `json:"tags"`
	} `json:"chapters"`
	Format *struct {
		Name      string            `json:"format_name"`
		LongName  string            `json:"format_long_name"`
		StartTime string            `json:"start_time"`
		Duration  string            `json:"duration"`
		Size      string            `json:"size"`
		BitRate   string            `json:"bit_rate"`
		Tags      map[string]string `json:"tags"`
	} `json:"format"`
}

type stream struct {
	Index         int    `json:"index"`
	CodecName     string `json:"codec_name"`
	CodecLongName string `json:"codec_long_name"`
	Profile       string `json:"profile"`
	CodecType     string `json:"codec_type"`
	CodecTag      string `json:"codec_tag"`

	SampleFmt     string `json:"sample_fmt"`
	SampleRate    string `json:"sample_rate"`
	Channels      int    `json:"channels"`
	ChannelLayout string `json:"channel_layout"`
	BitsPerSample int    `json:"bits_per_sample"`

	Width            int    `json:"width"`
	Height           int    `json:"height"`
	CodedWidth       int    `json:"coded_width"`
	CodedHeight      int    `json:"coded_height"`
	ClosedCaptions   int    `json:"closed_captions"`
	FilmGrain        int    `json:"film_grain"`
	HasBFrames       int    `json:"has_b_frames"`
	SAR              string `json:"sample_aspect_ratio"`
	DAR              string `json:"display_aspect_ratio"`
	PixFmt           string `json:"pix_fmt"`
	Level            *int   `json:"level"`
	ColorRange       string `json:"color_range"`
	ColorSpace       string `json:"color_space"`
	ColorTransfer    string `json:"color_transfer"`
	ColorPrimaries   string `json:"color_primaries"`
	ChromaLocation   string `json:"chroma_location"`
	FieldOrder       string `json:"field_order"`
	BitsPerRawSample string `json:"bits_per_raw_sample"`

	ID           string            `json:"id"`
	RFrameRate   string            `json:"r_frame_rate"`
	AvgFrameRate string            `json:"avg_frame_rate"`
	TimeBase     string            `json:"time_base"`
	StartPTS     *int64            `json:"start_pts"`
	DurationTS   *int64            `json:"duration_ts"`
	BitRate      string            `json:"bit_rate"`
	NumFrames    string            `json:"nb_frames"`
	Disposition  map[string]int    `json:"disposition"`
	Tags         map[string]string `json:"tags"`
	MaxBitRate   string            `json:"max_bit_rate"`
	SideData     []sideData        `json:"side_data_list"`
}

// Decode turns an answer that ffprobe printed into media's words. The answer is that of
//
//	ffprobe -show_format -show_streams -show_programs -show_chapters -of json FILE
func Decode(answer []byte) (*media.Info, error) {
	return decode(answer, probe.DefaultLimits.MaxTracks)
}

// decode turns ffprobe's answer into media's words. Times of tracks keep their ticks; times
// of the file come back as the microseconds they were printed from.
func decode(b []byte, maxTracks int) (*media.Info, error) {
	var d document
	if err := json.Unmarshal(b, &d); err != nil {
		return nil, probe.Errorf(probe.Malformed, "ffprobe's answer is not readable: %w", err)
	}
	if d.Format == nil {
		return nil, probe.Errorf(probe.Malformed, "ffprobe's answer names no format")
	}
	if len(d.Streams) > maxTracks {
		return nil, probe.Errorf(probe.Limit, "more than %d tracks", maxTracks)
	}
	info := &media.Info{
		Format:   media.Format{Name: d.Format.Name, LongName: d.Format.LongName},
		Size:     number(d.Format.Size),
		Start:    microseconds(d.Format.StartTime),
		Duration: microseconds(d.Format.Duration),
		BitRate:  number(d.Format.BitRate),
		Metadata: d.Format.Tags,
	}
	for _, s := range d.Streams {
		info.Tracks = append(info.Tracks, s.track())
		// ffprobe hangs all key material of a file on its last track.
		info.Container.KeyMaterial = info.Container.KeyMaterial || s.find("Encryption initialization data") != nil
	}
	for _, p := range d.Programs {
		program := media.Program{ID: p.ID, Metadata: p.Tags}
		for _, s := range p.Streams {
			program.Tracks = append(program.Tracks, s.Index)
		}
		info.Programs = append(info.Programs, program)
	}
	for _, c := range d.Chapters {
		tb := media.Timebase(ratio(c.TimeBase, "/"))
		info.Chapters = append(info.Chapters, media.Chapter{
			ID:       c.ID,
			Start:    media.Duration{Ticks: media.Ticks(c.Start), Timebase: tb},
			End:      media.Duration{Ticks: media.Ticks(c.End), Timebase: tb},
			Metadata: c.Tags,
		})
	}
	info.Timecode = media.Timecode(info)
	return info, nil
}

func (s stream) track() media.Track {
	tb := media.Timebase(ratio(s.TimeBase, "/"))
	metadata := media.Metadata(s.Tags)
	t := media.Track{
		Index:     s.Index,
		ID:        s.ID,
		Kind:      kind(s.CodecType),
		Timebase:  tb,
		Start:     ticks(s.StartPTS, tb),
		Duration:  ticks(s.DurationTS, tb),
		BitRate:   number(s.BitRate),
		NumFrames: number(s.NumFrames),
		Language:  metadata.Lookup("language"),
		Metadata:  metadata,
		Codec: media.Codec{
			Name:     s.CodecName,
			LongName: s.CodecLongName,
			Profile:  s.Profile,
			Level:    s.Level,
			Tag:      fourCC(s.CodecTag),
		},
		Disposition: media.Disposition{
			Default:         s.Disposition["default"] != 0,
			Forced:          s.Disposition["forced"] != 0,
			AttachedPicture: s.Disposition["attached_pic"] != 0,
			TimedThumbnails: s.Disposition["timed_thumbnails"] != 0,
		},
	}
	switch t.Kind {
	case media.KindVideo:
		t.Video = s.video()
	case media.KindAudio:
		t.Audio = &media.Audio{
			SampleFormat:  s.SampleFmt,
			SampleRate:    int(number(s.SampleRate)),
			Channels:      s.Channels,
			ChannelLayout: s.ChannelLayout,
			BitsPerSample: s.BitsPerSample,
			BitDepth:      int(number(s.BitsPerRawSample)),
		}
	}
	s.extend(&t)
	return t
}

func (s stream) video() *media.Video {
	return &media.Video{
		Width:            s.Width,
		Height:           s.Height,
		CodedWidth:       s.CodedWidth,
		CodedHeight:      s.CodedHeight,
		SAR:              ratio(s.SAR, ":"),
		DAR:              ratio(s.DAR, ":"),
		PixelFormat:      s.PixFmt,
		BitDepth:         int(number(s.BitsPerRawSample)),
		ReorderDepth:     s.HasBFrames,
		FrameRate:        ratio(s.RFrameRate, "/"),
		AverageFrameRate: ratio(s.AvgFrameRate, "/"),
		FieldOrder:       s.FieldOrder,
		Color: media.Color{
			Range:          s.ColorRange,
			Primaries:      s.ColorPrimaries,
			Transfer:       s.ColorTransfer,
			Matrix:         s.ColorSpace,
			ChromaLocation: s.ChromaLocation,
		},
		Rotation:       s.rotation(),
		ClosedCaptions: s.ClosedCaptions != 0,
		FilmGrain:      s.FilmGrain != 0,
	}
}

func kind(codecType string) media.Kind {
	k := media.Kind(codecType)
	known := []media.Kind{media.KindVideo, media.KindAudio, media.KindSubtitle, media.KindData, media.KindAttachment}
	if slices.Contains(known, k) {
		return k
	}
	return media.KindUnknown
}

// number reads an integer; what is absent or "N/A" is 0.
func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// ratio reads "num/den" or "num:den"; what is absent or "N/A" is unknown.
func ratio(s, separator string) media.Rational {
	num, den, ok := strings.Cut(s, separator)
	n, err1 := strconv.ParseInt(num, 10, 64)
	d, err2 := strconv.ParseInt(den, 10, 64)
	if !ok || err1 != nil || err2 != nil {
		return media.Rational{}
	}
	return media.Rational{Num: n, Den: d}
}

func ticks(n *int64, tb media.Timebase) media.Duration {
	if n == nil || !tb.Known() {
		return media.Duration{}
	}
	return media.Duration{Ticks: media.Ticks(*n), Timebase: tb}
}

// microseconds reads seconds with six decimals, as ffprobe prints its microseconds.
func microseconds(s string) media.Duration {
	whole, fraction, ok := strings.Cut(s, ".")
	if !ok || len(fraction) != 6 {
		return media.Duration{}
	}
	n, err := strconv.ParseInt(whole+fraction, 10, 64)
	if err != nil {
		return media.Duration{}
	}
	return media.Duration{Ticks: media.Ticks(n), Timebase: media.Microseconds}
}

// fourCC reads codec_tag, "0x31637661".
func fourCC(s string) media.FourCC {
	n, err := strconv.ParseUint(strings.TrimPrefix(s, "0x"), 16, 32)
	if err != nil {
		return 0
	}
	return media.FourCC(n)
}
