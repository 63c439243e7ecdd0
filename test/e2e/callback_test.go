package e2e

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/mediagauge/mediagauge/test/e2e/rig"
)

const (
	callbackRounds  = 20
	callbackJobs    = 100 // in each round at most, and half as many at least
	callbackAuthKey = "TestKey001"
)

// receiver is an endpoint that fails in its own ways: the first time it sees one message in six, it
// hangs, answers 500, redirects, or hangs up.
type receiver struct {
	t        *testing.T
	url      string
	standard *standardwebhooks.Webhook // the verifier that others use

	mu         sync.Mutex
	seen       map[string]int    // by message
	accepted   map[string]string // by job: the status that was told
	duplicates int
}

// delivery is what it got.
type delivery struct {
	EventType   string
	UserId      int64
	EventTime   string
	MessageBody struct{ JobId, Status, Name string }
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return
	}
	var d delivery
	if err := json.Unmarshal(body, &d); err != nil || d.EventType != "VideoAnalysisComplete" || d.MessageBody.JobId == "" || d.EventTime == "" {
		r.t.Errorf("body %q: %v", body, err)
	}
	r.verify(req, body)
	id := req.Header.Get("webhook-id")
	r.mu.Lock()
	r.seen[id]++
	first := r.seen[id] == 1
	r.mu.Unlock()
	h := fnv.New32a()
	_, _ = io.WriteString(h, id)
	switch n := h.Sum32() % 100; {
	case first && n < 1:
		<-req.Context().Done()
		return
	case first && n < 6:
		w.WriteHeader(http.StatusInternalServerError)
		return
	case first && n < 11:
		http.Redirect(w, req, "/elsewhere", http.StatusTemporaryRedirect)
		return
	case first && n < 16:
		panic(http.ErrAbortHandler)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, twice := r.accepted[d.MessageBody.JobId]; twice {
		r.duplicates++
	}
	r.accepted[d.MessageBody.JobId] = d.MessageBody.Status
	w.WriteHeader(http.StatusNoContent)
}

// verify checks both signatures as a receiver would.
func (r *receiver) verify(req *http.Request, body []byte) {
	h := req.Header
	if err := r.standard.Verify(body, h); err != nil {
		r.t.Errorf("webhook-signature %q: %v", h.Get("webhook-signature"), err)
	}
	if r.standard.Verify(append(body, ' '), h) == nil {
		r.t.Error("the signature does not cover the body")
	}
	sum := fmt.Sprintf("%x", md5.Sum([]byte(r.url+"|"+h.Get("X-ICE-TIMESTAMP")+"|"+callbackAuthKey)))
	if h.Get("X-ICE-SIGNATURE") != sum {
		r.t.Errorf("X-ICE-SIGNATURE %q, want %q", h.Get("X-ICE-SIGNATURE"), sum)
	}
}

// listed is a delivery as the API tells it.
type listed struct {
	DeliveryId, JobId, Status, Target, LastResult string
	Attempts                                      int
}

func listDeliveries(t *testing.T, api *rig.API, status string) (all []listed) {
	t.Helper()
	params := map[string]string{"PageSize": "100", "Status": status}
	for {
		var page struct {
			NextPageToken string
			DeliveryList  []listed
		}
		if err := api.Call(t.Context(), "ListCallbackDeliveries", params, &page); err != nil {
			t.Fatal(err)
		}
		all = append(all, page.DeliveryList...)
		if params["NextPageToken"] = page.NextPageToken; page.NextPageToken == "" {
			return all
		}
	}
}

