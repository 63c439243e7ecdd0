package mp4

import (
	"github.com/mediagauge/mediagauge/internal/codec/cicp"
	"github.com/mediagauge/mediagauge/internal/rational"
	"github.com/mediagauge/mediagauge/media"
)

// readConfig keeps a codec's configuration record: avcC, hvcC, av1C or ffmpeg's own glbl.
func (m *movie) readConfig(b box) error {
	t := m.last()
	if t == nil {
		return nil
	}
	if len(b.body) >= 10 && string(b.body[4:8]) == "fiel" && int(u32At(b.body, 0)) == len(b.body) {
		return m.children(b)
	}
	if len(t.entry.extradata) > 1 {
		return nil
	}
	t.entry.extradata = b.body
	if b.kind == "hvcC" && t.tag == tagOf("dvh1") {
		t.codec = "hevc"
	}
	return nil
}

// atomCodecs says which codec a box belongs to that is kept whole, header and all.
var atomCodecs = map[string]string{
	"alac": "alac", "avss": "avs", "jp2h": "jpeg2000", "DpxE": "r10k", "SMI ": "svq3",
	"APRG": "avui dnxhd", "AALP": "avui dnxhd", "Cin\x8e": "targa_y216",
}

// readAtomConfig appends a box to the configuration of the codec that it belongs to.
func (m *movie) readAtomConfig(b box) error {
	t := m.last()
	if t == nil {
		return nil
	}
	switch atomCodecs[b.kind] {
	case t.codec:
	case "avui dnxhd":
		if t.codec != "avui" && t.codec != "dnxhd" {
			return nil
		}
	default:
		return nil
	}
	t.entry.appendBox(b)
	if x := t.entry.extradata; t.codec == "targa_y216" && len(x) >= 40 {
		t.entry.height = int(x[36])<<8 | int(x[37])
		t.entry.width = int(x[38])<<8 | int(x[39])
	}
	return nil
}

