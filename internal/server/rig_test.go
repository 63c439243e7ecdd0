package server

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/mediagauge/mediagauge/internal/asset"
	"github.com/mediagauge/mediagauge/internal/auth"
	"github.com/mediagauge/mediagauge/internal/callback"
	"github.com/mediagauge/mediagauge/internal/iam"
	"github.com/mediagauge/mediagauge/internal/ims"
	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/netguard"
	"github.com/mediagauge/mediagauge/internal/once"
	"github.com/mediagauge/mediagauge/internal/openapi"
	"github.com/mediagauge/mediagauge/internal/queue"
	"github.com/mediagauge/mediagauge/internal/sign"
	"github.com/mediagauge/mediagauge/internal/source"
	"github.com/mediagauge/mediagauge/internal/storage"
	"github.com/mediagauge/mediagauge/internal/store/sqlite"
)

const (
	keyID     = "testid"
	secret    = "a-secret-that-never-leaves"
	otherKey  = "otherid"
	otherHush = "another-secret-that-never-leaves"
	account   = job.AccountID(1000000000000001)
	stranger  = job.AccountID(1000000000000002)
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) { os.Exit(max(code, unanswered())) }))
}

// unanswered fails a whole run in which some action was never answered with success.
func unanswered() int {
	if f := flag.Lookup("test.run"); f != nil && f.Value.String() != "" || testing.Short() || flag.Lookup("test.list").Value.String() != "" {
		return 0
	}
	code := 0
	for _, a := range ims.Actions() {
		if _, done := answered.Load(a.Permission()); !done {
			fmt.Fprintln(os.Stderr, a.Permission(), "was not answered with success by any test")
			code = 1
		}
	}
	return code
}

// rig is a server with its real parts, in a directory of its own.
type rig struct {
	*Server
	queue *queue.Queue
	store *sqlite.Store
	auth  *auth.Authenticator
	url   string
	addr  string
	host  string
	log   *logBuffer
	http  *http.Transport

	pipeline string // of account
	foreign  string // a pipeline of stranger
	job      string // an unfinished job of account
	theirs   string // a job of stranger
}

type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func newRig(t testing.TB, change func(*Config, *Timeouts)) *rig {
	t.Helper()
	return newRigAt(t, time.Now, change)
}

