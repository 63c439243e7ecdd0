package sign_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/url"
	"sort"
	"strings"
	"testing"

	"github.com/mediagauge/mediagauge/internal/sign"
)

// The functions below are a second implementation of the vendor's rules, written another way:
// the standard library's form encoding, corrected, and whole pairs collected before sorting.

func reference(s string) string {
	return strings.NewReplacer("+", "%20", "*", "%2A", "%7E", "~").Replace(url.QueryEscape(s))
}

func referenceQuery(params map[string]string) string {
	names := []string{}
	for name := range params {
		names = append(names, name)
	}
	sort.Strings(names)
	pairs := []string{}
	for _, name := range names {
		pairs = append(pairs, reference(name)+"="+reference(params[name]))
	}
	return strings.Join(pairs, "&")
}

func referenceV1(method, secret string, params map[string]string) string {
	rest := map[string]string{}
	for k, v := range params {
		if k != "Signature" {
			rest[k] = v
		}
	}
	h := hmac.New(sha1.New, []byte(secret+"&"))
	fmt.Fprintf(h, "%s&%s&%s", method, reference("/"), reference(referenceQuery(rest)))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

func referenceV3(method, secret string, query, header map[string]string, hash string) string {
	names, lines := []string{}, ""
	for name := range header {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		lines += name + ":" + strings.TrimSpace(header[name]) + "\n"
	}
	canonical := fmt.Sprintf("%s\n/\n%s\n%s\n%s\n%s", method, referenceQuery(query), lines, strings.Join(names, ";"), hash)
	h := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(h, "ACS3-HMAC-SHA256\n%x", sha256.Sum256([]byte(canonical)))
	return fmt.Sprintf("%x", h.Sum(nil))
}

// decode reads "k=v&k=v" without refusing anything, first value wins.
func decode(encoded string) map[string]string {
	values, _ := url.ParseQuery(encoded)
	m := map[string]string{}
	for k, v := range values {
		m[k] = v[0]
	}
	return m
}

func FuzzCanonicalV1(f *testing.F) {
	f.Add("GET", "secret", "b=2&a=1&c=")
	f.Add("POST", "", "Input=%7B%22Media%22%3A%22oss%3A%2F%2Fb%2Fx+1.mp4%22%7D&Name=a*b~c%2Bd%20e&Signature=x")
	f.Add("GET", "&", "=&%00=%ff&a.b=1&a-b=2&a=3&A=4&ü=视")
	f.Fuzz(func(t *testing.T, method, secret, encoded string) {
		params := decode(encoded)
		sts := sign.V1StringToSign(method, params)
		got, want := sign.V1Signature(secret, sts), referenceV1(method, secret, params)
		if got != want {
			t.Fatalf("signature %s, reference %s, string to sign %q", got, want, sts)
		}
		if err := sign.V1Verify(secret, sts, want); err != nil {
			t.Fatal(err)
		}
	})
}

func FuzzCanonicalV3(f *testing.F) {
	f.Add("POST", "secret", "b=2&a=1&c=", "localhost:80", " text ", "x")
	f.Add("GET", "", "", "", "\t", "")
	f.Fuzz(func(t *testing.T, method, secret, encoded, host, value, hash string) {
		query := decode(encoded)
		header := map[string]string{"host": host, "x-acs-action": value, "x-acs-date": hash}
		r := sign.V3Request{Method: method, Path: "/", Query: query, Header: header, PayloadHash: hash}
		a, err := sign.ParseAuthorization(sign.SignV3("id", secret, r))
		if err != nil {
			t.Fatal(err)
		}
		if want := referenceV3(method, secret, query, header, hash); a.Signature != want {
			t.Fatalf("signature %s, reference %s", a.Signature, want)
		}
	})
}

func FuzzParseAuthorization(f *testing.F) {
	f.Add("ACS3-HMAC-SHA256 Credential=id,SignedHeaders=host;x-acs-date,Signature=ab")
	f.Fuzz(func(t *testing.T, h string) {
		a, err := sign.ParseAuthorization(h)
		if err != nil {
			return
		}
		again, err := sign.ParseAuthorization(a.String())
		if err != nil || again.String() != a.String() {
			t.Fatalf("%q reads as %+v, printed and read again %+v, %v", h, a, again, err)
		}
	})
}

func BenchmarkV1Verify(b *testing.B) {
	c := readCapture(b, "testdata/requests/go-classic-common-get-SubmitMediaInfoJob.txt")
	b.ReportAllocs()
	for b.Loop() {
		if err := sign.V1Verify(secret, sign.V1StringToSign(c.method, c.query), c.query["Signature"]); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkV3Verify(b *testing.B) {
	c := readCapture(b, "testdata/requests/go-tea-v3-SubmitMediaInfoJob.txt")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := verify(c, secret); err != nil {
			b.Fatal(err)
		}
	}
}
