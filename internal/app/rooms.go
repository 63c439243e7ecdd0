package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/mediagauge/mediagauge/internal/asset"
	"github.com/mediagauge/mediagauge/internal/engine"
	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/netguard"
	"github.com/mediagauge/mediagauge/internal/source"
	"github.com/mediagauge/mediagauge/internal/storage"
	"github.com/mediagauge/mediagauge/internal/worker"
	"github.com/mediagauge/mediagauge/probe"
	"github.com/mediagauge/mediagauge/probe/ffprobe"
)

// RunStage takes over the process when it was started as the contained child of the ffprobe
// engine, and otherwise returns at once. main calls it before anything else.
func RunStage() { ffprobe.RunStage() }

// newFFprobe prepares the ffprobe that the settings ask for; nil when it is switched off.
func newFFprobe(s Settings) (*ffprobe.Prober, error) {
	if s.FFprobe == "off" {
		return nil, nil
	}
	c := ffprobe.DefaultConfig
	c.Timeout = s.FFprobeTimeout
	c.SpoolBytes = s.SourceMaxBytes
	c.AllowUncontained = s.FFprobeContained == "off"
	if s.FFprobe != "ffprobe" {
		c.Path = s.FFprobe
	}
	return ffprobe.New(c)
}

// newEngine decides who answers. Where "auto" has no usable ffprobe the native readers are on
// their own, and missing says why.
func newEngine(s Settings) (eng engine.Engine, missing, err error) {
	native := engine.Native(probe.New(formats...))
	if s.Engine == engine.NameNative {
		return native, nil, nil
	}
	p, err := newFFprobe(s)
	if err == nil && p == nil {
		err = errors.New("ffprobe is switched off")
	}
	switch {
	case s.Engine == engine.NameFFprobe && err != nil:
		return nil, nil, fmt.Errorf("engine ffprobe: %w", err)
	case s.Engine == engine.NameFFprobe:
		return engine.FFprobe(p), nil, nil
	case err != nil:
		return engine.Auto(native, nil), err, nil
	}
	return engine.Auto(native, engine.FFprobe(p)), nil, nil
}

// newOpener builds the guarded way to sources. extra is added to the allow list.
func newOpener(s Settings, log *slog.Logger, extra string) (*source.Opener, error) {
	list := s.SourceAllow
	if extra != "" {
		list += "," + extra
	}
	allow, err := netguard.ParseAllow(list)
	if err != nil {
		return nil, fmt.Errorf("source-allow: %w", err)
	}
	guard := netguard.New(allow)
	guard.OnDenied = func(d *netguard.Denied) { log.Warn("source address denied", "host", d.Host, "reason", d.Reason) }
	c := source.DefaultConfig()
	c.Storages, c.URLInputs, c.Region = s.Storages, s.URLInputs, s.Region
	c.MaxBytes, c.MaxRequests, c.Deadline = s.SourceMaxBytes, s.SourceMaxReqs, s.JobTimeout
	c.OnFailure = func(ref string, err error) { log.Debug("source failed", "source", ref, "error", err) }
	return source.New(c, guard)
}

// checkInput judges an input at submit time, without any network.
func checkInput(m *storage.Manager, assets *asset.Manager) func(context.Context, job.AccountID, job.Input) error {
	return func(ctx context.Context, account job.AccountID, in job.Input) error {
		url, err := address(ctx, assets, account, in)
		if err != nil {
			return err
		}
		o, err := m.Opener(ctx, account)
		if err != nil {
			return err
		}
		if err := o.Check(url); err != nil {
			return &job.InputError{Field: "Media", Reason: sentence(err.Error())}
		}
		return nil
	}
}

// address is where an input lies: what it says itself, or what the asset that it names does.
func address(ctx context.Context, assets *asset.Manager, account job.AccountID, in job.Input) (string, error) {
	if in.Type != job.InputMedia {
		return in.Media, nil
	}
	url, err := assets.URL(ctx, account, in.Media)
	if errors.Is(err, asset.ErrNotFound) {
		err = fmt.Errorf("media asset %q: %w", in.Media, job.ErrMediaNotFound)
	}
	return url, err
}

// openInput opens the inputs of jobs for the worker. What lies in no bucket is told to be in
// the region of the service.
func openInput(m *storage.Manager, assets *asset.Manager, region string) worker.Open {
	return func(ctx context.Context, account job.AccountID, in job.Input) (worker.Object, error) {
		url, err := address(ctx, assets, account, in)
		if err != nil {
			return nil, err
		}
		o, err := m.Opener(ctx, account)
		if err != nil {
			return nil, err
		}
		obj, err := o.Open(ctx, url)
		if err != nil {
			return nil, err
		}
		if obj.Region == "" {
			obj.Region = region
		}
		id := ""
		if in.Type == job.InputMedia {
			id = in.Media
		}
		return worker.FromSource(obj, id), nil
	}
}

// knownAsset is what is known of the asset that a job is about.
func knownAsset(assets *asset.Manager) func(context.Context, *job.Job) (*job.Result, string, error) {
	return func(ctx context.Context, j *job.Job) (*job.Result, string, error) {
		if j.Spec.Input.Type != job.InputMedia || j.Spec.Registers != "" {
			return nil, "", nil
		}
		a, err := assets.Get(ctx, j.Account, j.Spec.Input.Media)
		return a.Result, a.Engine, err
	}
}

// sentence makes an error's text end as a sentence does.
func sentence(s string) string {
	if s == "" {
		return s
	}
	b := []byte(s)
	if b[0] >= 'a' && b[0] <= 'z' {
		b[0] -= 'a' - 'A'
	}
	if last := b[len(b)-1]; last != '.' {
		b = append(b, '.')
	}
	return string(b)
}

// newLogger builds the log of the settings.
func newLogger(s Settings, w logWriter) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(s.LogLevel)); err != nil {
		level = slog.LevelInfo
	}
	o := &slog.HandlerOptions{Level: level}
	if s.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}

type logWriter interface{ Write([]byte) (int, error) }

// limits bounds what an engine may read of one source.
func limits(s Settings) probe.Limits {
	l := probe.DefaultLimits
	l.MaxBytes = max(l.MaxBytes, s.SourceMaxBytes)
	return l
}

// Times of a drain.
const (
	farewell = 2 * time.Second  // for clients to leave by themselves
	grace    = 20 * time.Second // for calls under way and running jobs
)