// TestCallbackTruth kills the server again and again while it tells of finished jobs: each finished job
// is told at least once, and nothing is told that a query would not show.
func TestCallbackTruth(t *testing.T) {
	t.Parallel()
	origin := rig.NewOrigin(t)
	origin.Handle("/text", rig.Content([]byte("This is no media file.\n")))
	r := &receiver{t: t, url: origin.URL + "/hook?token=canary", seen: map[string]int{}, accepted: map[string]string{}}
	origin.Handle("/hook", r.ServeHTTP)
	options := rig.Options{DataDir: t.TempDir(), Allow: []string{origin.Allow()}, Env: map[string]string{"MEDIAGAUGE_CALLBACK_ALLOW": origin.Allow()}}
	server := rig.Start(t, options)
	set := map[string]string{"CallbackType": "HTTP", "CallbackURL": r.url, "AuthSwitch": "on", "AuthKey": callbackAuthKey}
	if err := server.API().Call(t.Context(), "SetEventCallback", set, nil); err != nil {
		t.Fatal(err)
	}
	var got struct{ AuthKey, WebhookSecret string }
	if err := server.API().Call(t.Context(), "GetEventCallback", nil, &got); err != nil || got.AuthKey != callbackAuthKey {
		t.Fatalf("%+v, %v", got, err)
	}
	var err error
	if r.standard, err = standardwebhooks.NewWebhook(got.WebhookSecret); err != nil {
		t.Fatal(err)
	}

	acked := map[string]bool{}
	for range callbackRounds {
		var n atomic.Int32
		killAt := int32(callbackJobs/2 + rand.IntN(callbackJobs/2))
		kill := sync.OnceFunc(func() { go server.Kill() })
		for i := range callbackJobs {
			j, err := server.API().Submit(t.Context(), rig.Spec{Media: origin.URL + "/text", Name: fmt.Sprint(i)})
			if err != nil {
				break // killed
			}
			acked[j.JobId] = true
			if n.Add(1) == killAt {
				kill()
			}
		}
		kill()
		server.Wait()
		server = rig.Start(t, options)
	}
	told := waitDelivered(t, server, r, acked)
	if hits := origin.Hits("/elsewhere"); len(hits) > 0 {
		t.Errorf("%d redirects followed", len(hits))
	}
	if strings.Contains(server.Logs(), callbackAuthKey) || strings.Contains(server.Logs(), "token=canary") {
		t.Error("secrets in the log")
	}
	if len(acked) < 1000 {
		t.Errorf("only %d jobs", len(acked))
	}
	t.Logf("%d kills, %d jobs acknowledged, %d told, %d of them more than once", callbackRounds, len(acked), told, r.duplicates)
}

