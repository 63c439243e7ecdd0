package main

import (
	"fmt"
	"regexp"
	"strings"
)

// recipe says how one file is made.
type recipe struct {
	name string
	args []string // the tool first, words of let lines filled in
	line string   // as written, for the manifest
}

// temporary says whether the file is only used to make others.
func (r recipe) temporary() bool { return strings.HasPrefix(r.name, "tmp-") }

var word = regexp.MustCompile(`^\$[A-Z0-9]+$`)

// parse reads the recipe language that recipes/00-mp4-matroska.txt describes.
func parse(text string) ([]recipe, error) {
	words := map[string][]string{}
	seen := map[string]bool{}
	var recipes []recipe
	for n, line := range strings.Split(strings.ReplaceAll(text, "\\\n", " "), "\n") {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		if rest, ok := strings.CutPrefix(line, "let "); ok {
			name, value, ok := strings.Cut(rest, " = ")
			if !ok {
				return nil, fmt.Errorf("line %d: a let without \" = \"", n+1)
			}
			words["$"+name] = strings.Fields(value)
			continue
		}
		name, command, ok := strings.Cut(line, " | ")
		if !ok || seen[name] {
			return nil, fmt.Errorf("line %d: no \" | \", or %q a second time", n+1, name)
		}
		seen[name] = true
		args, err := fill(command, words)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n+1, err)
		}
		recipes = append(recipes, recipe{name: name, args: args, line: command})
	}
	return recipes, nil
}

// fill splits a command at spaces outside of quotation marks and puts in the words of let lines.
func fill(command string, words map[string][]string) ([]string, error) {
	if text, ok := strings.CutPrefix(command, "text "); ok {
		return []string{"text", strings.ReplaceAll(text, `\n`, "\n")}, nil
	}
	var args []string
	for _, f := range strings.Fields(command) {
		if !word.MatchString(f) {
			args = append(args, strings.Trim(f, `"`))
			continue
		}
		value, ok := words[f]
		if !ok {
			return nil, fmt.Errorf("unknown word %q", f)
		}
		args = append(args, value...)
	}
	return args, nil
}
