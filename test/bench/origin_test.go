package bench

import (
	"bufio"
	"encoding/json"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/mediagauge/mediagauge/internal/netguard"
	"github.com/mediagauge/mediagauge/internal/source"
)

// originDir is set in the child process that serves files. It is a process of its own so that
// its processor time is nobody's.
const originDir = "MEDIAGAUGE_BENCH_ORIGIN"

// traffic is what an origin saw.
type traffic struct {
	Requests int
	Bytes    int64
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

// traffic returns what the origin saw since it was last asked, once all answers have ended:
// ffprobe leaves while the origin is still sending.
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
	var mu sync.RWMutex // read-locked by every answer under way
	var count sync.Mutex
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
		mu.RLock()
		defer mu.RUnlock()
		c := &counter{ResponseWriter: w}
		defer func() {
			count.Lock()
			defer count.Unlock()
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
