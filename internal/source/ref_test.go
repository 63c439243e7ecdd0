package source

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func refOpener(t testing.TB) *Opener {
	cfg := testConfig()
	cfg.Storages = []Storage{
		{Bucket: "media", Kind: KindOSS},
		{Bucket: "far", Kind: KindOSS, Region: "us-west-1"},
		{Bucket: "dotted.bucket", Kind: KindS3, Region: "us-east-1"},
		{Bucket: "dir", Kind: KindHTTP, Root: "https://files.example.com/base"},
		{Bucket: "addr", Kind: KindS3, Endpoint: "http://93.184.215.14:9000"},
		{Bucket: "internal", Kind: KindOSS, Endpoint: "oss-cn-shanghai-internal.aliyuncs.com"},
	}
	return newOpener(t, cfg, guardFor(t))
}

func TestCheckAccepts(t *testing.T) {
	t.Parallel()
	o := refOpener(t)
	for _, c := range []struct{ ref, fetched, shown, name string }{
		{"oss://media/a.mp4", "https://media.oss-cn-shanghai.aliyuncs.com/a.mp4", "http://media.oss-cn-shanghai.aliyuncs.com/a.mp4", "a.mp4"},
		{"OSS://media/dir/视 b.mp4", "https://media.oss-cn-shanghai.aliyuncs.com/dir/%E8%A7%86%20b.mp4", "http://media.oss-cn-shanghai.aliyuncs.com/dir/%E8%A7%86%20b.mp4", "视 b.mp4"},
		{"oss://media/a%20b.mp4", "https://media.oss-cn-shanghai.aliyuncs.com/a%2520b.mp4", "http://media.oss-cn-shanghai.aliyuncs.com/a%2520b.mp4", "a%20b.mp4"},
		{"http://media.oss-cn-shanghai.aliyuncs.com/a%20b.mp4", "https://media.oss-cn-shanghai.aliyuncs.com/a%20b.mp4", "http://media.oss-cn-shanghai.aliyuncs.com/a%20b.mp4", "a b.mp4"},
		{"Https://MEDIA.oss-cn-shanghai.aliyuncs.com/dir/a b.mp4", "https://media.oss-cn-shanghai.aliyuncs.com/dir/a%20b.mp4", "http://media.oss-cn-shanghai.aliyuncs.com/dir/a%20b.mp4", "a b.mp4"},
		{"http://media.oss-cn-shanghai-internal.aliyuncs.com/a.mp4", "https://media.oss-cn-shanghai.aliyuncs.com/a.mp4", "http://media.oss-cn-shanghai.aliyuncs.com/a.mp4", "a.mp4"},
		{"http://media.oss-cn-shanghai.aliyuncs.com/100%.mp4", "https://media.oss-cn-shanghai.aliyuncs.com/100%25.mp4", "http://media.oss-cn-shanghai.aliyuncs.com/100%25.mp4", "100%.mp4"},
		{"http://far.oss-us-west-1.aliyuncs.com/a.mp4", "https://far.oss-us-west-1.aliyuncs.com/a.mp4", "http://far.oss-us-west-1.aliyuncs.com/a.mp4", "a.mp4"},
		{"oss://dotted.bucket/k", "https://s3.us-east-1.amazonaws.com/dotted.bucket/k", "http://dotted.bucket.oss-us-east-1.aliyuncs.com/k", "k"},
		{"oss://dir/a/b.ts", "https://files.example.com/base/a/b.ts", "http://dir.oss-cn-shanghai.aliyuncs.com/a/b.ts", "b.ts"},
		{"oss://addr/k", "http://93.184.215.14:9000/addr/k", "http://addr.oss-cn-shanghai.aliyuncs.com/k", "k"},
		{"oss://internal/k", "https://internal.oss-cn-shanghai-internal.aliyuncs.com/k", "http://internal.oss-cn-shanghai.aliyuncs.com/k", "k"},
		{"oss://media/" + strings.Repeat("k", 1023), "https://media.oss-cn-shanghai.aliyuncs.com/" + strings.Repeat("k", 1023), "http://media.oss-cn-shanghai.aliyuncs.com/" + strings.Repeat("k", 1023), strings.Repeat("k", 1023)},
		{"https://cdn.example.com/v/a.m3u8?token=abc&q=1#t=5", "https://cdn.example.com/v/a.m3u8?token=abc&q=1", "https://cdn.example.com/v/a.m3u8?token=REDACTED&q=1", "a.m3u8"},
		{"http://nobody.oss-cn-shanghai.aliyuncs.com/a.mp4?Expires=1&OSSAccessKeyId=k&Signature=s", "http://nobody.oss-cn-shanghai.aliyuncs.com/a.mp4?Expires=1&OSSAccessKeyId=k&Signature=s",
			"http://nobody.oss-cn-shanghai.aliyuncs.com/a.mp4?Expires=1&OSSAccessKeyId=REDACTED&Signature=REDACTED", "a.mp4"},
	} {
		target, err := o.resolve(c.ref)
		if err != nil {
			t.Errorf("%q: %v", c.ref, err)
			continue
		}
		if target.url.String() != c.fetched || target.facts.URL != c.shown || target.facts.Name != c.name {
			t.Errorf("%q:\nfetched %s\nshown   %s\nname    %s", c.ref, target.url, target.facts.URL, target.facts.Name)
		}
		if plain := strings.Contains(c.fetched, "?"); plain != (target.storage == nil) {
			t.Errorf("%q: storage %v", c.ref, target.storage)
		}
	}
}

