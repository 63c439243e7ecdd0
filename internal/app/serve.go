package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"
	"time"

	"github.com/mediagauge/mediagauge/internal/asset"
	"github.com/mediagauge/mediagauge/internal/auth"
	"github.com/mediagauge/mediagauge/internal/callback"
	"github.com/mediagauge/mediagauge/internal/iam"
	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/metrics"
	"github.com/mediagauge/mediagauge/internal/once"
	"github.com/mediagauge/mediagauge/internal/queue"
	"github.com/mediagauge/mediagauge/internal/server"
	"github.com/mediagauge/mediagauge/internal/source"
	"github.com/mediagauge/mediagauge/internal/storage"
	"github.com/mediagauge/mediagauge/internal/store"
	"github.com/mediagauge/mediagauge/internal/worker"
)

// gcPercent lets the small heap of a server grow between collections: thousands of jobs a second
// leave much garbage and little else.
const gcPercent = 400

// service is every part of a running server.
type service struct {
	settings Settings
	log      *slog.Logger
	store    store.Store
	roles    roles
	auth     *auth.Authenticator
	rootKey  rootKey
	opener   *source.Opener
	queue    *queue.Queue
	callback *callback.Deliverer
	worker   *worker.Worker
	metrics  *metrics.Metrics
	handler  *server.Server
}

// Serve runs the service until ctx ends, then drains it. It prints "listening on URL" to
// stdout once calls are accepted, and in demo mode what the sample's job brought.
func Serve(ctx context.Context, s Settings, stdout, stderr io.Writer) error {
	log := newLogger(s, stderr)
	demo, err := startDemo(s)
	if err != nil {
		return err
	}
	defer demo.close()
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	svc, err := build(ctx, s, log, demo.allow())
	if err != nil {
		return err
	}
	defer svc.close()
	listener, err := net.Listen("tcp", s.Listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	endpoint := filepath.Join(s.DataDir, "endpoint") // where our own command line looks
	defer os.Remove(endpoint)
	return svc.run(ctx, listener, func(url string) error {
		if err := os.WriteFile(endpoint, []byte(url+"\n"), 0o600); err != nil {
			return fmt.Errorf("data folder: %w", err)
		}
		fmt.Fprintln(stdout, "listening on", url)
		return demo.show(ctx, url, svc.rootKey, stdout)
	})
}

// build opens and connects all parts, without starting any.
func build(ctx context.Context, s Settings, log *slog.Logger, allow string) (_ *service, err error) {
	svc := &service{settings: s, log: log}
	if svc.roles, err = parseRoles(s.Roles); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(s.DataDir, 0o700); err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	if svc.store, err = openStore(ctx, s, log); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			svc.close()
		}
	}()
	sealer, err := newSealer(s)
	if err != nil {
		return nil, err
	}
	if err = proveKey(ctx, svc.store, sealer); err != nil {
		return nil, err
	}
	now := time.Now
	sharedStore, shared := svc.store.(store.Shared)
	if shared {
		now = sharedStore.Clock
	}
	svc.auth = auth.New(svc.store, sealer, auth.Config{Shared: shared, Log: log})
	directory := iam.New(iam.Config{Store: svc.store, Auth: svc.auth})
	if svc.rootKey, err = bootstrap(ctx, s, svc.auth, shared, log); err != nil {
		return nil, err
	}
	if svc.opener, err = newOpener(s, log, allow); err != nil {
		return nil, err
	}
	storages := storage.New(storage.Config{Store: svc.store, Sealer: sealer, Opener: svc.opener,
		Fixed: s.Storages, Account: job.AccountID(s.AccountID)})
	eng, missing, err := newEngine(s)
	if err != nil {
		return nil, err
	}
	if missing != nil {
		log.Warn("ffprobe cannot be used: what the native readers do not know will be an UnsupportedFormat", "reason", missing)
	}
	if svc.callback, err = newCallbacks(s, log, svc.store, sealer, now); err != nil {
		return nil, err
	}
	var assets *asset.Manager
	qc := queueConfig(s, log, sealer, svc.callback)
	svc.metrics = metrics.New(Version())
	qc.Ended = func(ctx context.Context, j *job.Job) {
		svc.metrics.Ended(j)
		assets.Ended(ctx, j)
	}
	if svc.queue, err = queue.New(svc.store, qc); err != nil {
		return nil, err
	}
	assets = asset.New(asset.Config{Store: svc.store, Queue: svc.queue, Sealer: sealer, Key: source.Canonical, Log: log})
	if err = svc.queue.EnsureAccount(ctx, job.AccountID(s.AccountID)); err != nil {
		return nil, err
	}
	svc.worker, err = worker.New(svc.queue, openInput(storages, assets, s.Region), eng, worker.Config{
		Workers: s.Workers, JobTimeout: s.JobTimeout, Limits: limits(s), Log: log, Known: &worker.Known{Also: knownAsset(assets)},
	})
	if err != nil {
		return nil, err
	}
	svc.metrics.Watch(svc.queue, now)
	svc.handler = server.New(server.Config{
		Ready: svc.ready, ProbesOnly: !svc.roles.api, Metrics: svc.metrics.Handler(log), Observe: svc.metrics.Call,
		Queue: svc.queue, Auth: svc.auth, Callbacks: svc.callback, IAM: directory, Operator: job.AccountID(s.AccountID), Storage: storages,
		Assets: assets, Once: once.New(svc.store, now), CheckInput: checkInput(storages, assets),
		Region: s.Region, Strict: s.Limits == "strict", RequireTLS: s.RequireTLS, Log: log,
	})
	return svc, nil
}

