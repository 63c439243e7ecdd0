package mp4

import (
	"math/bits"

	gobits "github.com/mediagauge/mediagauge/internal/bits"
)

// readEnda marks QuickTime's uncompressed sound as little-endian.
func (m *movie) readEnda(b box) error {
	if t := m.last(); t != nil && len(b.body) >= 2 && b.body[1] == 1 {
		t.littleEndian()
	}
	return nil
}

// readPcmC reads the PCM configuration (ISO/IEC 23003-5).
func (m *movie) readPcmC(b box) error {
	if len(b.body) < 6 {
		return malformed("PCM configuration of %d bytes", len(b.body))
	}
	if t := m.last(); t != nil && b.body[4] == 1 {
		t.littleEndian()
	}
	return nil
}

// readWave reads the box in which QuickTime wraps a decompressor's parameters.
func (m *movie) readWave(b box) error {
	t := m.last()
	if t == nil {
		return nil
	}
	if t.codec == "qdm2" || t.codec == "qdmc" || t.codec == "speex" {
		t.entry.extradata = b.body
		return nil
	}
	if len(b.body) <= 8 {
		return nil
	}
	if t.codec == "alac" && len(b.body) >= 24 {
		size := int64(u32At(b.body, 0))
		framed := string(b.body[4:8]) == "frma" && size >= 8 && size <= int64(len(b.body)-8)
		if !framed && t.entry.extradata == nil {
			x := make([]byte, 36)
			x[3] = 36
			copy(x[4:], "alac")
			copy(x[12:], b.body[:24])
			t.entry.extradata = x
			return nil
		}
	}
	return m.children(b)
}

// readDac3 reads AC-3's configuration (ETSI TS 102 366, F.4).
func (m *movie) readDac3(b box) error {
	t := m.last()
	if t == nil {
		return nil
	}
	c := b.cursor()
	info := c.U24()
	if c.Err() != nil {
		return refuse("box-overrun", "AC-3 configuration of %d bytes", len(b.body))
	}
	t.entry.service = int(info >> 14 & 7)
	t.entry.setMask(ac3Layout(int(info>>11&7), info>>10&1 != 0))
	return nil
}

// readDec3 reads E-AC-3's configuration (F.6); only the first substream counts.
func (m *movie) readDec3(b box) error {
	t := m.last()
	if t == nil {
		return nil
	}
	c := b.cursor()
	c.Skip(2)
	info := c.U24()
	if c.Err() != nil {
		return refuse("box-overrun", "E-AC-3 configuration of %d bytes", len(b.body))
	}
	t.entry.service = int(info >> 12 & 31)
	t.entry.setMask(ac3Layout(int(info>>9&7), info>>8&1 != 0))
	return nil
}

// Channels of a layout mask, in the order of WAVEFORMATEXTENSIBLE.
const (
	frontLeft = 1 << iota
	frontRight
	frontCenter
	lowFrequency
	backLeft
	backRight
	frontLeftOfCenter
	frontRightOfCenter
	backCenter
	sideLeft
	sideRight
	topCenter
	topFrontLeft
	topFrontCenter
	topFrontRight
	topBackLeft
	topBackCenter
	topBackRight

	layoutMono   = frontCenter
	layoutStereo = frontLeft | frontRight
)

// ac3Layout gives the channels of an audio coding mode (ETSI TS 102 366, 4.4.2.3).
func ac3Layout(mode int, lfe bool) uint64 {
	modes := [8]uint64{
		layoutStereo, layoutMono, layoutStereo, layoutStereo | frontCenter,
		layoutStereo | backCenter, layoutStereo | frontCenter | backCenter,
		layoutStereo | sideLeft | sideRight, layoutStereo | frontCenter | sideLeft | sideRight,
	}
	mask := modes[mode]
	if lfe {
		mask |= lowFrequency
	}
	return mask
}

func (e *sampleEntry) setMask(mask uint64) {
	e.setLayout(bits.OnesCount64(mask), mask)
}

// readDdts reads DTS's configuration (ETSI TS 102 114, E.2.2.3).
func (m *movie) readDdts(b box) error {
	t := m.last()
	if len(b.body) < 20 {
		return refuse("box-overrun", "DTS configuration of %d bytes", len(b.body))
	}
	if t == nil {
		return nil
	}
	e := &t.entry
	c := b.cursor()
	e.sampleRate = int(c.I32())
	if e.sampleRate <= 0 {
		return malformed("DTS sample rate %d", e.sampleRate)
	}
	c.Skip(4)
	t.bitRate = int64(c.I32())
	e.depth = int(c.U8())
	c.Skip(4)
	layout := c.U16()
	parts := []uint64{frontCenter, layoutStereo, sideLeft | sideRight, lowFrequency}
	var mask uint64
	for i, part := range parts {
		if layout>>i&1 != 0 {
			mask |= part
		}
	}
	e.setMask(mask)
	return nil
}

