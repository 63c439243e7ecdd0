// Command mediagen makes the sample files of testdata/generated from the files of recipes, and records
// what ffprobe says of each.
package main

import (
	"embed"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
)

//go:embed recipes
var recipeFiles embed.FS

// recipesText joins the recipe files in the order of their names: words of let lines hold in
// the files after them too.
func recipesText() (string, error) {
	entries, err := recipeFiles.ReadDir("recipes")
	if err != nil {
		return "", err
	}
	var text strings.Builder
	for _, e := range entries {
		b, err := recipeFiles.ReadFile("recipes/" + e.Name())
		if err != nil {
			return "", err
		}
		text.Write(b)
		text.WriteByte('\n')
	}
	return text.String(), nil
}

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
	text, err := recipesText()
	if err != nil {
		return err
	}
	recipes, err := parse(text)
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
