package e2e

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/internal/testmedia"
	"github.com/mediagauge/mediagauge/test/e2e/rig"
)

const region = "cn-shanghai" // of a server that is told nothing else

func samples(t *testing.T) []testmedia.Sample {
	t.Helper()
	list, err := testmedia.List()
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestSamples puts every sample file through the API of one server and compares each reply
// with what ffprobe said of the file.
func TestSamples(t *testing.T) {
	needFFprobe(t)
	t.Parallel()
	list := samples(t)
	origin := rig.NewOrigin(t)
	origin.Files(t, "/media/", filepath.Join(testmedia.Root(), "files"))
	server := rig.Start(t, rig.Options{Allow: []string{origin.Allow()}})
	api, ctx := server.API(), within(t, 5*time.Minute)

	// All are submitted before any is waited for: the queue is part of what is tested.
	ids, ours := make([]string, len(list)), int64(0)
	for i, s := range list {
		if s.Container == "mov,mp4,m4a,3gp,3g2,mj2" || s.Container == "matroska,webm" {
			ours++
		}
		j, err := api.Submit(ctx, rig.Spec{Media: origin.URL + "/media/" + url.PathEscape(s.Name), Name: s.Name})
		if err != nil {
			t.Fatalf("submit %s: %v", s.Name, err)
		}
		if j.Status != "Init" || !j.Async || j.MediaInfoProperty != nil || j.FinishTime != "" {
			t.Errorf("%s: just submitted, and already %+v", s.Name, j)
		}
		ids[i] = j.JobId
	}
	var equal, failed, native atomic.Int64
	for i, s := range list {
		t.Run(s.Name, func(t *testing.T) {
			j, err := api.Wait(ctx, ids[i])
			if err != nil {
				t.Fatal(err)
			}
			if s.Fails {
				if checkFailure(t, j) {
					failed.Add(1)
				}
				return
			}
			if j.SubmitResultJson.Engine == "native" {
				native.Add(1)
			}
			want := expected(readRecorded(t, s.Recorded), s.Name, origin.URL+"/media/"+url.PathEscape(s.Name), region)
			if checkSuccess(t, j, s, want) {
				equal.Add(1)
			}
		})
	}
	t.Logf("%d samples: %d equal to ffprobe (%d of them read natively), %d expected failures; origin: %s",
		len(list), equal.Load(), native.Load(), failed.Load(), origin)
	if 5*native.Load() < 4*ours {
		t.Errorf("%d read natively, want four of five of %d", native.Load(), ours)
	}
}

// checkFailure holds a job to what every failed one must say.
func checkFailure(t *testing.T, j rig.Job) bool {
	t.Helper()
	out := j.SubmitResultJson
	ok := j.Status == "Fail" && documentedCodes[out.Code] && out.Message != "" && j.FinishTime != "" && j.MediaInfoProperty == nil
	if !ok {
		t.Errorf("%s %+v with %s, want Fail with a documented code and a message", j.Status, out, j.MediaInfoProperty)
	}
	return ok
}

// nativeOmits are the values that our readers leave out because ffprobe's are no facts of the
// file: beside a segment index it divides the first fragment by the whole duration.
var nativeOmits = map[string][]string{
	"shaka-packager-2017__packager_app_test_testdata_bear-320x240-opus-cenc-golden.mp4": {"Bitrate", "Bit_rate"},
	"shaka-packager-2017__packager_app_test_testdata_bear-640x360-vp8-golden.mp4":       {"Bitrate", "Bit_rate"},
}

// checkSuccess holds a job to what ffprobe recorded for its sample, but for the fields to
// ignore.
func checkSuccess(t *testing.T, j rig.Job, s testmedia.Sample, want property, ignore ...string) bool {
	t.Helper()
	if j.Status != "Success" {
		t.Errorf("%s: %s %s", j.Status, j.SubmitResultJson.Code, j.SubmitResultJson.Message)
		return false
	}
	if out := j.SubmitResultJson; out.Code != "" || out.Attempts < 1 || out.Requests < 1 || out.BytesRead < 1 || out.Engine == "" {
		t.Errorf("account of the job: %+v", out)
	}
	got, err := parseProperty(j.MediaInfoProperty)
	if err != nil {
		t.Error(err)
		return false
	}
	if stillPicture(readRecorded(t, s.Recorded)) {
		ignore = append(ignore, stillFields...)
	}
	if j.SubmitResultJson.Engine == "native" {
		ignore = append(ignore, nativeOmits[s.Name]...)
		switch s.Container {
		case "srt", "webvtt", "ass":
			ignore = append(ignore, "Duration") // of which ffprobe tells nothing
		}
	}
	diff := differences(got, want, ignore)
	if len(diff) > 0 {
		t.Errorf("%s\n%s", j.SubmitResultJson.Engine, strings.Join(diff, "\n"))
	}
	return len(diff) == 0
}

// bucketSamples are the files that go through the object stores: each container once.
func bucketSamples(t *testing.T) []testmedia.Sample {
	seen := map[string]bool{}
	var some []testmedia.Sample
	for _, s := range samples(t) {
		if !s.Fails && !s.WrongName && !seen[s.Container] && !stillPicture(readRecorded(t, s.Recorded)) {
			seen[s.Container] = true
			some = append(some, s)
		}
	}
	return some
}

const bucketConfig = `
[[storage]]
bucket = "clips-s3"
kind = "s3"
endpoint = %[1]q
region = "eu-test-1"
access-key-id = "bucketkey"
access-key-secret = "bucket/secret+1"

[[storage]]
bucket = "clips-oss"
kind = "oss"
endpoint = %[2]q
region = "cn-beijing"
access-key-id = "bucketkey"
access-key-secret = "bucket/secret+1"

[[storage]]
bucket = "clips-http"
kind = "http"
root = "%[3]s/tree/of/files/"

[[storage]]
bucket = "wrong-s3"
kind = "s3"
endpoint = %[1]q
region = "eu-test-1"
access-key-id = "bucketkey"
access-key-secret = "not the secret"

[[storage]]
bucket = "wrong-oss"
kind = "oss"
endpoint = %[2]q
region = "cn-beijing"
access-key-id = "bucketkey"
access-key-secret = "not the secret"
`

// TestBuckets reads samples through oss:// from stores that check every signature.
func TestBuckets(t *testing.T) {
	needFFprobe(t)
	t.Parallel()
	s3 := newBucketServer(t, "eu-test-1", checkAWS4)
	oss := newBucketServer(t, "cn-beijing", checkOSS4)
	plain := newBucketServer(t, "", unsigned)
	server := rig.Start(t, rig.Options{
		Allow:  []string{s3.Allow(), oss.Allow(), plain.Allow()},
		Config: fmt.Sprintf(bucketConfig, s3.URL, oss.URL, plain.URL),
	})
	api, ctx := server.API(), within(t, 2*time.Minute)
	const folder = "a b/ü+%25/"

	var wg sync.WaitGroup
	var equal atomic.Int64
	list := bucketSamples(t)
	for _, b := range []struct {
		bucket, region, root string
		store                *bucketServer
	}{
		{"clips-s3", "eu-test-1", "clips-s3/", s3},
		{"clips-oss", "cn-beijing", "clips-oss/", oss},
		{"clips-http", region, "tree/of/files/", plain},
	} {
		for i, s := range list {
			key := s.Name
			if i%2 == 0 { // every other key is hard to spell
				key = folder + "x=&'" + s.Name
			}
			data, err := os.ReadFile(s.Path)
			if err != nil {
				t.Fatal(err)
			}
			b.store.objects.Store(b.root+key, data)
			wg.Go(func() {
				j, err := api.Run(ctx, rig.Spec{Media: "oss://" + b.bucket + "/" + key})
				if err != nil {
					t.Errorf("%s %s: %v", b.bucket, key, err)
					return
				}
				address := (&url.URL{Scheme: "http", Host: b.bucket + ".oss-" + b.region + ".aliyuncs.com", Path: "/" + key}).String()
				name := key[strings.LastIndexByte(key, '/')+1:]
				if checkSuccess(t, j, s, expected(readRecorded(t, s.Recorded), name, address, b.region)) {
					equal.Add(1)
				}
			})
		}
	}
	wg.Wait()
	for name, b := range map[string]*bucketServer{"s3": s3, "oss": oss, "http": plain} {
		if b.refused.Load() != 0 || b.served.Load() < int64(len(list)) {
			t.Errorf("%s: %d answers, %d refusals", name, b.served.Load(), b.refused.Load())
		}
	}
	t.Logf("%d containers × 3 stores: %d equal to ffprobe", len(list), equal.Load())

	for _, c := range []struct{ media, code string }{
		{"oss://wrong-s3/" + list[0].Name, "SourceForbidden"},
		{"oss://wrong-oss/" + list[0].Name, "SourceForbidden"},
		{"oss://clips-s3/absent.mp4", "SourceNotFound"},
		{"oss://clips-oss/absent.mp4", "SourceNotFound"},
		{"oss://clips-http/absent.mp4", "SourceNotFound"},
	} {
		j, err := api.Run(ctx, rig.Spec{Media: c.media})
		if err != nil || j.SubmitResultJson.Code != c.code {
			t.Errorf("%s: %v %+v, want %s", c.media, err, j.SubmitResultJson, c.code)
		}
		checkFailure(t, j)
	}
	_, err := api.Submit(ctx, rig.Spec{Media: "oss://nobodys-bucket/a.mp4"})
	if rig.Code(err) != "InvalidParameter" || !strings.Contains(err.Error(), "nobodys-bucket") || !strings.Contains(err.Error(), "Input.Media") {
		t.Errorf("unknown bucket: %v", err)
	}
}
