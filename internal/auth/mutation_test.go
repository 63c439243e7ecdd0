package auth

import (
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/mediagauge/mediagauge/internal/sign"
	"github.com/mediagauge/mediagauge/internal/store"
)

// covered is the part of a request that its signature protects: everything for V3 but headers
// that are neither listed nor x-acs-*, the parameters and the method for V1. A change of bytes
// that leaves it alone, such as %2f for %2F, is the same request.
func covered(r *Request) any {
	params := maps.Clone(r.Query)
	maps.Copy(params, r.Form)
	if _, ok := params["Signature"]; ok {
		return []any{r.Method, r.Path, params}
	}
	authorization := strings.Join(r.Header["Authorization"], "|")
	_, list, _ := strings.Cut(authorization, "SignedHeaders=")
	list, _, _ = strings.Cut(list, ",")
	header := map[string][]string{"host": {r.Host}, "authorization": {authorization}}
	for name, values := range r.Header {
		if name = strings.ToLower(name); sign.MustSign(name) || slices.Contains(strings.Split(list, ";"), name) {
			header[name] = values
		}
	}
	return []any{r.Method, r.Path, r.Query, r.Form, r.BodySHA256, header}
}

// valid returns raw requests that are accepted at the time they state.
func valid(t *testing.T) map[string][]byte {
	all := captures(t)
	for name := range all {
		if strings.Contains(name, "-sts-") || strings.Contains(name, "-bearer-") {
			delete(all, name)
		}
	}
	for i := range 12 {
		v1 := requestV1(fmt.Sprint("nonce-", i), testNow, func(p map[string]string) {
			p["UserData"] = strings.Repeat("é +*~", i)
		})
		all[fmt.Sprint("made-v1-", i)] = fmt.Appendf(nil, "GET /?%s HTTP/1.1\r\nHost: %s\r\nUser-Agent: x\r\n\r\n", encode(v1.Query), v1.Host)
		body := fmt.Sprintf("Name=%d&UserData=", i)
		v3 := requestV3(fmt.Sprint("nonce-", i), testNow, func(r *Request) {
			r.Query = map[string]string{"JobId": fmt.Sprint(i), "Empty": "", "Text": strings.Repeat("/", i)}
			if i%2 == 0 {
				r.Header["Content-Type"] = []string{"application/x-www-form-urlencoded"}
				r.BodySHA256 = hashOf(body)
				r.Header["X-Acs-Content-Sha256"] = []string{r.BodySHA256}
			}
		})
		raw := fmt.Appendf(nil, "POST /?%s HTTP/1.1\r\nHost: %s\r\n", encode(v3.Query), v3.Host)
		for name, values := range v3.Header {
			raw = fmt.Appendf(raw, "%s: %s\r\n", strings.ToLower(name), values[0])
		}
		if i%2 == 0 {
			raw = fmt.Appendf(raw, "Content-Length: %d\r\n\r\n%s", len(body), body)
		} else {
			raw = append(raw, "\r\n"...)
		}
		all[fmt.Sprint("made-v3-", i)] = raw
	}
	return all
}

func encode(params map[string]string) string {
	v := url.Values{}
	for k, p := range params {
		v.Set(k, p)
	}
	return v.Encode()
}

// TestEveryByteCounts changes each byte of each valid request, two ways, one at a time.
func TestEveryByteCounts(t *testing.T) {
	requests := valid(t)
	if len(requests) < 50 {
		t.Fatalf("%d valid requests, want 50 or more", len(requests))
	}
	for name, raw := range requests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			original, err := parse(raw)
			if err != nil {
				t.Fatal(err)
			}
			_, keys := rig(t, Config{})
			config := Config{Now: clock(timeOf(t, original))}
			// A new Authenticator each time: nonces are not what is tested here.
			try := func(r *Request) error {
				keys.nonces = map[store.Nonce]bool{}
				a := New(keys, testSealer(t), config)
				defer a.Close()
				_, err := a.Authenticate(t.Context(), r)
				return err
			}
			if err := try(original); err != nil {
				t.Fatalf("unchanged: %v", err)
			}
			refused := 0
			for i := range raw {
				for _, flip := range []byte{0x01, 0x20} {
					changed := slices.Clone(raw)
					changed[i] ^= flip
					r, err := parse(changed)
					if err != nil {
						refused++
						continue
					}
					err = try(r)
					if err == nil && !reflect.DeepEqual(covered(r), covered(original)) {
						t.Fatalf("byte %d: %q accepted in place of %q, near %q", i, changed[i], raw[i], raw[max(0, i-20):min(len(raw), i+20)])
					}
					if err != nil {
						refused++
					}
				}
			}
			if refused < len(raw)/2 {
				t.Errorf("only %d of %d changes refused", refused, 2*len(raw))
			}
		})
	}
}
