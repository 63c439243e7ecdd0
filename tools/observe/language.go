package main

import (
	"context"
	"fmt"
	"strings"
)

// observeLanguages asks for the language of each Macintosh code: those below 0x400.
func observeLanguages(ctx context.Context, p *prober) ([]string, error) {
	const codes = 0x400
	var tracks []byte
	for code := range uint16(codes) {
		tracks = append(tracks, track("meta", code, nothing)...)
	}
	got, err := p.codecs(ctx, tracks)
	if err != nil {
		return nil, err
	}
	var list []string
	last := 0
	for i, s := range got {
		list = append(list, s.Language)
		if s.Language != "" {
			last = i + 1
		}
	}
	return list[:last], nil
}

// writeLanguages writes language_tables.go.
func writeLanguages(dir string, list []string) error {
	t := newTable()
	t.line(`
// macLanguages maps the Macintosh language codes of a QuickTime media header (QuickTime File
// Format, "Language Code Values") to what ffprobe prints.
var macLanguages = [...]string{`)
	var row strings.Builder
	for code, name := range list {
		if name != "" {
			if row.Len() > 0 && code%10 == 0 {
				row.WriteString("\n")
			}
			row.WriteString(fmt.Sprintf("%d: %q, ", code, name))
		}
	}
	t.line("%s\n}", strings.ReplaceAll(row.String(), " \n", "\n"))
	return t.write(dir, "language_tables.go")
}
