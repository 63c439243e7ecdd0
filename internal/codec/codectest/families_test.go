package codectest_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"github.com/mediagauge/mediagauge/internal/codec/aac"
	"github.com/mediagauge/mediagauge/internal/codec/ac3"
	"github.com/mediagauge/mediagauge/internal/codec/ac4"
	"github.com/mediagauge/mediagauge/internal/codec/alac"
	"github.com/mediagauge/mediagauge/internal/codec/amr"
	"github.com/mediagauge/mediagauge/internal/codec/av1"
	"github.com/mediagauge/mediagauge/internal/codec/cicp"
	"github.com/mediagauge/mediagauge/internal/codec/codectest"
	"github.com/mediagauge/mediagauge/internal/codec/dovi"
	"github.com/mediagauge/mediagauge/internal/codec/dts"
	"github.com/mediagauge/mediagauge/internal/codec/flac"
	"github.com/mediagauge/mediagauge/internal/codec/h263"
	"github.com/mediagauge/mediagauge/internal/codec/h264"
	"github.com/mediagauge/mediagauge/internal/codec/h265"
	"github.com/mediagauge/mediagauge/internal/codec/mjpeg"
	"github.com/mediagauge/mediagauge/internal/codec/mpeg2video"
	"github.com/mediagauge/mediagauge/internal/codec/mpeg4video"
	"github.com/mediagauge/mediagauge/internal/codec/mpegaudio"
	"github.com/mediagauge/mediagauge/internal/codec/opus"
	"github.com/mediagauge/mediagauge/internal/codec/pcm"
	"github.com/mediagauge/mediagauge/internal/codec/prores"
	"github.com/mediagauge/mediagauge/internal/codec/rfc6381"
	"github.com/mediagauge/mediagauge/internal/codec/vorbis"
	"github.com/mediagauge/mediagauge/internal/codec/vp8"
	"github.com/mediagauge/mediagauge/internal/codec/vp9"
	"github.com/mediagauge/mediagauge/internal/codec/vvc"
	"github.com/mediagauge/mediagauge/internal/codec/wave"
	"github.com/mediagauge/mediagauge/media"
)

type describer interface{ Describe(*media.Track) }

// describe lets what was parsed, if it was, describe a new track.
func describe(got describer, err error) (any, *media.Track, error) {
	if err != nil {
		return nil, nil, err
	}
	track := &media.Track{}
	got.Describe(track)
	return got, track, nil
}

// one makes a family's member of a parser of one piece: the record.
func one[T describer](f func([]byte) (T, error)) parse {
	return func(record, _ []byte) (any, *media.Track, error) {
		got, err := f(record)
		return describe(got, err)
	}
}

// head is one for parsers of the head of a stream.
func head[T describer](f func([]byte) (T, error)) parse {
	return func(_, head []byte) (any, *media.Track, error) {
		got, err := f(head)
		return describe(got, err)
	}
}

// bare is one for parsers whose result describes no track by itself.
func bare[T any](f func([]byte) (T, error)) parse {
	return func(record, _ []byte) (any, *media.Track, error) {
		got, err := f(record)
		return got, nil, err
	}
}

// errWrong fails the test: a number that cannot be.
var errWrong = errors.New("a number that cannot be")

// negative reports a frame rate that cannot be.
func negative(rate media.Rational) bool { return rate.Num < 0 || rate.Den < 0 }

// soundPackets are read from packets and from the records of MP4.
var soundPackets = map[string]parse{
	"aac config":  one(aac.ParseConfig),
	"aac mux":     bare(aac.ParseStreamMuxConfig),
	"aac loas":    bare(aac.ParseLOAS),
	"ac3 packet":  one(ac3.ParsePacket),
	"ac3 frame":   bare(ac3.ParseFrame),
	"ac3 dac3":    one(ac3.ParseDac3),
	"ac3 dec3":    one(ac3.ParseDec3),
	"ac4":         bare(ac4.ParseConfig),
	"dts packet":  one(dts.ParsePacket),
	"dts core":    bare(dts.ParseCore),
	"dts express": bare(dts.ParseExpress),
	"dts stream":  bare(dts.ParseSubstream),
	"mpegaudio":   one(mpegaudio.ParseHeader),
	"amr":         bare(amr.ParseConfig),
	"aac adts": func(b, _ []byte) (any, *media.Track, error) {
		h, err := aac.ParseADTS(b)
		if err != nil {
			return nil, nil, err
		}
		return describe(h.Config(), nil)
	},
}

