package all_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/mediagauge/mediagauge/format/all"
	"github.com/mediagauge/mediagauge/probe"
)

// What a file is comes from its content. Errors say whose fault they are.
func Example() {
	p := probe.New(all.Formats...)
	for _, name := range []string{"h264-aac-faststart.mp4", "vp8-alpha.webm", "ffv1.mkv"} {
		data, err := os.ReadFile(filepath.Join("../../testdata/generated/files", name))
		if err != nil {
			fmt.Println(err)
			return
		}
		info, err := p.Probe(context.Background(), probe.NewBytes(data))
		if err != nil {
			fmt.Println(name, err)
			continue
		}
		fmt.Printf("%s: %s, %s\n", name, info.Format.Name, info.Tracks[0].Codec.Name)
	}

	_, err := p.Probe(context.Background(), probe.NewBytes([]byte("just text")))
	fmt.Println("text is unknown:", errors.Is(err, probe.ErrUnknownFormat))

	_, err = p.Probe(context.Background(), probe.NewBytes([]byte("\x00\x00\x00\x10ftypisom\x00\x00\x00\x00")))
	var e *probe.Error
	if errors.As(err, &e) {
		fmt.Println("the error is that of", e.Format)
	}
	// Output:
	// h264-aac-faststart.mp4: mov,mp4,m4a,3gp,3g2,mj2, h264
	// vp8-alpha.webm: matroska,webm, vp8
	// ffv1.mkv: matroska,webm, ffv1
	// text is unknown: true
	// the error is that of mp4
}
