package client

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/internal/ims"
	"github.com/mediagauge/mediagauge/internal/sign"
)

const (
	testKey    = "testid"
	testSecret = "test secret/+&="
)

// seen is a request as a server sees it, signature checked.
type seen struct {
	action, version, nonce string
	query, form            url.Values
}

// verify recomputes the V3 signature from what arrived, by the steps of contract 2.3.
func verify(r *http.Request) (seen, error) {
	auth, err := sign.ParseAuthorization(r.Header.Get("Authorization"))
	if err != nil {
		return seen{}, err
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return seen{}, err
	}
	sum := sha256.Sum256(body)
	header := map[string]string{"host": r.Host}
	for name := range r.Header {
		header[strings.ToLower(name)] = r.Header.Get(name)
		if sign.MustSign(strings.ToLower(name)) && !strings.Contains(";"+strings.Join(auth.SignedHeaders, ";")+";", ";"+strings.ToLower(name)+";") {
			return seen{}, errors.New("header not signed: " + name)
		}
	}
	query := map[string]string{}
	for name, values := range r.URL.Query() {
		query[name] = values[0]
	}
	canonical := sign.V3Request{
		Method: r.Method, Path: r.URL.Path, Query: query, Header: header,
		SignedHeaders: auth.SignedHeaders, PayloadHash: hex.EncodeToString(sum[:]),
	}.Canonical()
	switch {
	case auth.Credential != testKey:
		return seen{}, errors.New("another key: " + auth.Credential)
	case header["x-acs-content-sha256"] != hex.EncodeToString(sum[:]):
		return seen{}, errors.New("body hash does not match")
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return seen{}, err
	}
	return seen{header["x-acs-action"], header["x-acs-version"], header["x-acs-signature-nonce"], r.URL.Query(), form},
		sign.V3Verify(testSecret, sign.V3StringToSign(canonical), auth.Signature)
}

// server answers every request with answer, after checking its signature.
func server(t *testing.T, answer func(http.ResponseWriter, seen)) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got, err := verify(r)
		if err != nil {
			t.Errorf("signature: %v", err)
		}
		answer(w, got)
	}))
	t.Cleanup(s.Close)
	return s
}

func newClient(t *testing.T, endpoint string) *Client {
	t.Helper()
	c, err := New(Config{Endpoint: endpoint, AccessKeyID: testKey, AccessKeySecret: testSecret,
		Timeout: 20 * time.Second, RetryPause: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func TestCallSigns(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		params map[string]string
		inForm bool
	}{
		{"no parameters", nil, false},
		{"plain", map[string]string{"JobId": "ab4802364a2e49208c99efab82dfa8e8"}, false},
		{"awkward text", map[string]string{"Name": "a*b~c+d e/?&=%é漢\n", "UserData": "", "Input": `{"Media":"oss://b/k 1.mp4","Type":"OSS"}`}, false},
		{"long", map[string]string{"UserData": strings.Repeat("長 ", 3000)}, true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var got seen
			s := server(t, func(w http.ResponseWriter, r seen) {
				got = r
				_, _ = io.WriteString(w, `{"RequestId":"R1","Success":true}`)
			})
			var out ims.SuccessResponse
			if err := newClient(t, s.URL).Call(t.Context(), ims.VersionICE, ims.UpdatePipeline, c.params, &out); err != nil {
				t.Fatal(err)
			}
			if !out.Success || got.action != ims.UpdatePipeline || got.version != ims.VersionICE {
				t.Errorf("reply %+v to action %q of version %q", out, got.action, got.version)
			}
			carried, empty := got.query, got.form
			if c.inForm {
				carried, empty = got.form, got.query
			}
			if len(empty) != 0 || len(carried) != len(c.params) {
				t.Errorf("query has %d parameters, form %d, sent %d", len(got.query), len(got.form), len(c.params))
			}
			for name, want := range c.params {
				if carried.Get(name) != want {
					t.Errorf("%s arrived as %q, want %q", name, carried.Get(name), want)
				}
			}
		})
	}
}

func TestCallGivesTheReplyAsItCame(t *testing.T) {
	t.Parallel()
	const reply = `{"RequestId":"R1",  "Jobs":[] ,"Extra":1.50}`
	s := server(t, func(w http.ResponseWriter, _ seen) { _, _ = io.WriteString(w, reply+"\n") })
	var raw json.RawMessage
	if err := newClient(t, s.URL).Call(t.Context(), ims.VersionICE, ims.ListMediaInfoJobs, nil, &raw); err != nil {
		t.Fatal(err)
	}
	if string(raw) != reply {
		t.Errorf("got %s, want %s", raw, reply)
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, contentType, body string
		status                  int
		want                    string
	}{
		{"told", "application/json", `{"RequestId":"31E3","HostId":"h","Code":"InvalidParameter","Message":"The specified parameter \"Input\" is not valid. It is\nempty."}`, 400,
			`InvalidParameter: The specified parameter "Input" is not valid. It is empty. (request 31E3)`},
		{"no request id", "application/json", `{"Code":"InternalError","Message":"m"}`, 500, "InternalError: m"},
		{"wrong secret", "application/json", `{"RequestId":"R","Code":"SignatureDoesNotMatch","Message":"Specified signature is not matched with our calculation. server string to sign is:POST\n/\nmuch more"}`, 400,
			"SignatureDoesNotMatch: Specified signature is not matched with our calculation. The access key secret is probably wrong. (request R)"},
		{"web page", "text/html; charset=utf-8", "<html>hello</html>", 200,
			`the server at ENDPOINT does not speak the media-information API: it answered 200 OK with "text/html; charset=utf-8"; is --endpoint right?`},
		{"error page", "text/html", "<html>no</html>", 404,
			`the server at ENDPOINT does not speak the media-information API: it answered 404 Not Found with "text/html"; is --endpoint right?`},
		{"other JSON API", "application/json", `{"hello":"world"}`, 200,
			`the server at ENDPOINT does not speak the media-information API: it answered 200 OK with "application/json"; is --endpoint right?`},
		{"JSON list", "application/json", `[1]`, 200,
			`the server at ENDPOINT does not speak the media-information API: it answered 200 OK with "application/json"; is --endpoint right?`},
		{"wrong shape", "application/json", `{"RequestId":"R7","Success":[]}`, 200,
			"CreatePipeline: reply of request R7: json: cannot unmarshal array into Go struct field SuccessResponse.Success of type bool"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			tries := 0
			s := server(t, func(w http.ResponseWriter, _ seen) {
				tries++
				w.Header().Set("Content-Type", c.contentType)
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.body)
			})
			err := newClient(t, s.URL).Call(t.Context(), ims.VersionICE, ims.CreatePipeline, nil, new(ims.SuccessResponse))
			if err == nil {
				t.Fatal("no error")
			}
			if got := strings.ReplaceAll(err.Error(), s.URL, "ENDPOINT"); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if strings.Contains(err.Error(), testSecret) || tries != 1 {
				t.Errorf("secret told, or %d tries", tries)
			}
		})
	}
}

