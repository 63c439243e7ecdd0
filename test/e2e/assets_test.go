package e2e

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/test/e2e/rig"
)

// runAgain submits a job and waits for its end; refresh asks for a probe in any case.
func runAgain(t *testing.T, api *rig.API, kind, media string, refresh bool) rig.Job {
	t.Helper()
	input, err := json.Marshal(map[string]string{"Type": kind, "Media": media})
	if err != nil {
		t.Fatal(err)
	}
	params := map[string]string{"Input": string(input)}
	if refresh {
		params["ScheduleConfig"] = `{"RefreshCache": true}`
	}
	var reply struct{ MediaInfoJob rig.Job }
	if err := api.Call(t.Context(), "SubmitSyncMediaInfoJob", params, &reply); err != nil {
		t.Fatal(err)
	}
	if j := reply.MediaInfoJob; j.Status != "Success" {
		t.Fatalf("%s %s: %+v", kind, media, j.SubmitResultJson)
	}
	return reply.MediaInfoJob
}

// TestAnswersAreReused: an object that is the same is not read again, one that changed is.
func TestAnswersAreReused(t *testing.T) {
	t.Parallel()
	data := sampleFile(t, small)
	origin := rig.NewOrigin(t)
	var version atomic.Int64
	origin.Handle("/a.mp4", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"v`+string(rune('0'+version.Load()))+`"`)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
	})
	origin.Handle("/untold.mp4", func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
	})
	server := rig.Start(t, rig.Options{Allow: []string{origin.Allow()}})
	api := server.API()
	check := func(what string, j, like rig.Job, cached bool) {
		t.Helper()
		if j.SubmitResultJson.Cached != cached {
			t.Errorf("%s: cached %v", what, j.SubmitResultJson.Cached)
		}
		if j.SubmitResultJson.Engine != like.SubmitResultJson.Engine || len(j.MediaInfoProperty) == 0 {
			t.Errorf("%s: %+v", what, j.SubmitResultJson)
		}
	}
	first := runAgain(t, api, "OSS", origin.URL+"/a.mp4", false)
	check("first", first, first, false)
	second := runAgain(t, api, "OSS", origin.URL+"/a.mp4", false)
	check("second", second, first, true)
	if string(second.MediaInfoProperty) != string(first.MediaInfoProperty) {
		t.Errorf("told %s, then %s", first.MediaInfoProperty, second.MediaInfoProperty)
	}
	if second.SubmitResultJson.Requests != 1 {
		t.Errorf("%d requests to see that nothing changed", second.SubmitResultJson.Requests)
	}
	check("refreshed", runAgain(t, api, "OSS", origin.URL+"/a.mp4", true), first, false)
	version.Add(1)
	check("changed", runAgain(t, api, "OSS", origin.URL+"/a.mp4", false), first, false)
	check("changed, again", runAgain(t, api, "OSS", origin.URL+"/a.mp4", false), first, true)
	for range 2 {
		check("without a tag or a time", runAgain(t, api, "OSS", origin.URL+"/untold.mp4", false), first, false)
	}
}

// TestAssets registers an object, and uses it by its id, also after the server was killed.
func TestAssets(t *testing.T) {
	t.Parallel()
	data := sampleFile(t, small)
	origin := rig.NewOrigin(t)
	origin.Handle("/a.mp4", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"v1"`)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
	})
	got := make(chan []byte, 10)
	origin.Handle("/hook", func(w http.ResponseWriter, r *http.Request) {
		b := new(bytes.Buffer)
		_, _ = b.ReadFrom(r.Body)
		got <- b.Bytes()
	})
	options := rig.Options{DataDir: t.TempDir(), Allow: []string{origin.Allow()}, Env: map[string]string{"MEDIAGAUGE_CALLBACK_ALLOW": origin.Allow()}}
	server := rig.Start(t, options)
	call := func(action string, params map[string]string, out any) {
		t.Helper()
		if err := server.API().Call(t.Context(), action, params, out); err != nil {
			t.Fatalf("%s: %v", action, err)
		}
	}
	var made struct{ MediaId string }
	call("RegisterMediaInfo", map[string]string{"InputURL": origin.URL + "/a.mp4", "UserData": `{"NotifyAddress": "` + origin.URL + `/hook", "Key": "v"}`}, &made)
	var event struct {
		EventType   string
		UserId      int64
		MessageBody struct{ Status, MediaId, UserData string }
	}
	select {
	case b := <-got:
		if err := json.Unmarshal(b, &event); err != nil || event.EventType != "RegisterMediaComplete" || event.MessageBody.Status != "Success" ||
			event.MessageBody.MediaId != made.MediaId || event.UserId == 0 || !strings.Contains(event.MessageBody.UserData, `"Key"`) {
			t.Errorf("event %s, %v", b, err)
		}
	case <-time.After(time.Minute):
		t.Fatal("no event")
	}
	get := func() string {
		t.Helper()
		var reply struct {
			MediaInfo struct {
				MediaBasicInfo struct{ Status string }
				FileInfoList   []struct {
					VideoStreamInfoList []struct{ CodecName, AvgFPS string }
				}
			}
		}
		call("GetMediaInfo", map[string]string{"MediaId": made.MediaId}, &reply)
		m := reply.MediaInfo
		if len(m.FileInfoList) == 0 {
			return m.MediaBasicInfo.Status
		}
		return m.MediaBasicInfo.Status + " " + m.FileInfoList[0].VideoStreamInfoList[0].CodecName
	}
	if is := get(); is != "Normal h264" {
		t.Errorf("asset is %q", is)
	}
	server.Kill()
	server.Wait()
	server = rig.Start(t, options)
	if is := get(); is != "Normal h264" {
		t.Errorf("asset is %q after a crash", is)
	}
	j := runAgain(t, server.API(), "Media", made.MediaId, false)
	if !j.SubmitResultJson.Cached || j.SubmitResultJson.Engine != "native" || !strings.Contains(string(j.MediaInfoProperty), made.MediaId) {
		t.Errorf("job on the asset: %+v %s", j.SubmitResultJson, j.MediaInfoProperty)
	}
	call("DeleteMediaInfos", map[string]string{"MediaIds": made.MediaId}, nil)
	err := server.API().Call(t.Context(), "SubmitMediaInfoJob", map[string]string{"Input": `{"Type":"Media","Media":"` + made.MediaId + `"}`}, nil)
	if rig.Code(err) != "ResourceNotFound" {
		t.Errorf("submitted a deleted asset: %v", err)
	}
}

