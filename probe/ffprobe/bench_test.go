//go:build linux && (amd64 || arm64)

package ffprobe

import (
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/internal/testmedia"
)

const benchmarked = "go-mp4__testdata_sample.mp4"

// BenchmarkProbe and BenchmarkBareExec show side by side what containment costs.
func BenchmarkProbe(b *testing.B) {
	for _, c := range []Containment{Namespaces, Landlock} {
		b.Run(string(c), func(b *testing.B) {
			p := contained(b, c)
			data := read(b, filepath.Join(testmedia.Root(), "files", benchmarked))
			defer reportCPU(b)()
			for b.Loop() {
				if _, err := p.Probe(b.Context(), reader(data)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkBareExec(b *testing.B) {
	path, err := exec.LookPath("ffprobe")
	if err != nil {
		b.Skip("no ffprobe here")
	}
	file := filepath.Join(testmedia.Root(), "files", benchmarked)
	args := probeArgs("mov", "file", "file:"+file)
	defer reportCPU(b)()
	for b.Loop() {
		if err := exec.Command(path, args...).Run(); err != nil {
			b.Fatal(err)
		}
	}
}

// reportCPU adds the processor time of this program and its children per operation: unlike
// the wall clock it means something on a busy machine.
func reportCPU(b *testing.B) (stop func()) {
	before := cpuTime()
	return func() { b.ReportMetric(float64((cpuTime()-before).Microseconds())/1000/float64(b.N), "cpu-ms/op") }
}

func cpuTime() (sum time.Duration) {
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if syscall.Getrusage(who, &u) == nil {
			sum += time.Duration(u.Utime.Nano() + u.Stime.Nano())
		}
	}
	return sum
}
