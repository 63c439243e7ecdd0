package source

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mediagauge/mediagauge/probe"
)

var _ probe.Referrer = (*Object)(nil)
var _ probe.Referrer = (*LocalFile)(nil)

// TestReference: where a text leads that was given by its URL.
func TestReference(t *testing.T) {
	t.Parallel()
	canary := newOrigin(t, serve(content(10)))
	o := newOrigin(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/moved" {
			http.Redirect(w, r, "/elsewhere/list.m3u8", http.StatusFound)
			return
		}
		serve(content(300_000))(w, r)
	})
	for _, c := range []struct {
		from, ref string
		path      string // asked for; empty: refused
		code      Code
	}{
		{"/a/list.m3u8?sig=1", "seg.ts", "/a/seg.ts", ""},
		{"/a/list.m3u8", "../b/seg.ts?x=1", "/b/seg.ts?x=1", ""},
		{"/a/list.m3u8", "/seg.ts", "/seg.ts", ""},
		{"/a/list.m3u8", " seg.ts ", "/a/seg.ts", ""},
		{"/moved", "seg.ts", "/elsewhere/seg.ts", ""},
		{"/a/list.m3u8", "//" + o.host() + "/x", "/x", ""},
		{"/a/list.m3u8", o.URL + "/y", "/y", ""},
		{"/a/list.m3u8", canary.URL + "/y", "", AddressDenied},
		{"/a/list.m3u8", "http://169.254.169.254/latest/meta-data/", "", AddressDenied},
		{"/a/list.m3u8", "http://localhost/", "", AddressDenied},
		{"/a/list.m3u8", "file:///etc/passwd", "", Forbidden},
		{"/a/list.m3u8", "FILE:/etc/passwd", "", Forbidden},
		{"/a/list.m3u8", "oss://bucket/key", "", Forbidden},
		{"/a/list.m3u8", "concat:a.ts|b.ts", "", Forbidden},
		{"/a/list.m3u8", "subfile,,start,1,end,2,,:a.ts", "", Unreachable},
		{"/a/list.m3u8", "data:text/plain,x", "", Forbidden},
		{"/a/list.m3u8", "http://[::1", "", Unreachable},
		{"/a/list.m3u8", strings.Repeat("x", maxRef+1), "", Unreachable},
	} {
		before := len(o.asked())
		parent := mustOpen(t, testConfig(), o, c.from)
		spent := parent.Spent()
		src, err := parent.OpenReference(t.Context(), c.ref)
		expect(t, err, c.code, false)
		asked := o.asked()[before:]
		if c.path == "" {
			if parent.Spent().Requests != spent.Requests {
				t.Errorf("%.60q: %d requests for a refused reference", c.ref, parent.Spent().Requests-spent.Requests)
			}
			continue
		}
		if err != nil {
			continue
		}
		if got := asked[len(asked)-1].URL.String(); got != c.path {
			t.Errorf("%q led to %q, want %q", c.ref, got, c.path)
		}
		if got := parent.Spent(); got.Requests != spent.Requests+1 || got.Bytes != spent.Bytes+referenceWindow {
			t.Errorf("%q: %+v on the parent's account, before it was %+v", c.ref, got, spent)
		}
		parent.Close()
		if _, err := src.ReadAt(make([]byte, 1), referenceWindow+1); err == nil {
			t.Errorf("%q: readable after its parent was closed", c.ref)
		}
		src.(*Object).Close()
	}
	if n := len(canary.asked()); n != 0 {
		t.Errorf("%d requests reached a host that is not allowed", n)
	}
}

