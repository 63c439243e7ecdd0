// Package subtitle reads files of subtitles alone: SubRip, WebVTT (W3C), Advanced SubStation Alpha and
// TTML (W3C). ffprobe tells no length of them, and does not know TTML; the length here is the end of the
// last cue.
package subtitle

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"iter"
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// The formats.
var (
	SRT    = format("srt", "SubRip subtitle", "subrip", 1000, sniffSRT, cues(srtTimes))
	WebVTT = format("webvtt", "WebVTT subtitle", "webvtt", 1000, sniffVTT, cues(vttTimes))
	ASS    = format("ass", "SSA (SubStation Alpha) subtitle", "ass", 100, sniffASS, dialogues)
	TTML   = format("ttml", "TTML subtitle", "ttml", 1000, sniffTTML, paragraphs)
)

var rules = map[string]string{
	"long-text":    "a file of more than 4 MiB: the last cue may stand anywhere in it",
	"unknown-size": "the length of the source is not known",
}

// Rules returns the gate rules by name, each with the reason why a file is refused by it.
func Rules() map[string]string { return rules }

const maxText = 4 << 20

// decode turns UTF-16 into UTF-8 and takes byte order marks away.
func decode(b []byte) []byte {
	order := binary.ByteOrder(nil)
	switch {
	case bytes.HasPrefix(b, []byte("\xef\xbb\xbf")):
		return b[3:]
	case bytes.HasPrefix(b, []byte("\xff\xfe")):
		order = binary.LittleEndian
	case bytes.HasPrefix(b, []byte("\xfe\xff")):
		order = binary.BigEndian
	default:
		return b
	}
	units := make([]uint16, 0, len(b)/2)
	for p := b[2:]; len(p) >= 2; p = p[2:] {
		units = append(units, order.Uint16(p))
	}
	return []byte(string(utf16.Decode(units)))
}

var (
	srtTimes = regexp.MustCompile(`(?m)^\s*(\d+):(\d{1,2}):(\d{1,2})[,.](\d{1,3})\s*-->\s*(\d+):(\d{1,2}):(\d{1,2})[,.](\d{1,3})`)
	vttTimes = regexp.MustCompile(`(?m)^\s*(?:(\d+):)?(\d{1,2}):(\d{1,2})[,.](\d{1,3})\s+-->\s+(?:(\d+):)?(\d{1,2}):(\d{1,2})[,.](\d{1,3})`)
	assTimes = regexp.MustCompile(`(?m)^Dialogue:[^,\r\n]*,\s*\d+:\d{1,2}:\d{1,2}[.:]\d{1,2}\s*,\s*(\d+):(\d{1,2}):(\d{1,2})[.:](\d{1,2})`)
)

func sniffSRT(head []byte) error {
	if !bytes.Contains(head, []byte("-->")) && !bytes.Contains(head, []byte("-\x00-\x00>")) { // soon told, of most files
		return errors.New("no times of a SubRip cue")
	}
	at := srtTimes.FindIndex(decode(head))
	if at == nil {
		return errors.New("no times of a SubRip cue")
	}
	// Nothing but numbers stands before the first cue's times.
	for line := range strings.Lines(string(decode(head)[:at[0]])) {
		if line = strings.TrimSpace(line); line != "" {
			if _, err := strconv.Atoi(line); err != nil {
				return errors.New("text before the first SubRip cue")
			}
		}
	}
	return nil
}

func sniffVTT(head []byte) error {
	rest, ok := bytes.CutPrefix(decode(head), []byte("WEBVTT"))
	if !ok || len(rest) > 0 && !strings.ContainsRune("\r\n \t", rune(rest[0])) {
		return errors.New("no WEBVTT line")
	}
	return nil
}

func sniffASS(head []byte) error {
	if !bytes.HasPrefix(bytes.TrimLeft(decode(head), "\r\n \t"), []byte("[Script Info]")) {
		return errors.New("no [Script Info]")
	}
	return nil
}

var ttRoot = regexp.MustCompile(`<(?:\w+:)?tt[\s>]`)

func sniffTTML(head []byte) error {
	if !bytes.Contains(head, []byte("tt")) && !bytes.Contains(head, []byte("t\x00t")) {
		return errors.New("no tt element of TTML")
	}
	b := decode(head)
	if !bytes.Contains(b, []byte("www.w3.org/")) || !bytes.Contains(b, []byte("ttml")) && !bytes.Contains(b, []byte("ttaf1")) || !ttRoot.Match(b) {
		return errors.New("no tt element of TTML")
	}
	return nil
}

