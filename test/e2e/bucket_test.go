package e2e

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/test/e2e/rig"
)

// bucketServer stands for an object store: it gives its objects only to who signed for them.
// The signatures are worked out here from the stores' documents, with no signing library.
type bucketServer struct {
	*rig.Origin
	keyID, secret, region string
	objects               sync.Map // "bucket/key" to []byte

	refused, served atomic.Int64
}

// newBucketServer starts a store; check says what is wrong with a request's signature.
func newBucketServer(t *testing.T, region string, check func(*bucketServer, *http.Request) error) *bucketServer {
	t.Helper()
	b := &bucketServer{Origin: rig.NewOrigin(t), keyID: "bucketkey", secret: "bucket/secret+1", region: region}
	b.Handle("/", func(w http.ResponseWriter, r *http.Request) {
		if err := check(b, r); err != nil {
			b.refused.Add(1)
			xmlFailure(w, http.StatusForbidden, "SignatureDoesNotMatch", err.Error())
			return
		}
		data, ok := b.objects.Load(strings.TrimPrefix(r.URL.Path, "/"))
		if !ok {
			xmlFailure(w, http.StatusNotFound, "NoSuchKey", "The specified key does not exist.")
			return
		}
		b.served.Add(1)
		rig.Content(data.([]byte))(w, r)
	})
	return b
}

func xmlFailure(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	fmt.Fprintf(w, "<?xml version=\"1.0\"?><Error><Code>%s</Code><Message>%s</Message></Error>", code, message)
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

func hexSHA256(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// uriEncode escapes all but the unreserved characters of RFC 3986 and, in paths, the slash.
func uriEncode(s string, slash bool) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		if strings.IndexByte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~", c) >= 0 || c == '/' && slash {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// canonicalQuery is what both stores call so: pairs encoded and sorted.
func canonicalQuery(r *http.Request) string {
	var pairs []string
	for name, values := range r.URL.Query() {
		for _, v := range values {
			pairs = append(pairs, uriEncode(name, false)+"="+uriEncode(v, false))
		}
	}
	slices.Sort(pairs)
	return strings.Join(pairs, "&")
}

// authFields splits an Authorization header after its algorithm.
func authFields(r *http.Request, algorithm string) (map[string]string, error) {
	rest, ok := strings.CutPrefix(r.Header.Get("Authorization"), algorithm+" ")
	if !ok {
		return nil, fmt.Errorf("authorization is not %s", algorithm)
	}
	fields := map[string]string{}
	for field := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(field), "=")
		fields[name] = value
	}
	return fields, nil
}

// fresh refuses dates that are more than 15 minutes away.
func fresh(stamp string) error {
	at, err := time.Parse("20060102T150405Z", stamp)
	if err != nil {
		return err
	}
	if d := time.Since(at); d > 15*time.Minute || d < -15*time.Minute {
		return fmt.Errorf("date %s is too far away", stamp)
	}
	return nil
}

func headerLine(r *http.Request, name string) string {
	value := r.Header.Get(name)
	if name == "host" {
		value = r.Host
	}
	return name + ":" + strings.TrimSpace(value) + "\n"
}

// checkAWS4 recomputes an AWS signature, version 4, with the signature in the header.
func checkAWS4(b *bucketServer, r *http.Request) error {
	fields, err := authFields(r, "AWS4-HMAC-SHA256")
	if err != nil {
		return err
	}
	stamp := r.Header.Get("X-Amz-Date")
	if err := fresh(stamp); err != nil {
		return err
	}
	scope := stamp[:8] + "/" + b.region + "/s3/aws4_request"
	if fields["Credential"] != b.keyID+"/"+scope {
		return fmt.Errorf("credential %q", fields["Credential"])
	}
	names := strings.Split(fields["SignedHeaders"], ";")
	for _, must := range []string{"host", "x-amz-content-sha256", "x-amz-date"} {
		if !slices.Contains(names, must) {
			return fmt.Errorf("%s is not signed", must)
		}
	}
	var headers string
	for _, name := range names {
		headers += headerLine(r, name)
	}
	canonical := strings.Join([]string{r.Method, uriEncode(r.URL.Path, true), canonicalQuery(r), headers,
		fields["SignedHeaders"], r.Header.Get("X-Amz-Content-Sha256")}, "\n")
	key := mac(mac(mac(mac([]byte("AWS4"+b.secret), stamp[:8]), b.region), "s3"), "aws4_request")
	want := hex.EncodeToString(mac(key, "AWS4-HMAC-SHA256\n"+stamp+"\n"+scope+"\n"+hexSHA256(canonical)))
	if fields["Signature"] != want {
		return fmt.Errorf("signature %q", fields["Signature"])
	}
	return nil
}

// checkOSS4 recomputes an OSS signature, version 4: beside those listed in AdditionalHeaders it
// covers content-type, content-md5 and every x-oss-* header.
func checkOSS4(b *bucketServer, r *http.Request) error {
	fields, err := authFields(r, "OSS4-HMAC-SHA256")
	if err != nil {
		return err
	}
	stamp := r.Header.Get("X-Oss-Date")
	if err := fresh(stamp); err != nil {
		return err
	}
	scope := stamp[:8] + "/" + b.region + "/oss/aliyun_v4_request"
	if fields["Credential"] != b.keyID+"/"+scope {
		return fmt.Errorf("credential %q", fields["Credential"])
	}
	additional := fields["AdditionalHeaders"]
	var names []string
	for name := range r.Header {
		name = strings.ToLower(name)
		if name == "content-type" || name == "content-md5" || strings.HasPrefix(name, "x-oss-") {
			names = append(names, name)
		}
	}
	if additional != "" {
		names = append(names, strings.Split(additional, ";")...)
	}
	slices.Sort(names)
	var headers string
	for _, name := range slices.Compact(names) {
		headers += headerLine(r, name)
	}
	canonical := strings.Join([]string{r.Method, uriEncode(r.URL.Path, true), canonicalQuery(r), headers,
		additional, r.Header.Get("X-Oss-Content-Sha256")}, "\n")
	key := mac(mac(mac(mac([]byte("aliyun_v4"+b.secret), stamp[:8]), b.region), "oss"), "aliyun_v4_request")
	want := hex.EncodeToString(mac(key, "OSS4-HMAC-SHA256\n"+stamp+"\n"+scope+"\n"+hexSHA256(canonical)))
	if fields["Signature"] != want {
		return fmt.Errorf("signature %q", fields["Signature"])
	}
	return nil
}

// unsigned wants no credentials at all.
func unsigned(_ *bucketServer, r *http.Request) error {
	if r.Header.Get("Authorization") != "" {
		return fmt.Errorf("a plain root got an Authorization header")
	}
	return nil
}
