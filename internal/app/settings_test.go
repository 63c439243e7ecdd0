package app

import (
	"os"
	"strings"
	"testing"
	"time"
)

// load merges the given layers; file "" means no configuration file.
func load(flags, env map[string]string, file string) (Settings, error) {
	if file != "" {
		if flags == nil {
			flags = map[string]string{}
		}
		flags["config"] = "test.toml"
	}
	return Load(Source{
		Flags:  flags,
		Getenv: func(k string) (string, bool) { v, ok := env[k]; return v, ok },
		Read: func(path string) ([]byte, error) {
			if file == "" {
				return nil, os.ErrNotExist
			}
			return []byte(file), nil
		},
	})
}

func TestLoadOrder(t *testing.T) {
	t.Parallel()
	file := "workers = 3\nregion = \"cn-beijing\"\nlog-level = \"debug\"\nurl-inputs = false\n"
	s, err := load(map[string]string{"workers": "5"}, map[string]string{"MEDIAGAUGE_WORKERS": "4", "MEDIAGAUGE_REGION": "us-west-1"}, file)
	if err != nil {
		t.Fatal(err)
	}
	if s.Workers != 5 || s.Region != "us-west-1" || s.LogLevel != "debug" || s.URLInputs {
		t.Errorf("workers %d (flag 5), region %q (environment us-west-1), log level %q (file debug), url inputs %v (file false)",
			s.Workers, s.Region, s.LogLevel, s.URLInputs)
	}
	if s.JobTimeout != 120*time.Second || s.Listen != "127.0.0.1:8080" {
		t.Errorf("defaults: job timeout %v, listen %q", s.JobTimeout, s.Listen)
	}
}

func TestLoadStorages(t *testing.T) {
	t.Parallel()
	s, err := load(nil, nil, `
[[storage]]
bucket = "uploads"
kind = "s3"
endpoint = "http://127.0.0.1:9000"
region = "us-east-1"
path-style = true
access-key-id = "id"
access-key-secret = "secret"

[[storage]]
bucket = "assets"
kind = "http"
root = "https://media.example.com/assets"
`)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Storages) != 2 || s.Storages[0].AccessKeySecret != "secret" || !s.Storages[0].PathStyle || s.Storages[1].Root == "" {
		t.Errorf("storages %v", s.Storages)
	}
}

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		flags, env map[string]string
		file       string
		want       []string
	}{
		"flag out of range":  {flags: map[string]string{"workers": "-1"}, want: []string{"--workers", "0 to 4096"}},
		"bad environment":    {env: map[string]string{"MEDIAGAUGE_JOB_TIMEOUT": "soon"}, want: []string{"MEDIAGAUGE_JOB_TIMEOUT", "such as 10s"}},
		"bad word":           {flags: map[string]string{"engine": "magic"}, want: []string{"--engine", "auto, native, ffprobe"}},
		"bad account":        {env: map[string]string{"MEDIAGAUGE_ACCOUNT_ID": "me"}, want: []string{"MEDIAGAUGE_ACCOUNT_ID"}},
		"unknown file key":   {file: "wrokers = 3\n", want: []string{"test.toml", "wrokers"}},
		"bad file value":     {file: "workers = \"many\"\n", want: []string{"workers", "test.toml"}},
		"not toml":           {file: "workers: 3", want: []string{"test.toml"}},
		"bad storage":        {file: "[[storage]]\nbucket = \"x\"\nkind = \"s3\"\n", want: []string{"storage 1"}},
		"half a key":         {env: map[string]string{"MEDIAGAUGE_ACCESS_KEY_ID": "id"}, want: []string{"MEDIAGAUGE_ACCESS_KEY_SECRET"}},
		"unserved database":  {env: map[string]string{"MEDIAGAUGE_DATABASE": "mysql://u:hunter2@db/x?password=hunter2"}, want: []string{"MEDIAGAUGE_DATABASE", "postgres://"}},
		"short master key":   {env: map[string]string{"MEDIAGAUGE_MASTER_KEY": "hunter2"}, want: []string{"MEDIAGAUGE_MASTER_KEY", "64 hexadecimal digits"}},
		"unknown role":       {flags: map[string]string{"roles": "api,cook"}, want: []string{"--roles", "cook", "api, worker and callback"}},
		"unserved role":      {flags: map[string]string{"roles": "api"}, want: []string{"roles", "all", "PostgreSQL"}},
		"unreadable boolean": {flags: map[string]string{"url-inputs": "perhaps"}, want: []string{"--url-inputs", "true or false"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := load(c.flags, c.env, c.file)
			if err == nil {
				t.Fatal("accepted")
			}
			for _, w := range c.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("error %q does not say %q", err, w)
				}
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("error %q shows a password", err)
			}
		})
	}
}

func TestTable(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, row := range Table {
		var s Settings
		if err := row.set(&s, row.Default); err != nil {
			t.Errorf("%s: default: %v", row.Name, err)
		}
		if seen[row.Name] || row.Doc == "" {
			t.Errorf("%s: twice in the table, or without a meaning", row.Name)
		}
		seen[row.Name] = true
	}
}
