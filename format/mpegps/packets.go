package mpegps

import (
	"encoding/binary"

	"github.com/mediagauge/mediagauge/internal/bits"
)

// Stream identifiers: ISO/IEC 13818-1, table 2-22.
const (
	idEnd      = 0xb9
	idPack     = 0xba
	idSystem   = 0xbb
	idMap      = 0xbc
	idPrivate1 = 0xbd
	idPadding  = 0xbe
	idPrivate2 = 0xbf
)

const none = int64(-1) << 62

// packet is a PES packet of a program stream.
type packet struct {
	off      int64
	id       byte
	pts, dts int64
	payload  []byte
}

// walk calls visit for each packet of data, which lies at base, and returns how many bytes were walked
// over. Bytes that are no start code are passed over, as ffprobe does.
func walk(data []byte, base int64, visit func(packet) error) (int, error) {
	at := 0
	for {
		next := bits.StartCode(data, at)
		if next < 0 {
			return max(len(data)-3, at), nil
		}
		at = next
		if at+4 > len(data) {
			return at, nil
		}
		id := data[at+3]
		switch {
		case id < idEnd || id == idEnd:
			at += 4
			continue
		case id == idPack:
			size := packSize(data[at:])
			if size == 0 {
				return at, nil
			}
			at += size
			continue
		}
		if at+6 > len(data) {
			return at, nil
		}
		size := 6 + int(binary.BigEndian.Uint16(data[at+4:]))
		if at+size > len(data) {
			return at, nil
		}
		p := packet{off: base + int64(at), id: id, pts: none, dts: none}
		body := data[at+6 : at+size]
		switch id {
		case idSystem, idPadding, idMap:
		case idPrivate2:
			p.payload = body
			if err := visit(p); err != nil {
				return at, err
			}
		default:
			if parse(&p, body) {
				if err := visit(p); err != nil {
					return at, err
				}
			}
		}
		at += size
	}
}

// packSize is the length of a pack header of MPEG-1 or MPEG-2; 0 when it is cut off.
func packSize(b []byte) int {
	switch {
	case len(b) < 14:
		return 0
	case b[4]&0xc0 == 0x40:
		return 14 + int(b[13]&7)
	case b[4]&0xf0 == 0x20:
		return 12
	}
	return 4
}

func stamp(b []byte) int64 {
	return int64(b[0]>>1&7)<<30 | int64(b[1])<<22 | int64(b[2]>>1)<<15 | int64(b[3])<<7 | int64(b[4]>>1)
}

// parse reads the head of a packet: ISO/IEC 13818-1, 2.4.3.6, or ISO/IEC 11172-1, 2.4.3.3.
func parse(p *packet, b []byte) bool {
	if len(b) >= 3 && b[0]&0xc0 == 0x80 {
		length := int(b[2])
		if 3+length > len(b) {
			return false
		}
		if flags := b[1] >> 6; flags >= 2 && length >= 5 {
			p.pts = stamp(b[3:])
			p.dts = p.pts
			if flags == 3 && length >= 10 {
				p.dts = stamp(b[8:])
			}
		}
		p.payload = b[3+length:]
		return true
	}
	for len(b) > 0 && b[0] == 0xff { // stuffing
		b = b[1:]
	}
	if len(b) >= 2 && b[0]&0xc0 == 0x40 { // size of the buffer
		b = b[2:]
	}
	switch {
	case len(b) >= 5 && b[0]&0xf0 == 0x20:
		p.pts = stamp(b)
		p.dts, b = p.pts, b[5:]
	case len(b) >= 10 && b[0]&0xf0 == 0x30:
		p.pts, p.dts = stamp(b), stamp(b[5:])
		b = b[10:]
	case len(b) >= 1 && b[0] == 0x0f:
		b = b[1:]
	default:
		return false
	}
	p.payload = b
	return true
}
