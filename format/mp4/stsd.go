package mp4

import (
	"github.com/mediagauge/mediagauge/internal/bits"
	"github.com/mediagauge/mediagauge/media"
)

// readStsd reads the sample entries of a track (ISO/IEC 14496-12, 8.5.2). Only a track whose
// entries are all of one kind can be described from its first.
func (m *movie) readStsd(b box) error {
	t := m.last()
	if t == nil {
		return nil
	}
	c := b.cursor()
	version := c.U8()
	c.Skip(3)
	n := int64(int32(c.U32()))
	if n <= 0 || n > int64(len(b.body)/8) || n > 1024 {
		return malformed("%d sample entries", n)
	}
	if t.entries > 0 {
		return malformed("a second table of sample entries")
	}
	for range n {
		start := c.Pos()
		size := int64(c.U32())
		kind := c.FourCC()
		if size < 8 || c.Err() != nil {
			return malformed("sample entry of %d bytes", size)
		}
		body := c.Peek(int(size - 8))
		if int64(len(body)) < size-8 {
			return refuse("box-overrun", "sample entry %q of %d bytes in %d", kind, size, len(body)+8)
		}
		c.Skip(len(body))
		e := box{kind: kind, off: b.off + int64(start) + 8, body: body}
		if t.entries++; t.entries > 1 {
			if err := m.extraEntry(t, e, version); err != nil {
				return err
			}
			continue
		}
		if err := m.readEntry(t, e, version); err != nil {
			return m.place(err, e)
		}
	}
	return t.finishEntry()
}

// extraEntry reads a further sample entry as ffmpeg does: one of another type is left out, and
// with it the samples that use it; one of the same type overrides what the first said, but for
// the codec's configuration.
func (m *movie) extraEntry(t *track, e box, version uint8) error {
	if t.tag != 0 && tagOf(e.kind) != t.tag {
		switch {
		case t.format == "AV1x" && e.kind == "AVup", t.codec == "prores", t.codec == "dvvideo", t.codec == "mjpeg":
			return refuse("sample-entries", "a further sample entry %q after %q", e.kind, t.format)
		}
		t.leftOut = true
		return nil
	}
	if t.leftOut {
		return refuse("sample-entries", "sample entries of several kinds in turn")
	}
	t.anyEntry = true
	config := t.entry.extradata
	t.entry.extradata = nil
	if err := m.readEntry(t, e, version); err != nil {
		return m.place(err, e)
	}
	t.entry.extradata = config
	return nil
}

// readEntry reads one sample entry and the boxes in it.
func (m *movie) readEntry(t *track, e box, version uint8) error {
	c := e.cursor()
	t.entry.service = -1
	t.entry.dataRef = 1
	if len(e.body) >= 8 {
		c.Skip(6)
		t.entry.dataRef = int(c.U16())
	}
	t.format = e.kind
	t.identify(e.kind)
	switch t.kind {
	case media.KindVideo:
		t.readVisualEntry(c)
	case media.KindAudio:
		m.readAudioEntry(t, c, version)
	case media.KindSubtitle:
		t.readTextEntry(c)
	default:
		if err := t.readDataEntry(c); err != nil {
			return err
		}
	}
	if c.Err() != nil {
		return refuse("box-overrun", "sample entry %q of %d bytes", e.kind, len(e.body)+8)
	}
	pos := c.Pos()
	rest := c.Rest()
	if len(rest) <= 8 {
		return nil
	}
	return m.children(box{kind: "stsd", off: e.off + int64(pos), body: rest})
}