// waitDelivered waits until nothing is pending, and holds what was told to what is there.
func waitDelivered(t *testing.T, server *rig.Server, r *receiver, acked map[string]bool) int {
	t.Helper()
	ctx, api := within(t, 3*time.Minute), server.API()
	for id := range acked {
		if _, err := api.Wait(ctx, id); err != nil {
			t.Errorf("job %s: %v", id, err)
		}
	}
	for len(listDeliveries(t, api, "Pending")) > 0 {
		select {
		case <-ctx.Done():
			t.Fatalf("still pending: %+v", listDeliveries(t, api, "Pending"))
		case <-time.After(200 * time.Millisecond): // deliveries take their time: the schedule is part of what is tested
		}
	}
	if dead := listDeliveries(t, api, "Dead"); len(dead) > 0 {
		t.Errorf("given up: %+v", dead)
	}
	jobs, err := api.ListAll(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	ended := map[string]bool{}
	for _, j := range jobs {
		ended[j.JobId] = true
		if status, ok := r.accepted[j.JobId]; !ok || status != j.Status {
			t.Errorf("job %s ended as %s and was told as %q", j.JobId, j.Status, status)
		}
	}
	for id := range r.accepted {
		if !ended[id] {
			t.Errorf("told of job %s, which is not there", id)
		}
	}
	for id := range acked {
		if !ended[id] {
			t.Errorf("acknowledged job %s is not there", id)
		}
	}
	return len(r.accepted)
}

// TestDeadLetter: what an endpoint refuses for good is kept, seen, and can be sent again by API and CLI;
// addresses that are not allowed are never connected to.
func TestDeadLetter(t *testing.T) {
	t.Parallel()
	origin, canary := rig.NewOrigin(t), rig.NewCanary(t)
	origin.Handle("/text", rig.Content([]byte("This is no media file.\n")))
	var gone atomic.Bool
	gone.Store(true)
	taken := make(chan struct{}, 10)
	origin.Handle("/hook", func(w http.ResponseWriter, r *http.Request) {
		if gone.Load() {
			w.WriteHeader(http.StatusGone)
			return
		}
		taken <- struct{}{}
	})
	options := rig.Options{Allow: []string{origin.Allow()}, Env: map[string]string{"MEDIAGAUGE_CALLBACK_ALLOW": origin.Allow()}}
	server := rig.Start(t, options)
	api, ctx := server.API(), within(t, time.Minute)
	submit := func(address string) string {
		j, err := api.Run(ctx, rig.Spec{Media: origin.URL + "/text", UserData: `{"NotifyAddress":"` + address + `"}`})
		if err != nil {
			t.Fatal(err)
		}
		return j.JobId
	}
	until := func(status string, want int) []listed {
		for {
			if list := listDeliveries(t, api, status); len(list) >= want {
				return list
			}
			select {
			case <-ctx.Done():
				t.Fatalf("no %d deliveries %s: %+v", want, status, listDeliveries(t, api, ""))
			case <-time.After(50 * time.Millisecond):
			}
		}
	}
	first, second := submit(origin.URL+"/hook"), submit(origin.URL+"/hook")
	dead := until("Dead", 2)
	if dead[0].JobId != first || dead[1].JobId != second || dead[0].LastResult != "status 410" || dead[0].Attempts != 1 {
		t.Errorf("dead: %+v", dead)
	}
	gone.Store(false)
	if err := api.Call(ctx, "ReplayCallbackDelivery", map[string]string{"DeliveryId": dead[0].DeliveryId}, nil); err != nil {
		t.Fatal(err)
	}
	<-taken
	until("Delivered", 1)
	out, stderr, code := rig.Command(t, rig.Options{}, "callback", "replay", "--dead", "--endpoint", server.URL)
	if code != 0 || out != "replayed 1\n" {
		t.Fatalf("exit code %d: %s%s", code, out, stderr)
	}
	<-taken
	until("Delivered", 2)

	submit(fmt.Sprintf("http://127.0.0.1:%d/hook", canary.Port))
	if denied := until("Pending", 1); !strings.Contains(denied[0].LastResult, "not allowed") && denied[0].Attempts > 0 {
		t.Errorf("denied: %+v", denied)
	}
	if n := canary.Connections(); n != 0 {
		t.Errorf("%d connections to an address that is not allowed", n)
	}
}

// TestQueueCallback tells of a job by a message to a queue, of the account's and of the job's own.
func TestQueueCallback(t *testing.T) {
	t.Parallel()
	origin := rig.NewOrigin(t)
	origin.Handle("/text", rig.Content([]byte("This is no media file.\n")))
	got := make(chan string, 10)
	origin.Handle("/queues/", func(w http.ResponseWriter, r *http.Request) {
		var m struct{ MessageBody string }
		if err := xml.NewDecoder(r.Body).Decode(&m); err != nil || !strings.HasPrefix(r.Header.Get("Authorization"), "MNS queue-key:") {
			t.Errorf("%v, %v", err, r.Header)
		}
		body, err := base64.StdEncoding.DecodeString(m.MessageBody)
		if err != nil {
			t.Error(err)
		}
		w.WriteHeader(http.StatusCreated)
		fmt.Fprintf(w, "<Message><MessageBodyMD5>%X</MessageBodyMD5></Message>", md5.Sum([]byte(m.MessageBody)))
		got <- r.URL.Path + " " + string(body)
	})
	server := rig.Start(t, rig.Options{Allow: []string{origin.Allow()}, Env: map[string]string{"MEDIAGAUGE_CALLBACK_ALLOW": origin.Allow(),
		"MEDIAGAUGE_CALLBACK_QUEUE_ENDPOINT": origin.URL, "MEDIAGAUGE_CALLBACK_QUEUE_KEY_ID": "queue-key", "MEDIAGAUGE_CALLBACK_QUEUE_KEY_SECRET": "queue-canary"}})
	api := server.API()
	if err := api.Call(t.Context(), "SetEventCallback", map[string]string{"CallbackType": "MNS", "CallbackQueueName": "ice-callback-all"}, nil); err != nil {
		t.Fatal(err)
	}
	j, err := api.Submit(t.Context(), rig.Spec{Media: origin.URL + "/text", UserData: `{"NotifyAddress": "ice-callback-own"}`})
	if err != nil {
		t.Fatal(err)
	}
	paths := map[string]bool{}
	for range 2 {
		select {
		case text := <-got:
			path, body, _ := strings.Cut(text, " ")
			paths[path] = strings.Contains(body, j.JobId) && strings.Contains(body, "VideoAnalysisComplete")
		case <-time.After(time.Minute):
			t.Fatalf("told %v", paths)
		}
	}
	if !paths["/queues/ice-callback-all/messages"] || !paths["/queues/ice-callback-own/messages"] {
		t.Errorf("told %v", paths)
	}
	if strings.Contains(server.Logs(), "queue-canary") {
		t.Error("a secret is in the log")
	}
}
