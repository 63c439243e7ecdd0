package ffprobe

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"

	"github.com/mediagauge/mediagauge/probe"
)

var (
	address  = regexp.MustCompile(` @ 0x[0-9a-f]+`)
	location = regexp.MustCompile(`http://127\.0\.0\.1:[0-9]+` + servePath + `|file:` + spoolName + `|tcp://127\.0\.0\.1:[0-9]+`)
)

// probeArgs is ffprobe's command line for one demuxer. The bounds on single allocations and
// on pictures turn memory bombs into errors; ordinary media stays far below both.
func probeArgs(demuxer, protocols, input string) []string {
	return []string{
		"-v", "error", "-hide_banner",
		"-f", demuxer, "-format_whitelist", demuxer, "-protocol_whitelist", protocols,
		"-max_alloc", "67108864", "-max_pixels", "35389440",
		"-show_format", "-show_streams", "-show_programs", "-show_chapters", "-of", "json",
		input,
	}
}

// result is how a process ended.
type result struct {
	stdout []byte
	stderr string
	status error // of exec.Cmd.Wait
}

// supervise waits for c to end, or ends it: with ctx, when it prints too much, or when
// failed closes (nil: never).
func (p *Prober) supervise(ctx context.Context, c *child, out *output, failed <-chan struct{}) (result, error) {
	var reason error
	select {
	case <-c.ended:
	case <-ctx.Done():
		reason = contextError(ctx)
	case <-out.full:
		reason = probe.Errorf(probe.Limit, "ffprobe printed more than %d bytes", p.config.MaxOutput)
	case <-failed:
	}
	c.kill()
	<-c.ended
	words := c.lastWords()
	if reason != nil {
		return result{}, reason
	}
	if words != nil {
		return result{}, probe.Errorf(probe.Unsupported, "ffprobe could not be run: %w", words)
	}
	select {
	case <-out.full: // it printed too much and then ended by itself
		return result{}, probe.Errorf(probe.Limit, "ffprobe printed more than %d bytes", p.config.MaxOutput)
	default:
	}
	return result{out.stdout.Bytes(), string(out.stderr), c.status}, nil
}

// contextError words the end of ctx: a deadline is a limit, a caller who went away is not.
func contextError(ctx context.Context) error {
	cause := context.Cause(ctx)
	var known *probe.Error
	switch {
	case errors.As(cause, &known):
		return cause
	case errors.Is(cause, context.DeadlineExceeded):
		return probe.Errorf(probe.Limit, "ffprobe did not finish in time: %w", cause)
	}
	return &probe.Error{Kind: probe.IO, Offset: -1, Err: cause}
}

// check turns an unhappy end into an error. The exit status counts before the JSON: on some
// refused files ffprobe prints "{}" and nothing else.
func (p *Prober) check(r result) error {
	if r.status == nil {
		return nil
	}
	reason := scrub(r.stderr)
	var exit *exec.ExitError
	if !errors.As(r.status, &exit) {
		return probe.Errorf(probe.Unsupported, "ffprobe could not be run: %w", r.status)
	}
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return p.killed(status.Signal())
	}
	if reason == "" {
		reason = fmt.Sprintf("exit status %d", exit.ExitCode())
	}
	return &probe.Error{Kind: kindOf(reason), Offset: -1, Err: errors.New("ffprobe: " + reason)}
}

// killed words the death of ffprobe by a signal that we did not send.
func (p *Prober) killed(signal syscall.Signal) error {
	switch signal.String() { // not every system has the constants
	case "CPU time limit exceeded", "killed":
		return probe.Errorf(probe.Limit, "ffprobe was stopped by its limits (%d s of CPU time, %d bytes of memory)",
			p.config.CPUSeconds, p.config.MemoryBytes)
	case "file size limit exceeded":
		return probe.Errorf(probe.Limit, "ffprobe was stopped for writing a file")
	}
	return probe.Errorf(probe.Malformed, "ffprobe crashed: %v", signal)
}

// reasons sorts ffprobe's complaints; the first that occurs counts. Whatever is not listed
// is damage, which is what "Invalid data found when processing input" means.
var reasons = []struct {
	text string
	kind probe.Kind
}{
	{"cannot allocate memory", probe.Limit},
	{"unknown input format", probe.Unsupported},
	{"not on whitelist", probe.Unsupported},
	{"not yet implemented", probe.Unsupported},
	{"operation not permitted", probe.Unsupported},
	{"error while loading shared libraries", probe.Unsupported},
	{"moov atom not found", probe.Truncated},
	{"end of file", probe.Truncated},
}

func kindOf(reason string) probe.Kind {
	reason = strings.ToLower(reason)
	for _, r := range reasons {
		if strings.Contains(reason, r.text) {
			return r.kind
		}
	}
	return probe.Malformed
}

// output holds what ffprobe prints: all of standard output and the end of standard error,
// both up to a bound.
type output struct {
	stdout bytes.Buffer
	stderr []byte
	limit  int64
	errors int64
	full   chan struct{} // closed when the bound was passed
	once   sync.Once
}

func newOutput(limit int64) *output { return &output{limit: limit, full: make(chan struct{})} }

var errFull = errors.New("too much output")

func (o *output) overflow() (int, error) {
	o.once.Do(func() { close(o.full) })
	return 0, errFull
}

// stdoutWriter and stderrWriter are the two ends that a process writes to; each is used by
// one goroutine.
type (
	stdoutWriter struct{ *output }
	stderrWriter struct{ *output }
)

func (w stdoutWriter) Write(p []byte) (int, error) {
	if int64(w.stdout.Len()+len(p)) > w.limit {
		return w.overflow()
	}
	return w.stdout.Write(p)
}

const stderrTail = 4 << 10

func (w stderrWriter) Write(p []byte) (int, error) {
	if w.errors += int64(len(p)); w.errors > w.limit {
		return w.overflow()
	}
	w.stderr = append(w.stderr, p...)
	if n := len(w.stderr) - stderrTail; n > 0 {
		w.stderr = append(w.stderr[:0], w.stderr[n:]...)
	}
	return len(p), nil
}
