package source

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/mediagauge/mediagauge/internal/netguard"
)

// The kinds of Storage.
const (
	KindOSS  = "oss"  // Alibaba Cloud OSS and what signs like it
	KindS3   = "s3"   // S3 and what signs like it
	KindHTTP = "http" // a plain HTTP root, read without a signature
)

// Storage is one bucket that an account may read. Its credentials are used for that bucket's
// endpoint only.
type Storage struct {
	Bucket          string
	Kind            string // KindOSS, KindS3 or KindHTTP
	Endpoint        string // base URL or host; empty: the vendor's public endpoint of Region
	Region          string // empty: Config.Region
	AccessKeyID     string // empty: requests go unsigned
	AccessKeySecret string
	SecurityToken   string
	PathStyle       bool   // http://endpoint/bucket/key; always so for addresses and localhost
	Root            string // base URL of a KindHTTP storage
}

// bucketName is OSS's rule, which S3's is close to; dots and capitals are legal in old S3
// buckets and harmless.
var bucketName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]$`)

var regionName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

// Validate reports the first thing that makes s unusable. It does not judge addresses: the
// guard does, when they are dialled.
func (s Storage) Validate() error {
	if !bucketName.MatchString(s.Bucket) {
		return fmt.Errorf("storage: bad bucket name %q", s.Bucket)
	}
	if s.Region != "" && !regionName.MatchString(s.Region) {
		return fmt.Errorf("storage %q: bad region %q", s.Bucket, s.Region)
	}
	if (s.AccessKeyID == "") != (s.AccessKeySecret == "") {
		return fmt.Errorf("storage %q: access key id and secret go together", s.Bucket)
	}
	switch s.Kind {
	case KindOSS, KindS3:
		if s.Root != "" {
			return fmt.Errorf("storage %q: a root is for kind %q", s.Bucket, KindHTTP)
		}
	case KindHTTP:
		if s.Root == "" || s.AccessKeyID != "" {
			return fmt.Errorf("storage %q: kind %q takes a root and no access key", s.Bucket, KindHTTP)
		}
	default:
		return fmt.Errorf("storage %q: unknown kind %q", s.Bucket, s.Kind)
	}
	if _, err := s.base("any"); err != nil {
		return fmt.Errorf("storage %q: %w", s.Bucket, err)
	}
	return nil
}

// base returns the URL that keys are added to. region stands in for an empty Region.
func (s Storage) base(region string) (*url.URL, error) {
	raw := s.Endpoint
	if s.Region != "" {
		region = s.Region
	}
	switch {
	case s.Kind == KindHTTP:
		raw = s.Root
	case raw == "" && s.Kind == KindOSS:
		raw = "https://oss-" + region + ".aliyuncs.com"
	case raw == "":
		raw = "https://s3." + region + ".amazonaws.com"
	case !strings.Contains(raw, "://"):
		raw = "https://" + raw
	}
	u, err := netguard.ParseURL(raw)
	if err != nil {
		return nil, err
	}
	if u.RawQuery != "" || s.Kind != KindHTTP && strings.Trim(u.Path, "/") != "" {
		return nil, errors.New("endpoint has a path or a query")
	}
	return u, nil
}

// String, GoString and LogValue leave the credentials out.
func (s Storage) String() string {
	return fmt.Sprintf("storage %q kind %s endpoint %q region %q signed %t",
		s.Bucket, s.Kind, redactURL(s.Endpoint+s.Root), s.Region, s.AccessKeyID != "")
}

// GoString is String: %#v must not print a secret either.
func (s Storage) GoString() string { return s.String() }

// LogValue is String as a slog value.
func (s Storage) LogValue() slog.Value { return slog.StringValue(s.String()) }

// Config is what an Opener may read and how much that may take.
type Config struct {
	Storages  []Storage
	URLInputs bool   // whether plain http(s) URLs are accepted
	Region    string // of this service; names the vendor's hosts

	MaxRequests int           // HTTP requests per Object, redirects included
	MaxBytes    int64         // body bytes per Object
	Deadline    time.Duration // from Open to the last read
	BodyTimeout time.Duration // one range request from first to last byte
	MinRate     int64         // bytes per second a body must reach over each RateWindow
	RateWindow  time.Duration
	Parallel    int // requests of one Object in flight

	HTTP      netguard.Options            // timeouts and limits of the client
	OnFailure func(ref string, err error) // operator's view of each failure, unredacted causes; may be nil
	Now       func() time.Time            // nil: time.Now
}

// DefaultConfig accepts URL inputs and knows no storage.
func DefaultConfig() Config {
	return Config{
		URLInputs:   true,
		Region:      "cn-shanghai",
		MaxRequests: 400,
		MaxBytes:    64 << 20,
		Deadline:    120 * time.Second,
		BodyTimeout: 60 * time.Second,
		MinRate:     8 << 10,
		RateWindow:  10 * time.Second,
		Parallel:    16,
	}
}

// Validate reports the first setting that cannot work.
func (c Config) Validate() error {
	seen := map[string]bool{}
	for _, s := range c.Storages {
		if err := s.Validate(); err != nil {
			return err
		}
		if seen[s.Bucket] {
			return fmt.Errorf("storage: bucket %q listed twice", s.Bucket)
		}
		seen[s.Bucket] = true
	}
	if !regionName.MatchString(c.Region) {
		return fmt.Errorf("source: bad region %q", c.Region)
	}
	if c.MaxRequests < 1 || c.MaxBytes < 1 || c.Parallel < 1 || c.MinRate < 0 {
		return errors.New("source: budgets must be positive")
	}
	if c.Deadline <= 0 || c.BodyTimeout <= 0 || c.RateWindow <= 0 {
		return errors.New("source: timeouts must be positive")
	}
	return nil
}