func TestErrorFields(t *testing.T) {
	t.Parallel()
	s := server(t, func(w http.ResponseWriter, _ seen) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"RequestId":"R","Code":"Throttling.User","Message":"slow down"}`)
	})
	err := newClient(t, s.URL).Call(t.Context(), ims.VersionICE, ims.CreatePipeline, nil, new(json.RawMessage))
	told, ok := errors.AsType[*Error](err)
	if !ok || *told != (Error{Status: 400, Code: "Throttling.User", Message: "slow down", RequestID: "R"}) || !told.Throttled() {
		t.Errorf("got %#v", err)
	}
}

func TestRedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the signed request was sent on") }))
	t.Cleanup(elsewhere.Close)
	s := server(t, func(w http.ResponseWriter, _ seen) {
		w.Header().Set("Location", elsewhere.URL+"/?JobId=echo")
		w.WriteHeader(http.StatusTemporaryRedirect)
	})
	err := newClient(t, s.URL).Call(t.Context(), ims.VersionICE, ims.GetMediaInfoJob, nil, new(json.RawMessage))
	foreign, ok := errors.AsType[*ForeignError](err)
	if !ok || !strings.Contains(foreign.Error(), `307 Temporary Redirect to "`+elsewhere.URL+`/"`) {
		t.Errorf("got %v", err)
	}
}

// TestRetry: reading actions are sent once more after a 503, with another nonce; others never.
func TestRetry(t *testing.T) {
	t.Parallel()
	const busy = `{"RequestId":"R","Code":"ServiceUnavailable","Message":"stopping"}`
	cases := []struct {
		action string
		status []int // of the answers, in order; the last repeats
		tries  int
		fails  bool
	}{
		{ims.GetMediaInfoJob, []int{503, 200}, 2, false},
		{ims.ListMediaInfoJobs, []int{503, 200}, 2, false},
		{ims.ListMediaInfoJobs, []int{503}, 2, true},
		{ims.GetMediaInfoJob, []int{500}, 1, true},
		{ims.GetMediaInfoJob, []int{400}, 1, true},
		{ims.SubmitMediaInfoJob, []int{503, 200}, 1, true},
		{ims.UpdatePipeline, []int{503, 200}, 1, true},
		{ims.CreateAccessKey, []int{503, 200}, 1, true},
	}
	for _, c := range cases {
		t.Run(c.action, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			nonces := map[string]bool{}
			tries := 0
			s := server(t, func(w http.ResponseWriter, r seen) {
				mu.Lock()
				defer mu.Unlock()
				nonces[r.nonce] = true
				status := c.status[min(tries, len(c.status)-1)]
				tries++
				w.WriteHeader(status)
				if status == 200 {
					_, _ = io.WriteString(w, `{"RequestId":"R"}`)
				} else {
					_, _ = io.WriteString(w, busy)
				}
			})
			err := newClient(t, s.URL).Call(t.Context(), ims.VersionICE, c.action, nil, new(json.RawMessage))
			if (err != nil) != c.fails || tries != c.tries || len(nonces) != tries {
				t.Errorf("error %v after %d tries with %d nonces, want %d tries", err, tries, len(nonces), c.tries)
			}
		})
	}
}

// closedPort returns an address at which nothing listens.
func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return addr
}

func TestNothingListens(t *testing.T) {
	t.Parallel()
	addr := closedPort(t)
	for _, action := range []string{ims.GetMediaInfoJob, ims.SubmitMediaInfoJob} {
		err := newClient(t, addr).Call(t.Context(), ims.VersionICE, action, map[string]string{"Name": "n"}, new(json.RawMessage))
		want := "nothing listens at http://" + addr + `: start a server with "mediagauge serve", or name another with --endpoint`
		if err == nil || err.Error() != want {
			t.Errorf("%s: got  %v\nwant %s", action, err, want)
		}
	}
}

// TestSilence: a server that does not answer is given up, and told from a caller who leaves.
func TestSilence(t *testing.T) {
	t.Parallel()
	arrived, release := make(chan struct{}, 2), make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		arrived <- struct{}{}
		<-release
	}))
	t.Cleanup(s.Close)
	t.Cleanup(func() { close(release) })

	c, err := New(Config{Endpoint: s.URL, AccessKeyID: testKey, AccessKeySecret: testSecret, Timeout: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	err = c.Call(t.Context(), ims.VersionICE, ims.CreatePipeline, nil, new(json.RawMessage))
	if err == nil || err.Error() != "no answer from "+s.URL+" within 50ms" {
		t.Errorf("got %v", err)
	}
	<-arrived
	gone := errors.New("gone")
	ctx, leave := context.WithCancelCause(t.Context())
	go func() { <-arrived; leave(gone) }()
	// WaitSeconds stretches the time allowed, or this would end by itself first.
	err = c.Call(ctx, ims.VersionICE, ims.GetMediaInfoJob, map[string]string{"WaitSeconds": "60"}, new(json.RawMessage))
	if !errors.Is(err, gone) {
		t.Errorf("got %v, want the caller's cause", err)
	}
}

func TestHeldFor(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		action, seconds string
		want            time.Duration
	}{
		{ims.GetMediaInfoJob, "", 0},
		{ims.GetMediaInfoJob, "20", 20 * time.Second},
		{ims.GetMediaInfoJob, "-5", 0},
		{ims.GetMediaInfoJob, "much", 0},
		{ims.SubmitSyncMediaInfoJob, "", 60 * time.Second},
		{ims.SubmitMediaInfoJob, "", 0},
	} {
		if got := heldFor(c.action, map[string]string{"WaitSeconds": c.seconds}); got != c.want {
			t.Errorf("heldFor(%s, %q) = %s, want %s", c.action, c.seconds, got, c.want)
		}
	}
}

func TestNew(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ endpoint, want, err string }{
		{"http://127.0.0.1:8080", "http://127.0.0.1:8080", ""},
		{"http://127.0.0.1:8080/", "http://127.0.0.1:8080", ""},
		{"127.0.0.1:8080", "http://127.0.0.1:8080", ""},
		{"localhost", "http://localhost", ""},
		{"http://example.com:80", "http://example.com", ""},
		{"https://example.com:443", "https://example.com", ""},
		{"https://example.com:80", "https://example.com:80", ""},
		{"http://[::1]:8080", "http://[::1]:8080", ""},
		{"", "", "endpoint: want http://host:port or https://host"},
		{"ftp://example.com", "", "endpoint: want http://host:port or https://host"},
		{"http://:8080", "", "endpoint: want http://host:port or https://host"},
		{"http://h/console/", "", `endpoint of host "h": want only scheme, host and port: the API lives at /`},
		{"http://u:hidden@h", "", `endpoint of host "h": want only scheme, host and port: the API lives at /`},
		{"http://h?x=y", "", `endpoint of host "h": want only scheme, host and port: the API lives at /`},
	} {
		cl, err := New(Config{Endpoint: c.endpoint, AccessKeyID: "a", AccessKeySecret: "b"})
		switch {
		case err != nil && err.Error() != c.err:
			t.Errorf("%q: error %q, want %q", c.endpoint, err, c.err)
		case err == nil && (c.err != "" || cl.Endpoint() != c.want):
			t.Errorf("%q: endpoint %q, want %q %s", c.endpoint, cl.Endpoint(), c.want, c.err)
		}
	}
	if _, err := New(Config{Endpoint: "http://h", AccessKeyID: "a"}); err == nil {
		t.Error("a key without secret was accepted")
	}
}

func TestReadAtMost(t *testing.T) {
	t.Parallel()
	if _, err := readAtMost(strings.NewReader("12345"), 4); err == nil {
		t.Error("five bytes passed a limit of four")
	}
	if got, err := readAtMost(strings.NewReader("1234"), 4); err != nil || string(got) != "1234" {
		t.Errorf("got %q, %v", got, err)
	}
}
