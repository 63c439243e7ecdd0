package app

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"github.com/mediagauge/mediagauge/internal/auth"
	"github.com/mediagauge/mediagauge/internal/netguard"
	"github.com/mediagauge/mediagauge/internal/source"
)

// Settings is the whole configuration. Each field but Storages is one row of the table in
// settings_tables.go, which also says its flag, its environment variable and its default.
type Settings struct {
	Listen           string
	DataDir          string
	Database         string
	MasterKey        string
	ConfigFile       string
	Roles            string
	Demo             bool
	AccessKeyID      string
	AccessKeySecret  string
	AccountID        int64
	Region           string
	SourceAllow      string
	QueueEndpoint    string
	QueueKeyID       string
	QueueKeySecret   string
	QueuePlain       bool
	CallbackAllow    string
	URLInputs        bool
	SourceMaxBytes   int64
	SourceMaxReqs    int
	Workers          int
	Engine           string
	FFprobe          string
	FFprobeContained string
	FFprobeTimeout   time.Duration
	JobTimeout       time.Duration
	Limits           string
	MaxOpenJobs      int
	RetentionDays    int
	RequireTLS       bool
	LogLevel         string
	LogFormat        string

	Storages []source.Storage // from the file only
}

// Setting is one row of the configuration table.
type Setting struct {
	Name    string // flag; the environment variable is MEDIAGAUGE_ and this in capitals with _
	Default string
	Doc     string
	Secret  bool // never printed, and not offered as a flag
	set     func(*Settings, string) error
}

// Env returns the name of the environment variable.
func (s Setting) Env() string {
	return "MEDIAGAUGE_" + strings.ToUpper(strings.ReplaceAll(s.Name, "-", "_"))
}

// Source is where values come from, in rising order of weight: defaults, file, environment, flags.
type Source struct {
	Flags  map[string]string            // flag name to value, only those given
	Getenv func(string) (string, bool)  // os.LookupEnv
	Read   func(string) ([]byte, error) // os.ReadFile
}

// Load merges defaults, file, environment and flags, and checks the result. Errors name the
// flag, variable or file key at fault.
func Load(src Source) (Settings, error) {
	var s Settings
	file, err := src.file(&s)
	if err != nil {
		return s, err
	}
	for _, row := range Table {
		value, where := row.Default, "default of "+row.Name
		if v, ok := file[row.Name]; ok {
			value, where = v, "key "+row.Name+" of "+src.path()
		}
		if v, ok := src.Getenv(row.Env()); ok {
			value, where = v, row.Env()
		}
		if v, ok := src.Flags[row.Name]; ok {
			value, where = v, "--"+row.Name
		}
		if err := row.set(&s, value); err != nil {
			return s, fmt.Errorf("%s: %w", where, err)
		}
	}
	return s, s.validate()
}

// path returns the configuration file to read, "" for none.
func (src Source) path() string {
	if v, ok := src.Flags["config"]; ok {
		return v
	}
	v, _ := src.Getenv("MEDIAGAUGE_CONFIG")
	return v
}

// file reads the configuration file into plain strings, and the storages into s.
func (src Source) file(s *Settings) (map[string]string, error) {
	path := src.path()
	if path == "" {
		return nil, nil
	}
	read := src.Read
	if read == nil {
		read = os.ReadFile
	}
	data, err := read(path)
	if err != nil {
		return nil, fmt.Errorf("configuration file: %w", err)
	}
	var raw map[string]any
	if err := toml.Unmarshal(data, &raw); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	known := map[string]bool{"storage": true}
	for _, row := range Table {
		known[row.Name] = true
	}
	values := map[string]string{}
	for key, v := range raw {
		if !known[key] {
			return nil, fmt.Errorf("%s: unknown key %q", path, key)
		}
		if key != "storage" {
			values[key] = fmt.Sprint(v)
		}
	}
	if s.Storages, err = storages(data); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return values, nil
}

// storageFile is how a bucket is written in the file.
type storageFile struct {
	Storage []struct {
		Bucket          string `toml:"bucket"`
		Kind            string `toml:"kind"`
		Endpoint        string `toml:"endpoint"`
		Region          string `toml:"region"`
		Root            string `toml:"root"`
		PathStyle       bool   `toml:"path-style"`
		AccessKeyID     string `toml:"access-key-id"`
		AccessKeySecret string `toml:"access-key-secret"`
		SecurityToken   string `toml:"security-token"`
	} `toml:"storage"`
}

