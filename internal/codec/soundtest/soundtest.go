// Package soundtest holds what the tests of the sound codecs share. Only tests import it.
package soundtest

import (
	"encoding/hex"
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/mediagauge/mediagauge/media"
)

// Bytes decodes hexadecimal text with spaces; "*n" after a byte repeats it to n bytes in all.
func Bytes(t testing.TB, text string) []byte {
	t.Helper()
	var out []byte
	for _, word := range strings.Fields(text) {
		word, times, repeated := strings.Cut(word, "*")
		b, err := hex.DecodeString(word)
		n := 1
		if repeated {
			_, err = fmt.Sscan(times, &n)
		}
		if err != nil {
			t.Fatalf("%q: %v", word, err)
		}
		for range n {
			out = append(out, b...)
		}
	}
	return out
}

// Words spells a sound track's values as ffprobe would name them, with "-" for those that are not
// known: codec, profile, sample format, rate, channels, layout and significant bits.
func Words(t *media.Track) string {
	a := t.Audio
	if a == nil {
		a = &media.Audio{}
	}
	words := []any{t.Codec.Name, t.Codec.Profile, a.SampleFormat, a.SampleRate, a.Channels, a.ChannelLayout, a.BitDepth}
	var s []string
	for _, w := range words {
		text := fmt.Sprint(w)
		if text == "" || text == "0" {
			text = "-"
		}
		s = append(s, text)
	}
	return strings.Join(s, " ")
}

// Describer is what every codec's configuration is.
type Describer interface{ Describe(*media.Track) }

// Fuzz holds a parser to its promises on any bytes: it does not panic, gives the same twice, and
// what it accepts describes a track with sensible numbers.
func Fuzz[T Describer](f *testing.F, parse func([]byte) (T, error)) {
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := parse(data)
		again, errAgain := parse(data)
		if (err == nil) != (errAgain == nil) || err == nil && !reflect.DeepEqual(got, again) {
			t.Fatalf("%+v, %v; then %+v, %v", got, err, again, errAgain)
		}
		if err != nil {
			return
		}
		var track media.Track
		got.Describe(&track)
		if track.Codec.Name == "" || media.CodecKind(track.Codec.Name) != media.KindAudio || track.Audio == nil {
			t.Fatalf("%+v describes %+v", got, track)
		}
		if a := track.Audio; a.SampleRate < 0 || a.Channels < 0 || a.BitDepth < 0 || a.BitDepth > 64 {
			t.Fatalf("%+v describes %+v", got, *a)
		}
	})
}

// Spent returns how many bytes do allocated.
func Spent(do func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}
