package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"math"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/mediagauge/mediagauge/format/all"
	"github.com/mediagauge/mediagauge/internal/netguard"
	"github.com/mediagauge/mediagauge/internal/source"
	"github.com/mediagauge/mediagauge/internal/testmedia"
	"github.com/mediagauge/mediagauge/media"
	"github.com/mediagauge/mediagauge/probe"
	"github.com/mediagauge/mediagauge/test/differential"
	"github.com/mediagauge/mediagauge/test/synth"
)

// originDir is set in the child process that serves files. It is a process of its own so that
// its processor time is nobody's.
const originDir = "MEDIAGAUGE_BENCH_ORIGIN"

// runsPerPass is how often our reader runs for each run of ffprobe.
const runsPerPass = 40

// BenchmarkNative puts our readers beside ffprobe on the same files in the same run: from the
// disk, and by HTTP over a connection that is kept where the client can. Processor time is that
// of this process and of ffprobe's, which means something on a busy machine; the wall clock does not.
func BenchmarkNative(b *testing.B) {
	if _, err := exec.LookPath("ffprobe"); err != nil {
		b.Skip("no ffprobe on this machine")
	}
	dir := b.TempDir()
	files := corpus(b, dir)
	o := startOrigin(b, dir)
	opener := o.opener(b)
	var rows []*row
	for _, f := range files {
		path, url := filepath.Join(dir, f.name), o.url+"/"+f.name
		rows = append(rows,
			&row{file: f, way: "disk", target: path, open: func() (opened, error) { return source.File(path) }},
			&row{file: f, way: "HTTP", target: url, open: func() (opened, error) { return opener.Open(context.Background(), url) }})
	}
	for b.Loop() {
		for _, r := range rows {
			r.pass(b, o)
		}
	}
	report(b, rows)
}

// file is one file of the corpus.
type file struct {
	name, what string
}

// corpus writes large files, of which most is holes, and a few small ones.
func corpus(b *testing.B, dir string) []file {
	b.Helper()
	generated := filepath.Join(filepath.Dir(testmedia.Root()), "generated", "files")
	small := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join(generated, name))
		if err != nil {
			b.Fatal(err)
		}
		return data
	}
	var files []file
	write := func(name, what string, f *synth.File, err error) {
		if err == nil {
			err = writeSparse(filepath.Join(dir, name), f)
		}
		if err != nil {
			b.Fatal(name, err)
		}
		files = append(files, file{name, what})
	}
	plain := func(name, what string) {
		if err := os.WriteFile(filepath.Join(dir, name), small(name), 0o644); err != nil {
			b.Fatal(err)
		}
		files = append(files, file{name, what})
	}
	h264 := small("h264-aac-faststart.mp4")
	f, err := synth.Movie(h264, 600, 180<<10, true)
	write("front.mp4", "MP4, 10 min, header in front", f, err)
	f, err = synth.Movie(h264, 600, 180<<10, false)
	write("end.mp4", "MP4, 10 min, header at the end", f, err)
	f, err = synth.Fragments(small("frag-cmaf.mp4"), 300, 360<<10, synth.SegIndex)
	write("sidx.mp4", "MP4, 300 fragments, sidx", f, err)
	f, err = synth.Fragments(small("frag-default-base.mp4"), 300, 360<<10, synth.RandomAc)
	write("mfra.mp4", "MP4, 300 fragments, mfra", f, err)
	f, err = synth.Matroska(small("h264-aac.mkv"), 600, 180<<10)
	write("long.mkv", "Matroska, 10 min", f, err)
	f, err = synth.Matroska(small("vp9-opus.webm"), 600, 180<<10)
	write("long.webm", "WebM, 4 min", f, err)
	plain("h264-aac-end.mp4", "MP4, 1 s")
	plain("hevc-main10-hdr10.mp4", "MP4, HEVC HDR10")
	plain("prores-422.mov", "MOV, ProRes")
	plain("aac-stereo-44100.m4a", "M4A")
	plain("h264-languages.mkv", "Matroska, four tracks")
	plain("av1-opus.webm", "WebM, AV1")
	return files
}

// writeSparse writes f with its zeros as holes.
func writeSparse(path string, f *synth.File) error {
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	defer out.Close()
	size, _ := f.Size()
	chunk, zero := make([]byte, 64<<10), make([]byte, 64<<10)
	for off := int64(0); off < size; off += int64(len(chunk)) {
		n, err := f.ReadAt(chunk, off)
		if err != nil && err != io.EOF {
			return err
		}
		if string(chunk[:n]) == string(zero[:n]) {
			continue
		}
		if _, err := out.WriteAt(chunk[:n], off); err != nil {
			return err
		}
	}
	return out.Truncate(size)
}

// opened is what both kinds of source are.
type opened interface {
	probe.Source
	io.Closer
}

// row is one file by one way.
type row struct {
	file
	way, target string
	open        func() (opened, error)

	ours, theirs         use
	oursCost, theirsCost traffic
	equal                differential.Count
	refused              string
}

// use is what so many probes took.
type use struct {
	runs   int
	cpu    time.Duration
	allocs uint64
	bytes  uint64
}

func (u use) each() time.Duration { return u.cpu / time.Duration(max(u.runs, 1)) }

// traffic is what an origin saw.
type traffic struct {
	Requests int
	Bytes    int64
}

