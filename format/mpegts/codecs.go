package mpegts

import (
	"fmt"
	"strings"

	"github.com/mediagauge/mediagauge/internal/codec/opus"
	"github.com/mediagauge/mediagauge/internal/elementary"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// coded is what a stream carries, in ffprobe's words.
type coded struct {
	kind  media.Kind
	codec string
}

var (
	video = func(codec string) coded { return coded{media.KindVideo, codec} }
	audio = func(codec string) coded { return coded{media.KindAudio, codec} }
	data  = func(codec string) coded { return coded{media.KindData, codec} }
)

// types are the stream types of ISO/IEC 13818-1 (table 2-34), and of ATSC and others from 0x80 on.
var types = map[byte]coded{
	0x01: video("mpeg2video"), 0x02: video("mpeg2video"), 0x03: audio("mp3"), 0x04: audio("mp3"),
	0x0f: audio("aac"), 0x10: video("mpeg4"), 0x11: audio("aac_latm"), 0x1b: video("h264"), 0x1c: audio("aac"),
	0x24: video("hevc"),
	0x81: audio("ac3"), 0x82: audio("dts"), 0x83: audio("truehd"), 0x84: audio("eac3"), 0x85: audio("dts"), 0x86: audio("dts"), 0x87: audio("eac3"),
	0x8a: audio("dts"), 0xc1: audio("ac3"), 0xc2: audio("eac3"), 0xcf: audio("aac"), 0xdb: video("h264"),
}

// formats are the format identifiers that name a codec of private data.
var formats = map[string]coded{
	"AC-3": audio("ac3"), "EAC3": audio("eac3"), "DTS1": audio("dts"), "DTS2": audio("dts"), "DTS3": audio("dts"),
	"HEVC": video("hevc"), "Opus": audio("opus"), "KLVA": data("klv"), "ID3 ": data("timed_id3"),
}

// dispositions by audio_type of 2.6.19 exist for three of its values that ffprobe tells; none of them
// has a place in media.Disposition.

// open makes a stream of an entry of a program map.
func (d *demux) open(pid int, kind byte, about string, all []descriptor) (*stream, error) {
	s := &stream{pid: pid, kind: kind, start: none, tailEnd: none}
	s.t = media.Track{ID: fmt.Sprintf("0x%x", pid), Timebase: clock, Codec: media.Codec{Tag: media.FourCC(kind)}}
	what, known := types[kind]
	id := registration(all)
	if about == "HDMV" && kind == 0x80 || kind == 0x20 || kind == 0x42 || kind == 0xea || kind == 0xd1 || kind == 0xd2 || kind == 0xd4 || kind == 0x33 || kind == 0x21 {
		return nil, probe.Refuse("codec", "stream type %#x", kind)
	}
	switch {
	case kind == 0x86 && about == "CUEI":
		what = data("scte_35")
		s.section = &sections{}
		s.t.Codec.Tag = 0
	case kind == 0x06:
		what, known = private(all, id)
		if !known && len(all) == 0 {
			return nil, probe.Refuse("private-stream", "private data in packets %#x without a descriptor", pid)
		}
	case kind == 0x15:
		what, known = metadata(all)
	case !known && formats[id] != (coded{}):
		what, known = formats[id], true
	}
	if id != "" && s.section == nil && kind != 0x15 {
		s.t.Codec.Tag = media.FourCC(uint32(id[0]) | uint32(id[1])<<8 | uint32(id[2])<<16 | uint32(id[3])<<24)
	}
	if what.codec == "timed_id3" || what.codec == "klv" && kind == 0x15 {
		s.t.Codec.Tag = media.FourCC(uint32('I') | uint32('D')<<8 | uint32('3')<<16 | uint32(' ')<<24)
		if what.codec == "klv" {
			s.t.Codec.Tag = media.FourCC(uint32('K') | uint32('L')<<8 | uint32('V')<<16 | uint32('A')<<24)
		}
	}
	if err := s.choose(what, all); err != nil {
		return nil, err
	}
	s.language(all)
	d.streams[pid] = s
	d.list = append(d.list, s)
	return s, nil
}

// private tells the codec of private data by its descriptors.
func private(all []descriptor, id string) (coded, bool) {
	if c, ok := formats[id]; ok {
		return c, true
	}
	for _, d := range all {
		switch d.tag {
		case descAC3:
			return audio("ac3"), true
		case descEAC3:
			return audio("eac3"), true
		case descDTS:
			return audio("dts"), true
		case descTeletext:
			return coded{media.KindSubtitle, "dvb_teletext"}, true
		case descSubtitling:
			return coded{media.KindSubtitle, "dvb_subtitle"}, true
		}
	}
	return coded{}, false
}

// metadata tells the format of a metadata stream: 2.6.60.
func metadata(all []descriptor) (coded, bool) {
	for _, d := range all {
		if d.tag == descMetadata && len(d.data) >= 11 && d.data[0] == 0xff && d.data[1] == 0xff && d.data[6] == 0xff {
			c, ok := formats[string(d.data[7:11])]
			return c, ok
		}
	}
	return coded{}, false
}

// choose prepares for the frames of a codec.
func (s *stream) choose(what coded, all []descriptor) error {
	switch what.codec {
	case "":
		return nil // nothing is known of it, and ffprobe says so
	case "aac":
		s.coding = &elementary.ADTS
	case "aac_latm":
		s.coding = &elementary.LOAS
	case "mp3":
		s.coding = &elementary.MPEGAudio
	case "ac3", "eac3":
		s.coding = &elementary.AC3
	case "dts":
		s.coding = &elementary.DTS
	case "opus":
		return s.opus(all)
	case "truehd":
		return probe.Refuse("codec", "TrueHD")
	default:
		s.pictures = elementary.NewPictures(what.codec)
	}
	s.t.SetCodec(what.codec)
	s.t.Kind = what.kind
	s.codec = what.codec
	if s.t.Kind == media.KindSubtitle && what.codec == "dvb_subtitle" {
		return probe.Refuse("codec", "DVB subtitles")
	}
	return nil
}

// opus reads the extension descriptor of Opus in transport streams.
func (s *stream) opus(all []descriptor) error {
	for _, d := range all {
		if d.tag != descExtension || len(d.data) < 2 || d.data[0] != 0x80 {
			continue
		}
		channels := int(d.data[1])
		if channels < 1 || channels > 2 {
			return probe.Refuse("codec", "Opus of channel configuration %#x", channels)
		}
		head, err := opus.Default(channels)
		if err != nil {
			return probe.Refuse("codec", "Opus: %v", err)
		}
		s.t.SetCodec("opus")
		head.Describe(&s.t)
		s.codec, s.known = "opus", true
		return nil
	}
	return probe.Refuse("codec", "Opus without its descriptor")
}

// language reads the language descriptors: several languages are told one after the other.
func (s *stream) language(all []descriptor) {
	var codes []string
	for _, d := range all {
		switch {
		case d.tag == descLanguage:
			for e := d.data; len(e) >= 4; e = e[4:] {
				codes = append(codes, string(e[:3]))
			}
		case (d.tag == descTeletext || d.tag == descSubtitling) && len(d.data) >= 3:
			step := 5
			if d.tag == descSubtitling {
				step = 8
			}
			for e := d.data; len(e) >= step; e = e[step:] {
				codes = append(codes, string(e[:3]))
			}
		}
	}
	if len(codes) == 0 {
		return
	}
	s.t.Language = strings.Join(codes, ",")
	s.t.Metadata = media.Metadata{"language": s.t.Language}
}
