package bench

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/internal/testmedia"
	"github.com/mediagauge/mediagauge/test/e2e/rig"
)

const callers = 8 // connections to the API

// setup starts an origin with the sample files and a server that may read it.
func setup(b *testing.B) (names []string, origin *rig.Origin, server *rig.Server) {
	b.Helper()
	list, err := testmedia.List()
	if err != nil {
		b.Fatal(err)
	}
	for _, s := range list {
		if !s.Fails {
			names = append(names, s.Name)
		}
	}
	origin = rig.NewOrigin(b)
	origin.Files(b, "/media/", filepath.Join(testmedia.Root(), "files"))
	server = rig.Start(b, rig.Options{Allow: []string{origin.Allow()}, Env: map[string]string{"MEDIAGAUGE_LOG_LEVEL": "warn"}})
	return names, origin, server
}

// address gives every pass over the files addresses of its own, so that nothing that was
// learnt in one pass can help in the next.
func address(origin *rig.Origin, pass, name string) string {
	return origin.URL + "/media/" + pass + "/" + name
}

// cost is what the origin saw while files were read.
type cost struct {
	files, requests int
	bytes           int64
	took            time.Duration
}

func (c *cost) add(files int, took time.Duration, hits []rig.Hit) {
	c.files, c.took = c.files+files, c.took+took
	for _, h := range hits {
		c.requests++
		c.bytes += h.Bytes
	}
}

func (c *cost) rate() float64 { return float64(c.files) / c.took.Seconds() }

func (c *cost) report(b *testing.B, who string) {
	b.ReportMetric(c.rate(), who+"-files/s")
	b.ReportMetric(float64(c.requests)/float64(c.files), who+"-requests/file")
	b.ReportMetric(float64(c.bytes)/float64(c.files), who+"-bytes/file")
}

// BenchmarkEndToEnd sends all sample files through the API, from submit to the last result,
// and in the same run has ffprobe read the same addresses: in a shell loop, which is what the
// service replaces, and as many at a time as there are processors.
func BenchmarkEndToEnd(b *testing.B) {
	if _, err := exec.LookPath("ffprobe"); err != nil {
		b.Skip("no ffprobe on this machine")
	}
	names, origin, server := setup(b)
	ctx, cancel := context.WithTimeout(b.Context(), 10*time.Minute)
	defer cancel()
	var ours, loop, parallel cost
	pass := 0
	timed := func(c *cost, read func(pass string) error) {
		pass++
		prefix := fmt.Sprint(pass)
		began := time.Now()
		if err := read(prefix); err != nil {
			b.Fatal(err)
		}
		c.add(len(names), time.Since(began), origin.Hits("/media/"+prefix+"/"))
	}
	for b.Loop() {
		timed(&ours, func(pass string) error { return throughAPI(ctx, server, addresses(origin, pass, names)) })
		b.StopTimer()
		timed(&loop, func(pass string) error { return throughShell(ctx, origin, pass, names, 1) })
		timed(&parallel, func(pass string) error { return throughShell(ctx, origin, pass, names, runtime.NumCPU()) })
		b.StartTimer()
	}
	ours.report(b, "service")
	loop.report(b, "ffprobe")
	b.ReportMetric(parallel.rate(), "ffprobe-parallel-files/s")
	b.ReportMetric(ours.rate()/loop.rate(), "service/loop")
	b.ReportMetric(ours.rate()/parallel.rate(), "service/parallel")
	b.Logf("%d files, %d passes: service %.1f files/s, ffprobe loop %.1f, ffprobe ×%d %.1f", len(names), ours.files/len(names),
		ours.rate(), loop.rate(), runtime.NumCPU(), parallel.rate())
}

func addresses(origin *rig.Origin, pass string, names []string) (list []string) {
	for _, n := range names {
		list = append(list, address(origin, pass, n))
	}
	return list
}

// throughAPI submits a job for each address and waits for all; each must succeed.
func throughAPI(ctx context.Context, server *rig.Server, list []string) error {
	work := make(chan string, len(list))
	for _, a := range list {
		work <- a
	}
	close(work)
	var mu sync.Mutex
	var first error
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			api := server.API()
			defer api.HTTP.CloseIdleConnections()
			var ids []string
			err := func() error {
				for media := range work {
					j, err := api.Submit(ctx, rig.Spec{Media: media})
					if err != nil {
						return err
					}
					ids = append(ids, j.JobId)
				}
				for _, id := range ids {
					j, err := api.Wait(ctx, id)
					if err != nil {
						return err
					}
					if j.Status != "Success" || j.SubmitResultJson.Cached {
						return fmt.Errorf("%s: %s %+v", j.Input.Media, j.Status, j.SubmitResultJson)
					}
				}
				return nil
			}()
			if err != nil {
				mu.Lock()
				first = err
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return first
}

// throughShell has a shell start ffprobe for each address, some at a time.
func throughShell(ctx context.Context, origin *rig.Origin, pass string, names []string, atOnce int) error {
	var urls strings.Builder
	for _, n := range names {
		urls.WriteString(address(origin, pass, n) + "\n")
	}
	const probe = "ffprobe -v error -print_format json -show_format -show_streams"
	script := "while read -r url; do " + probe + ` "$url" >/dev/null || exit 1; done`
	if atOnce > 1 {
		script = fmt.Sprintf("xargs -n 1 -P %d %s >/dev/null", atOnce, probe)
	}
	cmd := exec.CommandContext(ctx, "sh", "-c", script)
	cmd.Stdin = strings.NewReader(urls.String())
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", script, err, out)
	}
	return nil
}
