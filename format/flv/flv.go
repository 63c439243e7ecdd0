// Package flv reads the headers of Flash Video files (Adobe Flash Video File Format Specification
// 10.1, annex E): the script data that states lengths and rates, and the first tags of each
// stream.
package flv

import (
	"context"
	"errors"
	"io"

	"github.com/mediagauge/mediagauge/internal/framerate"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// Format recognises and reads FLV files.
var Format = probe.Format{Name: "flv", Sniff: sniff, Probe: read}

var rules = map[string]string{
	"codec":              "a codec whose values need more than its first frame's header",
	"codec-change":       "a stream changes its codec or configuration",
	"data-tags":          "script data that ffprobe makes a stream of",
	"first-frame":        "the first frame does not tell the codec's parameters",
	"frame-rate":         "the frame rate depends on more frames than are read",
	"long-scan":          "ffprobe reads on for a stream that has not shown yet, or far into a large file",
	"negative-offset":    "a picture is shown before it is decoded",
	"no-duration":        "no length is stated, and the last tag does not tell one",
	"timestamps":         "timestamps that go back",
	"unknown-size":       "the length of the source is not known, and the header states no duration",
	"aac-implicit-sbr":   "only the first frame tells HE-AAC from LC",
	"aac-explicit-sbr":   "only the first frame tells whether spectral band replication is used",
	"aac-object-type":    "an audio object type that ffprobe refuses",
	"aac-channel-layout": "a channel layout that ffprobe builds in ways of its own, or refuses",
	"aac-first-frame":    "the first AAC frame does not fit the configuration",
}

// Rules returns the gate rules by name, each with the reason why a file is refused by it.
func Rules() map[string]string { return rules }

const (
	headerSize = 9
	tagHeader  = 11      // bytes before a tag's body
	mostRead   = 1 << 20 // bytes looked at from the start
	window     = 64 << 10
)

// The flags of the header: which streams there are (E.2).
const (
	hasVideo = 1
	hasAudio = 4
)

func sniff(head []byte) error {
	if len(head) < headerSize || string(head[:3]) != "FLV" {
		return errors.New("no FLV signature")
	}
	if head[3] >= 5 || head[5] != 0 {
		return errors.New("a version or header length of no FLV file")
	}
	return nil
}

// file is one file being read.
type file struct {
	r      *probe.Reader
	buf    []byte // from the start of the file
	eof    bool
	flags  byte
	script script
	video  *stream
	audio  *stream
	order  []*stream
}

// stream is the sound or the pictures.
type stream struct {
	t       media.Track
	coding  byte
	config  []byte // AVCDecoderConfigurationRecord or AudioSpecificConfig
	reader  codecReader
	known   bool // its parameters are complete
	packets int
	start   int64 // of the first packet, ms
	last    int64 // decoding time of the latest packet, ms

	rate      framerate.Estimator
	codecRate media.Rational
	timing    int64 // sum of the lengths of frames, ms
	fields    int64
}

func read(_ context.Context, r *probe.Reader) (*media.Info, error) {
	f := &file{r: r}
	head, err := f.at(0, headerSize)
	if err != nil {
		return nil, err
	}
	if len(head) < headerSize {
		return nil, probe.Errorf(probe.Truncated, "a header of %d bytes", len(head))
	}
	f.flags = head[4]
	if err := f.scan(); err != nil {
		return nil, err
	}
	if len(f.order) == 0 {
		return nil, probe.Errorf(probe.Truncated, "no tag of sound or pictures")
	}
	info, err := f.info()
	if err != nil {
		return nil, err
	}
	info.Clean()
	return info, nil
}

// at returns n bytes at off, fewer at the end of the file. It reads forward.
func (f *file) at(off, n int64) ([]byte, error) {
	for want := off + n; int64(len(f.buf)) < want && !f.eof; {
		step := max(int64(window), want-int64(len(f.buf)))
		if int64(len(f.buf))+step > mostRead+window {
			return nil, probe.Refuse("long-scan", "more than %d bytes from the start", mostRead)
		}
		p := make([]byte, step)
		got, err := f.r.ReadAt(p, int64(len(f.buf)))
		if err == io.EOF {
			f.eof, err = true, nil
		}
		if err != nil {
			return nil, err
		}
		f.buf = append(f.buf, p[:got]...)
	}
	if off >= int64(len(f.buf)) {
		return nil, nil
	}
	return f.buf[off:min(off+n, int64(len(f.buf)))], nil
}
