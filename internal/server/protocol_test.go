package server

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/internal/ims"
)

// badCall is a call that is wrong before its parameters are looked at.
type badCall struct {
	name   string
	make   func(r *rig) *http.Request
	status int
	code   string
}

func run(t *testing.T, rows []badCall) {
	r := newRig(t, nil)
	jobs := r.jobs(t)
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			checkError(t, r.do(t, row.make(r)), row.status, row.code)
			r.after(t, jobs)
		})
	}
}

// raw makes a request that no signing helper would.
func (r *rig) raw(method, target, contentType, body string) *http.Request {
	req, err := http.NewRequest(method, r.url+target, strings.NewReader(body))
	if err != nil {
		panic(err)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	return req
}

const formType = "application/x-www-form-urlencoded"

func submitParams() map[string]string { return map[string]string{"Input": okInput} }

// routes are refused before anybody asks who calls.
func TestBadRouting(t *testing.T) {
	t.Parallel()
	target := func(s string) func(*rig) *http.Request {
		return func(r *rig) *http.Request { return r.raw("POST", s, "", "") }
	}
	method := func(m string) func(*rig) *http.Request {
		return func(r *rig) *http.Request {
			return r.raw(m, "/?"+v1(m, keyID, secret, ims.SubmitMediaInfoJob, submitParams()).Encode(), "", "")
		}
	}
	body := func(contentType, body string) func(*rig) *http.Request {
		return func(r *rig) *http.Request { return r.raw("POST", "/", contentType, body) }
	}
	const known = "/?Action=SubmitMediaInfoJob&Version=2020-11-09"
	many := ""
	for i := range 201 {
		many += fmt.Sprintf("&p%d=", i)
	}
	run(t, []badCall{
		{"other path", target("/api"), 404, "InvalidApi.NotFound"},
		{"double slash", target("//"), 404, "InvalidApi.NotFound"},
		{"dots", target("/../etc/passwd"), 404, "InvalidApi.NotFound"},
		{"encoded slash", target("/%2f"), 404, "InvalidApi.NotFound"},
		{"metrics", target("/metrics"), 404, "InvalidApi.NotFound"},
		{"debug", target("/debug/pprof/"), 404, "InvalidApi.NotFound"},
		{"PUT", method("PUT"), 403, "UnsupportedHTTPMethod"},
		{"DELETE", method("DELETE"), 403, "UnsupportedHTTPMethod"},
		{"PATCH", method("PATCH"), 403, "UnsupportedHTTPMethod"},
		{"OPTIONS", method("OPTIONS"), 403, "UnsupportedHTTPMethod"},
		{"TRACE", method("TRACE"), 403, "UnsupportedHTTPMethod"},
		{"made-up method", method("SUBMIT"), 403, "UnsupportedHTTPMethod"},
		{"lower-case method", method("post"), 403, "UnsupportedHTTPMethod"},
		{"nothing", target("/"), 400, "MissingAction"},
		{"no action", target("/?Version=2020-11-09"), 400, "MissingAction"},
		{"no version", target("/?Action=SubmitMediaInfoJob"), 400, "MissingVersion"},
		{"unknown version", target("/?Action=SubmitMediaInfoJob&Version=2020-11-10"), 400, "NoSuchVersion"},
		{"another product's action", target("/?Action=CreateUser&Version=2020-11-09"), 404, "InvalidAction.NotFound"},
		{"unknown action", target("/?Action=DropTables&Version=2020-11-09"), 404, "InvalidAction.NotFound"},
		{"lower-case action", target("/?Action=submitmediainfojob&Version=2020-11-09"), 404, "InvalidAction.NotFound"},
		{"padded action", target("/?Action=SubmitMediaInfoJob%20&Version=2020-11-09"), 404, "InvalidAction.NotFound"},
		{"action of another version", target("/?Action=CreateAccessKey&Version=2020-11-09"), 404, "InvalidAction.NotFound"},
		{"action twice", target("/?Action=GetMediaInfoJob&Action=SubmitMediaInfoJob&Version=2020-11-09"), 400, "InvalidParameter"},
		{"input twice", target(known + "&Input=%7B%7D&Input=%7B%7D"), 400, "InvalidParameter"},
		{"name twice by encoding", target(known + "&Name=a&N%61me=b"), 400, "InvalidParameter"},
		{"broken percent", target(known + "&Name=%zz"), 400, "InvalidParameter"},
		{"percent at the end", target(known + "&Name=%"), 400, "InvalidParameter"},
		{"broken percent in a name", target(known + "&N%q=a"), 400, "InvalidParameter"},
		{"not UTF-8", target(known + "&Name=%ff%fe"), 400, "InvalidParameter"},
		{"overlong UTF-8", target(known + "&Name=%c0%ae"), 400, "InvalidParameter"},
		{"surrogate in UTF-8", target(known + "&Name=%ed%a0%80"), 400, "InvalidParameter"},
		{"zero byte", target(known + "&Name=a%00b"), 400, "InvalidParameter"},
		{"zero byte in a name", target(known + "&Na%00me=a"), 400, "InvalidParameter"},
		{"parameter without a name", target(known + "&=a"), 400, "InvalidParameter"},
		{"too many parameters", target(known + many), 400, "InvalidParameter"},
		{"long query", target(known + "&Name=" + strings.Repeat("n", 64<<10)), 400, "InvalidParameter"},
		{"unknown format", target(known + "&Format=yaml"), 400, "InvalidParameter.Format"},
		{"format twice", target(known + "&Format=JSON&Format=XML"), 400, "InvalidParameter"},
		{"json body", body("application/json", `{"Action":"SubmitMediaInfoJob","Input":{}}`), 400, "InvalidParameter"},
		{"json body called a form", body(formType, `{"Action":"SubmitMediaInfoJob"}`), 400, "MissingAction"},
		{"multipart body", body("multipart/form-data; boundary=x", "--x--"), 400, "InvalidParameter"},
		{"plain body", body("text/plain", "Action=SubmitMediaInfoJob"), 400, "InvalidParameter"},
		{"xml body", body("text/xml", "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><x>&e;</x>"), 400, "InvalidParameter"},
		{"body of no type", body("", "Action=SubmitMediaInfoJob"), 400, "InvalidParameter"},
		{"broken form", body(formType, "Action=%"), 400, "InvalidParameter"},
		{"long body", body(formType, strings.Repeat("n", 1<<20+1)), 400, "InvalidParameter"},
		{"long chunked body", func(r *rig) *http.Request {
			req := r.raw("POST", "/", formType, "")
			req.Body, req.ContentLength = io.NopCloser(strings.NewReader(strings.Repeat("n", 1<<20+1))), -1
			return req
		}, 400, "InvalidParameter"},
		{"compressed body", func(r *rig) *http.Request {
			req := r.raw("POST", "/", formType, "\x1f\x8b\x08\x00")
			req.Header.Set("Content-Encoding", "gzip")
			return req
		}, 400, "InvalidParameter"},
		{"query and form", func(r *rig) *http.Request {
			return r.raw("POST", known+"&Name=a", formType, "Name=b")
		}, 400, "InvalidParameter"},
		{"two types", func(r *rig) *http.Request {
			req := r.raw("POST", "/", formType, "a=b")
			req.Header.Add("Content-Type", "application/json")
			return req
		}, 400, "InvalidParameter"},
	})
}

func TestHead(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	a := r.do(t, r.raw("HEAD", "/?Action=ListPipelines&Version=2020-11-09", "", ""))
	if a.status != 403 || len(a.body) != 0 {
		t.Errorf("got %d %q", a.status, a.body)
	}
}

// edited signs a good submission the older way and then changes it.
func edited(edit func(url.Values)) func(*rig) *http.Request {
	return func(r *rig) *http.Request {
		v := v1("GET", keyID, secret, ims.SubmitMediaInfoJob, submitParams())
		edit(v)
		return r.raw("GET", "/?"+v.Encode(), "", "")
	}
}

// signed signs a submission the older way with some parameters of the scheme changed.
func signed(key, secret string, own map[string]string) func(*rig) *http.Request {
	return func(r *rig) *http.Request {
		p := submitParams()
		maps.Copy(p, own)
		return r.raw("GET", "/?"+v1("GET", key, secret, ims.SubmitMediaInfoJob, p).Encode(), "", "")
	}
}

func set(k, v string) func(url.Values) { return func(u url.Values) { u.Set(k, v) } }
func del(k string) func(url.Values)    { return func(u url.Values) { u.Del(k) } }

func TestBadV1(t *testing.T) {
	t.Parallel()
	run(t, []badCall{
		{"wrong secret", signed(keyID, "wrong", nil), 400, "SignatureDoesNotMatch"},
		{"secret of another", signed(keyID, otherHush, nil), 400, "SignatureDoesNotMatch"},
		{"unknown key", signed("nobody", secret, nil), 404, "InvalidAccessKeyId.NotFound"},
		{"inactive key", signed("inactive", secret, nil), 400, "InvalidAccessKeyId.Inactive"},
		{"no key", signed(keyID, secret, map[string]string{"AccessKeyId": "-"}), 400, "MissingParameter"},
		{"empty key", signed(keyID, secret, map[string]string{"AccessKeyId": ""}), 400, "MissingParameter"},
		{"unsigned", edited(del("Signature")), 400, "IncompleteSignature"},
		{"empty signature", edited(set("Signature", "")), 400, "IncompleteSignature"},
		{"signature is no base64", edited(set("Signature", "???")), 400, "IncompleteSignature"},
		{"signature is short", edited(set("Signature", "YWJj")), 400, "IncompleteSignature"},
		{"signature of zeros", edited(set("Signature", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=")), 400, "SignatureDoesNotMatch"},
		{"no method", signed(keyID, secret, map[string]string{"SignatureMethod": "-"}), 400, "MissingParameter"},
		{"method none", signed(keyID, secret, map[string]string{"SignatureMethod": "none"}), 400, "InvalidSignatureMethod"},
		{"method HMAC-SHA256", signed(keyID, secret, map[string]string{"SignatureMethod": "HMAC-SHA256"}), 400, "InvalidSignatureMethod"},
		{"no signature version", signed(keyID, secret, map[string]string{"SignatureVersion": "-"}), 400, "MissingParameter"},
		{"signature version 2.0", signed(keyID, secret, map[string]string{"SignatureVersion": "2.0"}), 400, "IncompleteSignature"},
		{"no nonce", signed(keyID, secret, map[string]string{"SignatureNonce": "-"}), 400, "MissingParameter"},
		{"long nonce", signed(keyID, secret, map[string]string{"SignatureNonce": strings.Repeat("n", 200)}), 400, "IncompleteSignature"},
		{"security token", signed(keyID, secret, map[string]string{"SecurityToken": "CAIS"}), 400, "InvalidSecurityToken.Malformed"},
		{"bearer", edited(func(v url.Values) {
			v.Del("Signature")
			v.Set("SignatureType", "BEARERTOKEN")
			v.Set("BearerToken", "t")
		}), 400, "IncompleteSignature"},
		{"parameter added", edited(set("Name", "n")), 400, "SignatureDoesNotMatch"},
		{"empty parameter added", edited(set("Name", "")), 400, "SignatureDoesNotMatch"},
		{"parameter removed", edited(del("Format")), 400, "SignatureDoesNotMatch"},
		{"input changed", edited(set("Input", `{"Type":"OSS","Media":"oss://bucket/other"}`)), 400, "SignatureDoesNotMatch"},
		{"action changed", edited(set("Action", ims.SubmitSyncMediaInfoJob)), 400, "SignatureDoesNotMatch"},
		{"signature in lower case", edited(func(v url.Values) { v.Set("signature", v.Get("Signature")); v.Del("Signature") }), 400, "IncompleteSignature"},
		{"signed for GET, sent by POST", func(r *rig) *http.Request {
			return r.raw("POST", "/?"+v1("GET", keyID, secret, ims.SubmitMediaInfoJob, submitParams()).Encode(), "", "")
		}, 400, "SignatureDoesNotMatch"},
		{"form added to a signed query", func(r *rig) *http.Request {
			return r.raw("POST", "/?"+v1("POST", keyID, secret, ims.SubmitMediaInfoJob, submitParams()).Encode(), formType, "Name=n")
		}, 400, "SignatureDoesNotMatch"},
		{"header names another action", func(r *rig) *http.Request {
			req := signed(keyID, secret, nil)(r)
			req.Header.Set("x-acs-action", ims.DeletePipeline)
			return req
		}, 400, "InvalidParameter"},
		{"action in the header only", func(r *rig) *http.Request {
			req := signed(keyID, secret, map[string]string{"Action": "-"})(r)
			req.Header.Set("x-acs-action", ims.SubmitMediaInfoJob)
			return req
		}, 400, "MissingAction"},
	})
}

// v3With makes a good submission the newer way, with headers changed before it is signed and
// anything changed after.
func v3With(own map[string]string, after func(*http.Request)) func(*rig) *http.Request {
	return func(r *rig) *http.Request {
		req := v3(r.host, keyID, secret, ims.SubmitMediaInfoJob, submitParams(), "", own)
		if after != nil {
			after(req)
		}
		return req
	}
}

func header(k, v string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(k, v) }
}

func authorization(change func(string) string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set("Authorization", change(r.Header.Get("Authorization"))) }
}

func replace(from, to string) func(*http.Request) {
	return authorization(func(s string) string { return strings.ReplaceAll(s, from, to) })
}

func TestBadV3(t *testing.T) {
	t.Parallel()
	form := url.Values(map[string][]string{"Input": {okInput}}).Encode()
	key := func(id, hush string) func(*rig) *http.Request {
		return func(r *rig) *http.Request {
			return v3(r.host, id, hush, ims.SubmitMediaInfoJob, submitParams(), "", nil)
		}
	}
	withBody := func(after func(*http.Request)) func(*rig) *http.Request {
		return func(r *rig) *http.Request {
			req := v3(r.host, keyID, secret, ims.SubmitMediaInfoJob, nil, form, nil)
			after(req)
			return req
		}
	}
	run(t, []badCall{
		{"wrong secret", key(keyID, "wrong"), 400, "SignatureDoesNotMatch"},
		{"unknown key", key("nobody", secret), 404, "InvalidAccessKeyId.NotFound"},
		{"inactive key", key("inactive", secret), 400, "InvalidAccessKeyId.Inactive"},
		{"key of another account", key(otherKey, secret), 400, "SignatureDoesNotMatch"},
		{"unsigned", v3With(nil, func(r *http.Request) { r.Header.Del("Authorization") }), 400, "IncompleteSignature"},
		{"empty authorization", v3With(nil, header("Authorization", "")), 400, "IncompleteSignature"},
		{"basic", v3With(nil, header("Authorization", "Basic dGVzdDp0ZXN0")), 400, "IncompleteSignature"},
		{"bearer", v3With(nil, header("Authorization", "Bearer t")), 400, "IncompleteSignature"},
		{"bearer header", v3With(map[string]string{"x-acs-bearer-token": "t"}, func(r *http.Request) { r.Header.Del("Authorization") }), 400, "IncompleteSignature"},
		{"algorithm SM3", v3With(nil, replace("ACS3-HMAC-SHA256", "ACS3-HMAC-SM3")), 400, "InvalidSignatureMethod"},
		{"algorithm RSA", v3With(nil, replace("ACS3-HMAC-SHA256", "ACS3-RSA-SHA256")), 400, "InvalidSignatureMethod"},
		{"no credential", v3With(nil, replace("Credential="+keyID+",", "")), 400, "IncompleteSignature"},
		{"no signed headers", v3With(nil, authorization(func(s string) string {
			before, rest, _ := strings.Cut(s, "SignedHeaders=")
			_, after, _ := strings.Cut(rest, ",")
			return before + after
		})), 400, "IncompleteSignature"},
		{"no signature", v3With(nil, authorization(func(s string) string { s, _, _ = strings.Cut(s, ",Signature="); return s })), 400, "IncompleteSignature"},
		{"short signature", v3With(nil, authorization(func(s string) string { return s[:len(s)-2] })), 400, "IncompleteSignature"},
		{"signature in upper case", v3With(nil, authorization(func(s string) string {
			before, sig, _ := strings.Cut(s, "Signature=")
			return before + "Signature=" + strings.ToUpper(sig)
		})), 400, "IncompleteSignature"},
		{"other signature", v3With(nil, authorization(func(s string) string {
			before, _, _ := strings.Cut(s, "Signature=")
			return before + "Signature=" + strings.Repeat("0", 64)
		})), 400, "SignatureDoesNotMatch"},
		{"host not signed", v3With(nil, replace("host;", "")), 400, "IncompleteSignature"},
		{"signed header missing", v3With(nil, func(r *http.Request) { r.Header.Del("x-acs-credentials-provider") }), 400, "IncompleteSignature"},
		{"unsigned x-acs header added", v3With(nil, header("x-acs-role", "admin")), 400, "IncompleteSignature"},
		{"action changed", v3With(nil, header("x-acs-action", ims.SubmitSyncMediaInfoJob)), 400, "SignatureDoesNotMatch"},
		{"no action", v3With(map[string]string{"x-acs-action": "-"}, nil), 400, "MissingAction"},
		{"no version", v3With(map[string]string{"x-acs-version": "-"}, nil), 400, "MissingVersion"},
		{"action twice", v3With(nil, func(r *http.Request) { r.Header.Add("x-acs-action", ims.DeletePipeline) }), 400, "InvalidParameter"},
		{"parameter names another action", func(r *rig) *http.Request {
			return v3(r.host, keyID, secret, ims.SubmitMediaInfoJob, map[string]string{"Action": ims.DeletePipeline, "Input": okInput}, "", nil)
		}, 400, "InvalidParameter"},
		{"no nonce", v3With(map[string]string{"x-acs-signature-nonce": "-"}, nil), 400, "MissingParameter"},
		{"no content hash", v3With(map[string]string{"x-acs-content-sha256": "-"}, nil), 400, "MissingParameter"},
		{"unsigned payload", v3With(map[string]string{"x-acs-content-sha256": "UNSIGNED-PAYLOAD"}, nil), 400, "SignatureDoesNotMatch"},
		{"hash of another body", v3With(map[string]string{"x-acs-content-sha256": strings.Repeat("0", 64)}, nil), 400, "SignatureDoesNotMatch"},
		{"security token", v3With(map[string]string{"x-acs-security-token": "CAIS", "x-acs-accesskey-id": keyID}, nil), 400, "InvalidSecurityToken.Malformed"},
		{"accesskey header names another", v3With(map[string]string{"x-acs-accesskey-id": otherKey}, nil), 400, "IncompleteSignature"},
		{"query changed", v3With(nil, func(r *http.Request) { r.URL.RawQuery += "&Name=n" }), 400, "SignatureDoesNotMatch"},
		{"query emptied", v3With(nil, func(r *http.Request) { r.URL.RawQuery = "" }), 400, "SignatureDoesNotMatch"},
		{"host changed", v3With(nil, func(r *http.Request) { r.Host = "ice.example.com" }), 400, "SignatureDoesNotMatch"},
		{"both schemes", v3With(nil, func(r *http.Request) {
			r.URL.RawQuery = v1("POST", keyID, secret, ims.SubmitMediaInfoJob, submitParams()).Encode()
		}), 400, "IncompleteSignature"},
		{"body added", v3With(nil, func(r *http.Request) {
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader("Name=n")), 6
			r.Header.Set("Content-Type", formType)
		}), 400, "IncompleteSignature"},
		{"body changed", withBody(func(r *http.Request) {
			other := strings.ReplaceAll(form, "bucket", "socket")
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(other)), int64(len(other))
		}), 400, "SignatureDoesNotMatch"},
		{"body removed", withBody(func(r *http.Request) { r.Body, r.ContentLength = http.NoBody, 0 }), 400, "SignatureDoesNotMatch"},
		{"body type changed", withBody(header("Content-Type", "application/json")), 400, "InvalidParameter"},
	})
}