// newRigAt is newRig with a clock for those who check timestamps.
func newRigAt(t testing.TB, clock func() time.Time, change func(*Config, *Timeouts)) *rig {
	t.Helper()
	dir, ctx := t.TempDir(), context.Background()
	st := must[*sqlite.Store](t)(sqlite.Open(ctx, filepath.Join(dir, "test.db"), sqlite.Options{}))
	q := must[*queue.Queue](t)(queue.New(st, queue.Config{MaxPipelines: 5}))
	sealer := must[*auth.Sealer](t)(auth.LoadSealer(filepath.Join(dir, "master.key")))
	a := auth.New(st, sealer, auth.Config{Now: clock})
	r := &rig{queue: q, store: st, auth: a, log: &logBuffer{}, http: &http.Transport{}}
	callbacks := callback.New(callback.Config{Store: st, Sealer: sealer, Client: http.DefaultClient})
	c := Config{Operator: account, Queue: q, Auth: a, Callbacks: callbacks, IAM: iam.New(iam.Config{Store: st, Auth: a, Now: clock}), Storage: newStorages(t, st, sealer),
		Assets: asset.New(asset.Config{Store: st, Queue: q, Sealer: sealer, Key: source.Canonical, Now: clock}), Once: once.New(st, clock), Log: slog.New(slog.NewJSONHandler(r.log, nil)), CheckInput: refuseSomeInputs}
	var timeouts Timeouts
	if change != nil {
		change(&c, &timeouts)
	}
	r.Server = New(c)
	r.fill(t, ctx)

	l := must[net.Listener](t)(net.Listen("tcp", "127.0.0.1:0"))
	hs := HTTP(r.Server, timeouts, nil)
	served := make(chan error, 1)
	go func() { served <- hs.Serve(l) }()
	r.host, r.addr = l.Addr().String(), l.Addr().String()
	r.url = "http://" + r.host
	t.Cleanup(func() {
		r.http.CloseIdleConnections()
		hs.Close()
		if err := <-served; err != http.ErrServerClosed {
			t.Errorf("serve: %v", err)
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

func newStorages(t testing.TB, st *sqlite.Store, sealer *auth.Sealer) *storage.Manager {
	t.Helper()
	opener := must[*source.Opener](t)(source.New(source.DefaultConfig(), netguard.New(netguard.Allow{})))
	fixed := []source.Storage{{Bucket: "bucket", Kind: source.KindOSS, AccessKeyID: "file-key", AccessKeySecret: "file-secret"}}
	return storage.New(storage.Config{Store: st, Sealer: sealer, Opener: opener, Fixed: fixed, Account: account})
}

// refuseSomeInputs stands for the rules of storage.
func refuseSomeInputs(_ context.Context, _ job.AccountID, in job.Input) error {
	switch {
	case in.Type == job.InputMedia:
		return fmt.Errorf("check: %w", job.ErrMediaNotFound)
	case strings.Contains(in.Media, "unknown-bucket"):
		return &job.InputError{Field: "Media", Reason: `bucket "unknown-bucket" is not in storage management`}
	}
	return nil
}

func (r *rig) fill(t testing.TB, ctx context.Context) {
	for id, k := range map[string]struct {
		account job.AccountID
		secret  string
	}{keyID: {account, secret}, otherKey: {stranger, otherHush}, "inactive": {account, secret}} {
		if err := r.auth.ImportKey(ctx, k.account, id, k.secret, "test"); err != nil {
			t.Fatal(err)
		}
		if err := r.queue.EnsureAccount(ctx, k.account); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.auth.SetKeyActive(ctx, account, "inactive", false); err != nil {
		t.Fatal(err)
	}
	pipeline := must[*job.Pipeline](t)
	r.pipeline = pipeline(r.queue.CreatePipeline(ctx, account, "mine", job.SpeedBoost, 6)).ID
	r.foreign = pipeline(r.queue.CreatePipeline(ctx, stranger, "theirs", job.SpeedBoost, 6)).ID
	spec := job.Spec{Trigger: "API", Input: job.Input{Type: job.InputOSS, Media: "oss://bucket/a.mp4"}}
	r.job = must[*job.Job](t)(r.queue.Submit(ctx, account, spec)).ID.String()
	r.theirs = must[*job.Job](t)(r.queue.Submit(ctx, stranger, spec)).ID.String()
}

// jobs counts the account's jobs.
func (r *rig) jobs(t testing.TB) int {
	t.Helper()
	list, _, err := r.queue.List(context.Background(), account, job.Filter{}, 100, "")
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

func now() string { return time.Now().UTC().Format("2006-01-02T15:04:05Z") }

// v1 signs a call the older way; own parameters win over the system's, and "-" leaves one out.
func v1(method, key, secret, action string, own map[string]string) url.Values {
	p := map[string]string{
		"Action": action, "Version": versionOf(action), "Format": "JSON", "AccessKeyId": key,
		"SignatureMethod": "HMAC-SHA1", "SignatureVersion": "1.0", "SignatureNonce": rand.Text(), "Timestamp": now(),
	}
	maps.Copy(p, own)
	maps.DeleteFunc(p, func(_, v string) bool { return v == "-" })
	p["Signature"] = sign.V1Signature(secret, sign.V1StringToSign(method, p))
	v := url.Values{}
	for k, s := range p {
		v.Set(k, s)
	}
	return v
}

func versionOf(action string) string {
	version := ims.VersionICE
	for _, a := range ims.Actions() {
		if a.Name == action && a.Version == ims.VersionICE {
			return a.Version
		}
		if a.Name == action {
			version = a.Version
		}
	}
	return version
}

// v3 signs a call the newer way; own headers win, and "-" leaves one out.
func v3(host, key, secret, action string, query map[string]string, body string, own map[string]string) *http.Request {
	sum := sha256.Sum256([]byte(body))
	h := map[string]string{
		"host": host, "x-acs-action": action, "x-acs-version": versionOf(action), "x-acs-date": now(),
		"x-acs-signature-nonce": rand.Text(), "x-acs-content-sha256": hex.EncodeToString(sum[:]),
		"x-acs-credentials-provider": "static_ak",
	}
	if body != "" {
		h["content-type"] = "application/x-www-form-urlencoded"
	}
	maps.Copy(h, own)
	maps.DeleteFunc(h, func(_, v string) bool { return v == "-" })
	authorization := sign.SignV3(key, secret, sign.V3Request{
		Method: "POST", Path: "/", Query: query, Header: h,
		SignedHeaders: slices.Sorted(maps.Keys(h)), PayloadHash: hex.EncodeToString(sum[:]),
	})
	q := url.Values{}
	for k, s := range query {
		q.Set(k, s)
	}
	r, err := http.NewRequest("POST", "http://"+host+"/?"+q.Encode(), strings.NewReader(body))
	if err != nil {
		panic(err)
	}
	for k, s := range h {
		if k != "host" {
			r.Header.Set(k, s)
		}
	}
	r.Header.Set("Authorization", authorization)
	return r
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (r *rig) do(t testing.TB, req *http.Request) answer {
	t.Helper()
	res, err := r.http.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	a := answer{res.StatusCode, res.Header, body}
	r.described(t, req, a)
	return a
}

// described holds every success in JSON against the schema of its action: what the OpenAPI document says is
// what is answered.
func (r *rig) described(t testing.TB, req *http.Request, a answer) {
	t.Helper()
	if a.status != http.StatusOK || a.header.Get("Content-Type") != ims.TypeJSON {
		return
	}
	action, version := req.Header.Get("x-acs-action"), req.Header.Get("x-acs-version")
	if action == "" {
		action, version = req.URL.Query().Get("Action"), req.URL.Query().Get("Version")
	}
	for _, known := range ims.Actions() {
		if known.Name != action || known.Version != version {
			continue
		}
		var reply any
		if err := json.Unmarshal(a.body, &reply); err != nil {
			t.Errorf("%s: %v", action, err)
		} else if fault := openapi.Check(reply, known.Reply); fault != "" {
			t.Errorf("%s: %s in %s", action, fault, a.body)
		}
		answered.Store(known.Permission(), true)
	}
}

// answered are the actions that were answered with success by any test.
var answered sync.Map

// call makes a well-signed V3 call.
func (r *rig) call(t testing.TB, action string, query map[string]string) answer {
	t.Helper()
	return r.do(t, v3(r.host, keyID, secret, action, query, "", nil))
}

// get makes a V1 call by GET.
func (r *rig) get(t testing.TB, values url.Values) answer {
	t.Helper()
	return r.do(t, must[*http.Request](t)(http.NewRequest("GET", r.url+"/?"+values.Encode(), nil)))
}

// decode reads a JSON reply.
func decode(t testing.TB, a answer) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(a.body, &m); err != nil {
		t.Fatalf("%v in %q", err, a.body)
	}
	return m
}

var uuid = regexp.MustCompile(`^[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}$`)

// checkError demands the documented envelope of an error, with nothing in it that is not the
// client's to know.
func checkError(t testing.TB, a answer, status int, code string) {
	t.Helper()
	var e ims.ErrorResponse
	switch contentType := a.header.Get("Content-Type"); contentType {
	case ims.TypeJSON:
		d := json.NewDecoder(bytes.NewReader(a.body))
		d.DisallowUnknownFields()
		if err := d.Decode(&e); err != nil {
			t.Fatalf("%v in %q", err, a.body)
		}
	case ims.TypeXML:
		if err := xml.Unmarshal(a.body, &e); err != nil {
			t.Fatalf("%v in %q", err, a.body)
		}
	default:
		t.Fatalf("content type %q of %d: %q", contentType, a.status, a.body)
	}
	if a.status != status || e.Code != code {
		t.Errorf("got %d %s %q, want %d %s", a.status, e.Code, e.Message, status, code)
	}
	if !uuid.MatchString(e.RequestId) || e.HostId == "" || e.Message == "" || !strings.HasSuffix(e.Recommend, "/docs/errors#"+e.Code) {
		t.Errorf("envelope %+v", e)
	}
	if a.header.Get("x-acs-request-id") != e.RequestId {
		t.Errorf("x-acs-request-id %q, RequestId %q", a.header.Get("x-acs-request-id"), e.RequestId)
	}
	for _, leak := range []string{secret, otherHush, "goroutine ", ".go:", "/internal/", "/tmp/", "sqlite", "master.key"} {
		if bytes.Contains(a.body, []byte(leak)) {
			t.Errorf("%q leaks into %q", leak, a.body)
		}
	}
}
