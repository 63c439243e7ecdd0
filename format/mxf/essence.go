package mxf

import (
	"bytes"

	"github.com/mediagauge/mediagauge/internal/codec/dnxhd"
	"github.com/mediagauge/mediagauge/internal/codec/jpeg2000"
	"github.com/mediagauge/mediagauge/internal/codec/pcm"
	"github.com/mediagauge/mediagauge/internal/codec/prores"
	"github.com/mediagauge/mediagauge/internal/elementary"
	"github.com/mediagauge/mediagauge/internal/rational"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// coding is a way of coding pictures or sound by the labels of a descriptor: SMPTE's register of labels,
// nodes 04.01.02.02 (pictures) and 0d.01.03.01.02 (containers).
type coding struct {
	label string // from the ninth byte on
	codec string
}

var pictureCodings = []coding{
	{"\x04\x01\x02\x02\x01\x31", "h264"},
	{"\x04\x01\x02\x02\x01\x20", "mpeg4"},
	{"\x04\x01\x02\x02\x01", "mpeg2video"},
	{"\x04\x01\x02\x02\x03\x01", "jpeg2000"},
	{"\x04\x01\x02\x02\x03\x06", "prores"},
	{"\x04\x01\x02\x02\x71", "dnxhd"},
}

var containers = []coding{
	{"\x0d\x01\x03\x01\x02\x0c", "jpeg2000"},
	{"\x0d\x01\x03\x01\x02\x10", "h264"},
	{"\x0d\x01\x03\x01\x02\x11", "dnxhd"},
	{"\x0d\x01\x03\x01\x02\x06", "pcm"},
	{"\x0d\x01\x03\x01\x02\x13", "ttml"},
}

// find names the coding of a label.
func find(table []coding, label []byte) string {
	if len(label) != 16 || string(label[:4]) != smpte {
		return ""
	}
	for _, c := range table {
		if bytes.HasPrefix(label[8:], []byte(c.label)) {
			return c.codec
		}
	}
	return ""
}

// open makes a stream of a resolved track; data is the label of its kind.
func (f *file) open(m *material, s *stream, data []byte) error {
	if len(data) != 16 {
		return probe.Refuse("odd-format", "a track of no kind")
	}
	s.t.Metadata = media.Metadata{}
	if id := umid(s.source.items[itemPackageUID]); id != "" {
		s.t.Metadata["file_package_umid"] = id
	}
	if name := s.source.text(itemPackageName); name != "" {
		s.t.Metadata["file_package_name"] = name
	}
	if name := s.track.text(itemTrackName); name != "" {
		s.t.Metadata["track_name"] = name
	}
	s.t.Timebase = media.Timebase{Num: s.rate.Den, Den: s.rate.Num}
	m.streams = append(m.streams, s)
	switch d := s.descriptor; {
	case data[12] == dataPicture && data[11] == 2:
		return s.picture(d)
	case data[12] == dataSound && data[11] == 2:
		return s.sound(d)
	case find(containers, d.items[itemContainer]) == "ttml":
		s.t.Kind = media.KindSubtitle
		s.t.SetCodec("ttml")
		return nil
	}
	return probe.Refuse("codec", "a track of data %s", spell(data, ".", 4, 8, 12))
}

// picture names the coding of a track of pictures, of which the first will tell more.
func (s *stream) picture(d *set) error {
	codec := find(pictureCodings, d.items[itemPictureCoding])
	if codec == "" {
		codec = find(containers, d.items[itemContainer])
	}
	if codec == "" || codec == "pcm" || codec == "mpeg4" || codec == "ttml" {
		return probe.Refuse("codec", "pictures of %s in %s", spell(d.items[itemPictureCoding], ".", 4, 8, 12), spell(d.items[itemContainer], ".", 4, 8, 12))
	}
	s.t.Kind = media.KindVideo
	s.t.Video = &media.Video{}
	s.t.SetCodec(codec)
	return nil
}

// sound describes a track of sound without compression.
func (s *stream) sound(d *set) error {
	num, den := d.ratio(itemSoundRate)
	channels, width := d.number(itemChannels), d.number(itemSampleBits)
	if find(containers, d.items[itemContainer]) != "pcm" || d.items[itemSoundCoding] != nil {
		return probe.Refuse("codec", "sound in %s", spell(d.items[itemContainer], ".", 4, 8, 12))
	}
	if den != 1 || num <= 0 || num > 1<<20 || channels <= 0 || channels > 64 || width != 16 && width != 24 {
		return probe.Refuse("odd-format", "sound of %d/%d Hz, %d channels, %d bits", num, den, channels, width)
	}
	codec := "pcm_s16le"
	if width == 24 {
		codec = "pcm_s24le"
	}
	s.t.Kind = media.KindAudio
	s.t.Audio = &media.Audio{SampleRate: int(num), Channels: int(channels)}
	pcm.Describe(&s.t, codec)
	s.t.BitRate = num * channels * width
	s.t.Timebase = media.Timebase{Num: 1, Den: num}
	return nil
}

// proresTags are the profiles of ProRes by the byte of the label that tells them (SMPTE RDD 44).
var proresTags = map[byte]string{1: "apco", 2: "apcs", 3: "apcn", 4: "apch", 5: "ap4h", 6: "ap4x"}

// first reads the first picture of s, of which b is the beginning, or all of it.
func (s *stream) first(b []byte) error {
	switch s.t.Codec.Name {
	case "dnxhd":
		frame, err := dnxhd.ParseFrame(b)
		if err != nil {
			return probe.Refuse(elementary.RuleFirstFrame, "DNxHD: %v", err)
		}
		frame.Describe(&s.t)
	case "jpeg2000":
		p, err := jpeg2000.ParsePicture(b)
		if err != nil {
			return probe.Refuse(elementary.RuleFirstFrame, "JPEG 2000: %v", err)
		}
		p.Describe(&s.t)
	case "prores":
		frame, err := prores.ParseFrame(b)
		if err != nil {
			return probe.Refuse(elementary.RuleFirstFrame, "ProRes: %v", err)
		}
		tag := proresTags[s.descriptor.items[itemPictureCoding][14]]
		if tag == "" {
			return probe.Refuse("codec", "ProRes of an unknown profile")
		}
		s.t.Codec.Tag = media.FourCC(uint32(tag[0]) | uint32(tag[1])<<8 | uint32(tag[2])<<16 | uint32(tag[3])<<24)
		frame.Describe(&s.t)
	}
	return nil
}

// fields gives the order of fields: by the frame layout and the dominant field (ST 377-1, annex F.4).
func (s *stream) fields() (string, bool) {
	switch s.descriptor.number(itemFrameLayout) {
	case 0:
		return "progressive", true
	case 1:
		switch s.descriptor.number(itemDominance) {
		case -1, 0, 1:
			return "tt", true
		case 2:
			return "bb", true
		}
	}
	return "", false
}

// colorRange tells video levels and full ones apart by the levels of black and white.
func (s *set) colorRange() string {
	depth, black, white := s.number(itemDepth), s.number(itemBlack), s.number(itemWhite)
	if depth < 8 || depth > 16 {
		return ""
	}
	switch by := uint(depth - 8); {
	case black == 16<<by && white == 235<<by:
		return "tv"
	case black == 0 && white == 1<<depth-1:
		return "pc"
	}
	return ""
}

// colours are the items that tell transfer, primaries and matrix.
var colours = []uint16{0x3210, 0x3219, 0x321a}

// settle compares the descriptor with what the pictures tell, and fills in what only it tells.
func (s *stream) settle(pictures int64) error {
	d, v := s.descriptor, s.t.Video
	order, ok := s.fields()
	if !ok {
		return probe.Refuse("odd-format", "frame layout %d, field %d", d.number(itemFrameLayout), d.number(itemDominance))
	}
	stored, shown := d.number(itemHeight), d.number(itemShownHeight)
	if order != "progressive" { // of a field
		stored, shown = 2*stored, 2*shown
	}
	if height := int64(v.Height); int64(v.Width) != d.number(itemWidth) || height != stored && height != shown {
		return probe.Refuse(elementary.RuleFirstFrame, "pictures of %dx%d, by the header of %dx%d", v.Width, v.Height, d.number(itemWidth), stored)
	}
	for _, tag := range colours {
		if d.items[tag] != nil {
			return probe.Refuse("colour", "item %#04x", tag)
		}
	}
	if r := d.colorRange(); r != "" && v.Color.Range == "" {
		v.Color.Range = r
	}
	v.FieldOrder = order
	v.FrameRate = s.rate
	if pictures > 1 && s.t.Codec.Name != "jpeg2000" && s.t.Codec.Name != "prores" {
		v.AverageFrameRate = s.rate
	}
	if num, den := d.ratio(itemAspect); num > 0 && den > 0 {
		v.SAR = rational.Nearest(num*int64(v.Height), den*int64(v.Width), 1024*1024)
		v.DAR = rational.Nearest(int64(v.Width)*v.SAR.Num, int64(v.Height)*v.SAR.Den, 1024*1024)
	}
	return nil
}
