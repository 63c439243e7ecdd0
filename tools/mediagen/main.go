// Command mediagen makes the sample files of testdata/generated from recipes.txt, and records
// what ffprobe says of each.
package main

import (
	_ "embed"
	"flag"
	"fmt"
	"os"
	"regexp"
)

//go:embed recipes.txt
var recipesText string

func main() {
	dir := flag.String("dir", "testdata/generated", "folder of the files")
	media := flag.String("media", "testdata/media/files", "folder of the real samples that recipes use")
	only := flag.String("only", "", "make only the files whose names match this expression, and what they need")
	flag.Parse()
	if err := run(*dir, *media, *only); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(dir, media, only string) error {
	wanted, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	recipes, err := parse(recipesText)
	if err != nil {
		return err
	}
	m, err := newMaker(dir, media, recipes)
	if err != nil {
		return err
	}
	defer m.close()
	failed := 0
	for _, r := range recipes {
		if r.temporary() || !wanted.MatchString(r.name) {
			continue
		}
		if err := m.publish(r); err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", r.name, err)
			failed++
		}
	}
	if err := writeManifest(dir, recipes); err != nil {
		return err
	}
	if failed > 0 {
		return fmt.Errorf("%d recipes failed", failed)
	}
	return nil
}
