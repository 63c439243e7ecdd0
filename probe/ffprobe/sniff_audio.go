package ffprobe

import "encoding/binary"

// chain counts frames in a row from at: length returns a frame's size, 0 when there is none.
// end tells that several frames filled b, the last perhaps cut off.
func chain(b []byte, at, want int, length func([]byte) int) (frames int, end bool) {
	for frames < want && at < len(b) {
		n := length(b[at:])
		if n == 0 {
			return frames, false
		}
		frames++
		at += n
	}
	return frames, frames > 1 && at >= len(b)
}

// isADTS wants three frames in a row, or a source that is frames throughout
// (ISO/IEC 13818-7 section 6.2).
func isADTS(b []byte) bool {
	length := func(b []byte) int {
		if len(b) < 7 || b[0] != 0xff || b[1]&0xf6 != 0xf0 {
			return 0
		}
		n := int(b[3]&3)<<11 | int(b[4])<<3 | int(b[5])>>5
		if n < 7 {
			return 0
		}
		return n
	}
	return framed(b, 3, length)
}

// framed looks for want frames in a row: at the start, where reaching the end also counts,
// then after up to 32 KiB of junk, where one more is asked for.
func framed(b []byte, want int, length func([]byte) int) bool {
	if n, end := chain(b, 0, want, length); n >= want || end {
		return true
	}
	for at := 1; at < len(b) && at < 32<<10; at++ {
		if n, _ := chain(b, at, want+1, length); n > want {
			return true
		}
	}
	return false
}

// isLOAS wants three frames with the 11-bit sync word 0x2B7 (ISO/IEC 14496-3 section 1.7.2).
func isLOAS(b []byte) bool {
	return framed(b, 3, func(b []byte) int {
		if len(b) < 3 || b[0] != 0x56 || b[1]&0xe0 != 0xe0 {
			return 0
		}
		return int(b[1]&0x1f)<<8 | int(b[2]) + 3
	})
}

// ac3Kbps is the bit rate in kbit/s by frmsizecod/2 (ATSC A/52 table 5.18): at 48 kHz frames
// are 4 bytes times the rate long, at 32 kHz 6, at 44.1 kHz 640/147 rounded down to words.
var ac3Kbps = [...]int{32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640}

// isAC3 wants three sync frames whose bsid lies between low and high: up to 10 is AC-3,
// 11 to 16 Enhanced AC-3 (ATSC A/52 section 5.3 and annex E).
func isAC3(b []byte, low, high byte) bool {
	return framed(b, 3, func(b []byte) int {
		if len(b) < 7 {
			return 0
		}
		h := [6]byte(b[:6])
		if h[0] == 0x77 && h[1] == 0x0b { // 16-bit words the other way round
			h = [6]byte{h[1], h[0], h[3], h[2], h[5], h[4]}
		}
		bsid := h[5] >> 3
		if h[0] != 0x0b || h[1] != 0x77 || bsid < low || bsid > high {
			return 0
		}
		if bsid > 10 {
			return (int(h[2]&7)<<8 | int(h[3]) + 1) * 2
		}
		rate, size := h[4]>>6, h[4]&0x3f
		if rate == 3 || size >= 38 {
			return 0
		}
		kbps := ac3Kbps[size/2]
		switch rate {
		case 0:
			return kbps * 4
		case 1:
			return (kbps*320/147 + int(size&1)) * 2
		}
		return kbps * 6
	})
}

// mpegKbps are the bit rates by version (1, then 2 and 2.5), layer and index
// (ISO/IEC 11172-3 section 2.4.2.3, ISO/IEC 13818-3 section 2.4.2.3).
var mpegKbps = [2][3][15]int{
	{
		{0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448},
		{0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384},
		{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320},
	},
	{
		{0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256},
		{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
		{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
	},
}

// isMPEGAudio wants four frames in a row of one version, layer and sample rate.
func isMPEGAudio(b []byte) bool {
	const fixed = 0xfffe0c00 // sync, version, layer, sample rate
	var first uint32
	length := func(b []byte) int {
		if len(b) < 4 {
			return 0
		}
		h := binary.BigEndian.Uint32(b)
		if first != 0 && h&fixed != first&fixed {
			return 0
		}
		n := mpegFrameSize(h)
		if n != 0 && first == 0 {
			first = h
		}
		return n
	}
	const want = 4
	if n, end := chain(b, 0, want, length); n >= want || end {
		return true
	}
	for at := 1; at < len(b) && at < 48<<10; at++ {
		if b[at] != 0xff {
			continue
		}
		first = 0
		if n, _ := chain(b, at, want, length); n >= want {
			return true
		}
	}
	return false
}

// mpegFrameSize returns the length of the frame with header h; 0 for no header and for the
// free format, whose length is not stated.
func mpegFrameSize(h uint32) int {
	version, layer := h>>19&3, 3-int(h>>17&3) // layer counts from 0 for Layer I
	index, rate := h>>12&15, h>>10&3
	if h>>21 != 0x7ff || version == 1 || layer == 3 || index == 0 || index == 15 || rate == 3 {
		return 0
	}
	hertz := [...]int{44100, 48000, 32000}[rate]
	lower := 0
	if version != 3 {
		lower = 1
		hertz >>= 1
		if version == 0 {
			hertz >>= 1
		}
	}
	bits := mpegKbps[lower][layer][index] * 1000
	padding := int(h >> 9 & 1)
	switch {
	case layer == 0:
		return (12*bits/hertz + padding) * 4
	case layer == 2 && lower == 1:
		return 72*bits/hertz + padding
	}
	return 144*bits/hertz + padding
}