func queueConfig(s Settings, log *slog.Logger, sealer *auth.Sealer, callbacks *callback.Deliverer) queue.Config {
	c := queue.DefaultConfig()
	c.Node, _ = os.Hostname()
	c.Version = Version()
	if r, err := parseRoles(s.Roles); err == nil {
		c.Roles = r.String()
		if r.worker {
			c.Workers = cmp.Or(s.Workers, worker.DefaultConfig().Workers)
		}
	}
	c.JobDeadline = s.JobTimeout + 30*time.Second
	c.MaxOpen = s.MaxOpenJobs
	c.Retention = time.Duration(s.RetentionDays) * 24 * time.Hour
	c.NotifyAddress = func(ctx context.Context, j *job.Job) (string, bool) {
		s, err := callbacks.Settings(ctx, j.Account)
		return callbacks.Target(j.Account, j.Spec.NotifyAddress), err == nil && s.Address() == j.Spec.NotifyAddress && s.Wants(eventOf(j))
	}
	c.Sealer = sealer
	c.TokenKey = sealer.Derive("page token")
	c.NotifyTargets, c.NotifyBody, c.Notify = eventTargets(callbacks), eventBody, callbacks.Wake
	c.Log = log
	return c
}

// run serves until ctx ends or a part fails, then stops everything in order: first calls, then
// work, then the store's upkeep.
func (svc *service) run(ctx context.Context, l net.Listener, ready func(url string) error) error {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	hs := server.HTTP(svc.handler, server.Timeouts{}, svc.log)
	open := newConnections()
	hs.ConnState = open.track
	var parts sync.WaitGroup
	start := func(name string, f func() error) {
		parts.Go(func() {
			if err := f(); err != nil && !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, context.Canceled) {
				fail(fmt.Errorf("%s: %w", name, err))
			}
		})
	}
	upkeep, endUpkeep := context.WithCancel(context.WithoutCancel(ctx))
	defer endUpkeep()
	work, endWork := context.WithCancel(context.WithoutCancel(ctx))
	defer endWork()
	workDone := make(chan struct{})
	start("queue", func() error { return svc.queue.Run(upkeep) })
	if svc.roles.callback {
		start("callbacks", func() error { return svc.callback.Run(upkeep) })
	}
	start("worker", func() error {
		defer close(workDone)
		if !svc.roles.worker {
			return nil
		}
		return svc.worker.Run(work)
	})
	start("http", func() error { return hs.Serve(l) })
	start("store", func() error {
		select {
		case err := <-fatal(svc.store):
			return err
		case <-ctx.Done():
			return nil
		}
	})
	if err := ready("http://" + l.Addr().String()); err != nil {
		fail(err)
	}

	<-ctx.Done()
	svc.log.Info("draining")
	svc.handler.Drain()
	open.wait(farewell)
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	if err := hs.Shutdown(stop); err != nil {
		_ = hs.Close()
	}
	endWork()
	select {
	case <-workDone:
	case <-stop.Done():
	}
	endUpkeep()
	parts.Wait()
	svc.log.Info("stopped")
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) {
		return cause
	}
	return nil
}

// ready says why this node should get no calls: its database does not answer.
func (svc *service) ready() error {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	_, err := svc.store.ListNodes(ctx, time.Now())
	return err
}

func (svc *service) close() {
	if svc.opener != nil {
		svc.opener.Close()
	}
	if svc.auth != nil {
		_ = svc.auth.Close()
	}
	if svc.store != nil {
		_ = svc.store.Close()
	}
}
