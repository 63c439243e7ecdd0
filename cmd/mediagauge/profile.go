package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/spf13/cobra"

	"github.com/mediagauge/mediagauge/internal/client"
)

const (
	defaultEndpoint = "http://127.0.0.1:8080"
	defaultDataDir  = "./mediagauge-data"
	defaultProfile  = "default"
)

// connection finds out which server a command talks to and with which access key.
type connection struct {
	m *machine

	// flags
	endpoint, keyID, keySecret, token, profile, dataDir string

	user *string // of the commands about keys
}

// credentials are one place's say about server and key; fields that it leaves out are empty.
type credentials struct {
	Endpoint        string `toml:"endpoint"`
	AccessKeyID     string `toml:"access_key_id"`
	AccessKeySecret string `toml:"access_key_secret"`
	SecurityToken   string `toml:"security_token"` // of a temporary key

	where string // for people
}

func (c *connection) addFlags(cmd *cobra.Command) {
	f := cmd.PersistentFlags()
	f.StringVar(&c.endpoint, "endpoint", "", "server to call, such as "+defaultEndpoint+" (env MEDIAGAUGE_ENDPOINT)")
	f.StringVar(&c.keyID, "access-key-id", "", "id of the access key (env MEDIAGAUGE_ACCESS_KEY_ID)")
	f.StringVar(&c.keySecret, "access-key-secret", "", "its secret; the environment hides it from other users, the command line does not (env MEDIAGAUGE_ACCESS_KEY_SECRET)")
	f.StringVar(&c.token, "security-token", "", "token of a temporary key (env MEDIAGAUGE_SECURITY_TOKEN)")
	f.StringVar(&c.profile, "profile", "", "section of profiles.toml in ~/.config/mediagauge to take endpoint and key from, such as staging (env MEDIAGAUGE_PROFILE)")
	f.StringVar(&c.dataDir, "data-dir", "", "data folder of a server on this machine, whose root key is used when no other is given, such as "+defaultDataDir+" (env MEDIAGAUGE_DATA_DIR)")
}

// dial makes the client for a command.
func (c *connection) dial(cmd *cobra.Command) (*client.Client, error) {
	return c.dialWith(cmd, client.Config{})
}

// dialWith is dial with more of the client's settings.
func (c *connection) dialWith(cmd *cobra.Command, more client.Config) (*client.Client, error) {
	found, err := c.resolve(cmd.ErrOrStderr())
	if err != nil {
		return nil, err
	}
	more.Endpoint = found.Endpoint
	more.AccessKeyID = found.AccessKeyID
	more.AccessKeySecret = found.AccessKeySecret
	more.SecurityToken = found.SecurityToken
	more.UserAgent = "mediagauge-cli"
	more.RetryPause = c.m.retryPause
	cl, err := client.New(more)
	if err != nil {
		return nil, usageError{err}
	}
	return cl, nil
}

// resolve looks at flags, the profile that a flag names, the environment, the profile that the
// environment names (or "default"), and the data folder of a local server. The first that has
// an endpoint gives the endpoint; the first that has a key gives the key, id and secret both.
func (c *connection) resolve(warn io.Writer) (credentials, error) {
	env := credentials{
		Endpoint:        c.m.getenv("MEDIAGAUGE_ENDPOINT"),
		AccessKeyID:     c.m.getenv("MEDIAGAUGE_ACCESS_KEY_ID"),
		AccessKeySecret: c.m.getenv("MEDIAGAUGE_ACCESS_KEY_SECRET"),
		SecurityToken:   c.m.getenv("MEDIAGAUGE_SECURITY_TOKEN"),
		where:           "MEDIAGAUGE_ACCESS_KEY_ID and MEDIAGAUGE_ACCESS_KEY_SECRET",
	}
	flags := credentials{Endpoint: c.endpoint, AccessKeyID: c.keyID, AccessKeySecret: c.keySecret, SecurityToken: c.token,
		where: "--access-key-id and --access-key-secret"}
	if flags.hasKey() { // so that the secret can stay off the command line
		flags.AccessKeyID = cmp.Or(flags.AccessKeyID, env.AccessKeyID)
		flags.AccessKeySecret = cmp.Or(flags.AccessKeySecret, env.AccessKeySecret)
		if flags.AccessKeyID == env.AccessKeyID {
			flags.SecurityToken = cmp.Or(flags.SecurityToken, env.SecurityToken)
		}
	}
	profile, err := c.readProfile(warn)
	if err != nil {
		return credentials{}, err
	}
	places := []credentials{flags, env, profile}
	if c.profile != "" {
		places = []credentials{flags, profile, env}
	}
	places = append(places, c.readDataDir())

	out := credentials{Endpoint: defaultEndpoint}
	for _, p := range places {
		if p.Endpoint != "" {
			out.Endpoint = p.Endpoint
			break
		}
	}
	var looked []string
	for _, p := range places {
		if p.hasKey() {
			if p.AccessKeyID == "" || p.AccessKeySecret == "" {
				return out, usageErrorf("an access key needs both its id and its secret: only one is in %s", p.where)
			}
			out.AccessKeyID, out.AccessKeySecret, out.SecurityToken = p.AccessKeyID, p.AccessKeySecret, p.SecurityToken
			return out, nil
		}
		looked = append(looked, p.where)
	}
	return out, usageErrorf("no access key: looked at %s", strings.Join(looked, "; "))
}

