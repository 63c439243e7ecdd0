// Command observe writes the tables of format/mp4 that say what ffprobe makes of sample entry types,
// channel layout tags, user data boxes and language codes. It makes small files, shows them to the
// installed ffprobe, and writes down the answers. With -search it first looks for codes that its
// lists do not have, which takes an hour, and adds them to found.txt and keys_found.txt.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
)

func main() {
	dir := flag.String("o", "format/mp4", "the folder of the tables")
	lists := flag.String("search", "", "look for further codes, and write them into this folder")
	only := flag.String("only", "", "make only these tables: tags, channels, languages or items")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *dir, *lists, *only); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, dir, lists, only string) error {
	temp, err := os.MkdirTemp("", "observe")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	p := newProber(temp, 2)
	codes, err := readCodes(codesText, foundText)
	if err != nil {
		return err
	}
	keys, err := readCodes(keysText, foundKeysText)
	if err != nil {
		return err
	}
	if lists != "" {
		if codes, keys, err = searchAll(ctx, p, lists, codes, keys); err != nil {
			return err
		}
	}
	for _, t := range []struct {
		name string
		make func() error
	}{
		{"tags", func() error { return makeTags(ctx, p, dir, codes) }},
		{"channels", func() error { return makeChannels(ctx, p, dir) }},
		{"languages", func() error { return makeLanguages(ctx, p, dir) }},
		{"items", func() error { return makeItems(ctx, p, dir, keys) }},
	} {
		if only != "" && only != t.name {
			continue
		}
		if err := t.make(); err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
	}
	return nil
}
