package e2e

import (
	"context"
	"net/http"
	"sync"

	"github.com/mediagauge/mediagauge/test/e2e/rig"
)

// gate holds every request for a path until it is opened, then answers 404 unless told
// otherwise.
type gate struct {
	came chan struct{} // one value per request
	gone chan struct{} // closed by open
	once sync.Once
	then http.HandlerFunc
}

func newGate(origin *rig.Origin, path string) *gate {
	g := &gate{came: make(chan struct{}, 1024), gone: make(chan struct{}), then: http.NotFound}
	origin.Handle(path, func(w http.ResponseWriter, r *http.Request) {
		g.came <- struct{}{}
		select {
		case <-g.gone:
			g.then(w, r)
		case <-r.Context().Done():
		}
	})
	return g
}

// entered waits for the next request.
func (g *gate) entered(ctx context.Context) error {
	select {
	case <-g.came:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (g *gate) open() { g.once.Do(func() { close(g.gone) }) }
