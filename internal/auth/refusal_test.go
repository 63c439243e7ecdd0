package auth

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/internal/sign"
)

// timeOf returns what a captured request says about when it was made.
func timeOf(t testing.TB, r *Request) time.Time {
	t.Helper()
	s := r.Query["Timestamp"] + r.Form["Timestamp"]
	if d := r.Header["X-Acs-Date"]; len(d) > 0 {
		s = d[0]
	}
	at, err := time.Parse(timestampLayout, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestCaptures(t *testing.T) {
	for name, raw := range captures(t) {
		t.Run(name, func(t *testing.T) {
			r, err := parse(raw)
			if err != nil {
				t.Fatal(err)
			}
			a, _ := rig(t, Config{Now: clock(timeOf(t, r))})
			id, err := a.Authenticate(t.Context(), r)
			var want error
			switch {
			case strings.Contains(name, "-bearer-"):
				want = ErrBearerUnsupported
			case strings.Contains(name, "-sts-"):
				want = ErrSecurityToken
			}
			if !errors.Is(err, want) {
				t.Fatalf("got %v, want %v", err, want)
			}
			if want == nil && (id.Account != testOwner || id.KeyID != testKey) {
				t.Errorf("identity %+v", id)
			}
		})
	}
}

// errorLike compares errors that carry data by their type and the data that cases state.
func errorLike(got, want error) bool {
	switch w := want.(type) {
	case nil:
		return got == nil
	case *MissingError:
		var g *MissingError
		return errors.As(got, &g) && *g == *w
	case *IncompleteError:
		var g *IncompleteError
		return errors.As(got, &g) && strings.Contains(g.Reason, w.Reason)
	case *MismatchError:
		var g *MismatchError
		return errors.As(got, &g)
	default:
		return errors.Is(got, want)
	}
}

func TestRefusalsV1(t *testing.T) {
	set := func(name, value string) func(map[string]string) {
		return func(p map[string]string) { p[name] = value }
	}
	without := func(name string) func(map[string]string) {
		return func(p map[string]string) { delete(p, name) }
	}
	cases := []struct {
		name   string
		before func(map[string]string) // signed
		after  func(*Request)          // not signed
		want   error
	}{
		{name: "good"},
		{name: "method in another case", before: set("SignatureMethod", "Hmac-SHA1")},
		{name: "empty token", before: set("SecurityToken", "")},
		{name: "unsigned headers", after: func(r *Request) {
			r.Header["X-Acs-Anything"], r.Header["Authorization"] = []string{"a", "b"}, []string{"Basic eDp5"}
		}},
		{name: "no Signature", after: func(r *Request) { delete(r.Query, "Signature") }, want: ErrNoSignature},
		{name: "empty Signature", after: func(r *Request) { r.Query["Signature"] = "" }, want: &IncompleteError{"base64"}},
		{name: "hex Signature", after: func(r *Request) { r.Query["Signature"] = strings.Repeat("ab", 20) }, want: &IncompleteError{"base64"}},
		{name: "no key", before: without("AccessKeyId"), want: &MissingError{"AccessKeyId"}},
		{name: "unknown key", before: set("AccessKeyId", "nobody"), want: ErrUnknownKey},
		{name: "unknown key before other faults", before: func(p map[string]string) {
			p["AccessKeyId"], p["Timestamp"], p["SignatureMethod"] = "nobody", "yesterday", "MD5"
		}, want: ErrUnknownKey},
		{name: "token", before: set("SecurityToken", "x"), want: ErrSecurityToken},
		{name: "token in a header", after: func(r *Request) { r.Header["X-Acs-Security-Token"] = []string{"x"} }, want: ErrSecurityToken},
		{name: "no Action", before: without("Action"), want: &MissingError{"Action"}},
		{name: "no Version", before: without("Version"), want: &MissingError{"Version"}},
		{name: "no SignatureMethod", before: without("SignatureMethod"), want: &MissingError{"SignatureMethod"}},
		{name: "no SignatureVersion", before: without("SignatureVersion"), want: &MissingError{"SignatureVersion"}},
		{name: "other method", before: set("SignatureMethod", "HMAC-SHA256"), want: ErrSignatureMethod},
		{name: "other version", before: set("SignatureVersion", "2.0"), want: &IncompleteError{"signature version"}},
		{name: "other type", before: set("SignatureType", "PRIVATEKEY"), want: &IncompleteError{"signature type"}},
		{name: "no timestamp", before: without("Timestamp"), want: ErrTimestampMissing},
		{name: "bad timestamp before bad signature", before: set("Timestamp", "now"),
			after: func(r *Request) { r.Query["JobId"] = "x" }, want: ErrTimestampFormat},
		{name: "no nonce", before: without("SignatureNonce"), want: &MissingError{"SignatureNonce"}},
		{name: "empty nonce", before: set("SignatureNonce", ""), want: &MissingError{"SignatureNonce"}},
		{name: "long nonce", before: set("SignatureNonce", strings.Repeat("n", maxNonceLen+1)), want: &IncompleteError{"SignatureNonce"}},
		{name: "parameter added", after: func(r *Request) { r.Query["UserData"] = "x" }, want: &MismatchError{}},
		{name: "empty parameter dropped", after: func(r *Request) { delete(r.Query, "SignatureType") }, want: &MismatchError{}},
		{name: "parameter added in the body", after: func(r *Request) { r.Form = map[string]string{"UserData": "x"} }, want: &MismatchError{}},
		{name: "parameter in query and body", after: func(r *Request) { r.Form = map[string]string{"JobId": "x"} }, want: &IncompleteError{`"JobId"`}},
		{name: "other HTTP method", after: func(r *Request) { r.Method = "POST" }, want: &MismatchError{}},
		{name: "other path", after: func(r *Request) { r.Path = "/x" }, want: &IncompleteError{"path"}},
		{name: "V3 header beside it", after: func(r *Request) {
			r.Header["Authorization"] = requestV3("n", testNow, nil).Header["Authorization"]
		}, want: &IncompleteError{"both"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := requestV1("nonce", testNow, c.before)
			if c.after != nil {
				c.after(r)
			}
			a, keys := rig(t, Config{})
			id, err := a.Authenticate(t.Context(), r)
			if !errorLike(err, c.want) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			if err == nil && id != (Identity{Account: testOwner, KeyID: testKey, Scheme: V1}) || err != nil && id != (Identity{}) {
				t.Errorf("identity %+v with %v", id, err)
			}
			if a.Close(); err != nil && len(keys.nonces) != 0 {
				t.Error("a refused request used up its nonce")
			}
		})
	}
}

func TestRefusalsV3(t *testing.T) {
	set := func(name string, values ...string) func(*Request) {
		return func(r *Request) { r.Header[name] = values }
	}
	without := func(name string) func(*Request) {
		return func(r *Request) { delete(r.Header, name) }
	}
	authz := func(old, new string) func(*Request) {
		return func(r *Request) {
			h := r.Header["Authorization"][0]
			if !strings.Contains(h, old) {
				panic("nothing to replace in " + h)
			}
			r.Header["Authorization"] = []string{strings.Replace(h, old, new, 1)}
		}
	}
	form := func(r *Request) {
		r.Form, r.HasBody, r.BodySHA256 = map[string]string{"JobId2": "x"}, true, strings.Repeat("ab", 32)
		r.Header["Content-Type"] = []string{"application/x-www-form-urlencoded"}
		r.Header["X-Acs-Content-Sha256"] = []string{r.BodySHA256}
	}
	cases := []struct {
		name          string
		before, after func(*Request)
		want          error
	}{
		{name: "good"},
		{name: "form", before: form},
		{name: "unsigned accept", after: set("Accept", "text/xml")},
		{name: "retry headers", before: set("X-Acs-Retry-Attempts", "1")},
		{name: "action given both ways", before: func(r *Request) { r.Query["Action"] = "GetMediaInfoJob" }},
		{name: "own key in x-acs-accesskey-id", before: set("X-Acs-Accesskey-Id", testKey)},
		{name: "no Authorization", after: without("Authorization"), want: ErrNoSignature},
		{name: "empty Authorization", after: set("Authorization", ""), want: ErrNoSignature},
		{name: "bearer", after: set("Authorization", "Bearer abc"), want: ErrBearerUnsupported},
		{name: "bearer header", after: func(r *Request) {
			delete(r.Header, "Authorization")
			r.Header["X-Acs-Bearer-Token"] = []string{"abc"}
		}, want: ErrBearerUnsupported},
		{name: "basic", after: set("Authorization", "Basic eDp5"), want: &IncompleteError{"ACS3"}},
		{name: "two Authorization headers", after: func(r *Request) {
			r.Header["Authorization"] = append(r.Header["Authorization"], r.Header["Authorization"][0])
		}, want: &IncompleteError{"2 Authorization"}},
		{name: "V1 signature beside it", after: func(r *Request) { r.Query["Signature"] = "x" }, want: &IncompleteError{"both"}},
		{name: "V1 signature in the body", after: func(r *Request) { r.Form = map[string]string{"Signature": "x"} }, want: &IncompleteError{"both"}},
		{name: "other algorithm", after: authz("ACS3-HMAC-SHA256", "ACS3-HMAC-SM3"), want: ErrSignatureMethod},
		{name: "algorithm in another case", after: authz("ACS3-HMAC-SHA256", "acs3-hmac-sha256"), want: ErrSignatureMethod},
		{name: "no credential", after: authz("Credential=testid,", ""), want: &IncompleteError{"Credential"}},
		{name: "unknown key", after: authz("Credential=testid", "Credential=nobody"), want: ErrUnknownKey},
		{name: "another key in x-acs-accesskey-id", before: set("X-Acs-Accesskey-Id", "other"), want: &IncompleteError{"x-acs-accesskey-id"}},
		{name: "token", before: set("X-Acs-Security-Token", "x"), want: ErrSecurityToken},
		{name: "no action", before: without("X-Acs-Action"), want: &MissingError{"x-acs-action"}},
		{name: "no version", before: without("X-Acs-Version"), want: &MissingError{"x-acs-version"}},
		{name: "no hash", before: without("X-Acs-Content-Sha256"), want: &MissingError{"x-acs-content-sha256"}},
		{name: "no date", before: without("X-Acs-Date"), want: ErrTimestampMissing},
		{name: "no nonce", before: without("X-Acs-Signature-Nonce"), want: &MissingError{"x-acs-signature-nonce"}},
		{name: "two actions", before: func(r *Request) { r.Query["Action"] = "DeletePipeline" }, want: &IncompleteError{"Action"}},
		{name: "host not signed", after: authz("=host;", "="), want: &IncompleteError{"host"}},
		{name: "action not signed", after: authz("x-acs-action;", ""), want: &IncompleteError{"x-acs-action"}},
		{name: "extra x-acs header", after: set("X-Acs-Extra", "1"), want: &IncompleteError{"x-acs-extra"}},
		{name: "extra empty x-acs header", after: set("X-Acs-Extra", ""), want: &IncompleteError{"x-acs-extra"}},
		{name: "extra content-type", after: set("Content-Type", "text/plain"), want: &IncompleteError{"content-type"}},
		{name: "signed header twice", after: set("X-Acs-Action", "GetMediaInfoJob", "DeletePipeline"), want: &IncompleteError{"x-acs-action"}},
		{name: "signed header twice, other spelling", after: set("x-acs-action", "DeletePipeline"), want: &IncompleteError{"twice"}},
		{name: "signed header gone", before: set("X-Acs-Extra", "1"), after: without("X-Acs-Extra"), want: &IncompleteError{"0 times"}},
		{name: "body changed", before: form, after: func(r *Request) { r.BodySHA256 = strings.Repeat("cd", 32) }, want: &MismatchError{}},
		{name: "hash declared for another body", before: func(r *Request) {
			form(r)
			r.Header["X-Acs-Content-Sha256"] = []string{strings.Repeat("cd", 32)}
		}, want: &MismatchError{}},
		{name: "query changed", after: func(r *Request) { r.Query["JobId"] = "x" }, want: &MismatchError{}},
		{name: "query added", after: func(r *Request) { r.Query["X"] = "" }, want: &MismatchError{}},
		{name: "host changed", after: func(r *Request) { r.Host = "localhost" }, want: &MismatchError{}},
		{name: "method changed", after: func(r *Request) { r.Method = "GET" }, want: &MismatchError{}},
		{name: "path changed", after: func(r *Request) { r.Path = "/x" }, want: &IncompleteError{"path"}},
		{name: "upper-case signature", after: func(r *Request) {
			h, s, _ := strings.Cut(r.Header["Authorization"][0], "Signature=")
			r.Header["Authorization"] = []string{h + "Signature=" + strings.ToUpper(s)}
		}, want: &IncompleteError{"hex"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := requestV3("nonce", testNow, c.before)
			if c.after != nil {
				c.after(r)
			}
			a, keys := rig(t, Config{})
			id, err := a.Authenticate(t.Context(), r)
			if !errorLike(err, c.want) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			if err == nil && id != (Identity{Account: testOwner, KeyID: testKey, Scheme: V3}) || err != nil && id != (Identity{}) {
				t.Errorf("identity %+v with %v", id, err)
			}
			if a.Close(); err != nil && len(keys.nonces) != 0 {
				t.Error("a refused request used up its nonce")
			}
		})
	}
}

func TestMismatchCarriesTheStringToSign(t *testing.T) {
	a, _ := rig(t, Config{})
	r := requestV1("n", testNow, nil)
	r.Query["JobId"] = "changed"
	var m *MismatchError
	if _, err := a.Authenticate(t.Context(), r); !errors.As(err, &m) || m.StringToSign != sign.V1StringToSign("GET", r.Query) || m.Canonical != "" {
		t.Errorf("V1: %+v", m)
	}
	v3 := requestV3("n", testNow, nil)
	v3.Query["JobId"] = "changed"
	if _, err := a.Authenticate(t.Context(), v3); !errors.As(err, &m) || m.StringToSign != sign.V3StringToSign(m.Canonical) ||
		!strings.HasPrefix(m.Canonical, "POST\n/\nJobId=changed&") {
		t.Errorf("V3: %+v", m)
	}
}

func TestInactiveKey(t *testing.T) {
	a, _ := rig(t, Config{})
	if err := a.SetKeyActive(t.Context(), testOwner, testKey, false); err != nil {
		t.Fatal(err)
	}
	r := requestV1("n", testNow, nil)
	r.Query["Signature"] = "bad"
	if _, err := a.Authenticate(t.Context(), r); !errors.Is(err, ErrInactiveKey) {
		t.Errorf("got %v", err)
	}
	if err := a.SetKeyActive(t.Context(), testOwner, testKey, true); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Authenticate(t.Context(), requestV1("n", testNow, nil)); err != nil {
		t.Errorf("active again: %v", err)
	}
}

func TestTimestamps(t *testing.T) {
	at := func(d time.Duration) string { return stamp(testNow.Add(d)) }
	cases := []struct {
		stamp string
		want  error
	}{
		{at(0), nil},
		{at(-14*time.Minute - 59*time.Second), nil},
		{at(14*time.Minute + 59*time.Second), nil},
		{at(-15 * time.Minute), nil},
		{at(15 * time.Minute), nil},
		{at(-15*time.Minute - time.Second), ErrTimestampExpired},
		{at(15*time.Minute + time.Second), ErrTimestampExpired},
		{"0000-01-01T00:00:00Z", ErrTimestampExpired},
		{"9999-12-31T23:59:59Z", ErrTimestampExpired},
		{"", ErrTimestampMissing},
		{"2026-11-22 17:30:00", ErrTimestampFormat},
		{"2026-11-22T17:30:00", ErrTimestampFormat},
		{"2026-11-22T17:30:00z", ErrTimestampFormat},
		{"2026-11-22t17:30:00Z", ErrTimestampFormat},
		{"2026-11-22T17:30:00+00:00", ErrTimestampFormat},
		{"2026-11-22T17:30:00.0Z", ErrTimestampFormat},
		{"2026-11-22T17:30:00,0Z", ErrTimestampFormat},
		{"2026-11-22T17:30Z", ErrTimestampFormat},
		{"2026-11-22T7:30:00Z", ErrTimestampFormat},
		{"2026-11-22T17:30:60Z", ErrTimestampFormat},
		{"2026-11-22T24:00:00Z", ErrTimestampFormat},
		{"2026-02-30T17:30:00Z", ErrTimestampFormat},
		{"2026-13-01T17:30:00Z", ErrTimestampFormat},
		{"1795368600", ErrTimestampFormat},
		{"Sun, 22 Nov 2026 17:30:00 GMT", ErrTimestampFormat},
		{"2026-11-22T17:30:00Z2026-11-22T17:30:00Z", ErrTimestampFormat},
		{"２026-11-22T17:30:00Z", ErrTimestampFormat},
	}
	a, _ := rig(t, Config{})
	for i, c := range cases {
		_, err := a.Authenticate(t.Context(), requestV1(fmt.Sprint("v1-", i), testNow, func(p map[string]string) { p["Timestamp"] = c.stamp }))
		if !errorLike(err, c.want) {
			t.Errorf("V1, %q: got %v, want %v", c.stamp, err, c.want)
		}
		_, err = a.Authenticate(t.Context(), requestV3(fmt.Sprint("v3-", i), testNow, func(r *Request) { r.Header["X-Acs-Date"] = []string{c.stamp} }))
		if !errorLike(err, c.want) {
			t.Errorf("V3, %q: got %v, want %v", c.stamp, err, c.want)
		}
	}
}

func TestStoreFaultIsNoRefusal(t *testing.T) {
	a, keys := rig(t, Config{})
	keys.err = errors.New("disk is gone")
	_, err := a.Authenticate(t.Context(), requestV1("n", testNow, nil))
	if !errors.Is(err, keys.err) || errors.Is(err, ErrReplayed) {
		t.Errorf("got %v", err)
	}
}
