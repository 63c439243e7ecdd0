package matroska_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"

	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// FuzzMatroska: any bytes give an answer that holds together or a typed error, the same twice,
// and at a cost that what was read bounds.
func FuzzMatroska(f *testing.F) {
	for _, s := range samples(f) {
		f.Add(s.data[:min(len(s.data), 32<<10)])
	}
	for _, b := range bombs() {
		f.Add(b.data[:min(len(b.data), 16<<10)])
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		info, _, err := run(t.Context(), data)
		checkAnswer(t, info, err)
		again, _, err2 := run(context.Background(), data)
		if fmt.Sprint(err) != fmt.Sprint(err2) || !reflect.DeepEqual(info, again) {
			t.Errorf("not the same twice: %v and %v", err, err2)
		}
	})
}

// checkAnswer looks for contradictions in an answer.
func checkAnswer(t *testing.T, info *media.Info, err error) {
	t.Helper()
	var typed *probe.Error
	switch {
	case err != nil && !errors.As(err, &typed):
		t.Errorf("untyped error %v", err)
	case err != nil:
		return
	case info.Duration.Known() && info.Duration.Ticks <= 0, info.BitRate < 0:
		t.Errorf("duration %v, bit rate %d", info.Duration, info.BitRate)
	}
	for i, track := range info.Tracks {
		if track.Index != i || !track.Timebase.Known() {
			t.Errorf("track %d: index %d, timebase %v", i, track.Index, track.Timebase)
		}
		if (track.Kind == media.KindVideo) != (track.Video != nil) || (track.Kind == media.KindAudio) != (track.Audio != nil) {
			t.Errorf("track %d: %s without its facts", i, track.Kind)
		}
	}
}

// TestTruncated: a file cut anywhere is answered or fails cleanly.
func TestTruncated(t *testing.T) {
	t.Parallel()
	for _, s := range samples(t) {
		data := s.data[:min(len(s.data), 8<<10)]
		for n := 0; n < len(data); n += 1 + n/64 {
			info, _, err := run(t.Context(), data[:n])
			checkAnswer(t, info, err)
		}
	}
}
