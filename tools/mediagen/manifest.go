package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// record writes what ffprobe says of a file; "{}" when it refuses it.
func record(dir, name, to string) error {
	cmd := exec.Command("ffprobe", "-v", "error", "-print_format", "json",
		"-show_format", "-show_streams", "-show_programs", "-show_chapters", name)
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		out = []byte("{}\n")
	}
	return os.WriteFile(to, out, 0o644)
}

// answer is what the manifest repeats of ffprobe's answer.
type answer struct {
	Streams []struct {
		CodecName string `json:"codec_name"`
		CodecTag  string `json:"codec_tag_string"`
	} `json:"streams"`
	Format struct {
		Name string `json:"format_name"`
	} `json:"format"`
}

// writeManifest lists the files that are there, in the order of their recipes.
func writeManifest(dir string, recipes []recipe) error {
	var b strings.Builder
	b.WriteString("file\tsha256\tbytes\tcontainer\tcodecs\texpectation\trecipe\n")
	for _, r := range recipes {
		data, err := os.ReadFile(filepath.Join(dir, "files", r.name))
		if r.temporary() || os.IsNotExist(err) {
			continue
		}
		recorded, err2 := os.ReadFile(filepath.Join(dir, "ffprobe", r.name+".json"))
		if err != nil || err2 != nil {
			return fmt.Errorf("%s: %w %w", r.name, err, err2)
		}
		var a answer
		if err := json.Unmarshal(recorded, &a); err != nil {
			return fmt.Errorf("%s: %w", r.name, err)
		}
		var codecs []string
		for _, s := range a.Streams {
			if s.CodecName == "" {
				s.CodecName = s.CodecTag
			}
			codecs = append(codecs, s.CodecName)
		}
		expectation := "ok"
		if a.Format.Name == "" {
			a.Format.Name, expectation = "-", "fails"
		}
		sum := sha256.Sum256(data)
		fmt.Fprintf(&b, "%s\t%s\t%d\t%s\t%s\t%s\t%s\n", r.name, hex.EncodeToString(sum[:]), len(data),
			a.Format.Name, strings.Join(codecs, ","), expectation, r.line)
	}
	return os.WriteFile(filepath.Join(dir, "MANIFEST.tsv"), []byte(b.String()), 0o644)
}
