package source

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"log/slog"
	"net/http"

	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
)

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

// scheme is one of the two header signatures, written from their documents:
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html and
// https://www.alibabacloud.com/help/en/oss/developer-reference/recommend-to-use-signature-version-4
type scheme struct {
	algorithm, keyPrefix, service, terminator, dateHeader, payloadHeader string
}

var (
	schemeS3  = scheme{"AWS4-HMAC-SHA256", "AWS4", "s3", "aws4_request", "X-Amz-Date", "X-Amz-Content-Sha256"}
	schemeOSS = scheme{"OSS4-HMAC-SHA256", "aliyun_v4", "oss", "aliyun_v4_request", "X-Oss-Date", "X-Oss-Content-Sha256"}
)

// verify recomputes the signature of a request as it arrived.
func (s scheme) verify(r *http.Request, keyID, secret, region string) error {
	text, ok := strings.CutPrefix(r.Header.Get("Authorization"), s.algorithm+" ")
	if !ok {
		return fmt.Errorf("authorization %q", r.Header.Get("Authorization"))
	}
	field := map[string]string{}
	for part := range strings.SplitSeq(text, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		field[name] = value
	}
	stamp := r.Header.Get(s.dateHeader)
	if len(stamp) != 16 {
		return fmt.Errorf("date %q", stamp)
	}
	scope := strings.Join([]string{stamp[:8], region, s.service, s.terminator}, "/")
	if field["Credential"] != keyID+"/"+scope {
		return fmt.Errorf("credential %q, want %q", field["Credential"], keyID+"/"+scope)
	}
	var signed []string
	if s == schemeS3 {
		signed = strings.Split(field["SignedHeaders"], ";")
	} else { // x-oss-*, content-type and content-md5 are always signed, others are listed
		for name := range r.Header {
			if low := strings.ToLower(name); strings.HasPrefix(low, "x-oss-") || low == "content-type" || low == "content-md5" {
				signed = append(signed, low)
			}
		}
		sort.Strings(signed)
	}
	var headers strings.Builder
	for _, name := range signed {
		value := r.Header.Get(name)
		if name == "host" {
			value = r.Host
		}
		fmt.Fprintf(&headers, "%s:%s\n", name, strings.TrimSpace(value))
	}
	path, query, _ := strings.Cut(r.RequestURI, "?")
	list := field["AdditionalHeaders"]
	if s == schemeS3 {
		list = field["SignedHeaders"]
	}
	canonical := strings.Join([]string{r.Method, path, query, headers.String(), list, r.Header.Get(s.payloadHeader)}, "\n")
	sum := sha256.Sum256([]byte(canonical))
	toSign := strings.Join([]string{s.algorithm, stamp, scope, hex.EncodeToString(sum[:])}, "\n")
	key := []byte(s.keyPrefix + secret)
	for _, part := range []string{stamp[:8], region, s.service, s.terminator} {
		key = mac(key, part)
	}
	if got := hex.EncodeToString(mac(key, toSign)); got != field["Signature"] {
		return fmt.Errorf("signature %s, want %s over %q", field["Signature"], got, canonical)
	}
	return nil
}

var awkwardKeys = []string{"a.mp4", "dir/sub dir/b+c&d=e?f#g.mp4", "视频/测试 (1).mp4", "a%20b.mp4", "a//b.mp4", "~tilde-_.!*'().mp4", "emoji/🎬.mov"}