// FuzzSoundPackets gives every input to each of soundPackets.
func FuzzSoundPackets(f *testing.F) {
	records(f, "aac", "ac3", "ac4", "dts", "mpegaudio", "amr")
	f.Fuzz(func(t *testing.T, b []byte) { hold(t, soundPackets, b, nil) })
}

// soundHeaders are read from the headers that Matroska and MP4 keep.
var soundHeaders = map[string]parse{
	"alac":         one(alac.ParseConfig),
	"flac blocks":  one(flac.ParseBlocks),
	"flac private": one(flac.ParsePrivate),
	"flac info":    one(flac.ParseStreamInfo),
	"opus head":    one(opus.ParseHead),
	"opus dOps":    one(opus.ParseDOps),
	"opus packet":  bare(opus.PacketSamples),
	"vorbis":       one(vorbis.ParsePrivate),
	"vorbis head":  one(vorbis.ParseHead),
	"vorbis split": bare(vorbis.SplitHeaders),
	"wave":         one(wave.Parse),
	"pcm": func(b, _ []byte) (any, *media.Track, error) {
		if len(b) < 2 {
			return nil, nil, nil
		}
		id, bits, flags := string(b[2:]), int(b[0]), uint32(b[1])
		names := []string{pcm.Matroska(id, bits), pcm.QuickTime(id, bits, flags&1 == 1), pcm.CoreAudio(bits, flags)}
		for _, name := range names {
			if name != "" && (!pcm.Describe(&media.Track{}, name) || pcm.BitsPerSample(name) < 0) {
				return names, nil, errWrong
			}
		}
		return names, nil, nil
	},
}

// FuzzSoundHeaders gives every input to each of soundHeaders.
func FuzzSoundHeaders(f *testing.F) {
	records(f, "alac", "flac", "opus", "vorbis", "wave")
	f.Add([]byte("\x18\x06A_PCM/INT/BIG"))
	f.Add([]byte("\x10\x01twos"))
	f.Fuzz(func(t *testing.T, b []byte) { hold(t, soundHeaders, b, nil) })
}

// videoRecords are configuration records and what is spelt from them.
var videoRecords = map[string]parse{
	"av1":  bare(av1.ParseConfig),
	"vp9":  bare(vp9.ParseConfig),
	"vvc":  bare(vvc.ParseConfig),
	"dovi": bare(dovi.ParseConfig),
	"rfc6381": func(b, _ []byte) (any, *media.Track, error) {
		return []string{rfc6381.AVC("avc1", b), rfc6381.HEVC("hvc1", b), rfc6381.AV1(b), rfc6381.VP("vp09", b),
			rfc6381.VVC("vvc1", b), rfc6381.AC4(b)}, nil, nil
	},
	"cicp": func(b, _ []byte) (any, *media.Track, error) {
		var names []string
		for _, code := range b[:min(len(b), 16)] {
			n := int(int8(code))
			names = append(names, cicp.Primaries(n), cicp.Transfer(n), cicp.Matrix(n), cicp.ChromaLocation(n))
		}
		return names, nil, nil
	},
}

// FuzzVideoRecords gives every input to each of videoRecords.
func FuzzVideoRecords(f *testing.F) {
	records(f, "vvc", "dovi", "rfc6381")
	for _, codec := range []string{"av1", "vp9", "h264", "h265"} {
		for _, s := range codectest.ReadStreams(f, "../"+codec+"/testdata/streams.tsv") {
			f.Add(s.Config)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) { hold(t, videoRecords, b, nil) })
}

