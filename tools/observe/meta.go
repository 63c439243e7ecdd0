package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// udta is a file with boxes of user data (QuickTime File Format, "User Data Atoms").
func udta(items ...[]byte) []byte { return movie("qt  ", box("udta", items...)) }

// ilst is a file with an item list as iTunes writes it.
func ilst(items ...[]byte) []byte {
	return movie("M4A ", box("udta", full("meta", handler("mdir"), box("ilst", items...))))
}

// words is text with a length and a language before it.
func words(language uint16, text string) []byte {
	head := append(u16(uint16(len(text))), u16(language)...)
	return append(head, text...)
}

// value is a value of an item in a list, with its type.
func value(kind uint32, b []byte) []byte { return box("data", u32s(kind, 0), b) }

// finder finds the boxes of a place that become tags.
type finder struct {
	p     *prober
	place func(items ...[]byte) []byte
	item  func(code string, value []byte) []byte
	base  map[string]string // what is told without a box
	found map[string]string // code to key
	bad   []string          // codes that spoil a file
}

func newFinder(ctx context.Context, p *prober, place func(items ...[]byte) []byte, item func(code string, value []byte) []byte) (*finder, error) {
	f := &finder{p: p, place: place, item: item, found: map[string]string{}}
	var err error
	f.base, err = p.tags(ctx, place())
	return f, err
}

// tags returns what is told of a file with a box of each code, more than without.
func (f *finder) tags(ctx context.Context, codes []string, value func(i int) []byte) (map[string]string, error) {
	var items []byte
	for i, code := range codes {
		items = append(items, f.item(code, value(i))...)
	}
	tags, err := f.p.tags(ctx, f.place(items))
	for key, v := range f.base {
		if tags[key] == v {
			delete(tags, key)
		}
	}
	return tags, err
}

// find tries codes together until none of them tells anything that is not found. Of several
// with one key ffprobe tells the last, so that what is found is left out in the next try.
func (f *finder) find(ctx context.Context, codes []string) error {
	for len(codes) > 0 {
		tags, err := f.tags(ctx, codes, func(i int) []byte { return fmt.Appendf(nil, "%x", codes[i]) })
		if ctx.Err() != nil {
			return ctx.Err()
		}
		n := len(codes) / 2
		if err != nil && n == 0 {
			f.bad = append(f.bad, codes[0])
			return nil
		}
		named := map[string]string{}
		for key, v := range tags {
			if code, err := hex.DecodeString(v); err == nil && len(code) == 4 {
				named[string(code)] = key
			} else if n == 0 {
				named[codes[0]] = key
			}
		}
		if err == nil && len(tags) == 0 {
			return nil
		}
		if err == nil && len(named) == 0 {
			if named, err = f.number(ctx, codes); err != nil {
				return err
			}
		}
		if len(named) == 0 {
			if err := f.find(ctx, codes[:n]); err != nil {
				return err
			}
			codes = codes[n:]
			continue
		}
		maps.Copy(f.found, named)
		codes = slices.DeleteFunc(slices.Clone(codes), func(code string) bool { return named[code] != "" })
	}
	return nil
}

// number finds codes whose value is told as a number: each counts in digits to a base.
func (f *finder) number(ctx context.Context, codes []string) (map[string]string, error) {
	const base = 100
	index := map[string]int{}
	scale := 1
	for range 4 {
		tags, err := f.tags(ctx, codes, func(i int) []byte {
			return bytes.Repeat([]byte{byte(i/scale%base) + 1}, 8)
		})
		if err != nil {
			return nil, err
		}
		for key, v := range tags {
			v, _, _ = strings.Cut(v, "/")
			n, err := strconv.Atoi(v)
			if err != nil {
				continue
			}
			if n > base {
				n &= 0xff // two bytes of a kind
			}
			index[key] += (n - 1) * scale
		}
		scale *= base
	}
	named := map[string]string{}
	for key, i := range index {
		if i >= 0 && i < len(codes) {
			tags, err := f.tags(ctx, codes[i:i+1], func(int) []byte { return []byte{1, 1, 1, 1, 1, 1, 1, 1} })
			if err == nil && tags[key] != "" {
				named[codes[i]] = key
			}
		}
	}
	return named, nil
}

// inUserData and inList are boxes with a value as stands in user data and in an item list.
func inUserData(code string, v []byte) []byte { return box(code, words(undetermined, string(v))) }
func inList(code string, v []byte) []byte     { return box(code, value(1, v)) }

// undetermined is the language "und".
const undetermined = 0x55c4
