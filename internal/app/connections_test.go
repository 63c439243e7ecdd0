package app

import (
	"net/http"
	"testing"
	"time"
)

func TestConnections(t *testing.T) {
	t.Parallel()
	c := newConnections()
	c.wait(time.Hour) // nobody is there
	for range 3 {
		c.track(nil, http.StateNew)
		c.track(nil, http.StateActive)
		c.track(nil, http.StateIdle)
	}
	began := time.Now()
	c.wait(time.Millisecond)
	if time.Since(began) < time.Millisecond {
		t.Error("three are open, and it did not wait")
	}
	done := make(chan struct{})
	go func() {
		c.wait(time.Hour)
		close(done)
	}()
	c.track(nil, http.StateClosed)
	c.track(nil, http.StateHijacked)
	select {
	case <-done:
		t.Error("one is open, and it waited no longer")
	default:
	}
	c.track(nil, http.StateClosed)
	<-done
}
