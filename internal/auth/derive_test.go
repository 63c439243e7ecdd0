package auth

import (
	"bytes"
	"path/filepath"
	"testing"
)

func TestDerive(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "master.key")
	first, err := LoadSealer(path)
	if err != nil {
		t.Fatal(err)
	}
	again, err := LoadSealer(path)
	if err != nil {
		t.Fatal(err)
	}
	other, err := LoadSealer(path + "2")
	if err != nil {
		t.Fatal(err)
	}
	a := first.Derive("page token")
	if len(a) != 32 || bytes.Equal(a, first.key) {
		t.Fatalf("derived %d bytes, equal to the master key: %v", len(a), bytes.Equal(a, first.key))
	}
	if !bytes.Equal(a, again.Derive("page token")) {
		t.Error("the same master key derived two keys for one purpose")
	}
	if bytes.Equal(a, first.Derive("something else")) {
		t.Error("two purposes share a key")
	}
	if bytes.Equal(a, other.Derive("page token")) {
		t.Error("two master keys derived one key")
	}
}
