package probetest

import (
	"context"
	"errors"
	"sync"

	"github.com/mediagauge/mediagauge/probe"
)

// Shelf is a source of bytes that leads to others by their names, for formats that refer to
// other sources. It implements probe.Referrer.
type Shelf struct {
	probe.Source
	files map[string][]byte
	log   *shelfLog
}

type shelfLog struct {
	mu     sync.Mutex
	opened []string
	open   int
}

// NewShelf returns a Shelf over data. The name "*" stands for every name that files lacks.
func NewShelf(data []byte, files map[string][]byte) *Shelf {
	return &Shelf{probe.NewBytes(data), files, &shelfLog{}}
}

// OpenReference implements probe.Referrer.
func (s *Shelf) OpenReference(_ context.Context, ref string) (probe.Source, error) {
	data, ok := s.files[ref]
	if !ok {
		data, ok = s.files["*"]
	}
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	s.log.opened = append(s.log.opened, ref)
	if !ok {
		return nil, errors.New("probetest: nothing of that name")
	}
	s.log.open++
	return &shelved{Shelf{probe.NewBytes(data), s.files, s.log}}, nil
}

// Opened returns the names that were asked for, in order, and how many sources are still open.
func (s *Shelf) Opened() (names []string, open int) {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	return append([]string(nil), s.log.opened...), s.log.open
}

// shelved is a source that a Shelf gave.
type shelved struct{ Shelf }

// Close implements io.Closer.
func (s *shelved) Close() error {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	s.log.open--
	return nil
}