// readDfLa keeps FLAC's stream information (Encapsulation of FLAC in ISOBMFF, 3.3.2).
func (m *movie) readDfLa(b box) error {
	t := m.last()
	if t == nil {
		return nil
	}
	const header, info = 8, 34
	if len(b.body) < header+info || b.body[0] != 0 {
		return malformed("FLAC configuration of %d bytes", len(b.body))
	}
	size := u32At(b.body, 4) & 0xffffff
	if b.body[4]&0x7f != 0 || size != info {
		return malformed("FLAC configuration without stream information")
	}
	t.entry.extradata = b.body[header : header+info]
	return nil
}

// readDOps keeps Opus's configuration (Encapsulation of Opus in ISOBMFF, 4.3.2) as the identification header
// it corresponds to (RFC 7845, 5.1).
func (m *movie) readDOps(b box) error {
	t := m.last()
	if t == nil {
		return nil
	}
	if len(b.body) < 11 || t.entry.extradata != nil || b.body[0] != 0 {
		return malformed("Opus configuration of %d bytes", len(b.body))
	}
	x := append([]byte("OpusHead"), b.body...)
	x[8] = 1
	swap := func(i, j int) { x[i], x[j] = x[j], x[i] }
	swap(10, 11)
	swap(12, 15)
	swap(13, 14)
	swap(16, 17)
	t.entry.extradata = x
	return nil
}

// readDmlp reads TrueHD's configuration; the first frame has it too.
func (m *movie) readDmlp(b box) error {
	if len(b.body) < 10 {
		return malformed("TrueHD configuration of %d bytes", len(b.body))
	}
	return nil
}

// readWfex would replace what the entry says by a Windows wave header.
func (m *movie) readWfex(box) error {
	return refuse("unusual-box", "wave format in a sample entry")
}

// readSA3D reads the number of ambisonic channels (Spatial Audio RFC).
func (m *movie) readSA3D(b box) error {
	t := m.last()
	if t == nil {
		return nil
	}
	if len(b.body) < 16 {
		return malformed("spatial audio box of %d bytes", len(b.body))
	}
	c := b.cursor()
	version, kind := c.U8(), c.U8()
	order := int64(c.I32())
	channelOrder, normalization := c.U8(), c.U8()
	n := int64(c.I32())
	if version != 0 || kind != 0 || channelOrder != 0 || normalization != 0 || order < 0 || n != (order+1)*(order+1) {
		return nil
	}
	for i := range n {
		if int64(c.U32()) != i || c.Err() != nil {
			return nil
		}
	}
	t.entry.setLayout(int(n), 0)
	t.entry.ambisonic = true
	return nil
}

// readChan reads QuickTime's channel layout (Core Audio's AudioChannelLayout).
func (m *movie) readChan(b box) error {
	t := m.last()
	if t == nil || len(b.body) < 16 {
		return nil
	}
	c := b.cursor()
	c.Skip(4)
	tag, bitmap := c.U32(), c.U32()
	n := int64(c.U32())
	if n*20 > int64(c.Left()) {
		return nil
	}
	var mask uint64
	switch tag {
	case 0:
		mask = describedChannels(c, n)
	case 1 << 16:
		if bitmap < 0x40000 {
			mask = uint64(bitmap)
		}
	default:
		mask = channelTags[tag]
	}
	e := &t.entry
	if mask != 0 && (e.channels == 0 || bits.OnesCount64(mask) == e.channels) {
		e.setMask(mask)
	}
	return nil
}

// describedChannels builds a layout from channel labels; 0 when they are not in rising order.
func describedChannels(c *gobits.Cursor, n int64) uint64 {
	var mask uint64
	for range n {
		label := c.U32()
		c.Skip(16)
		var bit uint64
		switch {
		case label >= 1 && label <= 18:
			bit = 1 << (label - 1)
		case label == 35:
			bit = 1 << 31
		case label == 36:
			bit = 1 << 32
		case label == 37:
			bit = 1 << 35
		case label == 38:
			bit = 1 << 29
		case label == 39:
			bit = 1 << 30
		}
		if bit <= mask {
			return 0
		}
		mask |= bit
	}
	return mask
}
