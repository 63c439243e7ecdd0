package mp4

import (
	"encoding/binary"
	"slices"
)

// bx makes a box of the parts.
func bx(kind string, parts ...[]byte) []byte {
	body := slices.Concat(parts...)
	return slices.Concat(u32(uint32(len(body)+8)), []byte(kind), body)
}

// full makes a box with version and flags.
func full(kind string, version byte, flags uint32, parts ...[]byte) []byte {
	return bx(kind, append([][]byte{u32(uint32(version)<<24 | flags)}, parts...)...)
}

func u16(v uint16) []byte { return binary.BigEndian.AppendUint16(nil, v) }
func u32(v uint32) []byte { return binary.BigEndian.AppendUint32(nil, v) }
func u64(v uint64) []byte { return binary.BigEndian.AppendUint64(nil, v) }

func zeros(n int) []byte { return make([]byte, n) }

func u32s(v ...uint32) []byte {
	var b []byte
	for _, x := range v {
		b = binary.BigEndian.AppendUint32(b, x)
	}
	return b
}

var unity = u32s(1<<16, 0, 0, 0, 1<<16, 0, 0, 0, 1<<30)

func ftyp() []byte { return bx("ftyp", []byte("isom"), u32(512), []byte("isomiso2mp41")) }

func mvhd(scale, duration uint32) []byte {
	return full("mvhd", 0, 0, u32s(0, 0, scale, duration, 1<<16), zeros(12), unity, zeros(24), u32(2))
}

func tkhd(id uint32) []byte {
	return full("tkhd", 0, 3, u32s(0, 0, id, 0, 1000), zeros(8), u32s(0, 0), unity, u32s(0, 0))
}

func mdhd(scale, duration uint32) []byte {
	return full("mdhd", 0, 0, u32s(0, 0, scale, duration), u16(0x55c4), u16(0))
}

func hdlr(kind string) []byte {
	return full("hdlr", 0, 0, u32(0), []byte(kind), zeros(12), []byte("handler\x00"))
}

// pcmEntry is a sample entry of 16-bit stereo sound, which needs no codec's configuration.
func pcmEntry() []byte {
	return bx("sowt", zeros(6), u16(1), zeros(8), u16(2), u16(16), zeros(4), u32(48000<<16))
}

func stsd(entries ...[]byte) []byte {
	return full("stsd", 0, 0, u32(uint32(len(entries))), slices.Concat(entries...))
}

// tables is the sample table of one chunk at 40 with n samples of sound.
func tables(n uint32) [][]byte {
	return [][]byte{
		stsd(pcmEntry()),
		full("stts", 0, 0, u32s(1, n, 1)),
		full("stsc", 0, 0, u32s(1, 1, n, 1)),
		full("stsz", 0, 0, u32s(4, n)),
		full("stco", 0, 0, u32s(1, 40)),
	}
}

// trakOf is a sound track with the given parts in its sample table, and boxes before its media.
func trakOf(id uint32, before []byte, table ...[]byte) []byte {
	return bx("trak", tkhd(id), before, bx("mdia", mdhd(48000, 480), hdlr("soun"),
		bx("minf", bx("stbl", table...))))
}

// file is a complete file around the parts of a movie box.
func file(parts ...[]byte) []byte {
	moov := bx("moov", append([][]byte{mvhd(1000, 10)}, parts...)...)
	media := bx("mdat", zeros(2000))
	return slices.Concat(ftyp(), media, moov)
}