// TestSignedReads reads through both signatures from stores that recompute them.
func TestSignedReads(t *testing.T) {
	t.Parallel()
	const keyID, secret, token = "AKIDEXAMPLE", "c4nary-s3cret", "t0ken-s3cret"
	data := content(200_000)
	backend := s3mem.New()
	if err := backend.CreateBucket("media"); err != nil {
		t.Fatal(err)
	}
	for _, key := range awkwardKeys {
		if _, err := backend.PutObject("media", key, map[string]string{}, bytes.NewReader(data), int64(len(data)), nil); err != nil {
			t.Fatal(err)
		}
	}
	fake := gofakes3.New(backend, gofakes3.WithTimeSkewLimit(0)).Server()
	for kind, sch := range map[string]scheme{KindS3: schemeS3, KindOSS: schemeOSS} {
		o := newOrigin(t, func(w http.ResponseWriter, r *http.Request) {
			if err := sch.verify(r, keyID, secret, "cn-hangzhou"); err != nil {
				document(403, "<Error><Code>SignatureDoesNotMatch</Code></Error>")(w, r)
				return
			}
			tokenHeader := map[string]string{KindS3: "X-Amz-Security-Token", KindOSS: "X-Oss-Security-Token"}[kind]
			if r.Header.Get(tokenHeader) != token {
				t.Errorf("%s: token %q", kind, r.Header.Get(tokenHeader))
			}
			fake.ServeHTTP(w, r)
		})
		storage := Storage{Bucket: "media", Kind: kind, Endpoint: o.URL, Region: "cn-hangzhou", AccessKeyID: keyID, AccessKeySecret: secret, SecurityToken: token}
		cfg := testConfig()
		cfg.Storages = []Storage{storage}
		op := newOpener(t, cfg, guardFor(t, o.host()))
		for _, key := range awkwardKeys {
			t.Run(kind+" "+key, func(t *testing.T) {
				obj, err := op.Open(context.Background(), "oss://media/"+key)
				if err != nil {
					t.Fatal(err)
				}
				defer obj.Close()
				got, err := readAll(obj, 50_000)
				if err != nil || !bytes.Equal(got, data) {
					t.Fatalf("%d bytes, %v", len(got), err)
				}
				if obj.Bucket != "media" || obj.Key != key || obj.Region != "cn-hangzhou" || obj.ETag == "" ||
					obj.Name != key[strings.LastIndexByte(key, '/')+1:] || !strings.HasPrefix(obj.URL, "http://media.oss-cn-hangzhou.aliyuncs.com/") {
					t.Errorf("facts %+v", obj.Facts)
				}
			})
		}
		wrong := storage
		wrong.AccessKeySecret = "another"
		op2, err := op.With([]Storage{wrong})
		if err != nil {
			t.Fatal(err)
		}
		_, err = op2.Open(context.Background(), "oss://media/a.mp4")
		expect(t, err, Forbidden, false)
		_, err = op.Open(context.Background(), "oss://media/missing.mp4")
		expect(t, err, NotFound, false)
		for _, text := range []string{fmt.Sprint(storage), fmt.Sprintf("%+v %#v %v", storage, storage, cfg), fmt.Sprint(err)} {
			if strings.Contains(text, "s3cret") || strings.Contains(text, keyID) {
				t.Errorf("secret in %q", text)
			}
		}
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("x", "storage", storage, "config", cfg)
		if strings.Contains(log.String(), "s3cret") {
			t.Errorf("secret in the log: %s", log.String())
		}
	}
}

// TestCredentialsStayHome: a storage that redirects gets no credential sent elsewhere, and
// where redirects led is then asked directly.
func TestCredentialsStayHome(t *testing.T) {
	t.Parallel()
	data := content(300_000)
	for _, kind := range []string{KindOSS, KindS3} {
		other := newOrigin(t, serve(data))
		home := newOrigin(t, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL+"/moved?sig=zzz", http.StatusTemporaryRedirect)
		})
		cfg := testConfig()
		cfg.Storages = []Storage{{Bucket: "media", Kind: kind, Endpoint: home.URL, AccessKeyID: "AKID", AccessKeySecret: "s3cret", SecurityToken: "t0ken"}}
		obj, err := newOpener(t, cfg, guardFor(t, home.host(), other.host())).Open(context.Background(), "oss://media/a.mp4")
		if err != nil {
			t.Fatal(err)
		}
		defer obj.Close()
		if got, err := readAll(obj, 100_000); err != nil || !bytes.Equal(got, data) {
			t.Fatalf("%d bytes, %v", len(got), err)
		}
		if n := len(home.asked()); n != 1 || home.asked()[0].Header.Get("Authorization") == "" {
			t.Errorf("%s: home was asked %d times", kind, n)
		}
		for _, r := range other.asked() {
			for name, values := range r.Header {
				low := strings.ToLower(name)
				if low == "authorization" || low == "date" || low == "referer" || strings.HasPrefix(low, "x-") {
					t.Errorf("%s: %s: %q followed the redirect", kind, name, values)
				}
			}
			if r.Header.Get("Range") == "" {
				t.Errorf("%s: the range was lost", kind)
			}
		}
		if c := obj.Spent(); c.Requests != len(home.asked())+len(other.asked()) {
			t.Errorf("%s: spent %+v, seen %d + %d", kind, c, len(home.asked()), len(other.asked()))
		}
	}
}

