package id3

import (
	"bytes"
	"errors"
	"strings"
	"unicode/utf8"
)

// Text encodings (ID3 2.4.0, 4).
const (
	encodingLatin1  = 0
	encodingUTF16   = 1 // with a byte order mark
	encodingUTF16BE = 2
	encodingUTF8    = 3
)

var errBOM = errors.New("no byte order mark")

// takeText reads a text up to its zero or the end of b and returns what follows. An encoding that
// is not known gives an empty text, from which nothing is taken.
func takeText(encoding byte, b []byte) (text string, rest []byte, err error) {
	switch encoding {
	case encodingLatin1:
		s, rest := takeBytes(b)
		return latin1(s), rest, nil
	case encodingUTF8:
		s, rest := takeBytes(b)
		return printable(s), rest, nil
	case encodingUTF16:
		if len(b) < 2 {
			return "", nil, errBOM
		}
		switch {
		case b[0] == 0xff && b[1] == 0xfe:
			text, rest = takeUTF16(b[2:], 0, 1)
		case b[0] == 0xfe && b[1] == 0xff:
			text, rest = takeUTF16(b[2:], 1, 0)
		default:
			return "", nil, errBOM
		}
		return text, rest, nil
	case encodingUTF16BE:
		text, rest = takeUTF16(b, 1, 0)
		return text, rest, nil
	}
	return "", b, nil
}

// takeBytes cuts b at its first zero.
func takeBytes(b []byte) (s, rest []byte) {
	if i := bytes.IndexByte(b, 0); i >= 0 {
		return b[:i], b[i+1:]
	}
	return b, nil
}

func cstring(b []byte) string {
	s, _ := takeBytes(b)
	return string(s)
}

func latin1(b []byte) string {
	var s strings.Builder
	for _, c := range b {
		s.WriteRune(rune(c))
	}
	return s.String()
}

// takeUTF16 reads units whose low and high bytes are at low and high. A surrogate without its
// other half ends the text.
func takeUTF16(b []byte, low, high int) (text string, rest []byte) {
	var s strings.Builder
	unit := func() rune {
		if len(b) < 2 {
			b = nil
			return 0
		}
		u := rune(b[low]) | rune(b[high])<<8
		b = b[2:]
		return u
	}
	for len(b) > 1 {
		r := unit()
		if r >= 0xd800 && r < 0xe000 {
			next := unit() - 0xdc00
			if r >= 0xdc00 || next < 0 || next > 0x3ff {
				break
			}
			r = (r-0xd800)<<10 + next + 0x10000
		}
		if r == 0 {
			break
		}
		writeRune(&s, r)
	}
	return s.String(), b
}

// writeRune writes r; the two that no text may hold print as replacements.
func writeRune(s *strings.Builder, r rune) {
	if r == 0xfffe || r == 0xffff {
		r = utf8.RuneError
	}
	s.WriteRune(r)
}

// printable replaces what is not UTF-8 the way ffprobe does when it prints: a sequence that is cut
// off byte by byte, one that is whole but says what none may say at once.
func printable(b []byte) string {
	var s strings.Builder
	for len(b) > 0 {
		r, n := rune(b[0]), 1
		if r >= 0x80 {
			r, n = sequence(b)
		}
		writeRune(&s, r)
		b = b[n:]
	}
	return s.String()
}

// sequence reads a sequence of up to six bytes, as UTF-8 once had them.
func sequence(b []byte) (r rune, n int) {
	lead := b[0]
	for n = 0; n < 8 && lead&(0x80>>n) != 0; n++ {
	}
	if n < 2 || n > 6 || n > len(b) {
		return utf8.RuneError, 1
	}
	v := uint64(lead) & (0x7f >> n)
	for _, c := range b[1:n] {
		if c&0xc0 != 0x80 {
			return utf8.RuneError, 1
		}
		v = v<<6 | uint64(c&0x3f)
	}
	r = rune(min(v, utf8.MaxRune+1))
	if !utf8.ValidRune(r) || utf8.RuneLen(r) != n {
		return utf8.RuneError, n
	}
	return r, n
}
