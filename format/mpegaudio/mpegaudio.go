// Package mpegaudio reads files of MPEG audio frames, layers I to III (ISO/IEC 11172-3 and 13818-3), with
// the headers of Xing, LAME and VBRI, and ID3 and their like around them.
package mpegaudio

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"strings"

	"github.com/mediagauge/mediagauge/internal/codec/mpegaudio"
	"github.com/mediagauge/mediagauge/internal/elementary"
	"github.com/mediagauge/mediagauge/internal/rational"
	"github.com/mediagauge/mediagauge/internal/tag/cover"
	"github.com/mediagauge/mediagauge/internal/tag/id3"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// Format recognises and reads MP3, MP2 and MP1 files.
var Format = probe.Format{Name: "mp3", Sniff: sniff, Probe: read, Tagged: true}

var rules = map[string]string{
	cover.Rule:                 "a picture whose headers are damaged, or of a kind that is not known",
	elementary.RuleDamage:      "something other than frames between the first ones",
	elementary.RuleFirstFrame:  "no whole frame at the start",
	elementary.RuleUnknownSize: "the length of the source is not known, and no header states that of the sound",
	id3.RuleLarge:              "an ID3 block that would have to be read further than is reasonable",
	"few-frames":               "fewer frames than tell MPEG audio from chance",
	"free-format":              "frames whose length their headers do not tell",
	"header-frame":             "a header of Xing or VBRI that is cut off or contradicts itself",
	"padding":                  "zero bytes before the first frame, where ffprobe overlooks the header of Xing",
	"vbr":                      "frames of several bit rates, and no header that states the length: ffprobe estimates",
}

// Rules returns the gate rules by name, each with the reason why a file is refused by it.
func Rules() map[string]string { return rules }

const (
	step     = 64 << 10
	most     = 256 << 10
	enough   = 16         // frames that are looked at
	clock    = 14_112_000 // ticks per second: a multiple of every sampling rate
	sniffed  = 3          // frames in a row
	decoder  = 528 + 1    // samples by which a decoder of layer III is late
	idLength = 4
)

// sniff asks for frames of one stream in a row.
func sniff(head []byte) error {
	var first *mpegaudio.Header
	at, n := zeros(head), 0
	for n < sniffed && at+mpegaudio.HeaderSize <= len(head) {
		h, err := mpegaudio.ParseHeader(head[at:])
		if err != nil || h.FrameLength == 0 || first != nil && !first.Follows(h) {
			if n > 1 && len(head) < 4096 {
				break // the last bytes of a short file
			}
			return errors.New("no frames of MPEG audio in a row")
		}
		if first == nil {
			first = h
		}
		n++
		at += h.FrameLength
	}
	if n == 0 || n < sniffed && at < len(head) && len(head) == 4096 {
		return errors.New("no frames of MPEG audio in a row")
	}
	if n < 2 {
		return errors.New("a single frame of MPEG audio")
	}
	return nil
}

// zeros counts the bytes of padding that stand before the first frame.
func zeros(b []byte) int {
	n := 0
	for n < len(b) && b[n] == 0 {
		n++
	}
	return n
}

func read(_ context.Context, r *probe.Reader) (*media.Info, error) {
	tag, err := id3.Read(r, 0)
	if err != nil {
		return nil, err
	}
	start := tag.Size
	w := elementary.NewWindow(r, start, step, most)
	head, err := w.Bytes(mpegaudio.HeaderSize)
	if err != nil {
		return nil, err
	}
	if n := zeros(head); n > 0 {
		return nil, probe.Refuse("padding", "%d zero bytes at %d", n, start)
	}
	h, err := mpegaudio.ParseHeader(head)
	switch {
	case err != nil:
		return nil, probe.Refuse(elementary.RuleFirstFrame, "at %d: %v", start, err)
	case h.FrameLength == 0:
		return nil, probe.Refuse("free-format", "at %d", start)
	}
	if head, err = w.Bytes(h.FrameLength); err != nil {
		return nil, err
	}
	x, err := readHeader(h, head[:min(len(head), h.FrameLength)])
	if err != nil {
		return nil, err
	}
	f := &file{r: r, tag: tag, h: h, x: x, start: start}
	if f.size, f.sized = r.Size(); !f.sized && (x == nil || x.frames == 0) && !r.Opening() {
		return nil, probe.Refuse(elementary.RuleUnknownSize, "a stream")
	}
	if err := f.frames(w); err != nil {
		return nil, err
	}
	return f.info()
}