// readVisualEntry reads the fields of a VisualSampleEntry (8.5.2, 12.1.3).
func (t *track) readVisualEntry(c *bits.Cursor) {
	e := &t.entry
	c.Skip(4)
	t.setMeta("vendor_id", tagOf(c.FourCC()).String())
	c.Skip(8)
	e.width, e.height = int(c.U16()), int(c.U16())
	c.Skip(14)
	n := min(int(c.U8()), 31)
	name := c.Bytes(31)
	if name != nil {
		e.codecName = cString(macText(name[:n]))
	}
	if e.codecName != "" {
		t.setMeta("encoder", e.codecName)
	}
	e.depth = int(c.U16())
	if len(e.codecName) >= 25 && e.codecName[:25] == "Planar Y'CbCr 8-bit 4:2:0" {
		t.tag = tagOf("I420")
		e.width &^= 1
		e.height &^= 1
	}
	if t.tag == tagOf("H263") && len(e.codecName) >= 13 && e.codecName[:13] == "Sorenson H263" {
		t.codec = "flv1"
	}
	colorTable := c.U16()
	t.readPalette(c, colorTable)
}

// readPalette steps over a colour table that follows a palette picture's entry (QuickTime File
// Format, "Color Table Atoms").
func (t *track) readPalette(c *bits.Cursor, id uint16) {
	depth := t.entry.depth & 0x1f
	if t.codec == "cinepak" && t.entry.depth&0x20 != 0 {
		return
	}
	if depth != 1 && depth != 2 && depth != 4 && depth != 8 {
		return
	}
	t.entry.depth = depth
	if id != 0 {
		return
	}
	first := c.U32()
	c.Skip(2)
	last := c.U16()
	if first <= 255 && last <= 255 {
		for range int(last) - int(first) + 1 {
			c.Skip(8)
		}
	}
}

// readTextEntry keeps the whole of a text entry as ffmpeg does: nothing in it is a box, unless
// its type is that of MPEG-4 systems.
func (t *track) readTextEntry(c *bits.Cursor) {
	if t.format != "mp4s" {
		t.entry.extradata = c.Rest()
	}
	t.entry.width, t.entry.height = t.tkWidth, t.tkHeight
}

// readDataEntry reads a timecode entry and steps over any other that is neither picture, sound
// nor text.
func (t *track) readDataEntry(c *bits.Cursor) error {
	p := c.Rest()
	if t.format != "tmcd" {
		return nil
	}
	t.entry.extradata = p
	if len(p) <= 16 {
		return nil
	}
	t.avg = media.Rational{Num: int64(int32(u32At(p, 8))), Den: int64(int32(u32At(p, 12)))}
	t.entry.samplesPer = int64(p[16])
	t.entry.bytesPer = int64(u32At(p, 4)) // the flags
	if len(p) > 30 && string(p[22:26]) == "name" && int64(len(p)) >= int64(u32At(p, 18))+18 {
		n := int(p[26])<<8 | int(p[27])
		if n > 0 && len(p) >= n+30 && p[30] != 0 {
			t.setMeta("reel_name", cString(string(p[30:30+n])))
		}
	}
	return nil
}

// finishEntry applies what a codec is known to be whatever the entry says.
func (t *track) finishEntry() error {
	e := &t.entry
	if t.kind == media.KindAudio && e.sampleRate == 0 && t.timescale > 1 {
		e.sampleRate = int(t.timescale)
	}
	switch t.codec {
	case "qcelp":
		e.setLayout(1, layoutMono)
		if t.format != "Qclp" {
			e.sampleRate = 8000
		}
		e.samplesPer = 160
		if e.bytesPer == 0 {
			e.bytesPer = 35
		}
	case "amr_nb":
		e.setLayout(1, layoutMono)
		e.sampleRate = 8000
	case "amr_wb":
		e.setLayout(1, layoutMono)
		e.sampleRate = 16000
	case "mp2", "mp3":
		t.kind = media.KindAudio
	case "alac":
		if x := e.extradata; len(x) == 36 {
			if n := int(x[21]); e.channels != n {
				e.setLayout(n, 0)
			}
			e.sampleRate = int(int32(u32At(x, 32)))
		}
	case "ac3", "eac3", "mpeg1video", "vc1", "vp8", "vp9":
		e.fullParse = true
	case "unsettled":
		return refuse("no-parameters", "sound of a kind whose sample size does not come from its entry")
	}
	return nil
}

func (e *sampleEntry) setLayout(channels int, mask uint64) {
	e.channels, e.mask, e.ambisonic = channels, mask, false
}
