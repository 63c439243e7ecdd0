package sign_test

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mediagauge/mediagauge/internal/sign"
)

const secret = "testsecret"

// capture is a raw request of testdata, decoded.
type capture struct {
	method, path string
	query, form  map[string]string
	header       map[string]string
	bodyHash     string
}

func readCapture(t testing.TB, file string) capture {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(raw)))
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	sum := sha256.Sum256(body)
	c := capture{
		method: r.Method, path: r.URL.Path,
		query: single(t, r.URL.RawQuery), form: single(t, string(body)),
		header: map[string]string{"host": r.Host}, bodyHash: hex.EncodeToString(sum[:]),
	}
	for name, values := range r.Header {
		c.header[strings.ToLower(name)] = values[0]
	}
	return c
}

func single(t testing.TB, encoded string) map[string]string {
	t.Helper()
	values, err := url.ParseQuery(encoded)
	if err != nil {
		t.Fatal(err)
	}
	m := make(map[string]string)
	for k, v := range values {
		if len(v) != 1 {
			t.Fatalf("parameter %q is there %d times", k, len(v))
		}
		m[k] = v[0]
	}
	return m
}

func union(ms ...map[string]string) map[string]string {
	u := make(map[string]string)
	for _, m := range ms {
		for k, v := range m {
			u[k] = v
		}
	}
	return u
}

// verify checks a capture by its own scheme and names that scheme.
func verify(c capture, secret string) (scheme string, err error) {
	if h, ok := c.header["authorization"]; ok {
		a, err := sign.ParseAuthorization(h)
		if err != nil {
			return "v3", err
		}
		sts := sign.V3StringToSign(sign.V3Request{
			Method: c.method, Path: c.path, Query: c.query, Header: c.header,
			SignedHeaders: a.SignedHeaders, PayloadHash: c.bodyHash,
		}.Canonical())
		return "v3", sign.V3Verify(secret, sts, a.Signature)
	}
	params := union(c.query, c.form)
	if s, ok := params["Signature"]; ok {
		return "v1", sign.V1Verify(secret, sign.V1StringToSign(c.method, params), s)
	}
	return "none", nil
}

func TestCaptures(t *testing.T) {
	files, err := filepath.Glob("testdata/requests/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no captures: %v", err)
	}
	count := map[string]int{}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			c := readCapture(t, file)
			scheme, err := verify(c, secret)
			if err != nil {
				t.Fatalf("%s: %v", scheme, err)
			}
			count[scheme]++
			if scheme == "none" {
				if !strings.Contains(file, "-bearer-") {
					t.Fatal("a request without signature that is no bearer request")
				}
				return
			}
			if _, err := verify(c, secret+"x"); !errors.Is(err, sign.ErrMismatch) {
				t.Fatalf("with a wrong secret: got %v, want a mismatch", err)
			}
		})
	}
	if count["v1"] != 25 || count["v3"] != 9 || count["none"] != 2 {
		t.Errorf("captures by scheme: %v", count)
	}
}

// TestSignV3MakesWhatClientsMake signs the V3 captures again, as our own client would.
func TestSignV3MakesWhatClientsMake(t *testing.T) {
	files, _ := filepath.Glob("testdata/requests/*-v3-*.txt")
	for _, file := range files {
		c := readCapture(t, file)
		want, ok := c.header["authorization"]
		if !ok {
			continue
		}
		got := sign.SignV3("testid", secret, sign.V3Request{
			Method: c.method, Path: c.path, Query: c.query, Header: c.header, PayloadHash: c.bodyHash,
		})
		if got != want {
			t.Errorf("%s\n got %s\nwant %s", file, got, want)
		}
	}
}
