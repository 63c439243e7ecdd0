package testmedia

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestManifest: every file is there, unchanged, with an answer, a licence, and a line.
func TestManifest(t *testing.T) {
	samples, err := List()
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := os.ReadFile(filepath.Join(Root(), "MANIFEST.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	listed, wrong, fails := map[string]bool{}, 0, 0
	for _, s := range samples {
		listed[s.Name] = true
		data, err := os.ReadFile(s.Path)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(data)
		if int64(len(data)) != s.Bytes || !strings.Contains(string(manifest), s.Name+"\t"+hex.EncodeToString(sum[:])+"\t") {
			t.Errorf("%s is not the file that the manifest names", s.Name)
		}
		answer, err := os.ReadFile(s.Recorded)
		if err != nil || !json.Valid(answer) {
			t.Errorf("%s: %v", s.Recorded, err)
		}
		if s.Fails != (s.Container == "-") {
			t.Errorf("%s: container %q, fails %v", s.Name, s.Container, s.Fails)
		}
		if s.WrongName {
			wrong++
		}
		if s.Fails {
			fails++
		}
	}
	if wrong == 0 || fails == 0 {
		t.Errorf("%d wrong names, %d failures", wrong, fails)
	}
	entries, err := os.ReadDir(filepath.Join(Root(), "files"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !listed[e.Name()] {
			t.Errorf("%s has no line in the manifest", e.Name())
		}
	}
	for i, line := range strings.Split(strings.TrimSpace(string(manifest)), "\n") {
		columns := strings.Split(line, "\t")
		if len(columns) != 10 || columns[6] == "" {
			t.Errorf("line %d: %d columns, licence %q", i+1, len(columns), columns[6])
		}
	}
}

// TestGenerated: every generated file is there, unchanged, with an answer, a recipe and a line.
func TestGenerated(t *testing.T) {
	samples, err := Generated()
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(filepath.Dir(Root()), "generated")
	manifest, err := os.ReadFile(filepath.Join(root, "MANIFEST.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range samples {
		data, err := os.ReadFile(s.Path)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(data)
		if int64(len(data)) != s.Bytes || !strings.Contains(string(manifest), s.Name+"\t"+hex.EncodeToString(sum[:])+"\t") {
			t.Errorf("%s is not the file that the manifest names", s.Name)
		}
		if answer, err := os.ReadFile(s.Recorded); err != nil || !json.Valid(answer) {
			t.Errorf("%s: %v", s.Recorded, err)
		}
	}
	entries, err := os.ReadDir(filepath.Join(root, "files"))
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != len(samples) {
		t.Errorf("%d files and %d lines", len(entries), len(samples))
	}
}

// TestPlaylists: every file of the presentations is there, unchanged, and playlists have answers.
func TestPlaylists(t *testing.T) {
	root := filepath.Join(filepath.Dir(Root()), "playlists")
	all, err := list(root)
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := os.ReadFile(filepath.Join(root, "MANIFEST.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for _, s := range all {
		listed[s.Path] = true
		data, err := os.ReadFile(s.Path)
		sum := sha256.Sum256(data)
		if err != nil || int64(len(data)) != s.Bytes || !strings.Contains(string(manifest), s.Name+"\t"+hex.EncodeToString(sum[:])+"\t") {
			t.Errorf("%s is not the file that the manifest names: %v", s.Name, err)
		}
		if answer, err := os.ReadFile(s.Recorded); !s.Member && (err != nil || !json.Valid(answer)) {
			t.Errorf("%s: %v", s.Recorded, err)
		}
	}
	err = filepath.WalkDir(filepath.Join(root, "files"), func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !listed[path] {
			t.Errorf("%s has no line in the manifest", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if playlists, err := Playlists(); err != nil || len(playlists) < 8 || len(playlists) >= len(all) {
		t.Errorf("%d playlists of %d files, %v", len(playlists), len(all), err)
	}
}