// pass runs ffprobe once and ours several times.
func (r *row) pass(b *testing.B, o *origin) {
	b.Helper()
	o.reset(b)
	before := cpu()
	out, err := exec.Command("ffprobe", "-v", "error", "-print_format", "json", "-show_format", "-show_streams", "-show_chapters", r.target).Output()
	if err != nil {
		b.Fatalf("ffprobe %s: %v", r.target, err)
	}
	r.theirs.cpu += cpu() - before
	r.theirs.runs++
	r.theirsCost = o.traffic(b)
	o.reset(b)
	info := r.probe(b)
	r.oursCost = o.traffic(b)
	if info == nil {
		return
	}
	r.compare(b, info, out)
	var m0, m1 runtime.MemStats
	runtime.ReadMemStats(&m0)
	before = cpu()
	for range runsPerPass {
		r.probe(b)
	}
	r.ours.cpu += cpu() - before
	runtime.ReadMemStats(&m1)
	r.ours.runs += runsPerPass
	r.ours.allocs += m1.Mallocs - m0.Mallocs
	r.ours.bytes += m1.TotalAlloc - m0.TotalAlloc
}

func (r *row) probe(b *testing.B) *media.Info {
	b.Helper()
	src, err := r.open()
	if err != nil {
		b.Fatal(err)
	}
	defer src.Close()
	info, err := probe.New(all.Formats...).Probe(context.Background(), src)
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
		if r.theirs.runs > 1 {
			break // said before
		}
		b.Logf("%s: %s: got %q, ffprobe says %q", r.name, d.Key, d.Got, d.Want)
	}
}

// report prints the table and the geometric means.
func report(b *testing.B, rows []*row) {
	b.Helper()
	w := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "\nfile\tby\tours, CPU\tffprobe, CPU\tratio\tallocations\tours, requests\tbytes\tffprobe, requests\tbytes sent\tvalues equal")
	sum, n := map[string]float64{}, map[string]int{}
	for _, r := range rows {
		if r.ours.runs == 0 {
			fmt.Fprintf(w, "%s\t%s\trefused: %s\t%s\n", r.what, r.way, r.refused, ms(r.theirs.each()))
			continue
		}
		ratio := float64(r.theirs.each()) / float64(max(r.ours.each(), 1))
		sum[r.way] += math.Log(ratio)
		n[r.way]++
		runs := uint64(r.ours.runs)
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%.0f×\t%d (%d KiB)\t", r.what, r.way, ms(r.ours.each()), ms(r.theirs.each()), ratio, r.ours.allocs/runs, r.ours.bytes/runs>>10)
		if r.way == "HTTP" {
			fmt.Fprintf(w, "%d\t%d\t%d\t%d\t", r.oursCost.Requests, r.oursCost.Bytes, r.theirsCost.Requests, r.theirsCost.Bytes)
		} else {
			fmt.Fprint(w, "\t\t\t\t")
		}
		fmt.Fprintf(w, "%d of %d\n", r.equal.Equal, r.equal.Compared)
	}
	_ = w.Flush()
	for way := range n {
		mean := math.Exp(sum[way] / float64(n[way]))
		b.ReportMetric(mean, way+"-times-less-cpu")
		fmt.Printf("geometric mean, %s: ffprobe takes %.0f times the processor time of ours\n", way, mean)
	}
}

func ms(d time.Duration) string { return fmt.Sprintf("%.3f ms", float64(d.Microseconds())/1000) }

// cpu is the processor time of this process and of those it has waited for.
func cpu() (sum time.Duration) {
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if syscall.Getrusage(who, &u) == nil {
			sum += time.Duration(u.Utime.Nano() + u.Stime.Nano())
		}
	}
	return sum
}

// origin is the process that serves the files.
type origin struct{ url string }

func startOrigin(b *testing.B, dir string) *origin {
	b.Helper()
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), originDir+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	return &origin{strings.TrimSpace(line)}
}

// opener keeps its connections between probes.
func (o *origin) opener(b *testing.B) *source.Opener {
	b.Helper()
	allow, err := netguard.ParseAllow(strings.TrimPrefix(o.url, "http://"))
	if err != nil {
		b.Fatal(err)
	}
	opener, err := source.New(source.DefaultConfig(), netguard.New(allow))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(opener.Close)
	return opener
}

func (o *origin) reset(b *testing.B) { o.traffic(b) }

// traffic returns what the origin saw since it was last asked.
func (o *origin) traffic(b *testing.B) (t traffic) {
	b.Helper()
	resp, err := http.Get(o.url + "/?traffic")
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&t); err != nil {
		b.Fatal(err)
	}
	return t
}

// serveOrigin is the child process: it serves a folder on loopback until it is killed.
func serveOrigin(dir string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("http://%s\n", l.Addr())
	var mu sync.Mutex
	var seen traffic
	files := http.FileServer(http.Dir(dir))
	log.Fatal(http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.RawQuery == "traffic" {
			mu.Lock()
			defer mu.Unlock()
			_ = json.NewEncoder(w).Encode(seen)
			seen = traffic{}
			return
		}
		c := &counter{ResponseWriter: w}
		defer func() {
			mu.Lock()
			defer mu.Unlock()
			seen.Requests++
			seen.Bytes += c.n
		}()
		files.ServeHTTP(c, r)
	})))
}

type counter struct {
	http.ResponseWriter
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.ResponseWriter.Write(p)
	c.n += int64(n)
	return n, err
}
