package flv

import (
	"math"
	"strconv"

	"github.com/mediagauge/mediagauge/internal/bits"
)

// The types of Action Message Format values (AMF 0 specification, 2.1).
const (
	amfNumber      = 0
	amfBoolean     = 1
	amfString      = 2
	amfObject      = 3
	amfNull        = 5
	amfUndefined   = 6
	amfReference   = 7
	amfECMAArray   = 8
	amfObjectEnd   = 9
	amfArray       = 10
	amfDate        = 11
	amfLongString  = 12
	amfUnsupported = 13
)

const (
	maxDepth  = 16     // of values in values
	maxValues = 20_000 // of one script data tag; keyframe lists have some thousands
)

// script is what an onMetaData tag states.
type script struct {
	duration  float64 // seconds
	framerate float64
	videoRate float64 // kbit/s
	audioRate float64
	tags      map[string]string

	values int
}

// spoken are the properties that ffprobe uses and does not list as tags.
var spoken = map[string]bool{
	"duration": true, "filesize": true, "width": true, "height": true, "videodatarate": true, "framerate": true,
	"videocodecid": true, "audiodatarate": true, "audiosamplerate": true, "audiosamplesize": true, "stereo": true,
	"audiocodecid": true, "datastream": true,
}

// readScript reads the body of a script data tag (Video File Format Specification 10.1, E.4.4):
// the name of an event and its argument. Damage ends the reading; what was read before stands.
func readScript(body []byte) (event string, s *script) {
	c := bits.NewCursor(body)
	if c.U8() != amfString {
		return "", nil
	}
	event = string(c.Bytes(int(c.U16())))
	s = &script{tags: map[string]string{}}
	if event == "onMetaData" {
		s.value(c, "", 0)
	}
	return event, s
}

// value reads one value, which stands under key; it says whether it could.
func (s *script) value(c *bits.Cursor, key string, depth int) bool {
	if s.values++; depth > maxDepth || s.values > maxValues {
		return false
	}
	switch kind := c.U8(); kind {
	case amfNumber:
		s.number(key, depth, math.Float64frombits(c.U64()))
	case amfBoolean:
		s.text(key, depth, map[bool]string{false: "false", true: "true"}[c.U8() != 0])
	case amfString:
		s.text(key, depth, string(c.Bytes(int(c.U16()))))
	case amfLongString:
		s.text(key, depth, string(c.Bytes(int(c.U32()))))
	case amfECMAArray:
		c.Skip(4)
		return s.properties(c, depth)
	case amfObject:
		return s.properties(c, depth)
	case amfArray:
		for n := c.U32(); n > 0; n-- {
			if !s.value(c, "", depth+1) {
				return false
			}
		}
	case amfDate:
		c.Skip(8 + 2)
	case amfReference:
		c.Skip(2)
	case amfNull, amfUndefined, amfUnsupported, amfObjectEnd:
	default:
		return false
	}
	return c.Err() == nil
}

// properties reads named values up to an object end.
func (s *script) properties(c *bits.Cursor, depth int) bool {
	for c.Left() >= 3 {
		name := string(c.Bytes(int(c.U16())))
		if name == "" && len(c.Peek(1)) == 1 && c.Peek(1)[0] == amfObjectEnd {
			c.Skip(1)
			return true
		}
		if !s.value(c, name, depth+1) {
			return false
		}
	}
	return c.Err() == nil
}

func (s *script) number(key string, depth int, v float64) {
	if depth != 1 {
		return
	}
	switch key {
	case "duration":
		s.duration = v
	case "framerate":
		s.framerate = v
	case "videodatarate":
		s.videoRate = v
	case "audiodatarate":
		s.audioRate = v
	}
	s.text(key, depth, strconv.FormatFloat(v, 'f', 0, 64))
}

func (s *script) text(key string, depth int, v string) {
	if depth == 1 && !spoken[key] && key != "" && v != "" {
		s.tags[key] = v
	}
}