func TestBadTime(t *testing.T) {
	t.Parallel()
	at := func(d time.Duration) string { return time.Now().Add(d).UTC().Format("2006-01-02T15:04:05Z") }
	var rows []badCall
	for _, c := range []struct{ name, value, code string }{
		{"missing", "-", "IllegalTimestamp"},
		{"empty", "", "IllegalTimestamp"},
		{"16 minutes ago", at(-16 * time.Minute), "InvalidTimeStamp.Expired"},
		{"in 16 minutes", at(16 * time.Minute), "InvalidTimeStamp.Expired"},
		{"a year ago", at(-8760 * time.Hour), "InvalidTimeStamp.Expired"},
		{"year 0001", "0001-01-01T00:00:00Z", "InvalidTimeStamp.Expired"},
		{"year 9999", "9999-12-31T23:59:59Z", "InvalidTimeStamp.Expired"},
		{"fraction", strings.Replace(at(0), "Z", ".5Z", 1), "InvalidTimeStamp.Format"},
		{"offset", strings.Replace(at(0), "Z", "+00:00", 1), "InvalidTimeStamp.Format"},
		{"no zone", strings.TrimSuffix(at(0), "Z"), "InvalidTimeStamp.Format"},
		{"a space for T", strings.Replace(at(0), "T", " ", 1), "InvalidTimeStamp.Format"},
		{"unix", "1767323045", "InvalidTimeStamp.Format"},
		{"http date", "Fri, 02 Jan 2026 03:04:05 GMT", "InvalidTimeStamp.Format"},
		{"30 February", "2026-02-30T00:00:00Z", "InvalidTimeStamp.Format"},
		{"year 10000", "10000-01-01T00:00:00Z", "InvalidTimeStamp.Format"},
	} {
		rows = append(rows,
			badCall{"v1 " + c.name, signed(keyID, secret, map[string]string{"Timestamp": c.value}), 400, c.code},
			badCall{"v3 " + c.name, v3With(map[string]string{"x-acs-date": c.value}, nil), 400, c.code})
	}
	run(t, rows)
}

