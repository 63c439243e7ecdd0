package bench

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/format/all"
	"github.com/mediagauge/mediagauge/internal/source"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
	"github.com/mediagauge/mediagauge/test/differential"
)

const (
	// passes is how often all is measured. What is reported is the median: a busy machine makes
	// single passes worse, for everybody.
	passes = 3
	// share is the processor time that our reader gets for one file in one pass.
	share   = 60 * time.Millisecond
	minRuns = 5
	maxRuns = 300
)

// BenchmarkNative puts our readers beside ffprobe on the same files in the same run: from the
// disk, and by HTTP over a connection that is kept where the client can; and beside libav
// without a process of its own. All figures are processor time, user and system: ours of this
// process, ffprobe's of the process that was started. The wall clock means nothing on a busy
// machine.
func BenchmarkNative(b *testing.B) {
	if _, err := exec.LookPath("ffprobe"); err != nil {
		b.Skip("no ffprobe on this machine")
	}
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // as the service does
	dir := b.TempDir()
	files := corpus(b, dir)
	o := startOrigin(b, dir)
	opener, inside := o.opener(b), buildLibav(b)
	var disk, web []*row
	for _, f := range files {
		path, url := filepath.Join(dir, f.name), o.url+"/"+f.name
		disk = append(disk, &row{file: f, target: path, libav: inside, open: func() (opened, error) { return source.File(path) }})
		web = append(web, &row{file: f, target: url, open: func() (opened, error) { return opener.Open(context.Background(), url) }})
	}
	for b.Loop() {
		for range passes {
			for _, r := range slices.Concat(disk, web) {
				r.pass(b, o)
			}
		}
	}
	reportDisk(b, disk)
	reportWeb(b, web)
	reportLibav(b, disk)
}

// opened is what both kinds of source are.
type opened interface {
	probe.Source
	probe.Accountant
	io.Closer
}

// row is one file by one way.
type row struct {
	file
	target string
	open   func() (opened, error)
	libav  libav // "": not asked

	ours, theirs, inside []time.Duration // processor time of one probe, for each pass
	allocs, bytes        uint64          // of one probe
	cost                 probe.Cost
	traffic              traffic // of ffprobe
	equal                differential.Count
	refused              string
}

// pass runs ffprobe once, libav and ours several times.
func (r *row) pass(b *testing.B, o *origin) {
	b.Helper()
	o.traffic(b) // forget
	cmd := exec.Command("ffprobe", "-v", "error", "-print_format", "json", "-show_format", "-show_streams", "-show_chapters", r.target)
	out, err := cmd.Output()
	if err != nil {
		b.Fatalf("ffprobe %s: %v", r.target, err)
	}
	r.theirs = append(r.theirs, cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime())
	r.traffic = o.traffic(b)
	if r.libav != "" {
		r.inside = append(r.inside, r.libav.each(b, r.target))
	}
	info := r.probe(b)
	if info == nil {
		return
	}
	r.compare(b, info, out)
	r.measure(b)
}

// measure runs our reader as often as its share allows.
func (r *row) measure(b *testing.B) {
	b.Helper()
	runtime.GC() // what others left behind is not ours
	var m0, m1 runtime.MemStats
	began := cpu()
	r.probe(b)
	runs := min(max(int(share/max(cpu()-began, 1)), minRuns), maxRuns)
	runtime.ReadMemStats(&m0)
	began = cpu()
	for range runs {
		r.probe(b)
	}
	r.ours = append(r.ours, (cpu()-began)/time.Duration(runs))
	runtime.ReadMemStats(&m1)
	r.allocs = (m1.Mallocs - m0.Mallocs) / uint64(runs)
	r.bytes = (m1.TotalAlloc - m0.TotalAlloc) / uint64(runs)
}

// probe is one probe from opening to closing; nil when the file is refused.
func (r *row) probe(b *testing.B) *media.Info {
	b.Helper()
	src, err := r.open()
	if err != nil {
		b.Fatal(err)
	}
	defer src.Close()
	info, err := probe.New(all.Formats...).Probe(context.Background(), src)
	r.cost = src.Spent()
	if err != nil {
		if r.refused = probe.RuleOf(err); r.refused == "" {
			b.Fatalf("%s: %v", r.name, err)
		}
		return nil
	}
	return info
}

// compare holds our answer to ffprobe's of the same pass.
func (r *row) compare(b *testing.B, info *media.Info, recorded []byte) {
	b.Helper()
	path := filepath.Join(b.TempDir(), "ffprobe.json")
	if err := os.WriteFile(path, recorded, 0o644); err != nil {
		b.Fatal(err)
	}
	want, err := differential.Recorded(path)
	if err != nil {
		b.Fatal(err)
	}
	main, rest, diffs := differential.Compare(r.name, differential.Of(info), want)
	main.Add(rest)
	r.equal = main
	for _, d := range diffs {
		if len(r.theirs) > 1 {
			break // said before
		}
		b.Logf("%s: %s: got %q, ffprobe says %q", r.name, d.Key, d.Got, d.Want)
	}
}

// cpu is the processor time of this process.
func cpu() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// median returns 0 of nothing.
func median(d []time.Duration) time.Duration {
	if len(d) == 0 {
		return 0
	}
	d = slices.Sorted(slices.Values(d))
	return d[len(d)/2]
}
