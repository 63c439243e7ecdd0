package queue

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

// Config sets how a Queue behaves. Zero fields get the default unless they say otherwise.
type Config struct {
	Node           string // name of this process in the store; default "mediagauge"
	Roles          string // what this process does, Version what it is and Workers how many jobs it runs at one time:
	Version        string // all three for those who look after several
	Workers        int
	LeaseFor       time.Duration // how long a node lives after its last heartbeat; default 12 s
	HeartbeatEvery time.Duration // default 4 s
	RescueEvery    time.Duration // how often lost jobs are looked for; default 2 s
	JobDeadline    time.Duration // after which a claimed job counts as lost; default 150 s
	DrainFor       time.Duration // how long Run waits for claimed jobs once its context ends; default 20 s

	MaxAttempts  int             // claims that one job may use up; default 3
	RetryBackoff []time.Duration // before the second attempt, the third …; the last repeats; default 1 s, 5 s
	RetryJitter  float64         // share by which a back-off is moved either way; default 0.2, negative is none

	MaxOpen      int           // unfinished jobs that one account may have; 0 is no cap
	MaxPipelines int           // pipelines that one account may have; 0 is no cap
	Retention    time.Duration // how long finished jobs are kept; 0 is for ever

	// TokenKey authenticates page tokens. Nodes that share a store share the key. When empty
	// a random one is made, and tokens are good for the life of the process only.
	TokenKey []byte

	// Sealer keeps specs with secrets from being read in the store; nil stores them as they are.
	Sealer Sealer

	// NotifyTargets says which callbacks the end of a job causes. It may be nil. The address
	// in the job's own Spec is added to what it returns. A job does not end while it fails.
	NotifyTargets func(ctx context.Context, j *job.Job) ([]store.Message, error)

	// NotifyAddress says how the address in the job's own Spec is stored, and whether it is among the targets
	// already; nil stores it as it is.
	NotifyAddress func(ctx context.Context, j *job.Job) (target string, told bool)
	// NotifyBody makes the body of the message to the address in the job's own Spec; nil makes none.
	NotifyBody func(j *job.Job) []byte
	// Ended is called when a job has ended and that is stored; nil is for nobody. It is not called for
	// jobs whose process dies at this moment.
	Ended func(ctx context.Context, j *job.Job)
	// Notify is called when messages were written; nil is for nobody.
	Notify func()

	Now func() time.Time // default the shared store's clock, else time.Now
	Log *slog.Logger     // default discards
}

// Sealer encrypts texts, each for a name.
type Sealer interface {
	Seal(name, secret string) []byte
	Open(name string, sealed []byte) (string, error)
}

// DefaultConfig returns the settings of a server nobody configured.
func DefaultConfig() Config {
	return Config{
		Node:           "mediagauge",
		LeaseFor:       12 * time.Second,
		HeartbeatEvery: 4 * time.Second,
		RescueEvery:    2 * time.Second,
		JobDeadline:    150 * time.Second,
		DrainFor:       20 * time.Second,
		MaxAttempts:    3,
		RetryBackoff:   []time.Duration{time.Second, 5 * time.Second},
		RetryJitter:    0.2,
		Retention:      90 * 24 * time.Hour,
		Log:            slog.New(slog.DiscardHandler),
	}
}

// withDefaults fills the zero fields for which zero has no meaning of its own.
func (c Config) withDefaults() Config {
	d := DefaultConfig()
	if c.Node == "" {
		c.Node = d.Node
	}
	for _, f := range []struct{ value, standard *time.Duration }{
		{&c.LeaseFor, &d.LeaseFor},
		{&c.HeartbeatEvery, &d.HeartbeatEvery},
		{&c.RescueEvery, &d.RescueEvery},
		{&c.JobDeadline, &d.JobDeadline},
		{&c.DrainFor, &d.DrainFor},
	} {
		if *f.value == 0 {
			*f.value = *f.standard
		}
	}
	if c.MaxAttempts == 0 {
		c.MaxAttempts = d.MaxAttempts
	}
	if len(c.RetryBackoff) == 0 {
		c.RetryBackoff = d.RetryBackoff
	}
	if c.RetryJitter == 0 {
		c.RetryJitter = d.RetryJitter
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = d.Log
	}
	return c
}

// Validate says what is wrong with c once its defaults are filled in.
func (c Config) Validate() error {
	c = c.withDefaults()
	switch {
	case c.LeaseFor < 0, c.HeartbeatEvery < 0, c.RescueEvery < 0, c.JobDeadline < 0, c.DrainFor < 0, c.Retention < 0:
		return fmt.Errorf("queue: a duration is negative")
	case c.LeaseFor < 2*c.HeartbeatEvery:
		return fmt.Errorf("queue: lease of %v is shorter than two heartbeats of %v", c.LeaseFor, c.HeartbeatEvery)
	case c.MaxAttempts < 1:
		return fmt.Errorf("queue: %d attempts", c.MaxAttempts)
	case c.MaxOpen < 0, c.MaxPipelines < 0:
		return fmt.Errorf("queue: a cap is negative")
	case c.RetryJitter >= 1:
		return fmt.Errorf("queue: retry jitter %v is not below 1", c.RetryJitter)
	}
	return nil
}
