package app

import (
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// connections counts the open connections of an HTTP server.
type connections struct {
	open atomic.Int64
	none chan struct{} // gets a value when the last one has closed
}

func newConnections() *connections { return &connections{none: make(chan struct{}, 1)} }

// track is an http.Server's ConnState.
func (c *connections) track(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		c.open.Add(1)
	case http.StateClosed, http.StateHijacked:
		if c.open.Add(-1) > 0 {
			return
		}
		select {
		case c.none <- struct{}{}:
		default:
		}
	}
}

// wait returns when no connection is open, or after most.
func (c *connections) wait(most time.Duration) {
	timeout := time.NewTimer(most)
	defer timeout.Stop()
	for c.open.Load() > 0 {
		select {
		case <-c.none:
		case <-timeout.C:
			return
		}
	}
}
