package bench

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/internal/testmedia"
	"github.com/mediagauge/mediagauge/test/e2e/rig"
)

// bucketConfig names an object store on loopback that speaks S3.
const bucketConfig = `
[[storage]]
bucket = "media"
kind = "s3"
endpoint = "%s"
region = "eu-1"
path-style = true
access-key-id = "id"
access-key-secret = "secret"
`

// BenchmarkEndToEndNative sends the samples that our readers answer through one node, from an object store on
// loopback, submit to result; and in the same run the same objects through a node whose engine is ffprobe, and
// through ffprobe in a shell loop.
func BenchmarkEndToEndNative(b *testing.B) {
	if _, err := exec.LookPath("ffprobe"); err != nil {
		b.Skip("no ffprobe on this machine")
	}
	origin := rig.NewOrigin(b)
	origin.Files(b, "/media/", filepath.Join(testmedia.Root(), "files"))
	start := func(engine string) *rig.Server {
		return rig.Start(b, rig.Options{Allow: []string{origin.Allow()}, Config: fmt.Sprintf(bucketConfig, origin.URL),
			Env: map[string]string{"MEDIAGAUGE_LOG_LEVEL": "warn", "MEDIAGAUGE_ENGINE": engine, "MEDIAGAUGE_WORKERS": "8"}})
	}
	native, fallback := start("native"), start("ffprobe")
	ctx, cancel := context.WithTimeout(b.Context(), 10*time.Minute)
	defer cancel()
	names := answered(ctx, b, native)
	const passes = 20
	few := names[:min(len(names), 40)]
	var ours, theirs, loop cost
	pass := 0
	for b.Loop() {
		var all []string
		for range passes {
			pass++
			for _, n := range names {
				all = append(all, fmt.Sprint("oss://media/", pass, "/", n))
			}
		}
		began := time.Now()
		if err := throughAPI(ctx, native, all); err != nil {
			b.Fatal(err)
		}
		ours.add(len(all), time.Since(began), nil)
		b.StopTimer()
		pass++
		var some []string
		for _, n := range few {
			some = append(some, fmt.Sprint("oss://media/", pass, "/", n))
		}
		began = time.Now()
		if err := throughAPI(ctx, fallback, some); err != nil {
			b.Fatal(err)
		}
		theirs.add(len(few), time.Since(began), nil)
		began = time.Now()
		if err := throughShell(ctx, origin, fmt.Sprint("loop", pass), few, 1); err != nil {
			b.Fatal(err)
		}
		loop.add(len(few), time.Since(began), nil)
		b.StartTimer()
	}
	b.ReportMetric(ours.rate(), "native-jobs/s")
	b.ReportMetric(theirs.rate(), "fallback-jobs/s")
	b.ReportMetric(loop.rate(), "loop-files/s")
	b.ReportMetric(ours.rate()/loop.rate(), "native/loop")
	b.ReportMetric(ours.rate()/theirs.rate(), "native/fallback")
	b.Logf("%d files: native %.0f jobs/s, engine ffprobe %.1f, ffprobe loop %.1f", len(names), ours.rate(), theirs.rate(), loop.rate())
}

// answered lists the samples that our readers answer.
func answered(ctx context.Context, b *testing.B, s *rig.Server) []string {
	b.Helper()
	list, err := testmedia.List()
	if err != nil {
		b.Fatal(err)
	}
	api := s.API()
	var names []string
	for _, f := range list {
		if f.Fails {
			continue
		}
		j, err := api.Run(ctx, rig.Spec{Media: "oss://media/0/" + f.Name})
		if err != nil {
			b.Fatal(err)
		}
		if j.Status == "Success" && j.SubmitResultJson.Engine == "native" {
			names = append(names, f.Name)
		}
	}
	if len(names) < 50 {
		b.Fatalf("only %d samples are answered", len(names))
	}
	return names
}
