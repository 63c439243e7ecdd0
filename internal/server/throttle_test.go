package server

import (
	"errors"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/internal/ims"
	"github.com/mediagauge/mediagauge/internal/job"
)

func TestThrottle(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	var th throttle
	count := func(account job.AccountID, action string) (admitted int) {
		for range 200 {
			err := th.admit(account, ims.Action{Name: action}, now)
			var e *ims.Error
			switch {
			case err == nil:
				admitted++
			case !errors.As(err, &e) || e.Code != ims.ThrottlingUser || e.Status != 400 || e.RetryAfter <= 0:
				t.Fatalf("refused with %v", err)
			}
		}
		return admitted
	}
	if n := count(1, ims.SubmitMediaInfoJob); n != submitsPerSecond {
		t.Errorf("%d submits in one moment, want %d", n, submitsPerSecond)
	}
	if n := count(1, ims.GetMediaInfoJob); n != queriesPerSecond {
		t.Errorf("%d queries in one moment, want %d", n, queriesPerSecond)
	}
	if n := count(2, ims.SubmitMediaInfoJob); n != submitsPerSecond {
		t.Errorf("another account was held up: %d submits", n)
	}
	now = now.Add(time.Second)
	if n := count(1, ims.SubmitMediaInfoJob); n != submitsPerSecond {
		t.Errorf("%d submits a second later, want %d", n, submitsPerSecond)
	}
	if err := (*throttle)(nil).admit(1, ims.Action{}, now); err != nil {
		t.Errorf("a server that does not throttle refused: %v", err)
	}
}
