package mp4

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/mediagauge/mediagauge/internal/bits"
	"github.com/mediagauge/mediagauge/media"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// readMeta reads a metadata box, which is a full box in MP4 and a plain one in QuickTime: the
// handler inside tells where the boxes begin.
func (m *movie) readMeta(b box) error {
	at := bytes.Index(b.body, []byte("hdlr"))
	for at >= 0 && at%4 != 0 {
		next := bytes.Index(b.body[at+1:], []byte("hdlr"))
		if next < 0 {
			return nil
		}
		at += 1 + next
	}
	if at < 4 {
		return nil
	}
	return m.children(box{kind: "meta", off: b.off + int64(at) - 4, body: b.body[at-4:]})
}

func (m *movie) readIlst(b box) error {
	m.itunes = true
	err := m.children(b)
	m.itunes = false
	return err
}

// readKeys reads the names that QuickTime's metadata items refer to by number.
func (m *movie) readKeys(b box) error {
	c := b.cursor()
	c.Skip(4)
	n := int64(c.U32())
	if len(b.body) < 8 {
		return nil
	}
	if n > int64(c.Left()/8) {
		return refuse("box-overrun", "%d metadata keys in %d bytes", n, len(b.body))
	}
	m.keys = append(m.keys[:0], "")
	for range n {
		size := int64(c.U32())
		space := c.FourCC()
		if size < 8 || c.Err() != nil {
			return malformed("metadata key of %d bytes", size)
		}
		name := c.Bytes(int(size - 8))
		if space != "mdta" {
			return refuse("unusual-box", "metadata key in the name space %q", space)
		}
		m.keys = append(m.keys, cString(string(name)))
	}
	if c.Err() != nil {
		return refuse("box-overrun", "metadata keys of %d bytes", len(b.body))
	}
	return nil
}

// readText reads one item of user data or of an item list (QuickTime File Format, "User Data
// Atoms" and "Metadata Atoms").
func (m *movie) readText(b box) error {
	item := textItems[b.kind]
	key := item.key
	if m.itunes && len(b.body) > 8 {
		return m.readItem(b, key, item.form)
	}
	if b.kind == "loci" || b.kind == "HMMT" {
		return m.readPlaceOrMoments(b)
	}
	if key == "" {
		return nil
	}
	value, how, code := b.body, item.form, uint16(0)
	if len(value) > 4 && how != formRaw {
		if n := int(value[0])<<8 | int(value[1]); n > len(value) {
			how = formRaw // no length stands here: the whole is text
		} else if n > len(value)-4 {
			return refuse("box-overrun", "text of %d bytes in %d", n, len(value)-4)
		} else {
			code = uint16(value[2])<<8 | uint16(value[3])
			value = value[4 : 4+n]
		}
	}
	m.setText(key, languageOf(code), value, how, code < 0x400 || code == 0x7fff)
	return nil
}

func (m *movie) setText(key, language string, value []byte, form form, mac bool) {
	text := cString(string(value))
	switch {
	case form == formByte:
		if len(value) == 0 {
			return
		}
		m.setMeta(key, itoa(int64(value[0])))
		return
	case form == formNumber || form == formPadded || form == formGenre:
		m.setNumber(key, value, form)
		return
	case mac && form != formRaw:
		text = cString(macText(value))
	}
	m.setMeta(key, text)
	if form != formRaw && language != "" && language != "und" {
		m.setMeta(key+"-"+language, text)
	}
	if key == "encoder" {
		m.noteEncoder(text)
	}
}

// noteEncoder remembers which HandBrake wrote the file: early ones need care with MP3.
func (m *movie) noteEncoder(text string) {
	rest, ok := strings.CutPrefix(text, "HandBrake ")
	parts := strings.SplitN(rest, ".", 3)
	if !ok || len(parts) < 3 {
		return
	}
	version := 0
	for _, p := range parts {
		end := strings.IndexFunc(p, func(r rune) bool { return r < '0' || r > '9' })
		if end < 0 {
			end = len(p)
		}
		n, err := strconv.Atoi(p[:end])
		if err != nil {
			return
		}
		version = version*1000 + n
	}
	m.handBrake = version
}

// readItem reads the data boxes of one item of an item list.
func (m *movie) readItem(b box, key string, form form) error {
	for c := b.cursor(); c.Left() > 8; {
		size := int64(int32(c.U32()))
		kind := c.FourCC()
		if kind != "data" || size < 16 || size-8 > int64(c.Left()) {
			return nil
		}
		dataType := c.U32()
		c.Skip(4)
		value := c.Bytes(int(size) - 16)
		if key == "" && m.mdta && m.keys != nil {
			if i := u32At([]byte(b.kind), 0); i > 0 && int64(i) < int64(len(m.keys)) {
				key = m.keys[i]
			}
		}
		if b.kind != "covr" && key != "com.apple.quicktime.artwork" {
			if key != "" {
				m.setData(key, dataType, value, form)
			}
			return nil
		}
		if err := m.addCover(dataType, value); err != nil {
			return err
		}
	}
	return nil
}

// setData keeps an item whose type is one of the well-known types.
func (m *movie) setData(key string, dataType uint32, value []byte, form form) {
	if form != formText && form != formRaw {
		m.setText(key, "", value, form, false)
		return
	}
	text := ""
	switch {
	case dataType == 3 || dataType == 0:
		text = cString(macText(value))
	case dataType == 21:
		text = itoa(signed(value))
	case dataType == 22:
		text = itoa(unsigned(value))
	case dataType == 23 && len(value) >= 4:
		text = floatText(u32At(value, 0))
	case dataType > 1 && dataType != 4:
		return
	default:
		text = cString(string(value))
	}
	m.setMeta(key, text)
	if key == "encoder" {
		m.noteEncoder(text)
	}
}

