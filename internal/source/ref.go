package source

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/mediagauge/mediagauge/internal/netguard"
)

const (
	maxRef = 8 << 10 // bytes of a reference
	maxKey = 1023    // bytes of an object key, OSS's rule; S3's is 1024
)

// bucketHost is the host of an object's URL as the vendor writes it: contract section 5.
var bucketHost = regexp.MustCompile(`^([a-z0-9][a-z0-9-]{1,61}[a-z0-9])\.oss-([a-z0-9-]+)\.aliyuncs\.com(?::80|:443)?$`)

// target is a resolved reference: where to read and in whose name.
type target struct {
	facts   Facts
	ref     string   // redacted
	url     *url.URL // what is fetched
	storage *Storage // nil for a plain URL, which is never signed
	expires time.Time
}

// Check says whether Open would try ref, without any network: the error wraps ErrBadRef,
// ErrBucketUnknown, ErrURLInputsOff or ErrDenied and is fit for the caller's eyes.
func (o *Opener) Check(ref string) error {
	_, err := o.resolve(ref)
	return err
}

// resolve turns a reference into a target. Schemes are case-insensitive: contract section 5.
func (o *Opener) resolve(ref string) (*target, error) {
	if len(ref) > maxRef {
		return nil, fmt.Errorf("%w: longer than %d bytes", ErrBadRef, maxRef)
	}
	scheme, rest, found := strings.Cut(ref, "://")
	if !found {
		return nil, fmt.Errorf("%w: no scheme", ErrBadRef)
	}
	switch strings.ToLower(scheme) {
	case "oss":
		bucket, key, _ := strings.Cut(rest, "/")
		return o.resolveKey(bucket, key)
	case "http", "https":
		if bucket, region, key, ok := cutBucketURL(rest); ok {
			return o.resolveBucketURL(bucket, region, key)
		}
		return o.resolveURL(ref)
	}
	return nil, fmt.Errorf("%w: scheme %q", ErrBadRef, truncate(scheme, 32))
}

// cutBucketURL recognises bucket.oss-region.aliyuncs.com/key. A query makes it a plain URL:
// it may be a signature, which is somebody's own right to read.
func cutBucketURL(rest string) (bucket, region, key string, ok bool) {
	host, path, _ := strings.Cut(rest, "/")
	m := bucketHost.FindStringSubmatch(strings.ToLower(host))
	if m == nil || strings.Contains(path, "?") {
		return "", "", "", false
	}
	path, _, _ = strings.Cut(path, "#")
	// The vendor does not say whether keys are percent-encoded; what cannot be decoded is raw.
	if plain, err := url.PathUnescape(path); err == nil {
		path = plain
	}
	return m[1], strings.TrimSuffix(m[2], "-internal"), path, true
}

func (o *Opener) resolveBucketURL(bucket, region, key string) (*target, error) {
	t, err := o.resolveKey(bucket, key)
	if err != nil {
		return nil, err
	}
	if t.storage.Kind == KindOSS && t.facts.Region != region && region != "accelerate" {
		return nil, fmt.Errorf("%w: bucket %q is in region %q, not %q", ErrBadRef, bucket, t.facts.Region, region)
	}
	return t, nil
}

func (o *Opener) resolveKey(bucket, key string) (*target, error) {
	if !bucketName.MatchString(bucket) {
		return nil, fmt.Errorf("%w: bad bucket name %q", ErrBadRef, truncate(bucket, 64))
	}
	if err := checkKey(key); err != nil {
		return nil, err
	}
	for i := range o.cfg.Storages {
		if s := &o.cfg.Storages[i]; s.Bucket == bucket {
			return o.inStorage(s, key)
		}
	}
	return nil, fmt.Errorf("%w: %q", ErrBucketUnknown, bucket)
}

func checkKey(key string) error {
	switch {
	case key == "":
		return fmt.Errorf("%w: no object key", ErrBadRef)
	case len(key) > maxKey:
		return fmt.Errorf("%w: object key longer than %d bytes", ErrBadRef, maxKey)
	case !utf8.ValidString(key):
		return fmt.Errorf("%w: object key is not UTF-8", ErrBadRef)
	case strings.ContainsAny(key, "\r\n\x00"):
		return fmt.Errorf("%w: object key with CR, LF or NUL", ErrBadRef)
	}
	return nil
}