func TestReplay(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	values := v1("GET", keyID, secret, ims.SubmitMediaInfoJob, submitParams())
	if a := r.get(t, values); a.status != 200 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	jobs := r.jobs(t)
	checkError(t, r.get(t, values), 400, "SignatureNonceUsed")

	nonce := map[string]string{"SignatureNonce": values.Get("SignatureNonce"), "JobId": r.job}
	checkError(t, r.get(t, v1("GET", keyID, secret, ims.GetMediaInfoJob, nonce)), 400, "SignatureNonceUsed")
	if a := r.get(t, v1("GET", otherKey, otherHush, ims.ListPipelines, map[string]string{"SignatureNonce": nonce["SignatureNonce"]})); a.status != 200 {
		t.Errorf("the nonce of another key is refused: %s", a.body)
	}
	nonce["SignatureNonce"] = "fresh"
	checkError(t, r.get(t, v1("GET", keyID, "wrong", ims.GetMediaInfoJob, nonce)), 400, "SignatureDoesNotMatch")
	if a := r.get(t, v1("GET", keyID, secret, ims.GetMediaInfoJob, nonce)); a.status != 200 {
		t.Errorf("a bad signature used up the nonce: %s", a.body)
	}
	r.after(t, jobs)

	again := v3(r.host, keyID, secret, ims.SubmitMediaInfoJob, submitParams(), "", nil)
	if a := r.do(t, again); a.status != 200 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	checkError(t, r.do(t, again), 400, "SignatureNonceUsed")
}

// Of many copies of one call, sent at once, one is done.
func TestReplayInParallel(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	before := r.jobs(t)
	req := v3(r.host, keyID, secret, ims.SubmitMediaInfoJob, submitParams(), "", nil)
	var copies sync.WaitGroup
	answers := make(chan answer, 30)
	for range cap(answers) {
		copies.Go(func() {
			res, err := r.http.RoundTrip(req.Clone(t.Context()))
			if err != nil {
				t.Error(err)
				return
			}
			defer res.Body.Close()
			body, err := io.ReadAll(res.Body)
			if err != nil {
				t.Error(err)
			}
			answers <- answer{res.StatusCode, res.Header, body}
		})
	}
	copies.Wait()
	close(answers)
	done := 0
	for a := range answers {
		if a.status == 200 {
			done++
		} else if !bytes.Contains(a.body, []byte("SignatureNonceUsed")) {
			t.Errorf("%d %s", a.status, a.body)
		}
	}
	if n := r.jobs(t) - before; done != 1 || n != 1 {
		t.Errorf("%d calls were done and %d jobs made", done, n)
	}
}
