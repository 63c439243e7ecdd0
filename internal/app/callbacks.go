package app

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/mediagauge/mediagauge/internal/auth"
	"github.com/mediagauge/mediagauge/internal/callback"
	"github.com/mediagauge/mediagauge/internal/ims"
	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/netguard"
	"github.com/mediagauge/mediagauge/internal/store"
)

// newCallbacks builds what tells of finished jobs. Its way to the network is guarded like that to sources,
// with a list of its own, and follows no redirect.
func newCallbacks(s Settings, log *slog.Logger, outbox store.Outbox, sealer *auth.Sealer, now func() time.Time) (*callback.Deliverer, error) {
	allow, err := netguard.ParseAllow(s.CallbackAllow)
	if err != nil {
		return nil, fmt.Errorf("callback-allow: %w", err)
	}
	guard := netguard.New(allow)
	guard.OnDenied = func(d *netguard.Denied) {
		log.Warn("callback address denied", "host", d.Host, "reason", d.Reason)
	}
	return callback.New(callback.Config{
		Store: outbox, Sealer: sealer, Now: now, Log: log, Queues: callback.Queues{Endpoint: s.QueueEndpoint, KeyID: s.QueueKeyID,
			KeySecret: s.QueueKeySecret, Plain: s.QueuePlain},
		Client: guard.Client(netguard.Options{NoRedirects: true, MaxIdlePerHost: 4}),
	}), nil
}

// eventTargets says where the end of a job is told of, by what its account asked for.
func eventTargets(d *callback.Deliverer) func(context.Context, *job.Job) ([]store.Message, error) {
	return func(ctx context.Context, j *job.Job) ([]store.Message, error) {
		s, err := d.Settings(ctx, j.Account)
		if err != nil || !s.Wants(eventOf(j)) {
			return nil, err
		}
		return []store.Message{{Target: d.Target(j.Account, s.Address()), Body: eventBody(j)}}, nil
	}
}

// eventOf is the event that a job's end is.
func eventOf(j *job.Job) string {
	if j.Spec.Registers != "" {
		return ims.EventRegisterComplete
	}
	return ims.EventAnalysisComplete
}

// eventBody is the message that tells it.
func eventBody(j *job.Job) []byte {
	if j.Spec.Registers != "" {
		return ims.AssetEvent(j)
	}
	return ims.JobEvent(j)
}