func unsigned(p []byte) int64 {
	if len(p) == 0 || len(p) > 4 {
		return 0
	}
	var v int64
	for _, b := range p {
		v = v<<8 | int64(b)
	}
	return v
}

func signed(p []byte) int64 {
	v := unsigned(p)
	if n := len(p) * 8; n > 0 && n <= 32 && v>>(n-1) != 0 {
		v -= 1 << n
	}
	return v
}

// setNumber keeps a track or disc number, a padded byte or a genre.
func (m *movie) setNumber(key string, p []byte, form form) {
	c := bits.NewCursor(p)
	switch form {
	case formNumber:
		c.Skip(2)
		current := c.I16()
		total := int16(0)
		if len(p) >= 6 {
			total = c.I16()
		}
		text := itoa(int64(current))
		if total != 0 {
			text += "/" + itoa(int64(total))
		}
		m.setMeta(key, text)
	case formPadded:
		c.Skip(3)
		m.setMeta(key, itoa(int64(c.U8())))
	case formGenre:
		c.Skip(1)
		if n := int(c.U8()); n >= 1 && n <= len(genres) {
			m.setMeta(key, genres[n-1])
		}
	}
}

// readCustom reads a free-form item, "----": its mean, name and data.
func (m *movie) readCustom(b box) error {
	t := m.last()
	if t == nil {
		return nil
	}
	parts := map[string]string{}
	for c := b.cursor(); c.Left() > 12 && len(parts) < 3; {
		size := int64(c.U32())
		kind := c.FourCC()
		c.Skip(4)
		if size < 12 || size-12 > int64(c.Left()) {
			break
		}
		value := c.Bytes(int(size) - 12)
		if kind == "data" && len(value) > 4 {
			value = value[4:]
		} else if kind != "mean" && kind != "name" {
			break
		}
		if _, twice := parts[kind]; twice {
			break
		}
		parts[kind] = cString(string(value))
	}
	if len(parts) < 3 {
		return nil
	}
	name, value := parts["name"], parts["data"]
	if name == "iTunSMPB" {
		t.setPriming(value)
	}
	if name != "cdec" {
		m.setMeta(name, value)
	}
	return nil
}

// setPriming takes the encoder's delay from iTunes's gapless note: the second of its
// hexadecimal fields.
func (t *track) setPriming(value string) {
	fields := strings.Fields(value)
	if len(fields) < 4 {
		return
	}
	for _, f := range fields[:4] {
		if _, err := strconv.ParseUint(f, 16, 64); err != nil {
			return
		}
	}
	if n, err := strconv.ParseUint(fields[1], 16, 32); err == nil && n > 0 && n < 16384 {
		t.padding = int64(n)
	}
}

// smoothManifest is the type of the extension box with a Smooth Streaming manifest.
const smoothManifest = "\xa5\xd4\x0b\x30\xe8\x14\x11\xdd\xba\x2f\x08\x00\x20\x0c\x9a\x66"

// readUUID looks into the extension boxes that change values: a Smooth Streaming manifest.
func (m *movie) readUUID(b box) error {
	if len(b.body) < 16 {
		return malformed("extension box of %d bytes", len(b.body))
	}
	if m.last() == nil || string(b.body[:16]) != smoothManifest {
		return nil
	}
	text := strings.ToLower(string(b.body[16:]))
	const key = `systembitrate="`
	for {
		_, after, ok := strings.Cut(text, key)
		if !ok {
			return nil
		}
		digits, _, _ := strings.Cut(after, `"`)
		n, err := strconv.ParseInt(strings.TrimSpace(digits), 10, 32)
		if err != nil {
			n = 0
		}
		m.bitrates = append(m.bitrates, n)
		text = after
	}
}

// readPlaceOrMoments reads 3GPP's location, and Final Cut's moments, which become chapters.
func (m *movie) readPlaceOrMoments(b box) error {
	if b.kind == "HMMT" {
		return refuse("unusual-box", "moments in user data")
	}
	c := b.cursor()
	if len(b.body) < 20 {
		return malformed("location of %d bytes", len(b.body))
	}
	c.Skip(4)
	language := languageOf(c.U16())
	name, _, ok := bytes.Cut(c.Peek(c.Left()), []byte{0})
	if !ok {
		return malformed("location without an end of its name")
	}
	c.Skip(len(name) + 1 + 1)
	if c.Left() < 12 {
		return malformed("location of %d bytes", len(b.body))
	}
	if len(name) > 99 {
		name = name[:99]
	}
	longitude, latitude, altitude := c.I32(), c.I32(), c.I32()
	text := placeText(latitude, longitude, altitude) + "/" + string(name)
	if language != "" && language != "und" {
		m.setMeta("location-"+language, text)
	}
	m.setMeta("location", text)
	return nil
}

// addCover adds a picture as a track, as ffprobe lists it.
func (m *movie) addCover(dataType uint32, picture []byte) error {
	codec := map[uint32]string{0xd: "mjpeg", 0xe: "png", 0x1b: "bmp"}[dataType]
	if codec == "" {
		return nil
	}
	if len(picture) == 0 {
		return malformed("empty cover picture")
	}
	t, err := m.newTrack()
	if err != nil {
		return err
	}
	if codec != "bmp" && len(picture) >= 8 {
		codec = "mjpeg"
		if string(picture[:8]) == "\x89PNG\r\n\x1a\n" {
			codec = "png"
		}
	}
	t.kind, t.codec, t.cover = media.KindVideo, codec, picture
	t.id, t.timescale = 0, 90000
	return nil
}
