package auth

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/sign"
	"github.com/mediagauge/mediagauge/internal/store"
)

const (
	testKey    = "testid"
	testSecret = "testsecret"
	testOwner  = job.AccountID(1234567890123456)
)

var testNow = time.Date(2026, 11, 22, 17, 30, 0, 0, time.UTC)

func clock(t time.Time) func() time.Time { return func() time.Time { return t } }

// memKeys is a store.Keys in memory.
type memKeys struct {
	mu     sync.Mutex
	keys   map[string]store.AccessKey
	nonces map[store.Nonce]bool
	err    error // what UseNonces answers, when set
}

func newMemKeys() *memKeys {
	return &memKeys{keys: map[string]store.AccessKey{}, nonces: map[store.Nonce]bool{}}
}

func (m *memKeys) CreateKey(_ context.Context, k store.AccessKey) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.keys[k.ID]; ok {
		return store.ErrKeyExists
	}
	m.keys[k.ID] = k
	return nil
}

func (m *memKeys) GetKey(_ context.Context, id string) (store.AccessKey, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	k, ok := m.keys[id]
	if !ok {
		return k, fmt.Errorf("get key: %w", store.ErrKeyNotFound)
	}
	return k, nil
}

func (m *memKeys) ListKeys(_ context.Context, account job.AccountID) (list []store.AccessKey, _ error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, k := range m.keys {
		if k.Account == account {
			list = append(list, k)
		}
	}
	return list, nil
}

func (m *memKeys) SetKeyActive(_ context.Context, account job.AccountID, id string, active bool) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	k, ok := m.keys[id]
	if !ok || k.Account != account {
		return store.ErrKeyNotFound
	}
	k.Active = active
	m.keys[id] = k
	return nil
}

func (m *memKeys) DeleteKey(_ context.Context, account job.AccountID, id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if k, ok := m.keys[id]; !ok || k.Account != account {
		return store.ErrKeyNotFound
	}
	delete(m.keys, id)
	return nil
}

func (m *memKeys) UseNonces(_ context.Context, nonces []store.Nonce) ([]bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err != nil {
		return nil, m.err
	}
	fresh := make([]bool, len(nonces))
	for i, n := range nonces {
		n.Expires = time.Time{}
		fresh[i] = !m.nonces[n]
		m.nonces[n] = true
	}
	return fresh, nil
}

func (m *memKeys) PruneNonces(context.Context, time.Time, int) (int, error) { return 0, nil }

func testSealer(t testing.TB) *Sealer {
	t.Helper()
	s, err := newSealer(bytes.Repeat([]byte{7}, masterKeyLen))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// rig is an Authenticator at testNow that knows the test key. Its store is in memory.
func rig(t testing.TB, c Config) (*Authenticator, *memKeys) {
	t.Helper()
	if c.Now == nil {
		c.Now = clock(testNow)
	}
	keys := newMemKeys()
	a := New(keys, testSealer(t), c)
	t.Cleanup(func() { a.Close() })
	if err := a.ImportKey(t.Context(), testOwner, testKey, testSecret, "test"); err != nil {
		t.Fatal(err)
	}
	return a, keys
}

// parse reads a raw HTTP/1.1 request the way a server does: broken and repeated parameters are
// refused, and a body counts only when it is a form.
func parse(raw []byte) (*Request, error) {
	h, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(raw)))
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(h.Body)
	if err != nil {
		return nil, err
	}
	r := &Request{
		Method: h.Method, Host: h.Host, Path: h.URL.Path, Header: h.Header,
		BodySHA256: hashOf(string(body)), HasBody: len(body) > 0,
	}
	if r.Query, err = single(h.URL.RawQuery); err != nil {
		return nil, err
	}
	if r.HasBody {
		if h.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
			return nil, fmt.Errorf("body is no form")
		}
		r.Form, err = single(string(body))
	}
	return r, err
}

func hashOf(body string) string {
	sum := sha256.Sum256([]byte(body))
	return hex.EncodeToString(sum[:])
}

func single(encoded string) (map[string]string, error) {
	values, err := url.ParseQuery(encoded)
	if err != nil {
		return nil, err
	}
	m := make(map[string]string, len(values))
	for k, v := range values {
		if len(v) != 1 {
			return nil, fmt.Errorf("parameter %q is there %d times", k, len(v))
		}
		m[k] = v[0]
	}
	return m, nil
}

// captures returns the raw requests of vendor clients, by name.
func captures(t testing.TB) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob("../sign/testdata/requests/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no captures: %v", err)
	}
	all := make(map[string][]byte, len(files))
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all[strings.TrimSuffix(filepath.Base(file), ".txt")] = raw
	}
	return all
}

func clone(r *Request) *Request {
	c := *r
	c.Query, c.Form = maps.Clone(r.Query), maps.Clone(r.Form)
	c.Header = make(map[string][]string, len(r.Header))
	for k, v := range r.Header {
		c.Header[k] = append([]string(nil), v...)
	}
	return &c
}

// stamp prints a time as the wire does.
func stamp(t time.Time) string { return t.UTC().Format(timestampLayout) }

// requestV1 makes a request; change may alter the parameters before they are signed.
func requestV1(nonce string, at time.Time, change func(params map[string]string)) *Request {
	params := map[string]string{
		"Action": "GetMediaInfoJob", "Version": "2020-11-09", "Format": "JSON", "AccessKeyId": testKey,
		"SignatureMethod": "HMAC-SHA1", "SignatureVersion": "1.0", "SignatureNonce": nonce,
		"Timestamp": stamp(at), "JobId": "ab4802364a2e49208c99efab82dfa8e8", "SignatureType": "",
	}
	if change != nil {
		change(params)
	}
	params["Signature"] = sign.V1Signature(testSecret, sign.V1StringToSign("GET", params))
	return &Request{Method: "GET", Host: "localhost:8080", Path: "/", Query: params, Header: map[string][]string{}, BodySHA256: sign.EmptyHash}
}

// requestV3 makes a request; change may alter it before it is signed.
func requestV3(nonce string, at time.Time, change func(r *Request)) *Request {
	r := &Request{
		Method: "POST", Host: "localhost:8080", Path: "/", BodySHA256: sign.EmptyHash,
		Query: map[string]string{"JobId": "ab4802364a2e49208c99efab82dfa8e8", "UserData": ""},
		Header: map[string][]string{
			"X-Acs-Action": {"GetMediaInfoJob"}, "X-Acs-Version": {"2020-11-09"}, "X-Acs-Date": {stamp(at)},
			"X-Acs-Signature-Nonce": {nonce}, "X-Acs-Content-Sha256": {sign.EmptyHash}, "Accept": {"application/json"},
		},
	}
	if change != nil {
		change(r)
	}
	resignV3(r)
	return r
}

func resignV3(r *Request) {
	header := map[string]string{"host": r.Host}
	for name, values := range r.Header {
		if name != "Authorization" {
			header[strings.ToLower(name)] = values[0]
		}
	}
	r.Header["Authorization"] = []string{sign.SignV3(testKey, testSecret, sign.V3Request{
		Method: r.Method, Path: r.Path, Query: r.Query, Header: header, PayloadHash: r.BodySHA256,
	})}
}
