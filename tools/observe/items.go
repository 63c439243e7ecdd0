package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// item is what a box of user data or of an item list tells.
type item struct{ key, form string }

// observeItems asks how each code's value is written: in user data and in item lists alike. keys
// are the codes with their keys; of those with one key ffprobe tells the last, so that they
// stand in a file each.
func observeItems(ctx context.Context, p *prober, keys map[string]string) (map[string]item, error) {
	eight := []byte{1, 2, 3, 4, 5, 6, 7, 8}
	long := slices.Concat(u16(0x101), u16(undetermined), bytes.Repeat([]byte("a"), 300))
	items := map[string]item{}
	for len(items) < len(keys) {
		layer := map[string]string{} // key to code
		for code, key := range keys {
			if _, done := items[code]; !done {
				layer[key] = code
			}
		}
		var plain, counted, listed []byte
		for _, code := range layer {
			plain = append(plain, box(code, long)...)
			counted = append(counted, inUserData(code, eight)...)
			listed = append(listed, inList(code, eight)...)
		}
		var got [3]map[string]string
		for i, file := range [][]byte{udta(plain), udta(counted), ilst(listed)} {
			var err error
			if got[i], err = p.tags(ctx, file); err != nil {
				return nil, err
			}
		}
		for key, code := range layer {
			text, v, v2 := got[0][key], got[1][key], got[2][key]
			form, err := formOf(v, text)
			if v != v2 && form != "formRaw" {
				err = fmt.Errorf("two ways to write it")
			}
			if err != nil {
				return nil, fmt.Errorf("%q tells %q %q in user data, %q in a list: %w", code, v, text, v2, err)
			}
			items[code] = item{key, form}
		}
	}
	return items, nil
}

// formOf says how a value of eight bytes that count from 1 was read, and one of text.
func formOf(v, text string) (string, error) {
	switch {
	case v == "1":
		return "formByte", nil
	case v == "4":
		return "formPadded", nil
	case v == "772/1286":
		return "formNumber", nil
	case strings.HasPrefix(text, "\x01\x01U"):
		return "formRaw", nil
	case text == strings.Repeat("a", 0x101):
		return "formText", nil
	case v != "" && strings.Trim(v, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz ") == "":
		return "formGenre", nil
	}
	return "", fmt.Errorf("no form known")
}

// observeGenres asks for the names of genres by number, from 1.
func observeGenres(ctx context.Context, p *prober) ([]string, error) {
	list := make([]string, 255)
	errs := make([]error, len(list))
	var wg sync.WaitGroup
	for i := range list {
		wg.Go(func() {
			tags, err := p.tags(ctx, ilst(box("gnre", value(0, []byte{0, byte(i + 1)}))))
			list[i], errs[i] = tags["genre"], err
		})
	}
	wg.Wait()
	if end := slices.Index(list, ""); end >= 0 {
		list = list[:end]
	}
	return list, errors.Join(errs...)
}

// observeMacRoman asks for the characters from 128 of text in a Macintosh language. ffprobe cuts
// text that grows too long in UTF-8: letters in between keep it from that.
func observeMacRoman(ctx context.Context, p *prober) (string, error) {
	var text []byte
	for c := 0x80; c < 0x100; c++ {
		text = append(text, byte(c), 'a', 'a')
	}
	tags, err := p.tags(ctx, udta(box("\xa9nam", words(0, string(text)))))
	upper := strings.ReplaceAll(tags["title"], "a", "")
	if n := len([]rune(upper)); err == nil && n != 128 {
		err = fmt.Errorf("%d characters for 128 of Mac OS Roman", n)
	}
	return upper, err
}

// writeItems writes meta_tables.go.
func writeItems(dir string, items map[string]item, genres []string, macRoman string) error {
	t := newTable()
	t.line(`
// form says how an item's value is written.
type form int

const (
	formText   form = iota
	formRaw         // text without a length and language before it
	formByte        // one byte
	formPadded      // one byte after three
	formNumber      // a number and a total, as of tracks
	formGenre       // a number of the list of ID3v1
)

// textItems gives the key under which ffprobe prints an item of user data or of an item list.
var textItems = map[string]struct {
	key  string
	form form
}{`)
	for _, code := range slices.Sorted(maps.Keys(items)) {
		it := items[code]
		if it.form == "formText" {
			t.line("%s: {key: %q},", quote(code), it.key)
		} else {
			t.line("%s: {%q, %s},", quote(code), it.key, it.form)
		}
	}
	t.line("}\n\n// genres is the genre list of ID3v1 with its extensions, from number 1.")
	t.line("var genres = [...]string{%s}", quoted(genres))
	t.line("\n// macRoman holds the upper half of the Mac OS Roman character set.\nvar macRoman = []rune(\"\" +")
	runes := []rune(macRoman)
	for i := 0; i < len(runes); i += 16 {
		end := " +"
		if i+16 >= len(runes) {
			end = ")"
		}
		t.line("%+q%s", string(runes[i:i+16]), end)
	}
	return t.write(dir, "meta_tables.go")
}
