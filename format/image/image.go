// Package image reads still pictures that are files of their own, and animated GIF.
package image

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/mediagauge/mediagauge/internal/codec/still"
	"github.com/mediagauge/mediagauge/internal/rational"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// The formats, under the names that ffprobe gives by content alone. By a file's name it may say
// "image2" instead, and make up a length of one frame.
var (
	JPEG = pipe("jpeg_pipe", "piped jpeg sequence", "mjpeg")
	PNG  = pipe("png_pipe", "piped png sequence", "png")
	WebP = pipe("webp_pipe", "piped webp sequence", "webp")
	BMP  = pipe("bmp_pipe", "piped bmp sequence", "bmp")
	TIFF = pipe("tiff_pipe", "piped tiff sequence", "tiff")
	GIF  = probe.Format{Name: "gif", Sniff: sniff("gif"), Probe: readGIF}
)

var rules = map[string]string{
	"animation":    "an animated PNG or WebP",
	"frame-rate":   "pictures of an animation that last unequally long",
	"long-scan":    "an animation of more than 8 MiB: its length is the sum over all its pictures",
	"picture":      "a picture whose headers are damaged, or whose pixel format is not known",
	"unknown-size": "the length of the source is not known",
}

// Rules returns the gate rules by name, each with the reason why a file is refused by it.
func Rules() map[string]string { return rules }

func sniff(codec string) func([]byte) error {
	return func(head []byte) error {
		if still.Codec(head) != codec {
			return fmt.Errorf("no %s signature", codec)
		}
		if codec == "bmp" && (len(head) < 26 || binary.LittleEndian.Uint32(head[14:]) > 124) {
			return errors.New("no header of a bitmap")
		}
		return nil
	}
}

var rate = media.Rational{Num: 25, Den: 1} // what ffprobe takes for the rate of pictures without one

func pipe(name, long, codec string) probe.Format {
	return probe.Format{Name: name, Sniff: sniff(codec), Probe: func(_ context.Context, r *probe.Reader) (*media.Info, error) {
		info := &media.Info{Format: media.Format{Name: name, LongName: long}}
		t, err := describe(r, info)
		if err != nil {
			return nil, err
		}
		if t.Codec.Name == "apng" {
			return nil, probe.Refuse("animation", "an animated PNG")
		}
		t.Timebase = media.Timebase{Num: 1, Den: rate.Num}
		t.Video.FrameRate, t.Video.AverageFrameRate = rate, rate
		info.Tracks = []media.Track{*t}
		info.Clean()
		return info, nil
	}}
}

// describe reads the picture's own headers.
func describe(r *probe.Reader, info *media.Info) (*media.Track, error) {
	size, known := r.Size()
	if !known {
		return nil, probe.Refuse("unknown-size", "a stream")
	}
	if err := r.Element(0); err != nil {
		return nil, err
	}
	info.Size = size
	t := &media.Track{}
	if err := still.Describe(t, r, size); err != nil {
		if still.Damaged(err) {
			return nil, probe.Refuse("picture", "%v", err)
		}
		return nil, err
	}
	if v := t.Video; v.SAR.Positive() {
		v.DAR = rational.Nearest(int64(v.Width)*v.SAR.Num, int64(v.Height)*v.SAR.Den, 1024*1024)
	}
	return t, nil
}

const (
	maxAnimation = 8 << 20 // bytes
	defaultDelay = 10      // hundredths of a second, of a picture without a delay
	leastDelay   = 2       // a shorter one counts as none
)

// readGIF reads the blocks of an animation: GIF89a, 20 to 26.
func readGIF(_ context.Context, r *probe.Reader) (*media.Info, error) {
	info := &media.Info{Format: media.Format{Name: "gif", LongName: "CompuServe Graphics Interchange Format (GIF)"}}
	t, err := describe(r, info)
	if err != nil {
		return nil, err
	}
	if info.Size > maxAnimation {
		return nil, probe.Refuse("long-scan", "%d bytes", info.Size)
	}
	data := make([]byte, info.Size)
	if n, err := r.ReadAt(data, 0); err != nil && err != io.EOF {
		return nil, err
	} else if n < len(data) {
		return nil, probe.Errorf(probe.Truncated, "%d bytes of %d", n, len(data))
	}
	a, err := walk(r, data)
	if err != nil {
		return nil, err
	}
	if a.frames == 0 {
		return nil, probe.Refuse("picture", "no picture")
	}
	hundredths := media.Timebase{Num: 1, Den: 100}
	t.Timebase = hundredths
	t.Start = media.Duration{Timebase: hundredths}
	t.NumFrames = a.frames
	v := t.Video
	if a.frames == 1 {
		v.FrameRate = media.Rational{Num: 100, Den: defaultDelay} // as ffprobe writes it, not in lowest terms
	} else {
		if a.most != a.least {
			return nil, probe.Refuse("frame-rate", "pictures of %d to %d hundredths of a second", a.least, a.most)
		}
		v.FrameRate = rational.Nearest(100, a.least, 1<<30)
		v.AverageFrameRate = v.FrameRate
	}
	t.Duration = media.Duration{Ticks: media.Ticks(a.total), Timebase: hundredths}
	info.Start = media.Duration{Timebase: media.Microseconds}
	if a.total > 0 {
		info.Duration = media.Duration{Ticks: media.Ticks(a.total * 10_000), Timebase: media.Microseconds}
		info.BitRate = int64(float64(info.Size) * 8 * 1e6 / float64(info.Duration.Ticks))
	}
	info.Tracks = []media.Track{*t}
	info.Clean()
	return info, nil
}

type animation struct {
	frames      int64
	total       int64 // hundredths of a second
	least, most int64
}

// walk counts pictures and adds up their delays.
func walk(r *probe.Reader, data []byte) (a animation, err error) {
	const screen = 13
	if len(data) < screen {
		return a, probe.Errorf(probe.Truncated, "a header of %d bytes", len(data))
	}
	at := screen + table(data[10])
	delay := int64(0)
	for at < len(data) {
		if err := r.Element(int64(at)); err != nil {
			return a, err
		}
		switch data[at] {
		case 0x3b: // trailer
			return a, nil
		case 0x21: // extension
			if at+1 < len(data) && data[at+1] == 0xf9 && at+6 < len(data) && data[at+2] >= 4 {
				delay = int64(binary.LittleEndian.Uint16(data[at+4:]))
				if delay < leastDelay {
					delay = defaultDelay
				}
			}
			at = blocks(data, at+2)
		case 0x2c: // image
			if at+10 > len(data) {
				return a, nil
			}
			a.frames++
			if a.frames == 1 {
				a.least, a.most = delay, delay
			}
			a.least, a.most = min(a.least, delay), max(a.most, delay)
			a.total += delay
			if at = blocks(data, at+10+table(data[at+9])+1); at > len(data) {
				return a, probe.Refuse("picture", "a picture that is cut off")
			}
		default:
			return a, probe.Refuse("picture", "a block of type %#x at %d", data[at], at)
		}
	}
	return a, nil
}

// table is the length of a colour table by its flags.
func table(flags byte) int {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}

// blocks steps over sub-blocks.
func blocks(data []byte, at int) int {
	for at < len(data) && data[at] != 0 {
		at += 1 + int(data[at])
	}
	return at + 1
}