func storages(data []byte) ([]source.Storage, error) {
	var f storageFile
	if err := toml.Unmarshal(data, &f); err != nil {
		return nil, err
	}
	var out []source.Storage
	for n, st := range f.Storage {
		s := source.Storage{
			Bucket: st.Bucket, Kind: st.Kind, Endpoint: st.Endpoint, Region: st.Region, Root: st.Root, PathStyle: st.PathStyle,
			AccessKeyID: st.AccessKeyID, AccessKeySecret: st.AccessKeySecret, SecurityToken: st.SecurityToken,
		}
		if err := s.Validate(); err != nil {
			return nil, fmt.Errorf("storage %d (%q): %w", n+1, st.Bucket, err)
		}
		out = append(out, s)
	}
	return out, nil
}

func (s *Settings) validate() error {
	if (s.AccessKeyID == "") != (s.AccessKeySecret == "") {
		return fmt.Errorf("MEDIAGAUGE_ACCESS_KEY_ID and MEDIAGAUGE_ACCESS_KEY_SECRET go together: set both or none")
	}
	if r, err := parseRoles(s.Roles); err != nil || s.Database == "" && r != (roles{true, true, true}) {
		return fmt.Errorf("roles %q: with SQLite one process runs all roles; several nodes share a PostgreSQL, see database", s.Roles)
	}
	return nil
}

// The parsers of single values.

func text(p func(*Settings) *string) func(*Settings, string) error {
	return func(s *Settings, v string) error { *p(s) = v; return nil }
}

// checked is text that a check must pass.
func checked(p func(*Settings) *string, check func(string) error) func(*Settings, string) error {
	return func(s *Settings, v string) error {
		if err := check(v); err != nil {
			return fmt.Errorf("%q: %w", v, err)
		}
		*p(s) = v
		return nil
	}
}

// hidden is checked text that no error repeats.
func hidden(p func(*Settings) *string, check func(string) error) func(*Settings, string) error {
	return func(s *Settings, v string) error {
		*p(s) = v
		return check(v)
	}
}

func checkMasterKey(v string) error {
	if v == "" {
		return nil
	}
	_, err := auth.NewSealer(v)
	return err
}

func checkListen(v string) error {
	_, port, err := net.SplitHostPort(v)
	if err != nil {
		return errors.New("want HOST:PORT, such as 127.0.0.1:8080")
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return errors.New("want a port from 0 to 65535")
	}
	return nil
}

func checkAllow(v string) error {
	_, err := netguard.ParseAllow(v)
	return err
}

func checkURL(v string) error {
	if v == "" {
		return nil
	}
	_, err := netguard.ParseURL(v)
	return err
}

func checkRegion(v string) error {
	c := source.DefaultConfig()
	c.Region = v
	return c.Validate()
}

func oneOf(p func(*Settings) *string, words ...string) func(*Settings, string) error {
	return func(s *Settings, v string) error {
		for _, w := range words {
			if v == w {
				*p(s) = v
				return nil
			}
		}
		return fmt.Errorf("%q: want one of %s", v, strings.Join(words, ", "))
	}
}

func number[T int | int64](p func(*Settings) *T, lo, hi int64) func(*Settings, string) error {
	return func(s *Settings, v string) error {
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil || n < lo || n > hi {
			return fmt.Errorf("%q: want a whole number from %d to %d", v, lo, hi)
		}
		*p(s) = T(n)
		return nil
	}
}

func boolean(p func(*Settings) *bool) func(*Settings, string) error {
	return func(s *Settings, v string) error {
		b, err := strconv.ParseBool(v)
		if err != nil {
			return fmt.Errorf("%q: want true or false", v)
		}
		*p(s) = b
		return nil
	}
}

func duration(p func(*Settings) *time.Duration, lo, hi time.Duration) func(*Settings, string) error {
	return func(s *Settings, v string) error {
		d, err := time.ParseDuration(v)
		if err != nil || d < lo || d > hi {
			return fmt.Errorf("%q: want a time from %s to %s, such as 10s", v, lo, hi)
		}
		*p(s) = d
		return nil
	}
}
