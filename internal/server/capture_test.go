package server

import (
	"bufio"
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/internal/ims"
)

var captureTime = regexp.MustCompile(`(?:Timestamp=|x-acs-date: )([0-9-]+T[0-9]+(?:%3A|:)[0-9]+(?:%3A|:)[0-9]+Z)`)

// TestCaptures answers what real clients sent, byte for byte, at the time they sent it. What
// gets past authentication is a call with a good signature.
func TestCaptures(t *testing.T) {
	t.Parallel()
	var clock atomic.Pointer[time.Time]
	start := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	clock.Store(&start)
	r := newRigAt(t, func() time.Time { return *clock.Load() }, func(c *Config, _ *Timeouts) { c.SyncWait = time.Millisecond })
	if err := r.auth.ImportKey(t.Context(), account, keyID, "testsecret", ""); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("../ims/testdata/wire/*.txt")
	if err != nil || len(files) < 30 {
		t.Fatalf("%d captures, %v", len(files), err)
	}
	done := 0
	for _, path := range files {
		name := strings.TrimSuffix(filepath.Base(path), ".txt")
		t.Run(name, func(t *testing.T) {
			raw := must[[]byte](t)(os.ReadFile(path))
			if m := captureTime.FindSubmatch(raw); m != nil {
				at := must[time.Time](t)(time.Parse(time.RFC3339, strings.ReplaceAll(string(m[1]), "%3A", ":")))
				clock.Store(&at)
			}
			w := &recorder{header: http.Header{}}
			r.ServeHTTP(w, must[*http.Request](t)(http.ReadRequest(bufio.NewReader(bytes.NewReader(raw)))))
			a := answer{w.status, w.header, w.body}
			switch {
			case name == "cli-mts-SubmitMediaInfoJob": // its bucket is "b"
				checkError(t, a, 400, "InvalidParameter.BucketNameInvalid")
			case strings.Contains(name, "mts"):
				if a.status != 200 || !bytes.Contains(a.body, []byte(`"MediaInfoJob`)) {
					t.Errorf("%d %s", a.status, a.body)
				}
			case strings.Contains(name, "EventCallback"):
				if a.status != 200 || !bytes.Contains(a.body, []byte(`"AuthSwitch":"off"`)) {
					t.Errorf("%d %s", a.status, a.body)
				}
			case strings.Contains(name, "bearer"):
				checkError(t, a, 400, "IncompleteSignature")
			case strings.Contains(name, "sts"):
				checkError(t, a, 400, "InvalidSecurityToken.Malformed")
			case strings.Contains(name, "objectparam"):
				checkError(t, a, 400, "InvalidParameter")
			case a.status != 200: // its pipeline or job is not one of ours
				checkError(t, a, 404, "ResourceNotFound")
				done++
			default:
				if a.header.Get("Content-Type") != ims.TypeJSON {
					t.Errorf("answered as %s", a.header.Get("Content-Type"))
				}
				done++
			}
		})
	}
	if done < 20 {
		t.Errorf("only %d calls got past authentication", done)
	}
}
