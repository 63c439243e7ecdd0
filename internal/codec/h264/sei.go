package h264

import "github.com/mediagauge/mediagauge/internal/bits"

// SEI payload types (D.1.1).
const (
	seiPicTiming           = 1
	seiAlternativeTransfer = 147
)

// maxSEI bounds how much of an SEI NAL unit is looked at.
const maxSEI = 64 << 10

// parseSEI takes what it knows from the messages of one NAL unit (7.3.2.3.1). Messages that are
// cut off or broken are ignored, as decoders do.
func (p *Picture) parseSEI(nalu []byte) {
	c := bits.NewCursor(bits.Unescape(nalu[nalHeader:min(len(nalu), maxSEI)]))
	for c.Left() > 2 {
		kind, size := seiNumber(c), seiNumber(c)
		payload := c.Bytes(size)
		switch kind {
		case seiPicTiming:
			p.parsePicTiming(payload)
		case seiAlternativeTransfer:
			if len(payload) > 0 {
				p.PreferredTransfer = int(payload[0])
			}
		}
	}
}

// seiNumber reads a type or a size: each byte 255 goes on.
func seiNumber(c *bits.Cursor) int {
	n := 0
	for {
		b := c.U8()
		n += int(b)
		if b != 0xff {
			return n
		}
	}
}

// parsePicTiming follows pic_timing() of D.1.3 up to pic_struct.
func (p *Picture) parsePicTiming(payload []byte) {
	vui := p.SPS.VUI
	if vui == nil || !vui.PicStructPresent {
		return
	}
	r := bits.NewBitReader(payload)
	if vui.HRD != nil {
		r.Skip(vui.HRD.CPBRemovalDelayLength)
		r.Skip(vui.HRD.DPBOutputDelayLength)
	}
	if v := r.Int(4); r.Err() == nil && v <= 8 {
		p.PicStruct = v
	}
}