func (c credentials) hasKey() bool { return c.AccessKeyID != "" || c.AccessKeySecret != "" }

// readProfile reads the chosen section. A profile that was asked for must be there; the default
// one need not.
func (c *connection) readProfile(warn io.Writer) (credentials, error) {
	name := cmp.Or(c.profile, c.m.getenv("MEDIAGAUGE_PROFILE"))
	must := name != ""
	name = cmp.Or(name, defaultProfile)

	path, err := c.profilePath()
	where := fmt.Sprintf("profile %q of %s", name, path)
	if err != nil {
		if must {
			return credentials{}, fmt.Errorf("profile %q: %w", name, err)
		}
		return credentials{where: fmt.Sprintf("profile %q (%v)", name, err)}, nil
	}
	sections := map[string]credentials{}
	switch err := readTOML(path, &sections); {
	case errors.Is(err, fs.ErrNotExist) && !must:
		return credentials{where: where + " (no such file)"}, nil
	case err != nil && must:
		return credentials{}, fmt.Errorf("profile %q: %w", name, err)
	case err != nil:
		return credentials{where: fmt.Sprintf("profile %q (%v)", name, err)}, nil
	}
	if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o077 != 0 {
		_, _ = fmt.Fprintf(warn, "mediagauge: warning: %s holds secrets and others may read it (mode %04o): chmod 600 %s\n", path, info.Mode().Perm(), path)
	}
	found, ok := sections[name]
	switch {
	case !ok && must:
		return credentials{}, usageErrorf("profile %q: no such section in %s", name, path)
	case !ok:
		where += " (no such section)"
	case !found.hasKey():
		where += " (no key in it)"
	}
	found.where = where
	return found, nil
}

func (c *connection) profilePath() (string, error) {
	dir := c.m.getenv("XDG_CONFIG_HOME")
	if !filepath.IsAbs(dir) { // XDG base directory specification: relative paths are ignored
		home, err := c.m.home()
		if err != nil {
			return "", err
		}
		dir = filepath.Join(home, ".config")
	}
	return filepath.Join(dir, "mediagauge", "profiles.toml"), nil
}

// readDataDir takes what a server that was started on this machine left in its data folder.
func (c *connection) readDataDir() credentials {
	dir := cmp.Or(c.dataDir, c.m.getenv("MEDIAGAUGE_DATA_DIR"), defaultDataDir)
	path := filepath.Join(dir, "root-key.toml")
	var found credentials
	err := readTOML(path, &found)
	found.where = path
	switch {
	case errors.Is(err, fs.ErrNotExist):
		found.where += " (no such file)"
	case err != nil:
		found = credentials{where: err.Error()} // nothing of what was read before the fault
	case !found.hasKey():
		found.where += " (no key in it)"
	}
	found.Endpoint = ""
	if line, err := readSmall(filepath.Join(dir, "endpoint")); err == nil {
		found.Endpoint = strings.TrimSpace(string(line))
	}
	return found
}

// readTOML never repeats the file's text in an error: it holds secrets.
func readTOML(path string, into any) error {
	data, err := readSmall(path)
	if err != nil {
		return err
	}
	if err := toml.Unmarshal(data, into); err != nil {
		if at, ok := errors.AsType[*toml.DecodeError](err); ok {
			line, column := at.Position()
			return fmt.Errorf("%s:%d:%d: not the TOML that is expected here", path, line, column)
		}
		return fmt.Errorf("%s: not the TOML that is expected here", path)
	}
	return nil
}

// readSmall reads a file of at most 1 MiB.
func readSmall(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return io.ReadAll(io.LimitReader(f, 1<<20))
}