func TestCheckRefuses(t *testing.T) {
	t.Parallel()
	o := refOpener(t)
	off := testConfig()
	off.URLInputs = false
	closed := newOpener(t, off, guardFor(t))
	for _, c := range []struct {
		ref  string
		want error
	}{
		{"", ErrBadRef}, {"a.mp4", ErrBadRef}, {"/etc/passwd", ErrBadRef}, {"file:///etc/passwd", ErrBadRef}, {"ftp://example.com/a", ErrBadRef},
		{"oss://", ErrBadRef}, {"oss://media", ErrBadRef}, {"oss://media/", ErrBadRef}, {"oss:///a.mp4", ErrBadRef}, {"oss://me dia/a", ErrBadRef},
		{"oss://media/" + strings.Repeat("k", 1024), ErrBadRef}, {"oss://media/a\r\nb", ErrBadRef}, {"oss://media/a\x00b", ErrBadRef}, {"oss://media/\xff", ErrBadRef},
		{"oss://dir/../x", ErrBadRef}, {"oss://dir/a/./x", ErrBadRef}, {"https://" + strings.Repeat("a", 9000), ErrBadRef},
		{"http://user:pw@example.com/", ErrBadRef}, {"http://2130706433/", ErrBadRef}, {"http://example.com:0/", ErrBadRef}, {"http://example.com/a b", ErrBadRef},
		{"http://media.oss-cn-hangzhou.aliyuncs.com/a.mp4", ErrBadRef}, {"http://media.oss-cn-shanghai.aliyuncs.com/", ErrBadRef},
		{"oss://nobody/a.mp4", ErrBucketUnknown}, {"OSS://Media/a.mp4", ErrBucketUnknown}, {"http://nobody.oss-cn-shanghai.aliyuncs.com/a.mp4", ErrBucketUnknown},
		{"http://127.0.0.1/", ErrDenied}, {"http://[::1]/", ErrDenied}, {"http://localhost/", ErrDenied}, {"http://metadata.google.internal/", ErrDenied}, {"http://169.254.169.254/", ErrDenied},
	} {
		if err := o.Check(c.ref); !errors.Is(err, c.want) {
			t.Errorf("%q: %v, want %v", c.ref, err, c.want)
		}
	}
	if err := o.Check("oss://nobody/a"); !strings.Contains(err.Error(), `"nobody"`) {
		t.Errorf("%v does not name the bucket", err)
	}
	if err := closed.Check("https://example.com/a.mp4"); !errors.Is(err, ErrURLInputsOff) {
		t.Errorf("%v, want url inputs off", err)
	}
	// The text of a refusal is one, whatever was refused.
	for _, ref := range []string{"http://127.0.0.1/", "http://localhost/", "http://example.com:25/"} {
		if err := o.Check(ref); err != ErrDenied {
			t.Errorf("%q: %v, want ErrDenied itself", ref, err)
		}
	}
	for _, ref := range []string{"http://user:c4nary@example.com/", "http://example.com/%00?Signature=c4nary"} {
		_, err := o.Open(t.Context(), ref)
		if text := fmt.Sprintf("%v", err); err == nil || strings.Contains(text, "c4nary") {
			t.Errorf("secret in %q", text)
		}
	}
}

