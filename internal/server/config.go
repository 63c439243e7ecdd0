package server

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/mediagauge/mediagauge/internal/asset"
	"github.com/mediagauge/mediagauge/internal/auth"
	"github.com/mediagauge/mediagauge/internal/callback"
	"github.com/mediagauge/mediagauge/internal/iam"
	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/once"
	"github.com/mediagauge/mediagauge/internal/queue"
	"github.com/mediagauge/mediagauge/internal/storage"
)

// Config is what a Server works with. Zero fields get the default unless they say otherwise.
type Config struct {
	Queue *queue.Queue        // required
	Auth  *auth.Authenticator // required

	Callbacks *callback.Deliverer // required
	IAM       *iam.Directory      // required
	Operator  job.AccountID       // the account that may make others; 0 is nobody
	Storage   *storage.Manager    // required
	Assets    *asset.Manager      // required
	Once      *once.Tokens        // required

	// CheckInput says whether the account may submit this input at all; nil accepts every one.
	// Its refusals are *job.InputError and job.ErrMediaNotFound.
	CheckInput func(ctx context.Context, account job.AccountID, in job.Input) error

	// Ready says why this process should get no calls; nil says it always should.
	Ready func() error

	// ProbesOnly leaves the API out: the process has other work, and only says how it is.
	ProbesOnly bool
	// Metrics answers /metrics; nil leaves the path to the API, which has none such.
	Metrics http.Handler
	// Observe is told of every call: its action ("" when it names none), its code ("" is success) and its time.
	Observe func(action, code string, took time.Duration)

	Region     string // the region this server stands for; default "cn-shanghai"
	Strict     bool   // hold accounts to the vendor's rates: Throttling.User beyond them
	RequireTLS bool   // refuse calls that came neither over TLS nor, says a proxy on loopback, from it

	HostID      string        // HostId of errors; default "ice." and the region
	MaxBody     int64         // bytes; default 1 MiB
	CallTimeout time.Duration // of one call, its wait for a job's end not counted; default 5 s
	SyncWait    time.Duration // of SubmitSyncMediaInfoJob; default 60 s

	Now func() time.Time // default time.Now
	Log *slog.Logger     // default discards
}

func (c Config) withDefaults() Config {
	if c.CheckInput == nil {
		c.CheckInput = func(context.Context, job.AccountID, job.Input) error { return nil }
	}
	if c.Observe == nil {
		c.Observe = func(string, string, time.Duration) {}
	}
	if c.Ready == nil {
		c.Ready = func() error { return nil }
	}
	if c.Region == "" {
		c.Region = "cn-shanghai"
	}
	if c.HostID == "" {
		c.HostID = "ice." + c.Region
	}
	if c.MaxBody <= 0 {
		c.MaxBody = 1 << 20
	}
	if c.CallTimeout <= 0 {
		c.CallTimeout = 5 * time.Second
	}
	if c.SyncWait <= 0 {
		c.SyncWait = 60 * time.Second
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}

// Timeouts bound what a connection may take. Zero fields get the default.
type Timeouts struct {
	Header time.Duration // to send the headers of a request; default 10 s
	Read   time.Duration // to send a request whole; default 30 s
	Write  time.Duration // from the end of the headers to the end of the reply; default 90 s
	Idle   time.Duration // between requests; default 60 s
}

// maxHeader bounds the request line and the headers, in bytes. It leaves room for a request
// line that is too long, so that its refusal is one that clients can read.
const maxHeader = 256 << 10

// HTTP returns an http.Server for h with bounds on time and size. It listens to nothing yet.
func HTTP(h http.Handler, t Timeouts, log *slog.Logger) *http.Server {
	or := func(d, standard time.Duration) time.Duration {
		if d <= 0 {
			return standard
		}
		return d
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &http.Server{
		Handler:                      h,
		DisableGeneralOptionsHandler: true,
		ReadHeaderTimeout:            or(t.Header, 10*time.Second),
		ReadTimeout:                  or(t.Read, 30*time.Second),
		WriteTimeout:                 or(t.Write, 90*time.Second),
		IdleTimeout:                  or(t.Idle, 60*time.Second),
		MaxHeaderBytes:               maxHeader,
		ErrorLog:                     slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}
