package codectest_test

import (
	"bufio"
	"cmp"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"reflect"
	"runtime/metrics"
	"strings"
	"testing"

	"github.com/mediagauge/mediagauge/internal/codec/codectest"
	"github.com/mediagauge/mediagauge/internal/codec/soundtest"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe/probetest"
)

// A parse reads config, or the packet head, and describes what it read. facts is all of it.
type parse func(config, head []byte) (facts any, track *media.Track, err error)

const (
	baseMemory    = 128 << 10 // what one parser may allocate for nothing
	memoryPerByte = 64        // and for each byte of its input
)

// hold gives the same bytes to every parser of a family. Each must not panic, must allocate no
// more than its input accounts for, must answer the same twice, and what it describes must not
// contradict itself.
func hold(t *testing.T, family map[string]parse, config, head []byte) {
	t.Helper()
	limit := uint64(baseMemory + memoryPerByte*(len(config)+len(head)))
	for name, parse := range family {
		before := allocated()
		facts, track, err := parse(config, head)
		if allocated()-before > limit { // perhaps: count exactly
			if spent := soundtest.Spent(func() { parse(config, head) }); spent > limit {
				t.Errorf("%s allocated %d bytes for %d", name, spent, len(config)+len(head))
			}
		}
		again, _, errAgain := parse(config, head)
		if fmt.Sprint(err) != fmt.Sprint(errAgain) || !reflect.DeepEqual(facts, again) {
			t.Errorf("%s: %+v, %v and then %+v, %v", name, facts, err, again, errAgain)
		}
		if errors.Is(err, errWrong) {
			t.Errorf("%s: %+v: %v", name, facts, err)
		}
		if err != nil || track == nil {
			continue
		}
		if err := consistent(track); err != nil {
			t.Errorf("%s: %+v describes: %v", name, facts, err)
		}
	}
}

// allocated is how many bytes this process ever allocated. Unlike runtime.ReadMemStats it does
// not stop the world, but counts small objects late and together.
func allocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// consistent judges a track as the only one of a file. What the container adds is made up.
func consistent(track *media.Track) error {
	if track.Kind == "" {
		track.Kind = media.KindData
		if track.Video != nil {
			track.Kind = media.KindVideo
		} else if track.Audio != nil {
			track.Kind = media.KindAudio
		}
	}
	track.Codec.LongName = cmp.Or(track.Codec.LongName, "unknown")
	return probetest.Consistent(&media.Info{Format: media.Format{Name: "test"}, Tracks: []media.Track{*track}})
}

// streams adds the streams of the tables of codecs as seeds.
func streams(f *testing.F, codecs ...string) {
	f.Helper()
	for _, codec := range codecs {
		for _, s := range codectest.ReadStreams(f, "../"+codec+"/testdata/streams.tsv") {
			f.Add(s.Config, s.Head)
		}
	}
}

// records adds the rows of testdata/records.tsv of codecs as seeds.
func records(f *testing.F, codecs ...string) {
	f.Helper()
	table, err := os.Open("testdata/records.tsv")
	if err != nil {
		f.Fatal(err)
	}
	defer table.Close()
	seen := map[string]bool{}
	lines := bufio.NewScanner(table)
	for lines.Scan() {
		codec, text, _ := strings.Cut(lines.Text(), "\t")
		for _, c := range codecs {
			if c != codec {
				continue
			}
			b, err := hex.DecodeString(text)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(b)
			seen[c] = true
		}
	}
	if err := lines.Err(); err != nil || len(seen) != len(codecs) {
		f.Fatalf("seeds of %d codecs out of %d, %v", len(seen), len(codecs), err)
	}
}