func (e *sampleEntry) appendBox(b box) {
	n := len(b.body) + 8
	x := append([]byte(nil), e.extradata...)
	x = append(x, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	x = append(x, b.kind...)
	e.extradata = append(x, b.body...)
}

// readAres reads Avid's resolution box: the width of AVC-Intra 50 and the display aspect ratio.
func (m *movie) readAres(b box) error {
	t := m.last()
	if t == nil {
		return nil
	}
	c := b.cursor()
	if t.tag == tagOf("AVin") && t.codec == "h264" && len(b.body) > 11 {
		c.Skip(10)
		if id := c.U16(); id == 0xd4d || id == 0xd4e {
			t.entry.width = 1440
		}
		return nil
	}
	if avid := t.tag == tagOf("AVd1") || t.tag == tagOf("AVj2") || t.tag == tagOf("AVdn"); avid && len(b.body) >= 24 {
		c.Skip(12)
		num, den := int64(c.I32()), int64(c.I32())
		if num <= 0 || den <= 0 {
			return nil
		}
		switch c.U32() {
		case 2:
			den *= 2
			fallthrough
		case 1:
			t.dar = media.Rational{Num: num, Den: den}
		}
		return nil
	}
	if t.codec == "avui" || t.codec == "dnxhd" {
		t.entry.appendBox(b)
	}
	return nil
}

// readAclr reads Avid's colour range box.
func (m *movie) readAclr(b box) error {
	t := m.last()
	if t == nil || t.codec == "h264" || len(b.body) != 16 {
		return nil
	}
	t.entry.appendBox(b)
	switch b.body[11] {
	case 1:
		t.entry.color.Range = cicp.Range(false)
	case 2:
		t.entry.color.Range = cicp.Range(true)
	}
	return nil
}

// readColr reads the colour information box (ISO/IEC 14496-12, 12.1.5; QuickTime's nclc).
func (m *movie) readColr(b box) error {
	t := m.last()
	if t == nil {
		return nil
	}
	c := b.cursor()
	kind := c.FourCC()
	if c.Err() != nil {
		return malformed("colour box of %d bytes", len(b.body))
	}
	if kind != "nclx" && kind != "nclc" {
		return nil
	}
	primaries, transfer, matrix := c.U16(), c.U16(), c.U16()
	color := &t.entry.color
	if kind == "nclx" {
		color.Range = cicp.Range(c.U8()&0x80 != 0)
	}
	if c.Err() != nil {
		return refuse("box-overrun", "colour box of %d bytes", len(b.body))
	}
	color.Primaries = cicp.Primaries(int(primaries))
	color.Transfer = cicp.Transfer(int(transfer))
	color.Matrix = cicp.Matrix(int(matrix))
	return nil
}

// readVpcC reads the colour of a VP8 or VP9 track (VP Codec ISO Media File Format Binding).
func (m *movie) readVpcC(b box) error {
	t := m.last()
	if t == nil {
		return nil
	}
	c := b.cursor()
	if len(b.body) < 5 {
		return malformed("VP codec configuration of %d bytes", len(b.body))
	}
	if c.U8() != 1 {
		return nil
	}
	t.entry.ext.record = b.body[4:]
	c.Skip(5)
	full := c.U8()&1 != 0
	primaries, transfer, matrix := c.U8(), c.U8(), c.U8()
	if c.U16() != 0 {
		return malformed("VP codec configuration with initialisation data")
	}
	if c.Err() != nil {
		return refuse("box-overrun", "VP codec configuration of %d bytes", len(b.body))
	}
	t.entry.color = media.Color{
		Range:     cicp.Range(full),
		Primaries: cicp.Primaries(int(primaries)),
		Transfer:  cicp.Transfer(int(transfer)),
		Matrix:    cicp.Matrix(int(matrix)),
	}
	return nil
}

// readPasp reads the pixel aspect ratio (12.1.4), which overrides any other of the container.
func (m *movie) readPasp(b box) error {
	t := m.last()
	c := b.cursor()
	num, den := int64(c.I32()), int64(c.I32())
	if c.Err() != nil {
		return refuse("box-overrun", "pixel aspect ratio of %d bytes", len(b.body))
	}
	if t != nil && den != 0 {
		t.sar = rational.Nearest(num, den, 32767)
	}
	return nil
}

// readFiel reads QuickTime's field order.
func (m *movie) readFiel(b box) error {
	t := m.last()
	if t == nil {
		return nil
	}
	if len(b.body) < 2 {
		return malformed("field order of %d bytes", len(b.body))
	}
	t.entry.fieldOrder = ""
	switch b.body[0] {
	case 1:
		t.entry.fieldOrder = "progressive"
	case 2:
		orders := map[byte]string{1: "tt", 6: "bb", 9: "tb", 14: "bt"}
		t.entry.fieldOrder = orders[b.body[1]]
	}
	return nil
}

// readDovi keeps a Dolby Vision configuration record (Dolby Vision Streams Within ISOBMFF).
func (m *movie) readDovi(b box) error {
	if t := m.last(); t != nil {
		t.entry.dovi = b.body
	}
	return nil
}

// readStrf keeps the configuration after a Windows bitmap header.
func (m *movie) readStrf(b box) error {
	if t := m.last(); t != nil && len(b.body) > 40 {
		t.entry.extradata = b.body[40:]
	}
	return nil
}

// readDvc1 keeps the configuration of an advanced profile VC-1 track (SMPTE RP 2025).
func (m *movie) readDvc1(b box) error {
	t := m.last()
	if t == nil {
		return nil
	}
	if len(b.body) < 7 {
		return malformed("VC-1 configuration of %d bytes", len(b.body))
	}
	if b.body[0]&0xf0 == 0xc0 {
		t.entry.extradata = b.body[7:]
	}
	return nil
}

// readFrma takes the original type of an encrypted sample entry (ISO/IEC 14496-12, 8.12.3).
func (m *movie) readFrma(b box) error {
	t := m.last()
	if t == nil || len(b.body) < 4 {
		return nil
	}
	if t.format != "encv" && t.format != "enca" {
		return nil
	}
	t.encrypted = true
	before, kind := t.codec, string(b.body[:4])
	t.identify(kind)
	if before != "" && t.codec != before {
		t.codec = before // ffmpeg keeps the codec it had, but under the new tag
		return nil
	}
	t.format = kind
	return nil
}

// readProtection notes that a track is encrypted; how, changes no value.
func (m *movie) readProtection(b box) error {
	t := m.last()
	if t == nil {
		return nil
	}
	if b.kind == "tenc" && len(b.body) < 20 || b.kind == "schm" && len(b.body) < 8 {
		return malformed("protection box of %d bytes", len(b.body))
	}
	t.encrypted = true
	t.protect(b)
	return nil
}

// readRecord keeps a configuration that ffprobe 5.1 does not read.
func (m *movie) readRecord(b box) error {
	if t := m.last(); t != nil {
		t.entry.ext.record = b.body
		if b.kind == "vvcC" && len(b.body) > 4 {
			t.entry.ext.record = b.body[4:]
		}
	}
	return nil
}
