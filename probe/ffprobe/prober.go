package ffprobe

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
)

// Prober describes sources with ffprobe. It is safe for concurrent use.
type Prober struct {
	config      Config
	containment Containment
	readPaths   []string
	report      Report
}

// New finds ffprobe, picks a containment and proves it by a self-test. It fails with an
// Unsupported error when there is no ffprobe, or when nothing here can hold it and
// Config.AllowUncontained is not set.
func New(config Config) (*Prober, error) {
	config = config.withDefaults()
	if config.Path == "" {
		config.Path = "ffprobe"
	}
	path, err := exec.LookPath(config.Path)
	if err == nil {
		path, err = filepath.Abs(path)
	}
	if err == nil {
		path, err = filepath.EvalSymlinks(path)
	}
	if err != nil {
		return nil, probe.Errorf(probe.Unsupported, "no ffprobe: %w", err)
	}
	config.Path = path
	sweep()
	p := &Prober{config: config, readPaths: readPaths(path, config.ReadPaths)}
	ctx, cancel := context.WithTimeout(context.Background(), 2*config.Timeout)
	defer cancel()
	if err := p.choose(ctx); err != nil {
		return nil, err
	}
	return p, nil
}

// libraryPaths are where systems keep what a dynamically linked ffprobe loads. Debian's
// BLAS is found through /etc/alternatives.
var libraryPaths = []string{
	"/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/local/lib", "/lib", "/lib32", "/lib64",
	"/nix/store", "/gnu/store", "/etc/alternatives", "/etc/ld.so.cache",
}

// readPaths lists what ffprobe at path may read: libraries, those beside it, and more.
func readPaths(path string, more []string) []string {
	paths := append([]string{}, libraryPaths...)
	if own := filepath.Join(filepath.Dir(path), "..", "lib"); own != "/lib" && own != "/usr/lib" {
		paths = append(paths, own)
	}
	return append(paths, more...)
}

// Containment tells how ffprobe is held.
func (p *Prober) Containment() Containment { return p.containment }

// Probe describes what r reads. Reading fails with r's own error; too much time, memory or
// output is a Limit error; content that no demuxer claims wraps probe.ErrUnknownFormat;
// playlists are Unsupported; what ffprobe refuses is Malformed or Truncated in its words.
func (p *Prober) Probe(ctx context.Context, r *probe.Reader) (*media.Info, error) {
	late := probe.Errorf(probe.Limit, "%w", timeoutError(p.config.Timeout))
	ctx, cancel := context.WithTimeoutCause(ctx, p.config.Timeout, late)
	defer cancel()
	b := newBlocks(ctx, r)
	defer b.stop()
	demuxer, err := b.sniff()
	if err != nil {
		return nil, p.readError(ctx, err)
	}
	info, err := p.describe(ctx, b, demuxer)
	var known *probe.Error
	if errors.As(err, &known) && known.Format == "" && known.Kind != probe.IO {
		named := *known // r may hand out the same error twice
		named.Format = demuxer
		return nil, &named
	}
	return info, err
}

// timeoutError is the deadline of one probe.
type timeoutError time.Duration

func (t timeoutError) Error() string {
	return fmt.Sprintf("ffprobe did not finish within %s", time.Duration(t))
}

// Is makes errors.Is(err, context.DeadlineExceeded) hold.
func (timeoutError) Is(target error) bool { return target == context.DeadlineExceeded }

// readError words a failure to read: that of the context when it is done, else as it is.
func (p *Prober) readError(ctx context.Context, err error) error {
	var known *probe.Error
	if ctx.Err() != nil && !errors.As(err, &known) {
		return contextError(ctx)
	}
	return err
}

// describe runs ffprobe on b in the containment in force.
func (p *Prober) describe(ctx context.Context, b *blocks, demuxer string) (*media.Info, error) {
	var r result
	var err error
	if p.containment == Namespaces {
		r, err = p.runOnRanges(ctx, b, probeArgs(demuxer, "http,tcp", "http://127.0.0.1:"+portMark+servePath))
	} else {
		r, err = p.runOnCopy(ctx, b, probeArgs(demuxer, "file", "file:"+spoolName))
	}
	if err != nil {
		return nil, p.readError(ctx, err)
	}
	if err := p.check(r); err != nil {
		return nil, err
	}
	return decode(r.stdout, b.reader.Limits().MaxTracks)
}

// runOnRanges runs ffprobe against a range server for b in its own network namespace.
func (p *Prober) runOnRanges(ctx context.Context, b *blocks, args []string) (result, error) {
	out := newOutput(p.config.MaxOutput)
	o := p.order(p.containment, args)
	o.Serve = true
	c, err := start(ctx, o, "/", stdoutWriter{out}, stderrWriter{out}) // soon a root folder of its own
	if err != nil {
		return result{}, p.startError(ctx, err)
	}
	defer c.close()
	s := newServer(b)
	s.serve(c.listener)
	r, err := p.supervise(ctx, c, out, s.failed)
	b.stop()
	s.close()
	if s.err != nil && !errors.Is(s.err, errStopped) {
		return result{}, s.err // whatever ffprobe made of the bytes before
	}
	return r, err
}

// runOnCopy runs ffprobe on a temporary copy of b, in a folder that holds nothing else.
func (p *Prober) runOnCopy(ctx context.Context, b *blocks, args []string) (result, error) {
	dir, err := workFolder()
	if err != nil {
		return result{}, err
	}
	defer os.RemoveAll(dir)
	o := p.order(p.containment, args)
	o.WorkDir = dir
	owner := -1
	if o.Root {
		owner = nobody
	}
	if err := p.spool(b, dir, owner); err != nil {
		return result{}, err
	}
	return p.run(ctx, o, dir)
}

// run runs ffprobe without bytes of its own to read.
func (p *Prober) run(ctx context.Context, o order, dir string) (result, error) {
	out := newOutput(p.config.MaxOutput)
	c, err := start(ctx, o, dir, stdoutWriter{out}, stderrWriter{out})
	if err != nil {
		return result{}, p.startError(ctx, err)
	}
	defer c.close()
	return p.supervise(ctx, c, out, nil)
}

// order is the part of a stage's order that all runs share.
func (p *Prober) order(c Containment, args []string) order {
	return order{
		Path:       p.config.Path,
		Args:       args,
		Namespaces: c == Namespaces,
		Contain:    c != Uncontained,
		Root:       mayBecomeNobody(),
		ReadPaths:  p.readPaths,
		Memory:     p.config.MemoryBytes,
		CPU:        p.config.CPUSeconds,
	}
}

// startError words a sandbox that could not be entered: never a reason to go on without.
func (p *Prober) startError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return contextError(ctx)
	}
	return probe.Errorf(probe.Unsupported, "ffprobe could not be run: %w", err)
}
