package mp4_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/mediagauge/mediagauge/format/mp4"
	"github.com/mediagauge/mediagauge/probe"
)

// A program that reads MP4 files alone links no other format.
func Example() {
	f, err := os.Open("../../testdata/generated/files/h264-aac-faststart.mp4")
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	stat, err := f.Stat()
	if err != nil {
		log.Fatal(err)
	}
	info, err := probe.New(mp4.Format).Probe(context.Background(), probe.NewSource(f, stat.Size()))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(info.Format.Name)
	fmt.Printf("%s s, %d bit/s\n", info.Duration, info.BitRate)
	for _, t := range info.Tracks {
		switch {
		case t.Video != nil:
			fmt.Printf("%s %s, %d × %d, %s, %s frames/s\n", t.Codec.Name, t.Codec.Profile, t.Video.Width, t.Video.Height, t.Video.PixelFormat, t.Video.FrameRate)
		case t.Audio != nil:
			fmt.Printf("%s %s, %d Hz, %s\n", t.Codec.Name, t.Codec.Profile, t.Audio.SampleRate, t.Audio.ChannelLayout)
		}
	}
	// Output:
	// mov,mp4,m4a,3gp,3g2,mj2
	// 1.000000 s, 67688 bit/s
	// h264 High, 64 × 48, yuv420p, 25/1 frames/s
	// aac LC, 48000 Hz, mono
}
