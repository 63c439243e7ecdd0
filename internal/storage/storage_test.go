package storage

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/netguard"
	"github.com/mediagauge/mediagauge/internal/source"
	"github.com/mediagauge/mediagauge/internal/store/sqlite"
)

// boxes stands for sealing: readable by nobody who looks for a text.
type boxes struct{}

func (boxes) Seal(name, secret string) []byte {
	b := []byte(name + "\x00" + secret)
	for i := range b {
		b[i] ^= 0x5a
	}
	return b
}

func (boxes) Open(name string, sealed []byte) (string, error) {
	b := bytes.Clone(sealed)
	for i := range b {
		b[i] ^= 0x5a
	}
	text, ok := strings.CutPrefix(string(b), name+"\x00")
	if !ok {
		return "", errors.New("sealed for another name")
	}
	return text, nil
}

const (
	mine   job.AccountID = 1
	theirs job.AccountID = 2
)

func newManager(t *testing.T, fixed ...source.Storage) (*Manager, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "test.db")
	st, err := sqlite.Open(t.Context(), path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	o, err := source.New(source.DefaultConfig(), netguard.New(netguard.Allow{}))
	if err != nil {
		t.Fatal(err)
	}
	return New(Config{Store: st, Sealer: boxes{}, Opener: o, Fixed: fixed, Account: mine}), path
}

// TestOpenersKnowTheirAccountsOnly: what one account added is nothing in another, and what is removed is
// gone at once.
func TestOpenersKnowTheirAccountsOnly(t *testing.T) {
	t.Parallel()
	m, path := newManager(t, source.Storage{Bucket: "fixed", Kind: source.KindOSS})
	const canary = "canary-secret"
	s := Storage{Storage: source.Storage{Bucket: "added", Kind: source.KindS3, Endpoint: "https://s3.example.com", AccessKeyID: "canary-id", AccessKeySecret: canary}}
	if err := m.Add(t.Context(), mine, s); err != nil {
		t.Fatal(err)
	}
	check := func(account job.AccountID, want string) {
		t.Helper()
		o, err := m.Opener(t.Context(), account)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, bucket := range []string{"fixed", "added", "absent"} {
			if o.Check("oss://"+bucket+"/a.mp4") == nil {
				got += bucket + " "
			}
		}
		if got != want {
			t.Errorf("account %d reads %q, want %q", account, got, want)
		}
	}
	check(mine, "fixed added ")
	check(theirs, "")
	if err := m.Remove(t.Context(), theirs, "added"); !errors.Is(err, ErrNotFound) {
		t.Fatal(err)
	}
	if err := m.Add(t.Context(), theirs, s); err != nil {
		t.Fatal(err)
	}
	check(theirs, "added ")
	if err := m.Remove(t.Context(), mine, "added"); err != nil {
		t.Fatal(err)
	}
	check(mine, "fixed ")
	check(theirs, "added ")
	files, err := filepath.Glob(path + "*")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, []byte("canary")) || bytes.Contains(b, []byte("s3.example.com")) {
			t.Errorf("%s holds what should be sealed", filepath.Base(f))
		}
	}
}

func TestLimit(t *testing.T) {
	t.Parallel()
	m, _ := newManager(t)
	for i := range most {
		if err := m.Add(t.Context(), mine, Storage{Storage: source.Storage{Bucket: fmt.Sprint("bucket", i), Kind: source.KindOSS}}); err != nil {
			t.Fatal(err)
		}
	}
	var limit *LimitError
	if err := m.Add(t.Context(), mine, Storage{Storage: source.Storage{Bucket: "one-more", Kind: source.KindOSS}}); !errors.As(err, &limit) {
		t.Fatal(err)
	}
	all, err := m.List(t.Context(), mine)
	if err != nil || len(all) != most {
		t.Fatalf("%d, %v", len(all), err)
	}
}
