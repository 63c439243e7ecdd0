package auth

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/mediagauge/mediagauge/internal/sign"
	"github.com/mediagauge/mediagauge/internal/store"
)

func TestCreateKey(t *testing.T) {
	a, keys := rig(t, Config{})
	seen := map[string]bool{}
	for range 100 {
		id, secret, err := a.CreateKey(t.Context(), testOwner, "", "note")
		if err != nil {
			t.Fatal(err)
		}
		if !regexp.MustCompile(`^LTAI[A-Za-z0-9]{20}$`).MatchString(id) || !regexp.MustCompile(`^[A-Za-z0-9]{30}$`).MatchString(secret) {
			t.Fatalf("id %q, secret of %d characters", id, len(secret))
		}
		if seen[id] || seen[secret] {
			t.Fatal("made twice")
		}
		seen[id], seen[secret] = true, true
		if bytes.Contains(keys.keys[id].Sealed, []byte(secret)) {
			t.Fatal("secret is stored open")
		}
		r := requestV1(id, testNow, func(p map[string]string) { p["AccessKeyId"] = id })
		r.Query["Signature"] = sign.V1Signature(secret, sign.V1StringToSign("GET", r.Query))
		if got, err := a.Authenticate(t.Context(), r); err != nil || got.KeyID != id || got.Account != testOwner {
			t.Fatalf("got %+v, %v", got, err)
		}
	}
	list, err := a.ListKeys(t.Context(), testOwner)
	if err != nil || len(list) != 101 {
		t.Errorf("%d keys, %v", len(list), err)
	}
}

