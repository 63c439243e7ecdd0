package main

import (
	_ "embed"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
)

//go:embed codes.txt
var codesText string

//go:embed found.txt
var foundText string

//go:embed keys.txt
var keysText string

//go:embed keys_found.txt
var foundKeysText string

// writeCodes writes a list that readCodes reads.
func writeCodes(name, remark string, codes []string) error {
	slices.Sort(codes)
	text := "# " + remark + "\n"
	row := ""
	for _, code := range codes {
		if q := quote(code); len(row)+len(q) > 96 {
			text += strings.TrimSpace(row) + "\n"
			row = q + " "
		} else {
			row += q + " "
		}
	}
	return os.WriteFile(name, []byte(text+strings.TrimSpace(row)+"\n"), 0o644)
}

// readCodes reads lists of codes; what follows "#" on a line is a remark.
func readCodes(texts ...string) ([]string, error) {
	var codes []string
	seen := map[string]bool{}
	for line := range strings.Lines(strings.Join(texts, "\n")) {
		for line = strings.TrimSpace(line); line != "" && line[0] != '#'; line = strings.TrimSpace(line) {
			word, err := strconv.QuotedPrefix(line)
			plain := err != nil
			if plain {
				word, _, _ = strings.Cut(line, " ")
			}
			line = line[len(word):]
			code := word
			if plain {
				word = `"` + word + `"`
			}
			code, err = strconv.Unquote(word)
			if err != nil || len(code) != 4 {
				return nil, fmt.Errorf("code %s of %d characters", word, len(code))
			}
			if !seen[code] {
				seen[code] = true
				codes = append(codes, code)
			}
		}
	}
	return codes, nil
}

// upper makes ASCII letters upper-case; other bytes stay.
func upper(code string) string {
	b := []byte(code)
	for i, c := range b {
		if c >= 'a' && c <= 'z' {
			b[i] = c - 'a' + 'A'
		}
	}
	return string(b)
}

// spellings are all ways to write a code in upper and lower case.
func spellings(code string) []string {
	all := []string{upper(code)}
	for i, c := range []byte(upper(code)) {
		if c < 'A' || c > 'Z' {
			continue
		}
		for _, s := range slices.Clone(all) {
			all = append(all, s[:i]+string(c-'A'+'a')+s[i+1:])
		}
	}
	return all
}

// neighbours are the codes that differ from code in one byte.
func neighbours(code string) []string {
	var all []string
	for i := range len(code) {
		for c := range 256 {
			all = append(all, code[:i]+string([]byte{byte(c)})+code[i+1:])
		}
	}
	return all
}
