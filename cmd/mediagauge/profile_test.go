package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// file writes a file and the folders above it.
func file(t *testing.T, mode os.FileMode, text string, path ...string) {
	t.Helper()
	name := filepath.Join(path...)
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(name, mode); err != nil { // whatever the umask is
		t.Fatal(err)
	}
}

const profiles = `
[default]
endpoint = "http://default:1"
access_key_id = "default-id"
access_key_secret = "default-secret"
[staging]
endpoint = "http://staging:2"
access_key_id = "staging-id"
access_key_secret = "staging-secret"
[address]
endpoint = "http://address:3"
[half]
access_key_id = "half-id"
`

func TestResolve(t *testing.T) {
	t.Parallel()
	const noProfiles, profilesOnly, rootOnly = "", "profiles", "root"
	for _, c := range []struct {
		name, files string // files: which exist
		env         string // NAME=value, split at spaces
		args        string
		want        string // endpoint, id and secret, or the error
	}{
		{"flags", "profiles root", "ACCESS_KEY_ID=e ACCESS_KEY_SECRET=es ENDPOINT=http://env", "--access-key-id f --access-key-secret fs --endpoint http://flag",
			"http://flag f fs"},
		{"flag id, env secret", "root", "ACCESS_KEY_SECRET=es", "--access-key-id f", "http://root:4 f es"},
		{"env", "profiles root", "ACCESS_KEY_ID=e ACCESS_KEY_SECRET=es", "", "http://default:1 e es"},
		{"named profile before env", "profiles root", "ACCESS_KEY_ID=e ACCESS_KEY_SECRET=es ENDPOINT=http://env", "--profile staging", "http://staging:2 staging-id staging-secret"},
		{"env before its profile", "profiles", "PROFILE=staging ENDPOINT=http://env", "", "http://env staging-id staging-secret"},
		{"default profile", "profiles root", "", "", "http://default:1 default-id default-secret"},
		{"profile without key", "profiles root", "", "--profile address", "http://address:3 root-id root-secret"},
		{"root key", rootOnly, "", "", "http://root:4 root-id root-secret"},
		{"data dir by flag", noProfiles, "", "--data-dir DIR/other", "http://127.0.0.1:8080 other-id other-secret"},
		{"id without secret", "profiles root", "ACCESS_KEY_ID=e", "", "an access key needs both its id and its secret: only one is in MEDIAGAUGE_ACCESS_KEY_ID and MEDIAGAUGE_ACCESS_KEY_SECRET"},
		{"half a profile", profilesOnly, "", "--profile half", `an access key needs both its id and its secret: only one is in profile "half" of DIR/.config/mediagauge/profiles.toml`},
		{"unknown profile", profilesOnly, "", "--profile nope", `profile "nope": no such section in DIR/.config/mediagauge/profiles.toml`},
		{"no profile file", noProfiles, "", "--profile nope", `profile "nope": open DIR/.config/mediagauge/profiles.toml: no such file or directory`},
		{"nothing", noProfiles, "", "", `no access key: looked at --access-key-id and --access-key-secret; MEDIAGAUGE_ACCESS_KEY_ID and MEDIAGAUGE_ACCESS_KEY_SECRET; profile "default" of DIR/.config/mediagauge/profiles.toml (no such file); DIR/data/root-key.toml (no such file)`},
		{"not TOML", "broken", "", "", "no access key: looked at --access-key-id and --access-key-secret; MEDIAGAUGE_ACCESS_KEY_ID and MEDIAGAUGE_ACCESS_KEY_SECRET; profile \"default\" of DIR/.config/mediagauge/profiles.toml (no such file); DIR/data/root-key.toml:2:21: not the TOML that is expected here"},
		{"other place of profiles", noProfiles, "XDG_CONFIG_HOME=DIR/xdg", "", "http://127.0.0.1:8080 xdg-id xdg-secret"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, nil)
			home, _ := b.home()
			here := func(s string) string { return strings.ReplaceAll(s, "DIR", home) }
			b.env = map[string]string{"MEDIAGAUGE_DATA_DIR": here("DIR/data")}
			for _, pair := range strings.Fields(c.env) {
				name, value, _ := strings.Cut(pair, "=")
				if name != "XDG_CONFIG_HOME" {
					name = "MEDIAGAUGE_" + name
				}
				b.env[name] = here(value)
			}
			if strings.Contains(c.files, "profiles") {
				file(t, 0o600, profiles, home, ".config", "mediagauge", "profiles.toml")
			}
			if strings.Contains(c.files, "root") {
				file(t, 0o600, "access_key_id = 'root-id'\naccess_key_secret = 'root-secret'\n", home, "data", "root-key.toml")
				file(t, 0o600, "http://root:4\n", home, "data", "endpoint")
			}
			if strings.Contains(c.files, "broken") {
				file(t, 0o600, "access_key_id = 'x'\naccess_key_secret = hush\n", home, "data", "root-key.toml")
			}
			file(t, 0o600, "access_key_id = 'other-id'\naccess_key_secret = 'other-secret'\n", home, "other", "root-key.toml")
			file(t, 0o600, "[default]\naccess_key_id = 'xdg-id'\naccess_key_secret = 'xdg-secret'\n", home, "xdg", "mediagauge", "profiles.toml")

			conn := &connection{m: b.machine}
			cmd := &cobra.Command{}
			conn.addFlags(cmd)
			if err := cmd.ParseFlags(strings.Fields(here(c.args))); err != nil {
				t.Fatal(err)
			}
			var warned bytes.Buffer
			got, err := conn.resolve(&warned)
			text := got.Endpoint + " " + got.AccessKeyID + " " + got.AccessKeySecret
			if err != nil {
				text = err.Error()
			}
			if text != here(c.want) {
				t.Errorf("got  %s\nwant %s", text, here(c.want))
			}
			if warned.Len() > 0 {
				t.Errorf("warned: %s", warned.String())
			}
		})
	}
}

func TestProfileThatOthersRead(t *testing.T) {
	t.Parallel()
	f := newFakeServer(t, sampleJob(1, "Init"))
	b := newBench(t, f)
	home, _ := b.home()
	file(t, 0o640, profiles, home, ".config", "mediagauge", "profiles.toml")
	path := filepath.Join(home, ".config", "mediagauge", "profiles.toml")
	got := b.run(t, "job", "list", "-o", "ids", "--profile", "staging", "--endpoint", f.http.URL)
	if want := "mediagauge: warning: " + path + " holds secrets and others may read it (mode 0640): chmod 600 " + path + "\n"; got.stderr != want || got.err != nil {
		t.Errorf("got %s\nwant the warning %s", got, want)
	}
	if calls := f.calls("ListMediaInfoJobs"); len(calls) != 1 || calls[0].key != "staging-id" {
		t.Errorf("called %v", calls)
	}
}

func TestBadEndpoint(t *testing.T) {
	t.Parallel()
	got := newBench(t, nil).run(t, "pipeline", "list", "--endpoint", "ftp://h")
	if got.code() != 2 || got.err.Error() != "endpoint: want http://host:port or https://host" {
		t.Errorf("got %s", got)
	}
}