// TestReferenceInBucket: a text in a bucket leads to the same bucket in the account's name, and to
// anything else without it.
func TestReferenceInBucket(t *testing.T) {
	t.Parallel()
	o := newOrigin(t, serve(content(1000)))
	cfg := testConfig()
	cfg.Storages = []Storage{
		{Bucket: "media", Kind: KindS3, Endpoint: o.URL, Region: "eu-west-1", AccessKeyID: "AKIDEXAMPLE", AccessKeySecret: "secret", PathStyle: true},
		{Bucket: "other", Kind: KindS3, Endpoint: o.URL, Region: "eu-west-1", AccessKeyID: "AKIDEXAMPLE", AccessKeySecret: "secret", PathStyle: true},
	}
	opener := newOpener(t, cfg, guardFor(t, o.host()))
	for _, c := range []struct {
		ref, path string
		signed    bool
		code      Code
	}{
		{"seg%20one.ts", "/media/a/b/seg%20one.ts", true, ""},
		{"/top.ts", "/media/top.ts", true, ""},
		{"../../../../other/key", "/media/other/key", true, ""}, // dots end at the bucket
		{o.URL + "/media/a/b/x", "/media/a/b/x", false, ""},
		{"oss://other/key", "", false, Forbidden},
		{"seg.ts?versionId=1", "", false, Unreachable},
	} {
		parent, err := opener.Open(t.Context(), "oss://media/a/b/list.m3u8")
		if err != nil {
			t.Fatal(err)
		}
		defer parent.Close()
		before := len(o.asked())
		src, err := parent.OpenReference(t.Context(), c.ref)
		expect(t, err, c.code, false)
		if err != nil {
			continue
		}
		defer src.(*Object).Close()
		r := o.asked()[before]
		if got := r.URL.EscapedPath(); got != c.path {
			t.Errorf("%q led to %q, want %q", c.ref, got, c.path)
		}
		if signed := schemeS3.verify(r, "AKIDEXAMPLE", "secret", "eu-west-1") == nil; signed != c.signed {
			t.Errorf("%q: signed %t, want %t", c.ref, signed, c.signed)
		}
	}
}

// TestReferenceBudget: a text and all that it names share one budget.
func TestReferenceBudget(t *testing.T) {
	t.Parallel()
	o := newOrigin(t, serve(content(10)))
	cfg := testConfig()
	cfg.MaxRequests = 3
	parent := mustOpen(t, cfg, o, "/list")
	for i := range 4 {
		src, err := parent.OpenReference(t.Context(), fmt.Sprint("seg", i))
		if i < 2 {
			expect(t, err, "", false)
			defer src.(*Object).Close()
			continue
		}
		expect(t, err, BudgetExceeded, false)
	}
	if n := len(o.asked()); n != 3 {
		t.Errorf("%d requests, want 3", n)
	}
}

// TestLocalReference: a local text leads to files beside and below it only.
func TestLocalReference(t *testing.T) {
	dir := t.TempDir()
	in := filepath.Join(dir, "in")
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.MkdirAll(filepath.Join(in, "sub"), 0o700))
	for _, name := range []string{"secret", "in/list", "in/seg one", "in/sub/seg"} {
		must(os.WriteFile(filepath.Join(dir, name), []byte(name), 0o600))
	}
	must(os.Symlink(filepath.Join(dir, "secret"), filepath.Join(in, "link")))
	must(os.Symlink("seg one", filepath.Join(in, "near")))
	f, err := File(filepath.Join(in, "list"))
	must(err)
	defer f.Close()
	for ref, want := range map[string]string{
		"seg%20one": "in/seg one", "sub/seg": "in/sub/seg", "./sub/../near": "in/seg one",
		"../secret": "", "link": "", "/etc/passwd": "", "file:///etc/passwd": "", "sub": "", "absent": "", "": "",
		"http://127.0.0.1/": "", "//host/x": "", "seg%20one?x": "",
	} {
		src, err := f.OpenReference(context.Background(), ref)
		if (err == nil) != (want != "") {
			t.Errorf("%q: %v", ref, err)
		}
		if err != nil {
			continue
		}
		b, err := readAll(src, 100)
		if string(b) != want || err != nil {
			t.Errorf("%q: read %q, %v", ref, b, err)
		}
		if ref == "sub/seg" {
			if _, err := src.(*LocalFile).OpenReference(context.Background(), "../seg one"); !errors.Is(err, errReference) {
				t.Errorf("up from below: %v", err)
			}
		}
		if c := f.Spent(); c.Requests == 0 {
			t.Error("reads of a reference are not on the account")
		}
		must(src.(*LocalFile).Close())
	}
}
