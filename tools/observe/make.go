package main

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
)

func makeTags(ctx context.Context, p *prober, dir string, codes []string) error {
	tables, err := observeTags(ctx, p, codes)
	if err != nil {
		return err
	}
	return tables.write(dir)
}

func makeChannels(ctx context.Context, p *prober, dir string) error {
	layouts, err := observeChannels(ctx, p)
	if err != nil {
		return err
	}
	masks, err := layoutMasks(ctx, layouts)
	if err != nil {
		return err
	}
	return writeChannels(dir, layouts, masks)
}

func makeLanguages(ctx context.Context, p *prober, dir string) error {
	list, err := observeLanguages(ctx, p)
	if err != nil {
		return err
	}
	return writeLanguages(dir, list)
}

func makeItems(ctx context.Context, p *prober, dir string, codes []string) error {
	var places [2]map[string]string
	for i, place := range []struct {
		file func(...[]byte) []byte
		item func(string, []byte) []byte
	}{{udta, inUserData}, {ilst, inList}} {
		f, err := newFinder(ctx, p, place.file, place.item)
		if err != nil {
			return err
		}
		if err := f.find(ctx, codes); err != nil {
			return err
		}
		places[i] = f.found
	}
	if !maps.Equal(places[0], places[1]) {
		return fmt.Errorf("user data tell %v, lists %v", places[0], places[1])
	}
	items, err := observeItems(ctx, p, places[0])
	if err != nil {
		return err
	}
	genres, err := observeGenres(ctx, p)
	if err != nil {
		return err
	}
	roman, err := observeMacRoman(ctx, p)
	if err != nil {
		return err
	}
	return writeItems(dir, items, genres, roman)
}

// searchAll adds what is found to the lists in a folder, and returns all codes and keys.
func searchAll(ctx context.Context, p *prober, lists string, codes, keys []string) (allCodes, allKeys []string, err error) {
	had, err := readCodes(codesText)
	if err != nil {
		return nil, nil, err
	}
	found, err := search(ctx, p, had)
	if err != nil {
		return nil, nil, err
	}
	foundKeys, err := searchKeys(ctx, p)
	if err != nil {
		return nil, nil, err
	}
	err = writeCodes(filepath.Join(lists, "found.txt"),
		`Sample entry types that "observe -search" found, without letter case.`, found)
	if err == nil {
		err = writeCodes(filepath.Join(lists, "keys_found.txt"),
			`Boxes of user data and of item lists that "observe -search" found to become tags.`, foundKeys)
	}
	return slices.Concat(codes, found), slices.Concat(keys, foundKeys), err
}
