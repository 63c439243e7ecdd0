package mp4

import (
	"errors"
	"slices"

	"github.com/mediagauge/mediagauge/internal/codec/av1"
	"github.com/mediagauge/mediagauge/internal/codec/h264"
	"github.com/mediagauge/mediagauge/internal/codec/h265"
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
	if t.encrypted {
		return refuse("encrypted", "an encrypted picture track")
	}
	if t.cover != nil || t.thumb {
		return refuse("no-parameters", "picture")
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
	}
	return refuse("no-parameters", "video codec %s", t.codec)
}

// pictureHead is how much of a first sample is read for the headers of its picture.
const pictureHead = 4 << 10

func (m *movie) describeH264(t *track) error {
	sets, err := h264.ParseConfig(t.entry.extradata)
	if err != nil {
		return refuse("no-parameters", "H.264 configuration: %w", err)
	}
	var sps *h264.SPS
	if !sets.NeedsPicture() {
		if err := sets.Describe(&t.out); err != nil {
			return refuse("no-parameters", "H.264 configuration: %w", err)
		}
		if sps, err = sets.SPS(); err != nil {
			return refuse("no-parameters", "H.264 configuration: %w", err)
		}
	} else {
		p, err := m.head(t, pictureHead)
		if err != nil {
			return err
		}
		pic, err := sets.Picture(p)
		if err != nil {
			return refuse("first-frame", "H.264: %w", err)
		}
		if pic.FieldOrder() == "" {
			return refuse("h264-field-pictures", "pictures coded as fields")
		}
		pic.Describe(&t.out)
		sps = pic.SPS
	}
	t.codecRate = sps.FrameRate()
	if _, told := sps.ReorderDepth(); !told && t.index0.count > 0 {
		return refuse("h264-reorder", "the reorder depth is not stated")
	}
	return nil
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
		return refuse("no-parameters", "AV1 configuration without a sequence header")
	}
	t.codecRate = seq.FrameRate()
	seq.Describe(&t.out)
	return nil
}

func (m *movie) describeAudio(t *track) error {
	if t.encrypted {
		return refuse("encrypted", "an encrypted sound track")
	}
	if t.codec == "" {
		return nil
	}
	if n := pcmBits(t.codec); n >= 8 {
		return t.describePCM(n)
	}
	switch t.codec {
	case "aac", "mp4als", "mp3on4":
		return m.describeAAC(t)
	}
	return refuse("no-parameters", "audio codec %s", t.codec)
}

// describePCM describes uncompressed sound.
func (t *track) describePCM(bits int) error {
	a := t.out.Audio
	formats := map[int]string{8: "u8", 16: "s16", 24: "s32", 32: "s32", 64: "s64"}
	a.SampleFormat = formats[bits]
	switch {
	case t.codec == "pcm_alaw" || t.codec == "pcm_mulaw":
		a.SampleFormat = "s16"
	case slices.Contains([]string{"pcm_f32le", "pcm_f32be"}, t.codec):
		a.SampleFormat = "flt"
	case slices.Contains([]string{"pcm_f64le", "pcm_f64be"}, t.codec):
		a.SampleFormat = "dbl"
	}
	if t.bitRate == 0 {
		t.bitRate = int64(a.SampleRate) * int64(a.Channels) * int64(bits)
	}
	if bits == 24 {
		a.BitDepth = 24
	}
	return nil
}

// layoutName spells the channel layout of a sample entry.
func layoutName(e *sampleEntry) string {
	return media.ChannelMask(e.mask).String()
}