// TestStorageOfAccounts adds buckets by calls and reads from them. The credentials are nowhere to be read.
func TestStorageOfAccounts(t *testing.T) {
	t.Parallel()
	s3, oss := newBucketServer(t, "eu-test-1", checkAWS4), newBucketServer(t, "cn-beijing", checkOSS4)
	data := sampleFile(t, small)
	s3.objects.Store("clips-s3/a.mp4", data)
	oss.objects.Store("clips-oss/a.mp4", data)
	options := rig.Options{DataDir: t.TempDir(), Allow: []string{s3.Allow(), oss.Allow()}}
	server := rig.Start(t, options)
	api := server.API()
	refused := func(media string) {
		t.Helper()
		if _, err := api.Submit(t.Context(), rig.Spec{Media: media}); rig.Code(err) != "InvalidParameter" || !strings.Contains(err.Error(), "storage management") {
			t.Errorf("%s: %v", media, err)
		}
	}
	refused("oss://clips-s3/a.mp4")
	for _, b := range []struct {
		bucket, kind string
		store        *bucketServer
	}{{"clips-s3", "s3_bucket", s3}, {"clips-oss", "user_oss_bucket", oss}} {
		err := api.Call(t.Context(), "AddStorage", map[string]string{"Bucket": b.bucket, "StorageType": b.kind, "Endpoint": b.store.URL, "Region": b.store.region,
			"StorageAccessKeyId": b.store.keyID, "StorageAccessKeySecret": b.store.secret, "PathStyle": "true"}, nil)
		if err != nil {
			t.Fatal(err)
		}
		runAgain(t, api, "OSS", "oss://"+b.bucket+"/a.mp4", false)
		if b.store.refused.Load() != 0 || b.store.served.Load() == 0 {
			t.Errorf("%s: %d refused, %d served", b.bucket, b.store.refused.Load(), b.store.served.Load())
		}
	}
	server.Kill()
	server.Wait()
	server = rig.Start(t, options)
	api = server.API()
	runAgain(t, api, "OSS", "oss://clips-s3/a.mp4", false)
	if err := api.Call(t.Context(), "RemoveStorage", map[string]string{"Bucket": "clips-s3"}, nil); err != nil {
		t.Fatal(err)
	}
	refused("oss://clips-s3/a.mp4")
	files, err := filepath.Glob(filepath.Join(options.DataDir, "mediagauge.db*"))
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, []byte(s3.secret)) || bytes.Contains(b, []byte(s3.keyID)) {
			t.Errorf("%s holds a credential in clear", filepath.Base(f))
		}
	}
	if strings.Contains(server.Logs(), s3.secret) || strings.Contains(server.Logs(), s3.keyID) {
		t.Error("a credential is in the log")
	}
}
