package ffprobe

import (
	"bytes"
	"encoding/binary"
)

// isMovie knows the QuickTime family by its first box, ftyp or not.
func isMovie(b []byte) bool {
	if len(b) < 8 || !movieBoxes[string(b[4:8])] {
		return false
	}
	size := binary.BigEndian.Uint32(b)
	return size == 0 || size == 1 || size >= 8
}

// isAnimatedPNG looks for acTL before the first IDAT (APNG 1.0, "Structure").
func isAnimatedPNG(b []byte) bool {
	rest, ok := bytes.CutPrefix(b, []byte("\x89PNG\r\n\x1a\n"))
	for ok && len(rest) >= 12 {
		switch string(rest[4:8]) {
		case "acTL":
			return true
		case "IDAT":
			return false
		}
		next := int64(binary.BigEndian.Uint32(rest)) + 12
		if next > int64(len(rest)) {
			return false
		}
		rest = rest[next:]
	}
	return false
}

func isBMP(b []byte) bool {
	if len(b) < 18 || b[0] != 'B' || b[1] != 'M' {
		return false
	}
	header := binary.LittleEndian.Uint32(b[14:])
	return binary.LittleEndian.Uint32(b[6:]) == 0 && header >= 12 && header <= 255
}

// isIcon checks the directory's first entry: a reserved zero byte and an offset behind the directory.
func isIcon(b []byte) bool {
	if len(b) < 22 || !bytes.HasPrefix(b, []byte{0, 0, 1, 0}) {
		return false
	}
	n := binary.LittleEndian.Uint16(b[4:])
	return n > 0 && n < 64 && b[9] == 0 && binary.LittleEndian.Uint32(b[18:]) >= 6+16*uint32(n) &&
		binary.LittleEndian.Uint32(b[14:]) > 0
}

// isPNM knows the Netpbm formats whose number is in digits.
func isPNM(b []byte, digits string) bool {
	return len(b) > 3 && b[0] == 'P' && bytes.IndexByte([]byte(digits), b[1]) >= 0 &&
		(b[2] == '\n' || b[2] == ' ' || b[2] == '\t' || b[2] == '\r')
}

func isSVG(b []byte) bool {
	t := bytes.TrimLeft(decodeText(b), " \t\r\n")
	t = t[:min(len(t), 4<<10)]
	return bytes.HasPrefix(t, []byte("<svg")) ||
		(bytes.HasPrefix(t, []byte("<?xml")) || bytes.HasPrefix(t, []byte("<!--")) || bytes.HasPrefix(t, []byte("<!DOCTYPE svg"))) &&
			bytes.Contains(t, []byte("<svg"))
}

// isMXF looks for a header partition pack behind a run-in of at most 64 KiB
// (SMPTE ST 377-1 sections 6.5 and 7.1).
func isMXF(b []byte) bool {
	key := []byte("\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02\x01\x01\x02")
	return bytes.Contains(b, key)
}

// isSRT looks for a cue number followed by a timing line, or for the timing line alone.
func isSRT(b []byte) bool {
	line, rest := cutLine(bytes.TrimLeft(b, "\r\n\t "))
	if isTiming(line) {
		return true
	}
	if len(line) == 0 || len(line) > 12 || len(bytes.Trim(line, "0123456789")) > 0 {
		return false
	}
	line, _ = cutLine(rest)
	return isTiming(line)
}

// isTiming recognises "00:00:01,000 --> 00:00:02,000", hours and blanks as they come.
func isTiming(line []byte) bool {
	from, to, ok := bytes.Cut(line, []byte("-->"))
	if !ok || len(line) > 128 {
		return false
	}
	return bytes.Count(from, []byte(":")) == 2 && bytes.Count(to, []byte(":")) >= 2 &&
		bytes.IndexAny(from, "0123456789") >= 0
}

func cutLine(b []byte) (line, rest []byte) {
	line, rest, _ = bytes.Cut(b[:min(len(b), 512)], []byte("\n"))
	return bytes.TrimRight(line, "\r \t"), rest
}
