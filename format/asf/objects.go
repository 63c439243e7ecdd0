package asf

import (
	"encoding/binary"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/mediagauge/mediagauge/internal/bits"
	"github.com/mediagauge/mediagauge/internal/codec/wave"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// The identifiers of objects, as their bytes stand in a file: section 10 of the specification.
const (
	guidHeader     = "\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c"
	guidData       = "\x36\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c"
	guidFile       = "\xa1\xdc\xab\x8c\x47\xa9\xcf\x11\x8e\xe4\x00\xc0\x0c\x20\x53\x65"
	guidStream     = "\x91\x07\xdc\xb7\xb7\xa9\xcf\x11\x8e\xe6\x00\xc0\x0c\x20\x53\x65"
	guidExtension  = "\xb5\x03\xbf\x5f\x2e\xa9\xcf\x11\x8e\xe3\x00\xc0\x0c\x20\x53\x65"
	guidContent    = "\x33\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c"
	guidExtContent = "\x40\xa4\xd0\xd2\x07\xe3\xd2\x11\x97\xf0\x00\xa0\xc9\x5e\xa8\x50"
	guidBitRates   = "\xce\x75\xf8\x7b\x8d\x46\xd1\x11\x8d\x82\x00\x60\x97\xc9\xa2\xb2"
	guidExtStream  = "\xcb\xa5\xe6\x14\x72\xc6\x32\x43\x83\x99\xa9\x69\x52\x06\x5b\x5a"
	guidLanguages  = "\xa9\x46\x43\x7c\xe0\xef\xfc\x4b\xb2\x29\x39\x3e\xde\x41\x5c\x85"
	guidMetadata   = "\xea\xcb\xf8\xc5\xaf\x5b\x77\x48\x84\x67\xaa\x8c\x44\xfa\x4c\xca"
	guidLibrary    = "\x94\x1c\x23\x44\x98\x94\xd1\x49\xa1\x41\x1d\x13\x4e\x45\x70\x54"
	guidEncryption = "\xfb\xb3\x11\x22\x23\xbd\xd2\x11\xb4\xb7\x00\xa0\xc9\x55\xfc\x6e"
	guidExtEncrypt = "\x14\xe6\x8a\x29\x22\x26\x17\x4c\xb9\x35\xda\xe0\x7e\xe9\x28\x9c"
	guidMarker     = "\x01\xcd\x87\xf4\x51\xa9\xcf\x11\x8e\xe6\x00\xc0\x0c\x20\x53\x65"
	guidAudio      = "\x40\x9e\x69\xf8\x4d\x5b\xcf\x11\xa8\xfd\x00\x80\x5f\x5c\x44\x2b"
	guidVideo      = "\xc0\xef\x19\xbc\x4d\x5b\xcf\x11\xa8\xfd\x00\x80\x5f\x5c\x44\x2b"
)

const objectHead = 24

// objects calls visit for each object of b, which lies at base.
func (f *file) objects(b []byte, base int64, visit func(guid string, body []byte, off int64) error) error {
	for at := int64(0); at+objectHead <= int64(len(b)); {
		size := binary.LittleEndian.Uint64(b[at+16:])
		if size < objectHead || size > uint64(int64(len(b))-at) {
			e := probe.Errorf(probe.Malformed, "an object of %d bytes", size)
			e.Offset, e.Path = base+at, "object"
			return e
		}
		if err := f.r.Element(base + at); err != nil {
			return err
		}
		if err := visit(string(b[at:at+16]), b[at+objectHead:at+int64(size)], base+at); err != nil {
			if e, ok := err.(*probe.Error); ok && e.Offset < 0 {
				e.Offset, e.Path = base+at, "object"
			}
			return err
		}
		at += int64(size)
	}
	return nil
}

// object reads an object of the header.
func (f *file) object(guid string, b []byte, off int64) error {
	c := bits.NewCursor(b)
	switch guid {
	case guidFile:
		c.Skip(16)
		f.stated = int64(c.U64LE())
		c.Skip(16)
		f.play = int64(c.U64LE() / 10_000)
		c.Skip(8)
		f.preroll = int64(c.U64LE())
		f.flags = c.U32LE()
		f.packet = int64(c.U32LE())
		if longest := int64(c.U32LE()); c.Err() != nil || f.packet != longest || f.packet < 16 || f.packet > 1<<20 {
			return probe.Refuse("odd-format", "packets of %d to %d bytes", f.packet, longest)
		}
	case guidStream:
		return f.stream(c)
	case guidExtension:
		c.Skip(16 + 2)
		n := int64(c.U32LE())
		if rest := c.Rest(); c.Err() == nil && n <= int64(len(rest)) {
			return f.objects(rest[:n], off+objectHead+22, f.object)
		}
	case guidExtStream:
		return f.extStream(c, off)
	case guidContent:
		var sizes [5]int
		for i := range sizes {
			sizes[i] = int(c.U16LE())
		}
		for i, key := range []string{"title", "artist", "copyright", "comment", ""} {
			if value := text(c.Bytes(sizes[i])); value != "" && key != "" {
				f.set(key, value)
			}
		}
	case guidExtContent:
		return f.attributes(c)
	case guidBitRates:
		for n := c.U16LE(); n > 0; n-- {
			number, rate := int(c.U16LE()&127), int64(c.U32LE())
			if c.Err() == nil {
				f.rates[number] = rate
			}
		}
	case guidLanguages:
		for n := c.U16LE(); n > 0 && c.Err() == nil; n-- {
			f.languages = append(f.languages, text(c.Bytes(int(c.U8()))))
		}
	case guidEncryption, guidExtEncrypt:
		return probe.Refuse("encrypted", "a file under digital rights management")
	case guidMarker, guidMetadata, guidLibrary:
		return f.more(guid, c)
	}
	return nil
}

// more looks at objects of which only some say something that ffprobe prints.
func (f *file) more(guid string, c *bits.Cursor) error {
	if guid == guidMarker {
		return probe.Refuse("other-objects", "markers")
	}
	if guid == guidLibrary && c.U16LE() > 0 {
		return probe.Refuse("other-objects", "a metadata library")
	}
	for n := c.U16LE(); n > 0 && c.Err() == nil; n-- {
		c.Skip(2)
		number, nameSize := int(c.U16LE()), int(c.U16LE())
		c.Skip(2)
		size := int(min(c.U32LE(), 1<<30))
		name := text(c.Bytes(nameSize))
		value := bits.NewCursor(c.Bytes(size))
		switch name {
		case "AspectRatioX":
			f.aspect(number).Num = int64(value.U16LE())
		case "AspectRatioY":
			f.aspect(number).Den = int64(value.U16LE())
		}
	}
	return nil
}

// aspect returns where the aspect ratio of a stream's pixels is kept.
func (f *file) aspect(number int) *media.Rational {
	if f.aspects[number] == nil {
		f.aspects[number] = &media.Rational{}
	}
	return f.aspects[number]
}

// stream reads stream properties: 3.3.
func (f *file) stream(c *bits.Cursor) error {
	kind := string(c.Bytes(16))
	c.Skip(16 + 8)
	size := int(min(c.U32LE(), 1<<20))
	c.Skip(4)
	flags := c.U16LE()
	c.Skip(4)
	data := c.Bytes(size)
	if c.Err() != nil {
		return probe.Errorf(probe.Truncated, "stream properties")
	}
	if flags&0x8000 != 0 {
		return probe.Refuse("encrypted", "an encrypted stream")
	}
	s := &stream{number: int(flags & 127), start: none}
	switch kind {
	case guidAudio:
		format, err := wave.Parse(data)
		if err != nil {
			return probe.Refuse("odd-format", "%v", err)
		}
		s.sound = format
	case guidVideo:
		if len(data) < 11+40 {
			return probe.Errorf(probe.Truncated, "a video format of %d bytes", len(data))
		}
		s.picture = data[11:]
	default:
		return probe.Refuse("codec", "a stream that is neither sound nor pictures")
	}
	if f.find(s.number) != nil {
		return probe.Refuse("odd-format", "stream %d twice", s.number)
	}
	f.streams = append(f.streams, s)
	return nil
}

// extStream reads extended stream properties: 4.1.
func (f *file) extStream(c *bits.Cursor, off int64) error {
	c.Skip(8 + 8 + 4*8)
	number, language := int(c.U16LE()), int(c.U16LE())
	c.Skip(8)
	names, systems := c.U16LE(), c.U16LE()
	f.spoken[number] = language
	for range names {
		c.Skip(2)
		c.Skip(int(c.U16LE()))
	}
	for range systems {
		c.Skip(16 + 2)
		c.Skip(int(min(c.U32LE(), 1<<30)))
	}
	if c.Err() != nil {
		return nil
	}
	return f.objects(c.Rest(), off, f.object)
}

// names are the attributes that ffprobe names otherwise; others keep their names.
var names = map[string]string{
	"WM/AlbumArtist": "album_artist", "WM/AlbumTitle": "album", "Author": "artist", "Description": "comment", "WM/Composer": "composer",
	"WM/EncodedBy": "encoded_by", "WM/EncodingSettings": "encoder", "WM/Genre": "genre", "WM/Language": "language", "WM/OriginalFilename": "filename",
	"WM/PartOfSet": "disc", "WM/Publisher": "publisher", "WM/Tool": "encoder", "WM/TrackNumber": "track", "WM/MediaStationCallSign": "service_provider",
	"WM/MediaStationName": "service_name",
}

// The kinds of a value.
const (
	kindText = iota
	kindBytes
	kindBool
	kindDWord
	kindQWord
	kindWord
)

// attributes reads an extended content description: 3.11.
func (f *file) attributes(c *bits.Cursor) error {
	for n := c.U16LE(); n > 0 && c.Err() == nil; n-- {
		name := text(c.Bytes(int(c.U16LE())))
		kind, size := c.U16LE(), int(c.U16LE())
		value := bits.NewCursor(c.Bytes(size))
		if c.Err() != nil {
			break
		}
		var s string
		switch kind {
		case kindText:
			s = text(value.Rest())
		case kindBool, kindDWord:
			s = strconv.FormatUint(uint64(value.U32LE()), 10)
		case kindQWord:
			s = strconv.FormatUint(value.U64LE(), 10)
		case kindWord:
			s = strconv.Itoa(int(value.U16LE()))
		default: // bytes, which ffprobe passes over but for pictures
			if name == "WM/Picture" {
				return probe.Refuse("other-objects", "a picture of %d bytes", size)
			}
			continue
		}
		if value.Err() != nil || name == "" {
			continue
		}
		if strings.HasPrefix(name, "AspectRatio") {
			return probe.Refuse("other-objects", "an attribute %.32q", name)
		}
		if other := names[name]; other != "" {
			name = other
		}
		if s != "" {
			f.set(name, s)
		}
	}
	return nil
}

func (f *file) set(key, value string) {
	if f.tags == nil {
		f.tags = media.Metadata{}
	}
	f.tags[key] = value
}

// text reads UTF-16 up to its end.
func text(b []byte) string {
	units := make([]uint16, 0, len(b)/2)
	for ; len(b) >= 2; b = b[2:] {
		u := binary.LittleEndian.Uint16(b)
		if u == 0 {
			break
		}
		units = append(units, u)
	}
	return string(utf16.Decode(units))
}
