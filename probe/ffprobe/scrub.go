package ffprobe

import (
	"fmt"
	"slices"
	"strings"
)

// scrub makes ffprobe's complaint fit for an error: without our address, memory addresses
// and control characters, and short.
func scrub(stderr string) string {
	var lines []string
	for _, line := range strings.FieldsFunc(stderr, func(r rune) bool { return r == '\n' || r == '\r' }) {
		line = address.ReplaceAllString(line, "")
		line = location.ReplaceAllString(line, "source")
		line = strings.Map(printable, strings.TrimSpace(line))
		if line != "" && !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	const few = 4
	if len(lines) > few {
		lines = lines[len(lines)-few:]
	}
	s := strings.Join(lines, "; ")
	const long = 400
	if len(s) > long {
		s = fmt.Sprintf("%s…", strings.ToValidUTF8(s[:long], ""))
	}
	return s
}

func printable(r rune) rune {
	if r < ' ' || r == 0x7f || r == 0xfffd {
		return -1
	}
	return r
}
