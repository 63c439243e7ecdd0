package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/mediagauge/mediagauge/internal/ims"
	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/source"
	"github.com/mediagauge/mediagauge/probe"
)

// Answer is what "mediagauge probe" prints.
type Answer struct {
	Property *ims.MediaInfoProperty
	Stats    Stats
}

// Stats is what an answer cost.
type Stats struct {
	Engine    string
	Requests  int   // to the source: HTTP requests, or reads of a local file
	BytesRead int64 // from the source
	WallMs    int64
}

// Probe describes one file, URL or bucket object without a server.
func Probe(ctx context.Context, s Settings, ref string) (*Answer, error) {
	log := newLogger(Settings{LogLevel: "error"}, os.Stderr)
	eng, missing, err := newEngine(s)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, s.JobTimeout, fmt.Errorf("not done within %s", s.JobTimeout))
	defer cancel()
	began := time.Now()
	src, object, done, err := openRef(ctx, s, ref, log)
	if err != nil {
		return nil, err
	}
	defer done()
	reader := probe.NewReader(ctx, src, limits(s))
	answer, err := eng.Probe(ctx, reader)
	if err != nil {
		return nil, withMissing(fmt.Errorf("%s: %w", ref, err), missing)
	}
	if n, ok := src.Size(); ok {
		object.Size = n
	}
	cost := reader.Cost()
	return &Answer{
		Property: ims.MediaInfoPropertyOf(&job.Result{Object: object, Info: answer.Info}),
		Stats:    Stats{answer.Engine, cost.Requests, cost.Bytes, time.Since(began).Milliseconds()},
	}, nil
}

// withMissing adds why ffprobe could not be asked, where that would have helped.
func withMissing(err, missing error) error {
	if missing == nil || !errors.Is(err, probe.Unsupported) && !errors.Is(err, probe.ErrUnknownFormat) {
		return err
	}
	return fmt.Errorf("%w (%v)", err, missing)
}

// openRef opens a local file or, when ref has a scheme, a remote object.
func openRef(ctx context.Context, s Settings, ref string, log *slog.Logger) (probe.Source, job.Object, func(), error) {
	if !strings.Contains(ref, "://") {
		f, err := source.File(ref)
		if err != nil {
			return nil, job.Object{}, nil, err
		}
		return f, object(f.Facts), func() { _ = f.Close() }, nil
	}
	opener, err := newOpener(s, log, "")
	if err != nil {
		return nil, job.Object{}, nil, err
	}
	o, err := opener.Open(ctx, ref)
	if err != nil {
		opener.Close()
		return nil, job.Object{}, nil, err
	}
	return o, object(o.Facts), func() { _ = o.Close(); opener.Close() }, nil
}

// object turns a source's facts into a job's.
func object(f source.Facts) job.Object {
	return job.Object{Name: f.Name, URL: f.URL, Region: f.Region, ETag: f.ETag, Modified: f.LastModified}
}

// WriteJSON prints the MediaInfoProperty object, and with stats what it cost.
func (a *Answer) WriteJSON(w io.Writer, stats bool) error {
	doc := struct {
		*ims.MediaInfoProperty
		Stats *Stats `json:",omitempty"`
	}{MediaInfoProperty: a.Property}
	if stats {
		doc.Stats = &a.Stats
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(doc)
}
