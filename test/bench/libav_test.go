package bench

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

// libavRuns is how often the program in libav reads a file in one pass.
const libavRuns = 10

// libav is the program that reads files with the library inside; "" when it cannot be built.
type libav string

// buildLibav builds it. Where there is no compiler, or no libavformat-dev, the comparison is
// left out.
func buildLibav(b *testing.B) libav {
	b.Helper()
	_, self, _, _ := runtime.Caller(0)
	program := filepath.Join(b.TempDir(), "probe")
	out, err := exec.Command("gcc", "-O2", "-o", program, filepath.Join(filepath.Dir(self), "libav", "probe.c"), "-lavformat", "-lavutil").CombinedOutput()
	if err != nil {
		line, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
		fmt.Printf("\nwithout libav in one process, which needs gcc and libavformat-dev: %v %s\n", err, line)
		return ""
	}
	return libav(program)
}

// each returns the processor time of one reading of path.
func (l libav) each(b *testing.B, path string) time.Duration {
	b.Helper()
	out, err := exec.Command(string(l), strconv.Itoa(libavRuns), path).Output()
	if err != nil {
		b.Fatalf("%s %s: %v", l, path, err)
	}
	ns, err := strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
	if err != nil {
		b.Fatal(err)
	}
	return time.Duration(ns)
}
