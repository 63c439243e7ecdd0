package h265

import "github.com/mediagauge/mediagauge/internal/bits"

// SEI payload types (D.2.1).
const (
	seiPicTiming           = 1
	seiMasteringDisplay    = 137
	seiContentLight        = 144
	seiAlternativeTransfer = 147
)

// maxSEI bounds how much of an SEI NAL unit is looked at.
const maxSEI = 64 << 10

// HDR is what SEI messages tell of the light a stream was made for.
type HDR struct {
	Mastering    *MasteringDisplay
	ContentLight *ContentLight
}

// MasteringDisplay is mastering_display_colour_volume() of D.2.28.
type MasteringDisplay struct {
	Primaries    [3][2]int // x and y of green, blue and red in units of 0.00002
	WhitePoint   [2]int
	MaxLuminance uint32 // in units of 0.0001 candela per square metre
	MinLuminance uint32
}

// ContentLight is content_light_level_info() of D.2.35, in candela per square metre.
type ContentLight struct {
	MaxCLL  int
	MaxFALL int
}

// parseSEI takes what it knows from the messages of one NAL unit (7.3.5). Messages that are cut
// off or broken are ignored, as decoders do. pic may be nil.
func (h *HDR) parseSEI(nalu []byte, pic *Picture) {
	c := bits.NewCursor(bits.Unescape(nalu[nalHeader:min(len(nalu), maxSEI)]))
	for c.Left() > 2 {
		kind, size := seiNumber(c), seiNumber(c)
		payload := bits.NewCursor(c.Bytes(size))
		switch {
		case kind == seiMasteringDisplay && payload.Left() >= 24:
			m := &MasteringDisplay{}
			for i := range m.Primaries {
				m.Primaries[i] = [2]int{int(payload.U16()), int(payload.U16())}
			}
			m.WhitePoint = [2]int{int(payload.U16()), int(payload.U16())}
			m.MaxLuminance, m.MinLuminance = payload.U32(), payload.U32()
			h.Mastering = m
		case kind == seiContentLight && payload.Left() >= 4:
			h.ContentLight = &ContentLight{MaxCLL: int(payload.U16()), MaxFALL: int(payload.U16())}
		case kind == seiAlternativeTransfer && payload.Left() >= 1 && pic != nil:
			pic.PreferredTransfer = int(payload.U8())
		case kind == seiPicTiming && pic != nil:
			pic.parsePicTiming(payload.Rest())
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

// parsePicTiming follows pic_timing() of D.2.3 up to pic_struct.
func (p *Picture) parsePicTiming(payload []byte) {
	if p.SPS.VUI == nil || !p.SPS.VUI.FrameFieldInfoPresent {
		return
	}
	r := bits.NewBitReader(payload)
	if v := r.Int(4); r.Err() == nil {
		p.PicStruct = v
	}
}