type file struct {
	r     *probe.Reader
	tag   *id3.Tag
	h     *mpegaudio.Header // of the first frame
	x     *header
	start int64 // of the first frame
	size  int64
	sized bool
	rate  int64 // of the frames, 0 when they differ
	sound *mpegaudio.Header
}

// frames looks at the first frames of sound.
func (f *file) frames(w *elementary.Window) error {
	first, err := elementary.MPEGAudio.Read(w, enough)
	if err != nil {
		return err
	}
	at, n := 0, 0
	for _, frame := range first.Frames {
		h, err := mpegaudio.ParseHeader(first.Head[at:])
		if err != nil {
			return probe.Refuse(elementary.RuleDamage, "%v", err)
		}
		at += frame.Size
		if n++; n == 1 && f.x != nil {
			continue // the header's own frame holds no sound
		}
		if !f.h.Follows(h) {
			return probe.Refuse(elementary.RuleDamage, "frames of another stream at %d", at)
		}
		if f.sound == nil {
			f.sound, f.rate = h, int64(h.BitRate)
		}
		if int64(h.BitRate) != f.rate {
			f.rate = 0
		}
	}
	if f.sound == nil {
		return probe.Refuse("few-frames", "no frame of sound")
	}
	return nil
}

func (f *file) info() (*media.Info, error) {
	info := &media.Info{Format: media.Format{Name: "mp3", LongName: "MP2/3 (MPEG audio layer 2/3)"}}
	t := media.Track{Timebase: media.Timebase{Num: 1, Den: clock}}
	f.sound.Describe(&t)
	t.Audio.SampleFormat = "fltp" // of the decoder that ffprobe begins with
	t.Start = media.Duration{Timebase: t.Timebase}
	t.BitRate = f.rate
	if f.x != nil {
		if err := f.stated(&t); err != nil {
			return nil, err
		}
	}
	byRate := false
	switch {
	case f.r.Opening():
		if t.BitRate == 0 {
			return nil, probe.Refuse("vbr", "a segment")
		}
		elementary.Lengths(info, &t, f.size)
	case t.Duration.Known():
		elementary.Lengths(info, &t, f.size)
		if !f.sized {
			info.BitRate = 0
		}
	case t.BitRate == 0:
		return nil, probe.Refuse("vbr", "the first frames")
	default:
		byRate = true
		if err := elementary.ByRate(info, &t, f.size, f.start); err != nil {
			return nil, err
		}
	}
	base, err := f.lastTag()
	if err != nil {
		return nil, err
	}
	info.Metadata = f.tag.All(base)
	info.Chapters = f.tag.Chapters
	info.Tracks = []media.Track{t}
	pictures := cover.FromID3(f.r, f.tag)
	if byRate {
		err = cover.AttachByRate(info, pictures, f.size-f.start, t.BitRate)
	} else {
		err = cover.Attach(info, pictures)
	}
	if err != nil {
		return nil, err
	}
	info.Clean()
	return info, nil
}

// stated fills in what the header of Xing or VBRI says.
func (f *file) stated(t *media.Track) error {
	x, samples := f.x, int64(f.h.Samples())
	per := int64(clock / f.h.SampleRate)
	if x.frames > 0 {
		t.Duration = media.Duration{Ticks: media.Ticks(x.frames * samples * per), Timebase: t.Timebase}
		if x.bytes > 0 && !x.constant {
			rate, ok := rational.Scale(x.bytes, 8*int64(f.h.SampleRate), x.frames*samples)
			if !ok {
				return probe.Refuse("header-frame", "%d bytes in %d frames", x.bytes, x.frames)
			}
			t.BitRate = rate
		}
	}
	if t.BitRate == 0 {
		return probe.Refuse("vbr", "a header that says nothing of the rate")
	}
	if x.delay >= 0 {
		t.Start.Ticks = media.Ticks((x.delay + decoder) * per)
	}
	if x.encoder != "" {
		t.Metadata = media.Metadata{"encoder": x.encoder}
	}
	return nil
}

