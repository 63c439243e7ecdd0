package bench

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"testing"

	"github.com/mediagauge/mediagauge/internal/source"
	"github.com/mediagauge/mediagauge/test/differential"
	"github.com/mediagauge/mediagauge/test/long"
)

// wantLong is how many times less processor time than ffprobe each container takes.
const wantLong = 50

// BenchmarkContainers is BenchmarkNative for ten minutes of every other container that has a reader.
func BenchmarkContainers(b *testing.B) {
	if _, err := exec.LookPath("ffprobe"); err != nil {
		b.Skip("no ffprobe on this machine")
	}
	only, err := regexp.Compile(os.Getenv("MEDIAGAUGE_BENCH"))
	if err != nil {
		b.Fatal(err)
	}
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // as the service does
	dir := b.TempDir()
	if err := long.Make(b.Context(), dir); err != nil {
		b.Fatal(err)
	}
	o := startOrigin(b, dir)
	opener := o.opener(b)
	var disk, web []*row
	for _, f := range long.Files {
		if !only.MatchString(f.Name) || !slices.Contains(differential.Containers(), f.Container) {
			continue
		}
		path, url := filepath.Join(dir, filepath.FromSlash(f.Name)), o.url+"/"+f.Name
		disk = append(disk, &row{file: file{name: f.Name, what: f.What}, target: path, open: func() (opened, error) { return source.File(path) }})
		web = append(web, &row{file: file{name: f.Name, what: f.What}, target: url, open: func() (opened, error) { return opener.Open(context.Background(), url) }})
	}
	for b.Loop() {
		for range passes {
			for _, r := range slices.Concat(disk, web) {
				r.pass(b, o)
			}
		}
	}
	reportContainers(b, disk, web)
}

// reportContainers prints one line for each container: from the disk and by HTTP.
func reportContainers(b *testing.B, disk, web []*row) {
	b.Helper()
	t := table{{"ten minutes of", "disk: ours, µs", "ffprobe, ms", "ratio", "HTTP: ours, µs", "ffprobe, ms", "ratio",
		"requests", "bytes", "ffprobe's requests", "bytes sent to it", "allocs", "values equal"}}
	ofDisk, ofWeb := summary{way: "disk"}, summary{way: "HTTP"}
	for i, d := range disk {
		w := web[i]
		first, ok1 := ofDisk.add(&t, d, median(d.theirs), wantLong)
		second, ok2 := ofWeb.add(&t, w, median(w.theirs), wantLong)
		if !ok1 || !ok2 {
			continue
		}
		t.add(d.what, micro(d.ours), milli(d.theirs), first, micro(w.ours), milli(w.theirs), second, w.cost.Requests, w.cost.Bytes,
			w.traffic.Requests, w.traffic.Bytes, w.allocs, fmt.Sprintf("%d of %d", w.equal.Equal, w.equal.Compared))
		if w.cost.Bytes > w.traffic.Bytes {
			ofWeb.short = append(ofWeb.short, fmt.Sprintf("%s: %d bytes, ffprobe takes %d", w.what, w.cost.Bytes, w.traffic.Bytes))
		}
	}
	ofDisk.print(b, t)
	ofWeb.print(b, table{{"(the same)"}})
}
