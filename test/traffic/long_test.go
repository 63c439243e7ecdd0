package traffic

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/mediagauge/mediagauge/format/all"
	"github.com/mediagauge/mediagauge/internal/netguard"
	"github.com/mediagauge/mediagauge/internal/source"
	"github.com/mediagauge/mediagauge/probe"
	"github.com/mediagauge/mediagauge/test/differential"
	"github.com/mediagauge/mediagauge/test/long"
)

var update = flag.Bool("update", false, "rewrite the golden file")

const longGolden = "testdata/long.golden"

// TestLong: a ten-minute file of each container takes no more requests and bytes than its bounds,
// and exactly what the golden file says, so that a change shows.
func TestLong(t *testing.T) {
	dir := t.TempDir()
	if err := long.Make(t.Context(), dir); errors.Is(err, long.ErrNoFFmpeg) {
		t.Skip(err)
	} else if err != nil {
		t.Fatal(err)
	}
	var requests atomic.Int64
	files := http.FileServer(http.Dir(dir))
	o := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		files.ServeHTTP(w, r)
	}))
	defer o.Close()
	allow, err := netguard.ParseAllow(strings.TrimPrefix(o.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	opener, err := source.New(source.DefaultConfig(), netguard.New(allow))
	if err != nil {
		t.Fatal(err)
	}
	defer opener.Close()
	var lines []string
	ours := differential.Containers()
	for _, f := range long.Files {
		if !slices.Contains(ours, f.Container) {
			continue // ffprobe's
		}
		requests.Store(0)
		cost, answer, err := fetchLong(opener, o.URL+"/"+f.Name)
		if err != nil {
			answer = "refused: " + probe.RuleOf(err)
			t.Errorf("%s: %v", f.Name, err)
		}
		lines = append(lines, fmt.Sprintf("%s: %s; requests=%d bytes=%d", f.Name, answer, cost.Requests, cost.Bytes))
		if cost.Requests > f.Requests || cost.Bytes > f.Bytes {
			t.Errorf("%s: took %d requests and %d bytes, want at most %d and %d", f.Name, cost.Requests, cost.Bytes, f.Requests, f.Bytes)
		}
		if got := int(requests.Load()); got != cost.Requests {
			t.Errorf("%s: the account says %d requests, the origin saw %d", f.Name, cost.Requests, got)
		}
	}
	got := strings.Join(lines, "\n") + "\n"
	if *update {
		if err := os.WriteFile(longGolden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(longGolden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("not what %s says:\n%s", longGolden, got)
	}
}

func fetchLong(opener *source.Opener, url string) (probe.Cost, string, error) {
	obj, err := opener.Open(context.Background(), url)
	if err != nil {
		return probe.Cost{}, "", err
	}
	defer obj.Close()
	r := probe.NewReader(context.Background(), obj, probe.Limits{})
	info, err := probe.New(all.Formats...).ProbeReader(context.Background(), r)
	if err != nil {
		return r.Cost(), "", err
	}
	return r.Cost(), fmt.Sprintf("%s, %d tracks, %s s", info.Format.Name, len(info.Tracks), info.Duration), nil
}
