package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/test/e2e/rig"
)

// versionOf is the version of the products for users and sessions, or the service's.
func versionOf(action string) string {
	for _, of := range []string{"User", "Role", "Polic", "AccessKey"} {
		if strings.Contains(action, of) && action != "AssumeRole" {
			return "2015-05-01"
		}
	}
	if action == "AssumeRole" || action == "GetCallerIdentity" {
		return "2015-04-01"
	}
	return rig.VersionICE
}

// TestSecretsStaySecret drives a server with canaries in every place that takes a secret, and looks for them
// in all that it writes, tells and sends.
func TestSecretsStaySecret(t *testing.T) {
	t.Parallel()
	const canary = "c4n4ry"
	origin := rig.NewOrigin(t)
	origin.Handle("/a.mp4", rig.Content(sampleFile(t, small)))
	origin.Handle("/gone.mp4", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })
	var mu sync.Mutex
	var heard bytes.Buffer
	calls := make(chan struct{}, 100)
	origin.Handle("/hook", func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		_, _ = io.Copy(&heard, r.Body)
		calls <- struct{}{}
	})
	origin.Handle("/dead", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) })
	options := rig.Options{DataDir: t.TempDir(), Allow: []string{origin.Allow()}, Env: map[string]string{
		"MEDIAGAUGE_CALLBACK_ALLOW": origin.Allow(), "MEDIAGAUGE_LOG_LEVEL": "debug"}}
	server := rig.Start(t, options)
	api := server.API()
	var told bytes.Buffer
	call := func(action string, params map[string]string) json.RawMessage {
		t.Helper()
		var reply json.RawMessage
		err := api.CallOf(t.Context(), versionOf(action), action, params, &reply)
		if err != nil {
			told.WriteString(err.Error())
		}
		told.Write(reply)
		return reply
	}
	query := "?Expires=4102444800&OSSAccessKeyId=id-" + canary + "&Signature=sig-" + canary + "&security-token=token-" + canary

	// What is told back once, on purpose, is kept apart.
	apart := func(action string, params map[string]string, into any) {
		t.Helper()
		if err := api.CallOf(t.Context(), versionOf(action), action, params, into); err != nil {
			t.Fatalf("%s: %v", action, err)
		}
	}
	var key struct {
		AccessKey struct{ AccessKeyId, AccessKeySecret string }
	}
	apart("CreateUser", map[string]string{"UserName": "ann"}, nil)
	apart("CreateAccessKey", map[string]string{"UserName": "ann"}, &key)
	apart("CreateRole", map[string]string{"RoleName": "r", "AssumeRolePolicyDocument": `{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":["acs:ram::1000000000000001:root"]}}]}`}, nil)
	var session struct {
		Credentials struct{ AccessKeyId, AccessKeySecret, SecurityToken string }
	}
	apart("AssumeRole", map[string]string{"RoleArn": "acs:ram::1000000000000001:role/r", "RoleSessionName": "ci"}, &session)
	apart("SetEventCallback", map[string]string{"CallbackType": "HTTP", "CallbackURL": origin.URL + "/dead?token=" + canary, "AuthSwitch": "on", "AuthKey": "Auth1" + canary}, nil)
	var callback struct{ AuthKey, WebhookSecret string }
	apart("GetEventCallback", nil, &callback)

	call("AddStorage", map[string]string{"Bucket": "canaries", "StorageType": "s3_bucket", "Endpoint": origin.URL, "StorageAccessKeyId": "id-" + canary,
		"StorageAccessKeySecret": "secret-" + canary, "StorageSecurityToken": "sts-" + canary})
	call("GetStorageList", nil)
	call("SubmitMediaInfoJob", map[string]string{"Input": `{"Type":"OSS","Media":"oss://canaries/a.mp4"}`})
	for _, path := range []string{"/a.mp4", "/gone.mp4"} {
		input, err := json.Marshal(map[string]string{"Type": "OSS", "Media": origin.URL + path + query})
		if err != nil {
			t.Fatal(err)
		}
		call("SubmitSyncMediaInfoJob", map[string]string{"Input": string(input), "ClientToken": "token" + path[1:2]})
		call("SubmitMediaInfoJobs", map[string]string{"Jobs": `[{"Input":` + string(input) + `}]`})
	}
	call("SubmitMediaInfoJob", map[string]string{"Input": `{"Type":"OSS","Media":"http://10.0.0.1/x.mp4` + query + `"}`})
	var asset struct{ MediaId string }
	reply := call("RegisterMediaInfo", map[string]string{"InputURL": origin.URL + "/a.mp4" + query, "Title": "t"})
	if err := json.Unmarshal(reply, &asset); err != nil || asset.MediaId == "" {
		t.Fatalf("%s, %v", reply, err)
	}
	call("RegisterMediaInfo", map[string]string{"InputURL": origin.URL + "/a.mp4" + query})
	apart("SetEventCallback", map[string]string{"CallbackType": "HTTP", "CallbackURL": origin.URL + "/hook?token=" + canary, "AuthSwitch": "on", "AuthKey": "Auth1" + canary}, nil)
	call("SubmitSyncMediaInfoJob", map[string]string{"Input": `{"Type":"Media","Media":"` + asset.MediaId + `"}`})
	select {
	case <-calls:
	case <-time.After(time.Minute):
		t.Fatal("no callback")
	}
	for _, action := range []string{"ListMediaInfoJobs", "ListCallbackDeliveries", "ListMediaBasicInfos", "ListAccessKeys", "ListUsers", "ListRoles", "ListPolicies", "GetCallerIdentity"} {
		call(action, map[string]string{"PageSize": "100", "IncludeFileBasicInfo": "true"})
	}
	call("GetMediaInfo", map[string]string{"MediaId": asset.MediaId})
	call("GetMediaInfo", map[string]string{"InputURL": origin.URL + "/nobody.mp4" + query})
	call("DeleteMediaInfos", map[string]string{"InputURLs": origin.URL + "/nobody.mp4" + query})

	server.Kill() // what it has on the disk is as it stands, not tidied up
	server.Wait()
	secrets := map[string]string{"canary": canary, "user's secret": key.AccessKey.AccessKeySecret, "session's secret": session.Credentials.AccessKeySecret,
		"session's token": session.Credentials.SecurityToken, "webhook secret": callback.WebhookSecret}
	look := func(where string, b []byte) {
		t.Helper()
		for name, secret := range secrets {
			if i := bytes.Index(b, []byte(secret)); i >= 0 {
				t.Errorf("%s has the %s: …%q…", where, name, b[max(i-80, 0):min(i+40, len(b))])
			}
		}
	}
	if told.Len() < 5000 || heard.Len() < 200 {
		t.Fatalf("%d bytes told, %d heard: the test does not see what it should", told.Len(), heard.Len())
	}
	look("a reply", told.Bytes())
	look("a callback", heard.Bytes())
	look("the log", []byte(server.Logs()))
	files, err := filepath.Glob(filepath.Join(options.DataDir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if name := filepath.Base(f); !strings.HasPrefix(name, "mediagauge.db") {
			continue
		}
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		look(filepath.Base(f), b)
	}
}