func format(name, long, codec string, den int64, sniff func([]byte) error, last func(text string) int64) probe.Format {
	return probe.Format{Name: name, Sniff: sniff, Probe: func(_ context.Context, r *probe.Reader) (*media.Info, error) {
		size, known := r.Size()
		switch {
		case !known:
			return nil, probe.Refuse("unknown-size", "a stream")
		case size > maxText:
			return nil, probe.Refuse("long-text", "%d bytes", size)
		}
		if err := r.Element(0); err != nil {
			return nil, err
		}
		b := make([]byte, size)
		if n, err := r.ReadAt(b, 0); err != nil && err != io.EOF {
			return nil, err
		} else if n < len(b) {
			return nil, probe.Errorf(probe.Truncated, "%d bytes of %d", n, len(b))
		}
		info := &media.Info{Format: media.Format{Name: name, LongName: long}, Size: size}
		t := media.Track{Timebase: media.Timebase{Num: 1, Den: den}}
		t.SetCodec(codec)
		t.Kind = media.KindSubtitle
		info.Tracks = []media.Track{t}
		if ms := last(string(decode(b))); ms > 0 {
			info.Duration = media.Duration{Ticks: media.Ticks(ms * 1000), Timebase: media.Microseconds}
		}
		info.Clean()
		return info, nil
	}}
}

// matches yields what re finds in text, one after the other: a text may hold very many.
func matches(re *regexp.Regexp, text string) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		for {
			at := re.FindStringSubmatchIndex(text)
			if at == nil {
				return
			}
			m := make([]string, len(at)/2)
			for i := range m {
				if at[2*i] >= 0 {
					m[i] = text[at[2*i]:at[2*i+1]]
				}
			}
			if !yield(m) {
				return
			}
			text = text[max(at[1], 1):]
		}
	}
}

// millis is a time of hours, minutes, seconds and a fraction.
func millis(parts []string) int64 {
	sum := int64(0)
	for _, p := range parts[:3] {
		n, _ := strconv.ParseInt(p, 10, 32) // digits, or nothing
		sum = sum*60 + n
	}
	fraction, _ := strconv.ParseInt((parts[3] + "000")[:3], 10, 32)
	return sum*1000 + fraction
}

// cues returns the end of the last cue in milliseconds.
func cues(times *regexp.Regexp) func(string) int64 {
	return func(text string) (last int64) {
		for m := range matches(times, text) {
			last = max(last, millis(m[5:9]))
		}
		return last
	}
}

func dialogues(text string) (last int64) {
	for m := range matches(assTimes, text) {
		last = max(last, millis(m[1:5]))
	}
	return last
}

var (
	ttTimes = regexp.MustCompile(`\s(begin|end|dur)\s*=\s*["']([^"']*)["']`)
	ttSpan  = regexp.MustCompile(`<(?:\w+:)?(?:p|span|div|body)\s[^>]*>`)
	ttRate  = regexp.MustCompile(`tickRate\s*=\s*["'](\d+)["']`)
	ttFrame = regexp.MustCompile(`[:\s]frameRate\s*=\s*["'](\d+)["']`)
	ttClock = regexp.MustCompile(`^(\d+):(\d{2}):(\d{2})(?:\.(\d+)|:(\d+)(?:\.\d+)?)?$`)
	ttCount = regexp.MustCompile(`^(\d+(?:\.\d+)?)(h|m|s|ms|f|t)$`)
)

// paragraphs returns the latest end of TTML's timed elements (TTML1, 10.3.1), each taken from the start
// of the document.
func paragraphs(text string) (last int64) {
	number := func(re *regexp.Regexp, otherwise float64) float64 {
		if m := re.FindStringSubmatch(text); m != nil {
			if n, err := strconv.ParseFloat(m[1], 64); err == nil && n > 0 {
				return n
			}
		}
		return otherwise
	}
	frames := number(ttFrame, 30)
	ticks := number(ttRate, frames)
	for element := range matches(ttSpan, text) {
		var begin, length, end int64
		stated := false
		for m := range matches(ttTimes, element[0]) {
			ms, ok := ttMillis(m[2], frames, ticks)
			switch {
			case !ok:
			case m[1] == "begin":
				begin = ms
			case m[1] == "dur":
				length = ms
			default:
				end, stated = ms, true
			}
		}
		if !stated {
			end = begin + length
		}
		last = max(last, end)
	}
	return last
}

// ttMillis reads a time expression.
func ttMillis(text string, frames, ticks float64) (int64, bool) {
	text = strings.TrimSpace(text)
	if m := ttClock.FindStringSubmatch(text); m != nil {
		ms := float64(millis([]string{m[1], m[2], m[3], ""}))
		switch {
		case m[4] != "":
			f, _ := strconv.ParseFloat("0."+m[4], 64) // digits
			ms += 1000 * f
		case m[5] != "":
			f, _ := strconv.ParseFloat(m[5], 64)
			ms += 1000 * f / frames
		}
		return int64(math.Round(ms)), true
	}
	m := ttCount.FindStringSubmatch(text)
	if m == nil {
		return 0, false
	}
	n, err := strconv.ParseFloat(m[1], 64)
	ms := n * map[string]float64{"h": 3_600_000, "m": 60_000, "s": 1000, "ms": 1, "f": 1000 / frames, "t": 1000 / ticks}[m[2]]
	if err != nil || ms > 1e12 {
		return 0, false
	}
	return int64(math.Round(ms)), true
}
