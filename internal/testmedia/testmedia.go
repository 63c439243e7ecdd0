// Package testmedia lists the sample files that tests share, with ffprobe's recorded answers.
package testmedia

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
)

// Sample is one real file of testdata/media.
type Sample struct {
	Name      string // file name
	Path      string // absolute path of the file
	Recorded  string // absolute path of ffprobe's JSON; of "{}" for expected failures
	Container string // ffprobe's format name; "-" for expected failures
	Fails     bool   // ffprobe refuses it, and so must we
	WrongName bool   // the content is of another format than the name says
	Member    bool   // a playlist names it; it is not probed alone
	Bytes     int64
}

// Root returns the absolute path of testdata/media.
func Root() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..", "testdata", "media")
}

// List returns every sample in the order of MANIFEST.tsv.
func List() ([]Sample, error) { return list(Root()) }

// list reads the manifest of a folder that has files and ffprobe folders beside it.
func list(root string) ([]Sample, error) {
	f, err := os.Open(filepath.Join(root, "MANIFEST.tsv"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.LazyQuotes = '\t', true
	rows, err := r.ReadAll()
	if err != nil {
		return nil, err
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	samples := make([]Sample, 0, len(rows)-1)
	for _, row := range rows[1:] {
		name := row[column["file"]]
		size, err := strconv.ParseInt(row[column["bytes"]], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		expectation := row[column["expectation"]]
		samples = append(samples, Sample{
			Name:      name,
			Path:      filepath.Join(root, "files", name),
			Recorded:  filepath.Join(root, "ffprobe", name+".json"),
			Container: row[column["container"]],
			Fails:     expectation == "fails",
			WrongName: expectation == "wrong-name",
			Member:    expectation == "member",
			Bytes:     size,
		})
	}
	return samples, nil
}
