package elementary

import (
	"io"

	"github.com/mediagauge/mediagauge/internal/rational"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// RuleUnknownSize and RuleLongTag are the gate rules of files of frames alone.
const (
	RuleUnknownSize = "unknown-size" // the length of the source is not known, and lengths follow from it
	RuleDamage      = "damage"       // something other than frames between the first ones
)

// Window reads forward from one place of a source.
type Window struct {
	r    *probe.Reader
	off  int64 // in the source
	buf  []byte
	step int
	most int
	End  bool // buf reaches the end of the source
}

// NewWindow returns a Window at off that reads step bytes at a time, and most altogether.
func NewWindow(r *probe.Reader, off int64, step, most int) *Window {
	return &Window{r: r, off: off, step: step, most: most}
}

// Bytes returns what was read, once it is n bytes long or ends before: at the end of the source, or
// after as many bytes as the Window reads.
func (w *Window) Bytes(n int) ([]byte, error) {
	for len(w.buf) < n && !w.End && len(w.buf) < w.most {
		more := make([]byte, min(w.step, w.most-len(w.buf)))
		got, err := w.r.ReadAt(more, w.off+int64(len(w.buf)))
		w.buf = append(w.buf, more[:got]...)
		if err == io.EOF {
			w.End = true
		} else if err != nil {
			return nil, err
		}
	}
	return w.buf, nil
}

// First is what the first frames of a file say.
type First struct {
	Head   []byte // from the first frame on
	Count  int    // of whole frames that were looked at
	Mean   int64  // of their bit rates as ffprobe's parser counts it, bit/s
	Even   bool   // all have the same rate
	Frames []Frame
}

// Read looks at the first count frames.
func (c Coding) Read(w *Window, count int) (*First, error) {
	f := &First{Even: true}
	at := 0
	for f.Count < count {
		b, err := w.Bytes(at + c.Head)
		if err != nil {
			return nil, err
		}
		if len(b) < at+c.Head {
			break
		}
		frame, err := c.Next(b[at:])
		if err != nil || frame.Size <= 0 || frame.Rate <= 0 {
			if w.End && f.Count > 0 && isTag(b[at:]) {
				break
			}
			if f.Count == 0 {
				return nil, probe.Refuse(RuleFirstFrame, "no frame: %v", err)
			}
			return nil, probe.Refuse(RuleDamage, "frame %d at %d: %v", f.Count, w.off+int64(at), err)
		}
		if err := w.r.Element(w.off + int64(at)); err != nil {
			return nil, err
		}
		if b, err = w.Bytes(at + frame.Size); err != nil {
			return nil, err
		}
		if len(b) < at+frame.Size {
			break
		}
		if frame.Samples > 0 {
			rate := int64(frame.Size) * 8 * int64(frame.Rate) / int64(frame.Samples)
			f.Count++
			f.Mean += (rate - f.Mean) / int64(f.Count)
		}
		f.Frames = append(f.Frames, frame)
		if frame.Samples != f.Frames[0].Samples || frame.Size != f.Frames[0].Size {
			f.Even = false
		}
		at += frame.Size
	}
	if f.Count == 0 {
		return nil, probe.Refuse(RuleFirstFrame, "no whole frame")
	}
	f.Head = w.buf
	return f, nil
}

// ByRate fills in the length of a file of frames alone, of which ffprobe knows the bit rate of t, the
// one track: what lies behind off, size bytes altogether, divided by the rate.
func ByRate(info *media.Info, t *media.Track, size, off int64) error {
	ticks, ok := rational.Scale((size-off)*8, t.Timebase.Den, t.BitRate)
	if t.BitRate <= 0 || !ok || size <= off {
		return probe.Refuse(RuleFirstFrame, "%d bit/s, %d bytes", t.BitRate, size-off)
	}
	t.Duration = media.Duration{Ticks: media.Ticks(ticks), Timebase: t.Timebase}
	Lengths(info, t, size)
	return nil
}

// Lengths gives the file the start and the length of t, its one track.
func Lengths(info *media.Info, t *media.Track, size int64) {
	info.Size = size
	if t.Start.Known() {
		micros, _ := rational.Scale(int64(t.Start.Ticks), 1_000_000*t.Timebase.Num, t.Timebase.Den)
		info.Start = media.Duration{Ticks: media.Ticks(micros), Timebase: media.Microseconds}
	}
	if micros, ok := rational.Scale(int64(t.Duration.Ticks), 1_000_000*t.Timebase.Num, t.Timebase.Den); ok && micros > 0 {
		info.Duration = media.Duration{Ticks: media.Ticks(micros), Timebase: media.Microseconds}
		info.BitRate = int64(float64(size) * 8 * 1e6 / float64(micros))
	}
}

// isTag says whether b begins with one of the tags that stand behind the last frame.
func isTag(b []byte) bool {
	for _, magic := range []string{"TAG", "APETAGEX", "LYRICSBEGIN", "ID3"} {
		if len(b) >= len(magic) && string(b[:len(magic)]) == magic {
			return true
		}
	}
	return false
}
