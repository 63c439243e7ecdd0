package mp4

import (
	"math"
	"strings"
	"time"

	"github.com/mediagauge/mediagauge/internal/bits"
	"github.com/mediagauge/mediagauge/media"
)

// readFtyp keeps the brands; only the first file type box counts, and only before any track.
func (m *movie) readFtyp(b box) error {
	if len(b.body) < 8 {
		return malformed("file type box of %d bytes", len(b.body))
	}
	if len(m.tracks) > 0 {
		return nil
	}
	c := b.cursor()
	major := c.FourCC()
	if cString(major) != "qt  " {
		m.isom = true
	}
	m.avif = major == "avif"
	m.setMeta("major_brand", cString(major))
	m.setMeta("minor_version", itoa(int64(c.U32())))
	m.brands = cString(string(c.Rest()))
	m.setMeta("compatible_brands", m.brands)
	return nil
}

func (m *movie) readMoov(b box) error {
	if m.foundMoov {
		m.warn(b.off, "a second movie box is ignored")
		return nil
	}
	m.spareSamples += sampleRoom(int64(len(b.body)))
	if err := m.children(b); err != nil {
		return err
	}
	m.foundMoov = true
	return nil
}

func (m *movie) readMdat(b box) error {
	if len(b.body) > 0 {
		m.foundMdat = true
	}
	return nil
}

func (m *movie) readCmov(box) error {
	return refuse("compressed-moov", "compressed movie header")
}

func (m *movie) readIloc(box) error {
	if m.avif {
		return refuse("avif-still", "still image")
	}
	return nil
}

// readMvhd reads the movie header (ISO/IEC 14496-12, 8.2.2).
func (m *movie) readMvhd(b box) error {
	c := b.cursor()
	version := c.U8()
	c.Skip(3)
	created := headerTime(c, version)
	m.timescale = int64(int32(c.U32()))
	m.duration = headerDuration(c, version)
	c.Skip(16)
	m.matrix = readMatrix(c)
	c.Skip(28)
	if c.Err() != nil {
		return refuse("box-overrun", "movie header of %d bytes", len(b.body))
	}
	if s, ok := creationTime(created); ok {
		m.setMeta("creation_time", s)
	}
	if m.timescale <= 0 {
		m.timescale = 1
	}
	if len(m.trex) > 0 {
		m.duration = noTime
	} else {
		m.duration = rescale(m.duration, 1_000_000, m.timescale, roundNear)
	}
	return nil
}

// headerTime steps over creation and modification time and returns the former.
func headerTime(c *bits.Cursor, version uint8) int64 {
	if version == 1 {
		t := int64(c.U64())
		c.Skip(8)
		return t
	}
	t := int64(c.U32())
	c.Skip(4)
	return t
}

func headerDuration(c *bits.Cursor, version uint8) int64 {
	if version == 1 {
		return int64(c.U64())
	}
	return int64(c.U32())
}

// creationTime spells seconds since 1904, or since 1970 when below the difference of the two.
func creationTime(seconds int64) (string, bool) {
	const since1904 = 2082844800
	if seconds == 0 {
		return "", false
	}
	if seconds >= since1904 {
		seconds -= since1904
	}
	if seconds > math.MaxInt64/1_000_000 || seconds < math.MinInt64/1_000_000 {
		return "", false
	}
	t := time.Unix(seconds, 0).UTC()
	if t.Year() > 9999 || t.Year() < 0 {
		return "", false
	}
	return t.Format("2006-01-02T15:04:05.000000Z"), true
}

func readMatrix(c *bits.Cursor) (mx [3][3]int32) {
	for i := range mx {
		for j := range mx[i] {
			mx[i][j] = c.I32()
		}
	}
	return mx
}

// readTrak reads one track and works out what its tables say.
func (m *movie) readTrak(b box) error {
	if m.avif {
		return refuse("avif-still", "a still image with tracks")
	}
	t, err := m.newTrack()
	if err != nil {
		return err
	}
	m.traks++
	m.inTrak = true
	if err := m.children(b); err != nil {
		return err
	}
	m.inTrak = false
	return m.finishTrak(m.tracks[t.index])
}

// readTkhd reads the track header (ISO/IEC 14496-12, 8.3.2).
func (m *movie) readTkhd(b box) error {
	t := m.last()
	if t == nil {
		return nil
	}
	if t.id != -1 {
		return malformed("a second track header")
	}
	c := b.cursor()
	version := c.U8()
	t.enabled = c.U24()&1 != 0
	headerTime(c, version)
	t.id = int64(int32(c.U32()))
	c.Skip(4)
	headerDuration(c, version)
	c.Skip(16)
	own := readMatrix(c)
	width, height := c.I32(), c.I32()
	if c.Err() != nil {
		return refuse("box-overrun", "track header of %d bytes", len(b.body))
	}
	t.tkWidth, t.tkHeight = int(width>>16), int(height>>16)
	t.setMatrix(own, m.matrix)
	if width != 0 && height != 0 && t.hasMatrix {
		t.matrixSAR()
	}
	return nil
}

// readMdhd reads the media header (ISO/IEC 14496-12, 8.4.2).
func (m *movie) readMdhd(b box) error {
	t := m.last()
	if t == nil {
		return nil
	}
	if t.timescale != 0 {
		return malformed("a second media header")
	}
	c := b.cursor()
	version := c.U8()
	if version > 1 {
		return malformed("media header of version %d", version)
	}
	c.Skip(3)
	created := headerTime(c, version)
	t.timescale = int64(int32(c.U32()))
	t.duration = headerDuration(c, version)
	language := c.U16()
	c.Skip(2)
	if c.Err() != nil {
		return refuse("box-overrun", "media header of %d bytes", len(b.body))
	}
	if s, ok := creationTime(created); ok {
		t.setMeta("creation_time", s)
	}
	if t.timescale <= 0 {
		t.timescale = 1
	}
	if s := languageOf(language); s != "" {
		t.language = s
		t.setMeta("language", s)
	}
	return nil
}

// readHdlr reads the handler, which says what the track carries (ISO/IEC 14496-12, 8.4.3).
func (m *movie) readHdlr(b box) error {
	c := b.cursor()
	c.Skip(8)
	kind := c.FourCC()
	if c.Err() != nil {
		return refuse("box-overrun", "handler of %d bytes", len(b.body))
	}
	if !m.inTrak {
		if kind == "mdta" {
			m.mdta = true
		}
		return nil
	}
	t := m.last()
	switch kind {
	case "vide":
		t.kind = media.KindVideo
	case "soun":
		t.kind = media.KindAudio
	case "m1a ":
		t.codec = "mp2"
	case "subp", "clcp":
		t.kind = media.KindSubtitle
	}
	c.Skip(12)
	name := c.Rest()
	if len(name) > 0 && name[0] != 0 && t.metadata["handler_name"] == "" {
		if !m.isom && int(name[0]) == len(name)-1 {
			name = name[1:] // a Pascal string
		}
		t.setMeta("handler_name", cString(string(name)))
	}
	return nil
}

// cString cuts s at the first NUL.
func cString(s string) string {
	s, _, _ = strings.Cut(s, "\x00")
	return s
}
