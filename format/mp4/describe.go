package mp4

import (
	"errors"

	"github.com/mediagauge/mediagauge/internal/codec/av1"
	"github.com/mediagauge/mediagauge/internal/codec/h264"
	"github.com/mediagauge/mediagauge/internal/codec/h265"
	"github.com/mediagauge/mediagauge/internal/codec/mpeg2video"
	"github.com/mediagauge/mediagauge/internal/codec/mpeg4video"
	"github.com/mediagauge/mediagauge/internal/codec/vp8"
	"github.com/mediagauge/mediagauge/internal/codec/vp9"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// unknownLevel is what ffprobe prints for a level that is not known.
const unknownLevel = -99

// describe fills in what the codecs' configurations say of the tracks.
func (m *movie) describe() error {
	for _, t := range m.tracks {
		t.out = m.base(t)
		var err error
		switch t.kind {
		case media.KindVideo:
			t.out.Codec.Level = new(unknownLevel)
			t.needsPacket = true
			err = m.describeVideo(t)
		case media.KindAudio:
			t.needsPacket = true
			err = m.describeAudio(t)
		}
		if err != nil {
			return m.placeTrack(err, t)
		}
	}
	return nil
}

// placeTrack says which track an error is about.
func (m *movie) placeTrack(err error, t *track) error {
	var e *probe.Error
	if !errors.As(err, &e) {
		e = &probe.Error{Kind: probe.Malformed, Offset: -1, Err: err}
		err = e
	}
	if e.Path == "" {
		e.Path = "moov/trak[" + itoa(int64(t.index+1)) + "]"
	}
	return err
}

// head returns up to n bytes of the track's first packet.
func (m *movie) head(t *track, n int64) ([]byte, error) {
	s, ok := t.packets()()
	if !ok {
		return nil, refuse("no-parameters", "no samples to tell the parameters of %s from", t.codec)
	}
	if s.pos < 0 || s.pos >= m.src.size {
		return nil, missing(t, s)
	}
	p, err := m.src.at(s.pos, min(n, s.size), 0)
	if err == nil && int64(len(p)) < min(n, s.size) {
		err = missing(t, s)
	}
	return p, err
}

func (m *movie) describeVideo(t *track) error {
	if t.hasMatrix && (t.matrix[0] == 0 && t.matrix[3] == 0 || t.matrix[1] == 0 && t.matrix[4] == 0) {
		return refuse("display-matrix", "a display matrix without an angle")
	}
	if t.encrypted && t.index0.count > 0 && t.codec != "hevc" {
		return refuse("encrypted", "an encrypted picture track")
	}
	switch t.codec {
	case "":
		return nil
	case "h264":
		return m.describeH264(t)
	case "hevc":
		return m.describeHEVC(t)
	case "av1":
		return m.describeAV1(t)
	case "vp8", "vp9":
		return m.describeVP(t)
	case "mpeg4", "mpeg1video", "mpeg2video":
		return m.describeMPEGVideo(t)
	case "png", "bmp", "mjpeg":
		return m.describePicture(t)
	case "prores", "h263", "dnxhd", "jpeg2000":
		return m.describeFrames(t)
	case "rawvideo":
		return t.describeRaw()
	}
	return t.describeOther()
}

// pictureHead is how much of a first sample is read for the headers of its picture.
const pictureHead = 4 << 10

func (m *movie) describeH264(t *track) error {
	if t.index0.count == 0 {
		return nil // ffprobe takes nothing from the configuration until there is a picture
	}
	sets, err := h264.ParseConfig(t.entry.extradata)
	if err != nil {
		return refuse("no-parameters", "H.264 configuration: %w", err)
	}
	pic, err := m.firstPicture(t, sets)
	if err != nil {
		return err
	}
	var sps *h264.SPS
	switch {
	case pic == nil:
		// Units within units, in which ffprobe finds the slices: the parameter sets must say all.
		if sps, err = sets.SPS(); err != nil || sets.NeedsPicture() || sets.Describe(&t.out) != nil {
			return refuse("first-frame", "H.264: no picture in the first packets")
		}
	case pic.FieldOrder() == "":
		return refuse("h264-field-pictures", "pictures coded as fields")
	default:
		pic.Describe(&t.out)
		sps = pic.SPS
	}
	t.codecRate = sps.FrameRate()
	if _, told := sps.ReorderDepth(); !told {
		t.reordering = sets.NewDelay(t.delay)
	}
	return nil
}

// firstPicture reads the headers of a track's first picture, which need not be in its first
// packet; nil when it is in none of the first ones.
func (m *movie) firstPicture(t *track, sets *h264.ParameterSets) (*h264.Picture, error) {
	const few = 8
	next := t.packets()
	for range few {
		s, ok := next()
		if !ok {
			break
		}
		if s.pos < 0 || s.pos >= m.src.size {
			return nil, missing(t, s)
		}
		p, err := m.src.at(s.pos, min(pictureHead, s.size), 0)
		if err != nil {
			return nil, err
		}
		if int64(len(p)) < min(pictureHead, s.size) {
			return nil, missing(t, s)
		}
		pic, err := sets.FirstPicture(p, s.size)
		if err != nil {
			return nil, refuse("first-frame", "H.264: %w", err)
		}
		if pic != nil {
			return pic, nil
		}
	}
	return nil, nil
}

func (m *movie) describeHEVC(t *track) error {
	sets, err := h265.ParseConfig(t.entry.extradata)
	if err != nil {
		return refuse("no-parameters", "H.265 configuration: %w", err)
	}
	if !sets.NeedsPicture() {
		t.codecRate = sets.FrameRate()
		if err := sets.Describe(&t.out); err != nil {
			return refuse("no-parameters", "H.265 configuration: %w", err)
		}
		return nil
	}
	if t.encrypted {
		return refuse("encrypted", "an encrypted picture track")
	}
	p, err := m.head(t, pictureHead)
	if err != nil {
		return err
	}
	pic, err := sets.Picture(p)
	if err != nil {
		return refuse("first-frame", "H.265: %w", err)
	}
	t.codecRate = pic.FrameRate()
	pic.Describe(&t.out)
	return nil
}

func (m *movie) describeAV1(t *track) error {
	config, err := av1.ParseConfig(t.entry.extradata)
	if err != nil {
		return refuse("no-parameters", "AV1 configuration: %w", err)
	}
	seq := config.Sequence
	if seq == nil {
		// ffprobe then decodes a picture, whose header tells more than the sequence's.
		return refuse("no-parameters", "AV1 configuration without a sequence header")
	}
	if t.index0.count > 0 && !t.encrypted {
		p, err := m.head(t, 512)
		if err != nil {
			return err
		}
		// ffprobe's parser goes by the header in the packets.
		if inBand, err := av1.FindSequence(p); err == nil && *inBand != *seq {
			return refuse("first-frame", "AV1: a sequence header other than that of the configuration")
		}
	}
	t.codecRate = seq.FrameRate()
	seq.Describe(&t.out)
	return nil
}

// describeVP describes VP8 and VP9 from the first key frame.
func (m *movie) describeVP(t *track) error {
	if t.index0.count == 0 {
		return nil
	}
	p, err := m.head(t, 64)
	if err != nil {
		return err
	}
	if t.codec == "vp8" {
		frame, err := vp8.ParseFrame(p)
		if err != nil {
			return refuse("first-frame", "VP8: %w", err)
		}
		frame.Describe(&t.out)
		if v := t.out.Video; v.FieldOrder == "" {
			v.FieldOrder = "progressive" // ffprobe's parser says so of every frame
		}
		return nil
	}
	frame, err := vp9.ParseFrame(p)
	if err != nil {
		return refuse("first-frame", "VP9: %w", err)
	}
	frame.Describe(&t.out)
	return nil
}

// describeMPEGVideo describes MPEG-1, -2 and -4 video from their headers, in the configuration
// or before the first picture.
func (m *movie) describeMPEGVideo(t *track) error {
	if t.index0.count == 0 {
		return refuse("no-parameters", "no samples to tell the parameters of %s from", t.codec)
	}
	p, err := m.head(t, pictureHead)
	if err != nil {
		return err
	}
	if t.codec == "mpeg4" {
		t.out.Video.Width, t.out.Video.Height = 0, 0
		h, err := mpeg4video.Parse(t.entry.extradata, p)
		if err != nil {
			return refuse("first-frame", "MPEG-4: %w", err)
		}
		if !h.Picture {
			return refuse("first-frame", "MPEG-4: no picture in the first packet")
		}
		if _, told := h.ReorderDepth(); !told {
			return refuse("mpeg4-reorder", "whether there are B pictures is not stated")
		}
		t.codecRate = h.FrameRate()
		h.Describe(&t.out)
		return nil
	}
	seq, err := mpeg2video.Parse(t.entry.extradata, p)
	if err != nil {
		return refuse("first-frame", "MPEG-2: %w", err)
	}
	if seq.PixelFormat() == "" {
		return refuse("first-frame", "MPEG-2: reserved chroma format")
	}
	t.codecRate = seq.FrameRate()
	t.out.BitRate = t.bitRate
	seq.Describe(&t.out)
	if seq.MPEG2 { // of MPEG-1 ffprobe does not tell it
		const unlimited = 0x3ffff * 400 // all ones in the header
		t.out.BufferSize = int64(seq.VBVBufferSize) << 14
		if seq.BitRate != unlimited {
			t.out.MaxBitRate = seq.BitRate
		}
	}
	if t.codec == "mpeg2video" {
		t.out.Video.FieldOrder = t.entry.fieldOrder // ffprobe does not parse MPEG-2 in this container
	}
	t.bitRate = t.out.BitRate // of MPEG-1 the sequence header's word counts
	return nil
}