// pictures are read from the head of a stream, some with a record before it.
var pictures = map[string]parse{
	"av1": func(config, head []byte) (any, *media.Track, error) {
		seq, err := av1.FindSequence(head)
		if c, errConfig := av1.ParseConfig(config); errConfig == nil && c.Sequence != nil {
			seq, err = c.Sequence, nil
		}
		if err != nil {
			return nil, nil, err
		}
		if negative(seq.FrameRate()) {
			return seq, nil, errWrong
		}
		return describe(seq, nil)
	},
	"vp8":    head(vp8.ParseFrame),
	"vp9":    head(vp9.ParseFrame),
	"h263":   head(h263.Parse),
	"mjpeg":  head(mjpeg.ParseFrame),
	"prores": head(prores.ParseFrame),
	"mpeg2video": func(config, head []byte) (any, *media.Track, error) {
		s, err := mpeg2video.Parse(config, head)
		return describe(s, err)
	},
	"mpeg4video": func(config, head []byte) (any, *media.Track, error) {
		h, err := mpeg4video.Parse(config, head)
		return describe(h, err)
	},
}

// FuzzPictures gives every input to each of pictures.
func FuzzPictures(f *testing.F) {
	streams(f, "av1", "vp8", "vp9", "h263", "mjpeg", "prores", "mpeg2video", "mpeg4video")
	f.Fuzz(func(t *testing.T, config, head []byte) { hold(t, pictures, config, head) })
}

// parts is how an input of FuzzH264 and FuzzH265 separates access units.
var parts = []byte{0xff, 0xfe, 0xfd}

// avc reads parameter sets in both forms, a picture, and the order of pictures.
var avc = map[string]parse{
	"record": func(config, head []byte) (any, *media.Track, error) {
		sets, err := h264.ParseConfig(config)
		if err != nil {
			return nil, nil, err
		}
		track := &media.Track{}
		errSets := sets.Describe(track)
		pic, err := sets.Picture(head)
		if err != nil {
			return []any{sets, fmt.Sprint(errSets)}, track, err
		}
		if sps, errSPS := sets.SPS(); errSPS == nil && negative(sps.FrameRate()) {
			return sps, nil, errWrong
		}
		pic.Describe(track)
		return []any{pic, pic.FieldOrder()}, track, nil
	},
	"stream": func(config, _ []byte) (any, *media.Track, error) {
		sets, err := h264.ParseAnnexB(config)
		if err != nil {
			return nil, nil, err
		}
		track := &media.Track{}
		err = sets.Describe(track)
		return sets, track, err
	},
	"depth": func(config, head []byte) (any, *media.Track, error) {
		sets, err := h264.ParseConfig(config)
		if err != nil {
			return nil, nil, err
		}
		d := sets.NewDelay(0)
		for _, au := range bytes.Split(head, parts) {
			if done, err := d.Add(au); err != nil || done {
				return d.Depth(), nil, err
			}
		}
		if d.Depth() < 0 || d.Depth() > 16 {
			return d.Depth(), nil, errWrong
		}
		return d.Depth(), nil, nil
	},
	"sps": bare(h264.ParseSPS),
}

// FuzzH264 gives every input to each of avc.
func FuzzH264(f *testing.F) {
	streams(f, "h264")
	f.Fuzz(func(t *testing.T, config, head []byte) { hold(t, avc, config, head) })
}

// hevc is the same for H.265.
var hevc = map[string]parse{
	"record": func(config, head []byte) (any, *media.Track, error) {
		sets, err := h265.ParseConfig(config)
		if err != nil {
			return nil, nil, err
		}
		track := &media.Track{}
		errSets := sets.Describe(track)
		if negative(sets.FrameRate()) {
			return sets, nil, errWrong
		}
		pic, err := sets.Picture(head)
		if err != nil {
			return []any{sets, fmt.Sprint(errSets)}, track, err
		}
		pic.Describe(track)
		return []any{pic, pic.FieldOrder()}, track, nil
	},
	"stream": func(config, _ []byte) (any, *media.Track, error) {
		sets, err := h265.ParseAnnexB(config)
		if err != nil {
			return nil, nil, err
		}
		track := &media.Track{}
		err = sets.Describe(track)
		return sets, track, err
	},
	"sps": bare(h265.ParseSPS),
	"vps": bare(h265.ParseVPS),
}

// FuzzH265 gives every input to each of hevc.
func FuzzH265(f *testing.F) {
	streams(f, "h265")
	f.Fuzz(func(t *testing.T, config, head []byte) { hold(t, hevc, config, head) })
}
