package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mediagauge/mediagauge/internal/codec/wave"
)

// tagTable is one kind of sample entries: the codec of each code as it is written.
type tagTable map[string]string

// tagTables are the codes that ffprobe knows among those that we ask.
type tagTables struct {
	sound, picture, text, data tagTable
	spelled                    map[string]string // upper-case code to the one in our lists
}

// unsettled is what we call sound whose codec ffprobe names without regard to the sample size in
// its entry: what it goes by instead was not found out, so the reader refuses it.
const unsettled = "unsettled"

// otherHandlers are handlers of tracks that say neither picture nor sound.
var otherHandlers = []string{"meta", "text", "sbtl", "subt", "clcp", "subp", "tmcd", "data", "hint"}

// observeTags asks codes in all their spellings in tracks of every kind.
func observeTags(ctx context.Context, p *prober, codes []string) (*tagTables, error) {
	t := &tagTables{tagTable{}, tagTable{}, tagTable{}, tagTable{}, map[string]string{}}
	var all []string
	for _, code := range codes {
		if _, ok := t.spelled[upper(code)]; !ok {
			t.spelled[upper(code)] = code
			all = append(all, spellings(code)...)
		}
	}
	answers := map[string][]stream{}
	for _, handler := range append([]string{"soun", deepSound, "vide"}, otherHandlers...) {
		got, err := p.ask(ctx, handler, all)
		if err != nil {
			return nil, err
		}
		answers[handler] = got
	}
	for i, code := range all {
		if s := answers["soun"][i]; s.Codec != "" && s.Codec != waveCodec(code) {
			t.sound[code] = s.Codec
			if s.Codec == "pcm_s16le" && answers[deepSound][i].Codec == s.Codec {
				t.sound[code] = unsettled
			}
		}
		if s := answers["vide"][i]; s.Codec != "" {
			t.picture[code] = s.Codec
		}
		switch s := answers["meta"][i]; {
		case s.Codec == "":
		case s.Kind == "subtitle":
			t.text[code] = s.Codec
		case s.Kind == "data":
			t.data[code] = s.Codec
		}
	}
	for _, handler := range otherHandlers {
		for i, code := range all {
			if got, want := answers[handler][i].Codec, t.codec(code); got != want && want != unsettled {
				return nil, fmt.Errorf("%q is %q in a track of %q, not %q", code, got, handler, want)
			}
		}
	}
	return t, nil
}

// waveCodec is the codec of a code that holds a RIFF format tag.
func waveCodec(code string) string {
	if strings.HasPrefix(code, "ms") || strings.HasPrefix(code, "TS") {
		return wave.Codec(uint16(code[2])<<8|uint16(code[3]), 0)
	}
	return ""
}

// codec is what a code means where the handler leaves it open.
func (t *tagTables) codec(code string) string {
	for _, s := range []string{t.sound[code], waveCodec(code), t.picture[code], t.text[code]} {
		if s != "" {
			return s
		}
	}
	return t.data[code]
}

// rows groups a table by codec, each code once in our lists' spelling if its letter case does not
// matter, and the codes of which it does.
func (t *tagTables) rows(table tagTable) (any, exact map[string][]string) {
	any, exact = map[string][]string{}, map[string][]string{}
	done := map[string]bool{}
	for _, code := range slices.Sorted(maps.Keys(table)) {
		key := upper(code)
		if done[key] {
			continue
		}
		done[key] = true
		count := map[string]int{}
		for _, s := range spellings(code) {
			count[table[s]]++
		}
		most := table[t.spelled[key]]
		for codec, n := range count {
			if n > count[most] {
				most = codec
			}
		}
		any[most] = append(any[most], t.spelled[key])
		for _, s := range spellings(code) {
			if table[s] != most {
				exact[table[s]] = append(exact[table[s]], s)
			}
		}
	}
	return any, exact
}
