package matroska_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"

	"github.com/mediagauge/mediagauge/format/matroska"
	"github.com/mediagauge/mediagauge/probe"
)

// What reading cost is known, and can be bounded.
func Example() {
	data, err := os.ReadFile("../../testdata/media/files/shaka-packager__packager_media_test_data_bear-320x240-multitrack.webm")
	if err != nil {
		log.Fatal(err)
	}
	p := probe.New(matroska.Format)
	r := probe.NewReader(context.Background(), probe.NewBytes(data), probe.Limits{})
	info, err := p.ProbeReader(context.Background(), r)
	if err != nil {
		log.Fatal(err)
	}
	t := info.Tracks[0]
	fmt.Printf("%s: %s, %d × %d, %s s\n", info.Format.Name, t.Codec.Name, t.Video.Width, t.Video.Height, info.Duration)
	fmt.Println("a handful of reads:", r.Cost().Requests <= 8)

	_, err = p.WithLimits(probe.Limits{MaxBytes: 200}).Probe(context.Background(), probe.NewBytes(data))
	fmt.Println("within 200 bytes:", errors.Is(err, probe.Limit))
	// Output:
	// matroska,webm: vp8, 320 × 240, 2.744000 s
	// a handful of reads: true
	// within 200 bytes: true
}
