package main

import (
	"encoding/binary"
	"slices"
)

// box makes a box of the parts (ISO/IEC 14496-12, 4.2).
func box(kind string, parts ...[]byte) []byte {
	body := slices.Concat(parts...)
	return slices.Concat(u32(uint32(len(body)+8)), []byte(kind), body)
}

// full makes a box with version and flags 0.
func full(kind string, parts ...[]byte) []byte {
	return box(kind, append([][]byte{zeros(4)}, parts...)...)
}

func u16(v uint16) []byte { return binary.BigEndian.AppendUint16(nil, v) }
func u32(v uint32) []byte { return binary.BigEndian.AppendUint32(nil, v) }
func zeros(n int) []byte  { return make([]byte, n) }

// u32s is a run of 32-bit numbers.
func u32s(v ...uint32) []byte {
	var b []byte
	for _, x := range v {
		b = binary.BigEndian.AppendUint32(b, x)
	}
	return b
}

// handler is the box that says of which kind a track is (8.4.3).
func handler(kind string) []byte {
	return full("hdlr", u32(0), []byte(kind), zeros(12), zeros(1))
}

// track is a track without samples: a handler, a language and one sample entry.
func track(kind string, language uint16, entry []byte, meta ...[]byte) []byte {
	head := full("mdhd", u32s(0, 0, 1000, 0), u16(language), u16(0))
	table := box("minf", box("stbl", full("stsd", u32(1), entry)))
	parts := append([][]byte{full("tkhd", zeros(80)), box("mdia", head, handler(kind), table)}, meta...)
	return box("trak", parts...)
}

// visual is a sample entry of a picture (12.1.3).
func visual(kind string) []byte {
	return box(kind, zeros(6), u16(1), zeros(16), u16(64), u16(48), zeros(14), zeros(32), u16(24), u16(0xffff))
}

// sound is a sample entry of sound (12.2.3), and what follows it.
func sound(kind string, channels, bits int, parts ...[]byte) []byte {
	head := slices.Concat(zeros(6), u16(1), zeros(8), u16(uint16(channels)), u16(uint16(bits)), zeros(4), u32(48000<<16))
	return box(kind, append([][]byte{head}, parts...)...)
}

// either is a sample entry that reads as picture, as sound and as anything else.
func either(kind string) []byte {
	return box(kind, zeros(6), u16(1), zeros(8), u16(2), zeros(6), u16(48000), u16(48), zeros(46), u16(24), u16(0xffff))
}

// movie is a file of one movie box.
func movie(brand string, parts ...[]byte) []byte {
	head := full("mvhd", u32s(0, 0, 1000, 0), u32(1<<16), zeros(76), u32(1))
	return slices.Concat(box("ftyp", []byte(brand), u32(512)), box("moov", append([][]byte{head}, parts...)...))
}

// nothing is a sample entry of a type that stands for no codec.
var nothing = box("zzzz", zeros(6), u16(1))
