package mxf

import (
	"math"

	"github.com/mediagauge/mediagauge/internal/elementary"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

const (
	mostPicture = 512 << 10 // bytes of one picture that is read whole
	mostBody    = 1 << 20   // bytes of essence that are stepped over
	prefix      = 4 << 10   // bytes of a picture whose header tells all
	wantUnits   = 4000      // units that are looked at
)

// describe reads the first pictures of each track of them.
func (f *file) describe(m *material) error {
	open := map[*stream]elementary.Pictures{}
	for _, s := range m.streams {
		if s.t.Kind == media.KindVideo {
			open[s] = elementary.NewPictures(s.t.Codec.Name) // nil where the header of one tells all
		}
	}
	w := &walker{r: f.r}
	at, from := f.part.end, int64(-1)
	for n := 0; len(open) > 0 && n < wantUnits; n++ {
		if err := f.r.Element(at); err != nil {
			return err
		}
		b, err := w.peek(at, 25)
		if err != nil {
			return err
		}
		u, ok := unit(b, 0)
		if !ok {
			return probe.Refuse("late-essence", "no unit at %d", at)
		}
		body := at + u.body
		if string(u.key[:7]) == keyEssence[:7] && string(u.key[8:12]) == keyEssence[8:12] {
			if from < 0 {
				from = at
			}
			if err := f.element(w, open, u, body); err != nil {
				return err
			}
		}
		at = body + u.size
		if from >= 0 && at-from > mostBody || at >= f.part.footer {
			break
		}
	}
	for s := range open {
		if p := open[s]; p == nil || !p.Known() || !p.Settled() && at < f.part.footer {
			return probe.Refuse("late-essence", "track %x", s.number)
		}
	}
	return f.settle(m)
}

// element takes an element of the essence: a picture, when its track is one of those that are open.
func (f *file) element(w *walker, open map[*stream]elementary.Pictures, u klv, body int64) error {
	for s, pictures := range open {
		if string(u.key[12:16]) != string(s.number[:]) {
			continue
		}
		if pictures == nil {
			b, err := w.peek(body, int(min(u.size, prefix)))
			if err != nil {
				return err
			}
			delete(open, s)
			return s.first(b)
		}
		if kind := s.descriptor.items[itemContainer]; len(kind) == 16 && kind[15] == 2 {
			return probe.Refuse("clip-wrapped", "track %x", s.number)
		}
		if u.size > mostPicture {
			return probe.Refuse("clip-wrapped", "a picture of %d bytes", u.size)
		}
		b, err := w.peek(body, int(u.size))
		if err != nil {
			return err
		}
		if int64(len(b)) < u.size {
			return probe.Errorf(probe.Truncated, "a picture of %d bytes, %d of them there", u.size, len(b))
		}
		if err := pictures.Add(b); err != nil {
			return err
		}
		s.pictures = pictures
		if pictures.Known() && pictures.Settled() {
			delete(open, s)
		}
	}
	return nil
}

// settle ends the description of the tracks of pictures.
func (f *file) settle(m *material) error {
	for _, s := range m.streams {
		if s.t.Kind != media.KindVideo {
			continue
		}
		if s.pictures != nil {
			s.pictures.Describe(&s.t)
			r := s.pictures.FrameRate()
			if r.Positive() && math.Abs(r.Float()/s.rate.Float()-1) > 1e-6 {
				return probe.Refuse(elementary.RuleFirstFrame, "%s pictures a second, by the header %s", r, s.rate)
			}
		}
		if err := s.settle(s.length); err != nil {
			return err
		}
	}
	return nil
}