func TestManageKeys(t *testing.T) {
	ctx := t.Context()
	a, _ := rig(t, Config{})
	list, err := a.ListKeys(ctx, testOwner)
	if err != nil || len(list) != 1 || list[0] != (Key{ID: testKey, Account: testOwner, Active: true, Created: testNow, Note: "test"}) {
		t.Errorf("list %+v, %v", list, err)
	}
	for name, err := range map[string]error{
		"another account switches": a.SetKeyActive(ctx, testOwner+1, testKey, false),
		"another account deletes":  a.DeleteKey(ctx, testOwner+1, testKey),
		"unknown":                  a.DeleteKey(ctx, testOwner, "x"),
	} {
		if !errors.Is(err, ErrKeyNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := a.DeleteKey(ctx, testOwner, testKey); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Authenticate(ctx, requestV1("n", testNow, nil)); !errors.Is(err, ErrUnknownKey) {
		t.Errorf("after deletion: %v", err)
	}
}

func TestImportKey(t *testing.T) {
	ctx := t.Context()
	a, keys := rig(t, Config{})
	if err := a.SetKeyActive(ctx, testOwner, testKey, false); err != nil {
		t.Fatal(err)
	}
	before := keys.keys[testKey]
	if err := a.ImportKey(ctx, testOwner, testKey, testSecret, "again"); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(keys.keys[testKey].Sealed, before.Sealed) {
		t.Error("the same key was written again")
	}
	if err := a.ImportKey(ctx, testOwner, testKey, "another-secret", "new"); err != nil {
		t.Fatal(err)
	}
	after := keys.keys[testKey]
	if got, err := a.sealer.Open(testKey, after.Sealed); err != nil || got != "another-secret" || after.Active || after.Note != "new" {
		t.Errorf("after another secret: active %t, note %q, %v", after.Active, after.Note, err)
	}
	if err := a.ImportKey(ctx, testOwner+1, testKey, testSecret, ""); !errors.Is(err, ErrKeyTaken) {
		t.Errorf("another account: %v", err)
	}
	for _, bad := range [][2]string{
		{"", "s"}, {"a b", "s"}, {"a,b", "s"}, {"ü", "s"}, {"a\n", "s"}, {strings.Repeat("a", 129), "s"},
		{"id", ""}, {"id", "with space"}, {"id", "line\n"}, {"id", strings.Repeat("a", 257)},
	} {
		if err := a.ImportKey(ctx, testOwner, bad[0], bad[1], ""); !errors.Is(err, ErrBadKey) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// failingCreate refuses to make keys that are not old.
type failingCreate struct {
	*memKeys
	only []byte
}

var errDisk = errors.New("disk is gone")

func (f failingCreate) CreateKey(ctx context.Context, k store.AccessKey) error {
	f.mu.Lock()
	_, exists := f.keys[k.ID]
	f.mu.Unlock()
	if !exists && !bytes.Equal(k.Sealed, f.only) {
		return errDisk
	}
	return f.memKeys.CreateKey(ctx, k)
}

func TestImportPutsTheOldKeyBack(t *testing.T) {
	_, keys := rig(t, Config{})
	a := New(failingCreate{keys, keys.keys[testKey].Sealed}, testSealer(t), Config{Now: clock(testNow)})
	if err := a.ImportKey(t.Context(), testOwner, testKey, "another-secret", ""); !errors.Is(err, errDisk) {
		t.Fatalf("got %v", err)
	}
	if _, err := a.Authenticate(t.Context(), requestV1("n", testNow, nil)); err != nil {
		t.Errorf("the old key is gone: %v", err)
	}
}

func TestSealer(t *testing.T) {
	s := testSealer(t)
	sealed := s.Seal("id", "the secret")
	if got, err := s.Open("id", sealed); err != nil || got != "the secret" {
		t.Fatalf("got %q, %v", got, err)
	}
	if bytes.Equal(sealed, s.Seal("id", "the secret")) {
		t.Error("sealed twice the same way")
	}
	if _, err := s.Open("other", sealed); !errors.Is(err, ErrSeal) {
		t.Errorf("under another name: %v", err)
	}
	for i := range sealed {
		for bit := range 8 {
			flipped := bytes.Clone(sealed)
			flipped[i] ^= 1 << bit
			if _, err := s.Open("id", flipped); !errors.Is(err, ErrSeal) {
				t.Fatalf("byte %d, bit %d: %v", i, bit, err)
			}
		}
		if _, err := s.Open("id", sealed[:i]); !errors.Is(err, ErrSeal) {
			t.Fatalf("cut at %d: %v", i, err)
		}
	}
	other, err := newSealer(bytes.Repeat([]byte{8}, masterKeyLen))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Open("id", sealed); !errors.Is(err, ErrSeal) {
		t.Errorf("under another master key: %v", err)
	}
}

func TestLoadSealer(t *testing.T) {
	path := filepath.Join(t.TempDir(), "master.key")
	sealers := make([]*Sealer, 8)
	var wg sync.WaitGroup
	for i := range sealers { // at once: one makes the file, all read it
		wg.Go(func() {
			var err error
			if sealers[i], err = LoadSealer(path); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if t.Failed() {
		return
	}
	sealed := sealers[0].Seal("id", "secret")
	for _, s := range sealers {
		if got, err := s.Open("id", sealed); err != nil || got != "secret" {
			t.Fatalf("got %q, %v", got, err)
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 || info.Size() != 65 {
		t.Errorf("file %v, %v", info, err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".*")); len(left) != 0 {
		t.Errorf("left behind: %q", left)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadSealer(path); err == nil || !strings.Contains(err.Error(), "0640") {
		t.Errorf("readable by the group: %v", err)
	}
	if _, err := LoadSealer(filepath.Join(filepath.Dir(path), "no", "such", "folder")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no folder: %v", err)
	}
}

func TestLoadSealerRefusesOtherFiles(t *testing.T) {
	digits := strings.Repeat("5e", masterKeyLen)
	for name, text := range map[string]string{
		"empty": "", "short": digits[2:], "long": digits + "5e", "no hex": "zz" + digits[2:], "space": " " + digits, "text after": digits + "\nx",
	} {
		path := filepath.Join(t.TempDir(), "master.key")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := LoadSealer(path); err == nil || strings.Contains(err.Error(), "5e5e") {
			t.Errorf("%s: %v", name, err)
		}
	}
	path := filepath.Join(t.TempDir(), "master.key")
	if err := os.WriteFile(path, []byte(digits+"\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadSealer(path); err != nil {
		t.Errorf("with a line end: %v", err)
	}
}

// TestNoSecretInPrints prints everything there is, in every way there is.
func TestNoSecretInPrints(t *testing.T) {
	const canary = "CANARYsecretCANARYsecret"
	a, keys := rig(t, Config{})
	if err := a.ImportKey(t.Context(), testOwner, "canary", canary, "note"); err != nil {
		t.Fatal(err)
	}
	things := []any{a, *a, a.sealer, *a.sealer, keys.keys["canary"], a.nonces}
	for name, change := range map[string]func(p map[string]string){
		"mismatch": nil,
		"expired":  func(p map[string]string) { p["Timestamp"] = "2000-01-01T00:00:00Z" },
		"method":   func(p map[string]string) { p["SignatureMethod"] = "x" },
		"token":    func(p map[string]string) { p["SecurityToken"] = "x" },
	} {
		r := requestV1("n", testNow, func(p map[string]string) {
			p["AccessKeyId"] = "canary"
			if change != nil {
				change(p)
			}
		})
		_, err := a.Authenticate(t.Context(), r)
		if err == nil {
			t.Fatalf("%s: accepted", name)
		}
		things = append(things, err)
	}
	damaged := keys.keys["canary"]
	damaged.Sealed = damaged.Sealed[1:]
	keys.keys["canary"] = damaged
	_, err := a.Authenticate(t.Context(), requestV1("n", testNow, func(p map[string]string) { p["AccessKeyId"] = "canary" }))
	if !errors.Is(err, ErrSeal) {
		t.Errorf("damaged: %v", err)
	}
	things = append(things, err,
		a.ImportKey(t.Context(), testOwner+1, "canary", canary, ""),
		a.ImportKey(t.Context(), testOwner, "bad id", canary, ""),
		a.ImportKey(t.Context(), testOwner, "id", canary+"\n", ""))
	master := fmt.Sprintf("%x", bytes.Repeat([]byte{7}, masterKeyLen))
	for _, thing := range things {
		for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
			if text := fmt.Sprintf(format, thing); strings.Contains(text, canary) || strings.Contains(text, master) ||
				strings.Contains(text, fmt.Sprintf("%x", canary)) {
				t.Errorf("%s of %T tells a secret: %s", format, thing, text)
			}
		}
	}
}

func BenchmarkAuthenticate(b *testing.B) {
	for _, scheme := range []Scheme{V1, V3} {
		b.Run(string(scheme), func(b *testing.B) {
			var c adjustable
			c.set(testNow)
			a, _ := rig(b, Config{Now: c.now})
			c.set(afterFence)
			requests := make([]*Request, b.N)
			for i := range requests {
				requests[i] = request(scheme, fmt.Sprint(i), afterFence, false)
			}
			b.ReportAllocs()
			b.ResetTimer()
			for _, r := range requests {
				if _, err := a.Authenticate(b.Context(), r); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
