// Command formatdoc writes docs/formats.md: which formats our own readers answer for, what they
// read, what they leave to ffprobe and why, and how their answers compare with ffprobe's over
// the samples. With -check it fails when the file on disk is not what it would write.
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
)

func main() {
	check := flag.Bool("check", false, "compare instead of writing")
	path := flag.String("o", "docs/formats.md", "the document")
	flag.Parse()
	if err := run(*path, *check); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(path string, check bool) error {
	want, err := render(context.Background())
	if err != nil {
		return err
	}
	if !check {
		return os.WriteFile(path, want, 0o644)
	}
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want) {
		return fmt.Errorf("%s is not up to date: run \"make generate\"", path)
	}
	return nil
}
