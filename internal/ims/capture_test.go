package ims

import (
	"bufio"
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mediagauge/mediagauge/internal/job"
)

// refusedCaptures are calls of real clients that are not served, and why.
var refusedCaptures = map[string]Code{
	"cli-mts-SubmitMediaInfoJob":                  "InvalidParameter.BucketNameInvalid", // its bucket is "b"
	"cli-sts-GetMediaInfoJob":                     ResourceNotFound,                     // its JobId is "x"
	"node-popcore-objectparam-SubmitMediaInfoJob": InvalidParameter,
}

// TestCaptures reads what real clients sent, byte for byte.
func TestCaptures(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/wire/*.txt")
	if err != nil || len(files) < 30 {
		t.Fatalf("%d captures, %v", len(files), err)
	}
	for _, path := range files {
		name := strings.TrimSuffix(filepath.Base(path), ".txt")
		t.Run(name, func(t *testing.T) {
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			hr, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(raw)))
			if err != nil {
				t.Fatal(err)
			}
			in, err := decodeCapture(hr)
			if want := refusedCaptures[name]; code(err) != want {
				t.Fatalf("got %v, want %q", err, want)
			}
			spec, ok := in.(job.Spec)
			if !ok || err != nil {
				return
			}
			if strings.Contains(name, "mts") {
				if spec.Input.Media != "oss://example-bucket/example/example.flv" || spec.Input.Location != "oss-cn-hangzhou" || !spec.Async || spec.UserData != "testid-001" {
					t.Errorf("spec %+v", spec)
				}
				return
			}
			if spec.Input.Type != job.InputOSS || !strings.HasPrefix(spec.Input.Media, "oss://bucket/path/to/") ||
				!strings.Contains(spec.Input.Media, ".mp4") || strings.ContainsAny(spec.Input.Media, "%+") {
				t.Errorf("input %+v", spec.Input)
			}
			if p := hr.URL.Query(); p.Has("ScheduleConfig") || p.Has("ScheduleConfig.Priority") {
				if spec.Priority != 5 || spec.PipelineID != "e37ebee5d98b4781897f6086e89f9c56" {
					t.Errorf("schedule %q %d", spec.PipelineID, spec.Priority)
				}
			}
			if !spec.Async || spec.UserData != "" && spec.UserData != "user-data" {
				t.Errorf("spec %+v", spec)
			}
		})
	}
}

func decodeCapture(hr *http.Request) (any, error) {
	r, err := ParseRequest(hr, 1<<20)
	if err != nil {
		return nil, err
	}
	a, err := LookUp(r)
	if err != nil {
		return nil, err
	}
	return a.Decode(r)
}