// TestRedirectTargetRunsOut: a redirect target that stops working is looked up again.
func TestRedirectTargetRunsOut(t *testing.T) {
	t.Parallel()
	data := content(300_000)
	var used sync.Map
	var n atomic.Int64
	o := newOrigin(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			http.Redirect(w, r, fmt.Sprintf("/once/%d", n.Add(1)), http.StatusFound)
			return
		}
		if _, again := used.LoadOrStore(r.URL.Path, true); again {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		serve(data)(w, r)
	})
	obj := mustOpen(t, testConfig(), o, "/")
	if got, err := readAll(obj, 100_000); err != nil || !bytes.Equal(got, data) {
		t.Fatalf("%d bytes, %v", len(got), err)
	}
}

// TestOneVersion swaps the object after each possible request: what is read is one version, or
// the read says that it changed.
func TestOneVersion(t *testing.T) {
	t.Parallel()
	old, same, longer := content(500_000), content(500_001)[1:], content(600_000)
	swaps := map[string]func(w http.ResponseWriter, r *http.Request, swapped bool){
		"strong tag, honoured": func(w http.ResponseWriter, r *http.Request, swapped bool) {
			data := old
			w.Header().Set("ETag", `"v1"`)
			if swapped {
				data = same
				w.Header().Set("ETag", `"v2"`)
			}
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
		},
		"strong tag, If-Match ignored": func(w http.ResponseWriter, r *http.Request, swapped bool) {
			data := old
			w.Header().Set("ETag", `"v1"`)
			if swapped {
				data = same
				w.Header().Set("ETag", `"v2"`)
			}
			r.Header.Del("If-Match")
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
		},
		"weak tag": func(w http.ResponseWriter, r *http.Request, swapped bool) {
			data := old
			w.Header().Set("ETag", `W/"v1"`)
			if swapped {
				data = same
				w.Header().Set("ETag", `W/"v2"`)
			}
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
		},
		"date only": func(w http.ResponseWriter, r *http.Request, swapped bool) {
			data, at := old, time.Unix(1700000000, 0)
			if swapped {
				data, at = same, at.Add(time.Second)
			}
			http.ServeContent(w, r, "", at, bytes.NewReader(data))
		},
		"size only": func(w http.ResponseWriter, r *http.Request, swapped bool) {
			data := old
			if swapped {
				data = longer
			}
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
		},
	}
	for name, h := range swaps {
		for k := 1; k <= 5; k++ {
			t.Run(fmt.Sprintf("%s after %d", name, k), func(t *testing.T) {
				t.Parallel()
				var n atomic.Int64
				o := newOrigin(t, func(w http.ResponseWriter, r *http.Request) { h(w, r, n.Add(1) > int64(k)) })
				obj := mustOpen(t, testConfig(), o, "/")
				got, err := readAll(obj, 90_000)
				if n.Load() <= int64(k) {
					expect(t, err, "", false)
				} else {
					expect(t, err, Changed, true)
				}
				if !bytes.Equal(got, old[:len(got)]) {
					t.Error("bytes of two versions")
				}
			})
		}
	}
}

func TestHTTPRootAndAnonymous(t *testing.T) {
	t.Parallel()
	data := content(1000)
	o := newOrigin(t, serve(data))
	cfg := testConfig()
	cfg.Storages = []Storage{
		{Bucket: "root", Kind: KindHTTP, Root: o.URL + "/base/"},
		{Bucket: "public", Kind: KindOSS, Endpoint: o.URL},
	}
	op := newOpener(t, cfg, guardFor(t, o.host()))
	for ref, path := range map[string]string{"oss://root/dir/a b.mp4": "/base/dir/a%20b.mp4", "OSS://public/a?b.mp4": "/public/a%3Fb.mp4"} {
		obj, err := op.Open(context.Background(), ref)
		if err != nil {
			t.Fatal(err)
		}
		obj.Close()
		last := o.asked()[len(o.asked())-1]
		if last.RequestURI != path || last.Header.Get("Authorization") != "" {
			t.Errorf("%s: asked %s, authorization %q", ref, last.RequestURI, last.Header.Get("Authorization"))
		}
	}
	_, err := op.Open(context.Background(), "oss://root/../secret")
	expect(t, err, Unreachable, false)
}

// TestTenantEndpointIsGuarded: an endpoint is a tenant's word, not the operator's.
func TestTenantEndpointIsGuarded(t *testing.T) {
	t.Parallel()
	o := newOrigin(t, serve(nil))
	cfg := testConfig()
	cfg.Storages = []Storage{{Bucket: "media", Kind: KindS3, Endpoint: o.URL, PathStyle: true}}
	op := newOpener(t, cfg, guardFor(t))
	_, err := op.Open(context.Background(), "oss://media/a.mp4")
	expect(t, err, AddressDenied, false)
	if len(o.asked()) != 0 {
		t.Error("the endpoint was reached")
	}
}