// lastTag reads ID3v1 where no block in front says anything.
func (f *file) lastTag() (media.Metadata, error) {
	if len(f.tag.Metadata) > 0 || !f.sized || f.size < id3.V1Size || f.r.Opening() {
		return nil, nil
	}
	b := make([]byte, id3.V1Size)
	if n, err := f.r.ReadAt(b, f.size-id3.V1Size); n < len(b) {
		if err == io.EOF {
			err = nil
		}
		return nil, err
	}
	m, _ := id3.ParseV1(b)
	return m, nil
}

// header is what the first frame says instead of sound.
type header struct {
	frames, bytes int64 // 0 when not stated
	constant      bool  // all frames have one rate
	delay         int64 // samples that the encoder put in front; -1 when not stated
	encoder       string
}

// The flags of a Xing header.
const (
	xingFrames = 1 << iota
	xingBytes
	xingSeek
	xingQuality
)

// readHeader looks for a header in the first frame: nil for none.
func readHeader(h *mpegaudio.Header, frame []byte) (*header, error) {
	at := mpegaudio.HeaderSize + h.SideInfoSize()
	if h.Layer == 3 && len(frame) >= at+8 {
		if id := string(frame[at : at+idLength]); id == "Xing" || id == "Info" {
			return readXing(frame, at, id == "Info")
		}
	}
	if at = mpegaudio.HeaderSize + 32; len(frame) >= at+18 && string(frame[at:at+idLength]) == "VBRI" && binary.BigEndian.Uint16(frame[at+4:]) == 1 {
		return &header{bytes: int64(binary.BigEndian.Uint32(frame[at+10:])), frames: int64(binary.BigEndian.Uint32(frame[at+14:])), delay: -1}, nil
	}
	return nil, nil
}

// readXing reads the fields that the flags announce, and LAME's behind them.
func readXing(frame []byte, start int, constant bool) (*header, error) {
	x := &header{constant: constant, delay: -1}
	b := frame[start:]
	flags := binary.BigEndian.Uint32(b[4:])
	at := 8
	for _, field := range []struct {
		flag uint32
		size int
		to   *int64
	}{{xingFrames, 4, &x.frames}, {xingBytes, 4, &x.bytes}, {xingSeek, 100, nil}, {xingQuality, 4, nil}} {
		if flags&field.flag == 0 {
			continue
		}
		if at+field.size > len(b) {
			return nil, probe.Refuse("header-frame", "flags %#x in %d bytes", flags, len(b))
		}
		if field.to != nil {
			*field.to = int64(binary.BigEndian.Uint32(b[at:]))
		}
		at += field.size
	}
	if at+24 > len(b) {
		return x, nil
	}
	name := b[at : at+9]
	if end := strings.IndexByte(string(name), 0); end >= 0 {
		name = name[:end]
	}
	// ffprobe believes the name where the header's own checksum is right.
	if sum := start + at + lameSum; sum+2 <= len(frame) && checksum(frame[:sum]) == binary.BigEndian.Uint16(frame[sum:]) {
		x.encoder = string(name)
	}
	if len(name) >= 4 {
		switch string(name[:4]) {
		case "LAME", "Lavf", "Lavc":
			x.delay = int64(b[at+21])<<4 | int64(b[at+22])>>4
		}
	}
	return x, nil
}

// lameSum is where, in LAME's part of a header, the checksum over all before it stands.
const lameSum = 34

// checksum is CRC-16 with the reversed polynomial A001.
func checksum(b []byte) uint16 {
	c := uint16(0)
	for _, x := range b {
		c ^= uint16(x)
		for range 8 {
			if c&1 != 0 {
				c = c>>1 ^ 0xa001
			} else {
				c >>= 1
			}
		}
	}
	return c
}