// inStorage builds the target of key in s. The endpoint is a tenant's own setting, so it is
// judged like any other URL.
func (o *Opener) inStorage(s *Storage, key string) (*target, error) {
	u, err := s.base(o.cfg.Region)
	if err != nil {
		return nil, fmt.Errorf("%w: storage %q: %w", ErrBadRef, s.Bucket, err)
	}
	path := strings.TrimRight(u.Path, "/") + "/"
	switch {
	case s.Kind == KindHTTP:
		if hasDotSegment(key) {
			return nil, fmt.Errorf("%w: object key with a . or .. segment", ErrBadRef)
		}
	case s.pathStyle(u):
		path += s.Bucket + "/"
	default:
		u.Host = s.Bucket + "." + u.Host
	}
	u.Path, u.RawPath = path+key, escapeKey(path+key)
	if _, err := o.checkURL(u.String()); err != nil {
		return nil, err
	}
	region := s.Region
	if region == "" {
		region = o.cfg.Region
	}
	shown := &url.URL{Scheme: "http", Host: s.Bucket + ".oss-" + region + ".aliyuncs.com", Path: "/" + key}
	return &target{
		ref:     "oss://" + s.Bucket + "/" + key,
		url:     u,
		storage: s,
		facts:   Facts{Name: lastSegment(key), URL: shown.String(), Region: region, Bucket: s.Bucket, Key: key},
	}, nil
}

// pathStyle says whether the bucket goes into the path: addresses and localhost have no
// subdomains, host names have no capitals, and TLS wildcards do not cover a name with dots.
func (s *Storage) pathStyle(base *url.URL) bool {
	_, err := netip.ParseAddr(base.Hostname())
	return s.PathStyle || err == nil || base.Hostname() == "localhost" ||
		strings.ToLower(s.Bucket) != s.Bucket || base.Scheme == "https" && strings.Contains(s.Bucket, ".")
}

func (o *Opener) resolveURL(ref string) (*target, error) {
	if !o.cfg.URLInputs {
		return nil, ErrURLInputsOff
	}
	u, err := o.checkURL(ref)
	if err != nil {
		return nil, err
	}
	shown := redactURL(u.String())
	t := &target{ref: shown, url: u, facts: Facts{Name: lastSegment(u.Path), URL: shown}}
	if u.RawQuery != "" {
		t.expires = presignedExpiry(u.Query())
	}
	return t, nil
}

// checkURL has the guard parse and judge a URL, and hides from the caller which of its checks
// refused an address.
func (o *Opener) checkURL(raw string) (*url.URL, error) {
	u, err := o.guard.CheckURL(raw)
	switch {
	case errors.Is(err, netguard.ErrDenied):
		return nil, ErrDenied
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrBadRef, err)
	}
	return u, nil
}

// presignedExpiry returns when a presigned URL runs out, or the zero time. Expires is a Unix
// time (OSS V1, S3 V2); V4 signatures carry a date and a number of seconds.
func presignedExpiry(q url.Values) time.Time {
	lower := make(map[string]string, len(q))
	for name, values := range q {
		lower[strings.ToLower(name)] = values[0]
	}
	if sec, err := strconv.ParseInt(lower["expires"], 10, 64); err == nil && lower["signature"] != "" {
		return time.Unix(sec, 0)
	}
	for _, prefix := range []string{"x-amz-", "x-oss-", "x-goog-"} {
		if lower[prefix+"date"] == "" {
			continue
		}
		date, err := time.Parse("20060102T150405Z", lower[prefix+"date"])
		sec, err2 := strconv.ParseInt(lower[prefix+"expires"], 10, 32)
		if err == nil && err2 == nil {
			return date.Add(time.Duration(sec) * time.Second)
		}
	}
	return time.Time{}
}

// escapeKey encodes everything but the unreserved characters of RFC 3986, 2.3, and the slash,
// which is what both signature schemes hash.
func escapeKey(key string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for _, c := range []byte(key) {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte("-._~/", c) >= 0:
			b.WriteByte(c)
		default:
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		}
	}
	return b.String()
}

func hasDotSegment(key string) bool {
	for seg := range strings.SplitSeq(key, "/") {
		if seg == "." || seg == ".." {
			return true
		}
	}
	return false
}

// lastSegment returns what follows the last slash that something follows.
func lastSegment(path string) string {
	path = strings.TrimRight(path, "/")
	return path[strings.LastIndexByte(path, '/')+1:]
}

func truncate(s string, n int) string {
	if len(s) > n {
		return strings.ToValidUTF8(s[:n], "") + "…"
	}
	return s
}

// redactRef is a reference fit for an error text even when it could not be resolved.
func redactRef(ref string) string { return truncate(redactURL(ref), 256) }

// Canonical spells a reference in one way: a bucket's URL like the oss:// reference to the same object, and
// scheme and host in lower case. Two references with one spelling are the same object; queries are kept.
func Canonical(ref string) string {
	scheme, rest, found := strings.Cut(ref, "://")
	if !found {
		return ref
	}
	scheme = strings.ToLower(scheme)
	if scheme == "http" || scheme == "https" {
		if bucket, _, key, ok := cutBucketURL(rest); ok {
			return "oss://" + bucket + "/" + key
		}
		host, path, slash := strings.Cut(rest, "/")
		if slash {
			path = "/" + path
		}
		rest = strings.ToLower(host) + path
	}
	return scheme + "://" + rest
}
