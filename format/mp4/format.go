package mp4

import (
	"context"
	"errors"
	"fmt"

	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// Format recognises and reads ISO base media files.
var Format = probe.Format{Name: formatName, Sniff: sniff, Probe: read}

const (
	formatName = "mov,mp4,m4a,3gp,3g2,mj2"
	longName   = "QuickTime / MOV"
)

// sniff says whether head is the start of an ISO base media file: a box of a kind that such
// files begin with, or one that may come before it.
func sniff(head []byte) error {
	if len(head) < 8 {
		return errors.New("too short for a box")
	}
	for off := int64(0); off+8 <= int64(len(head)); {
		h, ok := parseHeader(head[off:], int64(len(head))-off)
		if !ok {
			return fmt.Errorf("no box at %d", off)
		}
		switch h.kind {
		case "ftyp":
			return checkBrand(head[off+h.len:])
		case "moov", "mdat", "pnot", "udta", "moof", "styp", "sidx":
			return nil
		case "free", "wide", "skip", "junk", "pict", "uuid", "prfl", "edts", "emsg", "prft", "ssix", "bloc", "pdin":
			if h.body < 0 {
				return fmt.Errorf("nothing but a %q box", h.kind)
			}
			off += h.len + h.body
			if off+8 > int64(len(head)) {
				return nil
			}
		default:
			return fmt.Errorf("a %q box at %d", printable(h.kind), off)
		}
	}
	return nil
}

// checkBrand refuses the still-picture formats that share the box structure.
func checkBrand(p []byte) error {
	if len(p) < 4 {
		return nil
	}
	switch brand := string(p[:4]); brand {
	case "jp2 ", "jpx ", "jxl ":
		return fmt.Errorf("brand %q is a picture", brand)
	}
	return nil
}

// read reads the file's headers.
func read(_ context.Context, r *probe.Reader) (*media.Info, error) {
	m := &movie{r: r, src: newSource(r), maxDepth: min(10, r.Limits().MaxDepth), duration: noTime}
	defer m.src.release()
	info, err := m.read()
	if err != nil {
		var e *probe.Error
		if errors.As(err, &e) && e.Format == "" {
			e.Format = "mp4"
		}
		return nil, err
	}
	info.Clean()
	for _, t := range info.Tracks {
		if t.Duration.Ticks < 0 {
			return nil, refuse("no-duration", "track %d lasts %s s", t.Index, t.Duration)
		}
	}
	if info.Duration.Ticks < 0 {
		return nil, refuse("no-duration", "the file lasts %s s", info.Duration)
	}
	return info, nil
}

func (m *movie) read() (*media.Info, error) {
	if err := m.readRoot(); err != nil {
		return nil, err
	}
	if err := m.finishHeader(); err != nil {
		return nil, err
	}
	if err := m.describe(); err != nil {
		return nil, err
	}
	if err := m.analyse(); err != nil {
		return nil, err
	}
	if err := m.setTimes(); err != nil {
		return nil, err
	}
	return m.info()
}
