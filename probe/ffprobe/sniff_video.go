package ffprobe

import "bytes"

// isTransportStream wants five sync bytes in a row at one of the packet lengths in use:
// 188 (ISO/IEC 13818-1 section 2.4.3), 192 (with a time code, Blu-ray), 204 (with parity).
// A source shorter than that must be packets throughout.
func isTransportStream(b []byte) bool {
	const want = 5
	for _, length := range []int{188, 192, 204} {
		for start := 0; start < len(b) && start < 16<<10; start++ {
			if b[start] != 0x47 {
				continue
			}
			run := 0
			at := start
			for at < len(b) && b[at] == 0x47 && run < want {
				at += length
				run++
			}
			if run >= want || start == 0 && at >= len(b) && len(b) >= 188 {
				return true
			}
		}
	}
	return false
}

// isProgramStream looks for a pack header with its marker bits behind leading junk
// (ISO/IEC 13818-1 section 2.5.3.3, ISO/IEC 11172-1 section 2.4.3.2), or for PES packets
// of a video or audio track right at the start.
func isProgramStream(b []byte) bool {
	for rest := b; ; {
		i := bytes.Index(rest, []byte{0, 0, 1, 0xba})
		if i < 0 || len(rest) < i+6 {
			break
		}
		if m := rest[i+4]; m&0xc4 == 0x44 || m&0xf1 == 0x21 {
			return true
		}
		rest = rest[i+4:]
	}
	return len(b) > 9 && b[0] == 0 && b[1] == 0 && b[2] == 1 && b[3]&0xe0 == 0xc0 && b[6]&0xc0 == 0x80
}

// eachUnit calls f with what follows every 00 00 01 start code.
func eachUnit(b []byte, f func(unit []byte) bool) {
	for {
		i := bytes.Index(b, []byte{0, 0, 1})
		if i < 0 || len(b) < i+5 {
			return
		}
		b = b[i+3:]
		if !f(b) {
			return
		}
	}
}

// startsWithCode says whether b begins with a start code, leading zeros allowed.
func startsWithCode(b []byte) bool {
	t := bytes.TrimLeft(b[:min(len(b), 64)], "\x00")
	return len(b)-len(t) >= 2 && len(t) > 1 && t[0] == 1 && len(b) > 5 && b[0] == 0
}

// isH264 wants SPS, PPS and a slice, with nothing that H.264 reserves or forbids
// (ITU-T H.264 table 7-1).
func isH264(b []byte) bool {
	if !startsWithCode(b) {
		return false
	}
	var sps, pps, slices, wrong int
	eachUnit(b, func(u []byte) bool {
		ref, kind := u[0]>>5&3, u[0]&31
		switch {
		case u[0]&0x80 != 0:
			wrong += 4
		case kind == 7 && ref != 0:
			sps++
		case kind == 8 && ref != 0:
			pps++
		case kind == 1, kind == 5 && ref != 0:
			slices++
		case kind == 0 || kind >= 16:
			wrong++
		}
		return true
	})
	return sps > 0 && pps > 0 && slices > 0 && wrong < sps+pps+slices
}

// isHEVC wants VPS, SPS and PPS with plain two-byte headers (ITU-T H.265 section 7.3.1.2).
func isHEVC(b []byte) bool {
	if !startsWithCode(b) {
		return false
	}
	var vps, sps, pps, wrong int
	eachUnit(b, func(u []byte) bool {
		if u[0]&0x80 != 0 || u[1]&7 == 0 {
			wrong++
			return true
		}
		switch u[0] >> 1 & 0x3f {
		case 32:
			vps++
		case 33:
			sps++
		case 34:
			pps++
		}
		return true
	})
	return vps > 0 && sps > 0 && pps > 0 && wrong < vps+sps+pps
}

// isMPEG4Video wants a visual object sequence or a video object layer at the start
// (ISO/IEC 14496-2 table 6-3), and a picture after it.
func isMPEG4Video(b []byte) bool {
	if !startsWithCode(b) {
		return false
	}
	var layers, pictures, wrong int
	eachUnit(b, func(u []byte) bool {
		switch code := u[0]; {
		case code >= 0x20 && code <= 0x2f:
			layers++
		case code == 0xb6:
			pictures++
		case code > 0x2f && code < 0xb0 || code > 0xb9 && code < 0xc4:
			wrong++
		}
		return true
	})
	return layers > 0 && pictures > 0 && wrong < pictures
}

// isOBUStream knows the low-overhead AV1 format by its temporal delimiter followed by a
// sequence header (AV1 section 5.3 and annex A of the container note).
func isOBUStream(b []byte) bool {
	return len(b) > 4 && b[0] == 0x12 && b[1] == 0 && b[2]&0xfb == 0x0a
}

// isAV1AnnexB reads the three nested lengths in front of the temporal delimiter (AV1 annex B).
func isAV1AnnexB(b []byte) bool {
	unit, n := leb128(b)
	frame, m := leb128(b[min(n, len(b)):])
	obu, k := leb128(b[min(n+m, len(b)):])
	at := n + m + k
	if n == 0 || m == 0 || k == 0 || at+1 >= len(b) || frame > unit || obu > frame || obu == 0 || obu > 2 {
		return false
	}
	header := b[at]
	return header == 0x10 && obu == 1 || header == 0x12 && obu == 2 && b[at+1] == 0
}

func leb128(b []byte) (value uint64, n int) {
	for n < len(b) && n < 8 {
		value |= uint64(b[n]&0x7f) << (7 * n)
		n++
		if b[n-1]&0x80 == 0 {
			return value, n
		}
	}
	return 0, 0
}
