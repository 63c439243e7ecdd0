// Command docgen writes the documents that are made from tables in the code: docs/config.md,
// docs/coverage.md, docs/errors.md and docs/openapi.json. With -check it fails when a file on disk is not what it would write.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/mediagauge/mediagauge/internal/openapi"
)

var documents = map[string]func() []byte{
	"config.md":    config,
	"coverage.md":  coverage,
	"errors.md":    errorCodes,
	"openapi.json": openapi.Document,
}

func main() {
	check := flag.Bool("check", false, "compare instead of writing")
	dir := flag.String("dir", "docs", "folder of the documents")
	flag.Parse()
	failed := false
	for name, render := range documents {
		path := filepath.Join(*dir, name)
		if err := handle(path, render(), *check); err != nil {
			fmt.Fprintln(os.Stderr, err)
			failed = true
		}
	}
	if failed {
		os.Exit(1)
	}
}

func handle(path string, want []byte, check bool) error {
	if !check {
		return os.WriteFile(path, want, 0o644)
	}
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want) {
		return fmt.Errorf("%s is not up to date: run \"make generate\"", path)
	}
	return nil
}