func TestRedactURL(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"http://h/p":                       "http://h/p",
		"http://u:p@h/p?a=1#f":             "http://h/p?a=1",
		"http://h/?Signature=x&b=2":        "http://h/?Signature=REDACTED&b=2",
		"http://h/?X-Amz-Signature=x":      "http://h/?X-Amz-Signature=REDACTED",
		"http://h/?x-oss-security-token=x": "http://h/?x-oss-security-token=REDACTED",
		"http://h/?X-Goog-Credential=x":    "http://h/?X-Goog-Credential=REDACTED",
		"http://h/?%53ignature=x":          "http://h/?%53ignature=REDACTED",
		"http://h/?auth_key=1-2-3&flag":    "http://h/?auth_key=REDACTED&flag",
		"http://h/?security-token=x&sig=y": "http://h/?security-token=REDACTED&sig=REDACTED",
		"http://h/?%zz=x":                  "http://h/?%zz=REDACTED",
		"not a url ?token=x":               "not a url ?token=REDACTED",
	} {
		if got := redactURL(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestPresignedExpiry(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]int64{
		"http://h/?Expires=1700000000&Signature=s&OSSAccessKeyId=k":              1700000000,
		"http://h/?expires=1700000000":                                           0, // a cache hint of somebody's own
		"http://h/?X-Amz-Date=20231114T221320Z&X-Amz-Expires=60":                 1700000060,
		"http://h/?x-oss-date=20231114T221320Z&x-oss-expires=60":                 1700000060,
		"http://h/?X-Goog-Date=20231114T221320Z&X-Goog-Expires=60":               1700000060,
		"http://h/?X-Amz-Date=junk&X-Amz-Expires=60":                             0,
		"http://h/?X-Amz-Date=20231114T221320Z&X-Amz-Expires=999999999999999999": 0,
	} {
		got := presignedExpiry(mustParse(t, raw).Query())
		if want == 0 && !got.IsZero() || want != 0 && got.Unix() != want {
			t.Errorf("%s: %v, want %v", raw, got, time.Unix(want, 0))
		}
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	good := Storage{Bucket: "media", Kind: KindOSS}
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	for name, edit := range map[string]func(*Storage){
		"no bucket":       func(s *Storage) { s.Bucket = "" },
		"bucket with /":   func(s *Storage) { s.Bucket = "a/b" },
		"unknown kind":    func(s *Storage) { s.Kind = "ftp" },
		"half a key":      func(s *Storage) { s.AccessKeyID = "k" },
		"endpoint path":   func(s *Storage) { s.Endpoint = "https://h.example/x" },
		"endpoint query":  func(s *Storage) { s.Endpoint = "https://h.example?x" },
		"endpoint user":   func(s *Storage) { s.Endpoint = "https://u:p@h.example" },
		"endpoint scheme": func(s *Storage) { s.Endpoint = "ftp://h.example" },
		"bad region":      func(s *Storage) { s.Region = "a/b" },
		"root for oss":    func(s *Storage) { s.Root = "https://h.example/" },
		"http without":    func(s *Storage) { s.Kind = KindHTTP },
		"http with a key": func(s *Storage) {
			*s = Storage{Bucket: "abc", Kind: KindHTTP, Root: "http://h.example/", AccessKeyID: "k", AccessKeySecret: "s"}
		},
		"http root no url": func(s *Storage) { *s = Storage{Bucket: "abc", Kind: KindHTTP, Root: "h.example"} },
	} {
		s := good
		if edit(&s); s.Validate() == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if err := DefaultConfig().Validate(); err != nil {
		t.Error(err)
	}
	for name, edit := range map[string]func(*Config){
		"twice":       func(c *Config) { c.Storages = []Storage{good, good} },
		"bad storage": func(c *Config) { c.Storages = []Storage{{}} },
		"no region":   func(c *Config) { c.Region = "" },
		"no requests": func(c *Config) { c.MaxRequests = 0 },
		"no bytes":    func(c *Config) { c.MaxBytes = 0 },
		"no deadline": func(c *Config) { c.Deadline = 0 },
		"no window":   func(c *Config) { c.RateWindow = 0 },
		"no slots":    func(c *Config) { c.Parallel = 0 },
	} {
		c := DefaultConfig()
		edit(&c)
		if _, err := New(c, guardFor(t)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "a b.mp4")
	if err := os.WriteFile(path, content(1000), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := File(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	p := make([]byte, 10)
	if n, err := f.ReadAt(p, 990); n != 10 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if size, known := f.Size(); size != 1000 || !known || f.Name != "a b.mp4" || f.URL != "file://"+strings.ReplaceAll(path, " ", "%20") {
		t.Errorf("size %d %t, facts %+v", size, known, f.Facts)
	}
	if c := f.Spent(); c.Requests != 1 || c.Bytes != 10 {
		t.Errorf("spent %+v", c)
	}
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{dir, pipe, "/dev/zero", filepath.Join(dir, "absent")} {
		if f, err := File(bad); err == nil {
			f.Close()
			t.Errorf("%s opened", bad)
		}
	}
	if err := refOpener(t).Check(path); !errors.Is(err, ErrBadRef) {
		t.Errorf("a path passes as a reference: %v", err)
	}
}

func FuzzCheck(f *testing.F) {
	for _, ref := range []string{"oss://media/a.mp4", "http://media.oss-cn-shanghai.aliyuncs.com/%zz", "https://cdn.example.com/v?token=x", "oss://dir/../x", "http://u@h/"} {
		f.Add(ref)
	}
	o := refOpener(f)
	f.Fuzz(func(t *testing.T, ref string) {
		target, err := o.resolve(ref)
		if err != nil {
			for _, known := range []error{ErrBadRef, ErrBucketUnknown, ErrURLInputsOff, ErrDenied} {
				if errors.Is(err, known) {
					return
				}
			}
			t.Fatalf("%q: unknown refusal %v", ref, err)
		}
		if target.storage != nil && !strings.Contains(target.url.Host, "aliyuncs.com") && !strings.Contains(target.url.Host, "amazonaws.com") &&
			target.url.Host != "files.example.com" && target.url.Host != "93.184.215.14:9000" {
			t.Fatalf("%q: credentials would go to %s", ref, target.url.Host)
		}
	})
}
