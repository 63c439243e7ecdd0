package mp4

import (
	"errors"
	"fmt"
	"math"

	"github.com/mediagauge/mediagauge/probe"
)

// readRoot walks the boxes at the top of the file. Media data are stepped over; everything else
// that can change a value is read once.
func (m *movie) readRoot() error {
	m.spareSamples = spareRoom
	if _, err := m.src.at(0, window, 0); err != nil {
		return err
	}
	end, err := m.walkRoot(0)
	if err != nil {
		return err
	}
	m.headerEnd = end
	if !m.foundMoov {
		if m.foundHidden {
			return refuse("moov-hidden", "a movie header in a box of another kind")
		}
		return m.noMoov(end)
	}
	return nil
}

// noMoov says what is missing, and where the boxes ended: a file cut short in its media data is
// the usual case.
func (m *movie) noMoov(end int64) error {
	if c := m.cut; c.kind != "" {
		return &probe.Error{Kind: probe.Truncated, Offset: c.start, Err: fmt.Errorf(
			"no moov box: the file ends at byte %d, inside a box %q with %d bytes of content", m.src.size, c.kind, c.body)}
	}
	return &probe.Error{Kind: probe.Malformed, Offset: min(end, m.src.size), Err: errors.New("no moov box: the boxes of the file end here")}
}

// cutBox is a top-level box that reaches beyond the end of the file.
type cutBox struct {
	kind        string
	start, body int64
}

// walkRoot reads top-level boxes from off on, until the end of the file or, when an index names
// the fragments, until the first media data after the header. It returns where it stopped.
func (m *movie) walkRoot(off int64) (int64, error) {
	for off <= m.src.size-8 {
		head, err := m.src.at(off, 16, m.ahead(off))
		if err != nil {
			return off, err
		}
		h, ok := parseHeader(head, m.src.size-off)
		if !ok {
			break
		}
		if err := m.r.Element(off); err != nil {
			return off, err
		}
		start := off + h.len
		body := h.body
		if body > m.src.size-start {
			m.cut = cutBox{h.kind, off, body}
		}
		if body < 0 || body > m.src.size-start {
			body = m.src.size - start
		}
		if h.kind == "moof" {
			if stop, err := m.beforeMoof(off); err != nil || stop {
				return off, err
			}
		}
		if err := m.rootBox(h.kind, start, body); err != nil {
			return off, err
		}
		off = start + body
		if m.foundMoov && m.foundMdat && (m.complete || m.sampled) && parserOf(h.kind) != nil {
			m.nextRoot = off
			break
		}
	}
	return off, nil
}

// ahead says how much to read at a place of which nothing is known yet.
func (m *movie) ahead(off int64) int64 {
	left := m.src.size - off
	switch {
	case !m.src.known:
		return window
	case left <= wholeFile:
		return left
	case !m.foundMoov && left <= wholeTail:
		return left
	case m.foundMoof:
		return max(moofWindow, m.moofSize+m.moofSize/4)
	}
	return window
}

// rootBox reads one top-level box.
func (m *movie) rootBox(kind string, start, body int64) error {
	b := box{kind: kind, off: start}
	switch kind {
	case "mdat":
		if body > 0 {
			m.foundMdat = true
			if !m.foundMoov {
				m.mdatFirst = true
			}
		}
		return nil
	case "moof", "moov", "ftyp", "sidx", "meta", "udta", "trak", "hdlr":
	case "uuid":
		return m.rootUUID(b, body)
	case "free", "skip", "hoov":
		return m.lookForHidden(b, body)
	case "wide":
		return m.readWide(b, body)
	default:
		if parserOf(kind) == nil {
			return nil
		}
	}
	if body == math.MaxInt64-start {
		body = m.r.Limits().MaxBytes
	}
	if body > m.r.Limits().MaxBytes {
		return m.place(probe.Errorf(probe.Limit, "a box of %d bytes", body), b)
	}
	after := int64(64)
	if kind == "moov" {
		after = 16 << 10 // the first samples often follow
	}
	p, err := m.src.at(start, body, after)
	if err != nil {
		return err
	}
	b.body = p
	if int64(len(p)) < body && (kind == "moov" || kind == "moof") {
		return m.place(probe.Errorf(probe.Truncated, "%d bytes of %d", len(p), body), b)
	}
	if err := m.child(box{}, b); err != nil {
		return m.place(err, b)
	}
	return nil
}

// rootUUID reads an extension box only when its type is one that matters.
func (m *movie) rootUUID(b box, body int64) error {
	p, err := m.src.at(b.off, min(body, 16), window)
	if err != nil {
		return err
	}
	b.body = p
	if len(p) == 16 && string(p) == smoothManifest {
		if b.body, err = m.src.at(b.off, min(body, wholeFile), 0); err != nil {
			return err
		}
	}
	if err := m.readUUID(b); err != nil {
		return m.place(err, b)
	}
	return nil
}

// lookForHidden notices a movie header in a box that ffmpeg opens only when it finds none.
func (m *movie) lookForHidden(b box, body int64) error {
	if b.kind == "skip" || body < 8 {
		return nil
	}
	p, err := m.src.at(b.off, 16, 0)
	if err != nil || len(p) < 8 {
		return err
	}
	if kind := string(p[4:8]); kind == "mvhd" || kind == "cmov" {
		if b.kind == "hoov" {
			return refuse("moov-hidden", "a movie header in a %q box", b.kind)
		}
		m.foundHidden = true
	}
	if !m.foundMoov && !m.foundMdat && string(p[:8]) == "Anevia\x1a\x1a" {
		return refuse("unusual-box", "Anevia's time stamps")
	}
	return nil
}

// readWide reads the box that makes room for a 64-bit size before mdat; old writers left the
// size of mdat at 0 and put it here.
func (m *movie) readWide(b box, body int64) error {
	if body < 8 {
		return nil
	}
	p, err := m.src.at(b.off, 8, 0)
	if err != nil || len(p) < 8 {
		return err
	}
	if u32At(p, 0) == 0 && string(p[4:8]) == "mdat" && body > 8 {
		m.foundMdat = true
	}
	return nil
}
