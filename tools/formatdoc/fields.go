package main

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/mediagauge/mediagauge/test/differential"
)

const fieldsHead = `
## Where values come from

*Stated*: a header, or the first frames, say it as it is. *Derived*: computed from several values that are
stated. *Fixed*: the same for every file, as ffprobe has it. *–*: told of no file. The last column names
values that send a file to ffprobe, with the rule that does; all the rules of a format are listed with it.
Artefacts of how far ffprobe reads (the bit rate of AAC in transport streams, that of tracks beside a sidx,
that of playlists) are left out, or replaced by the true value.
`

// fields prints the table of origins.
func fields(b *bytes.Buffer) {
	fmt.Fprintf(b, "%s\n| format | %s | left to ffprobe |\n|%s\n", fieldsHead, strings.Join(fieldHeads, " | "), strings.Repeat("---|", len(fieldHeads)+2))
	for _, c := range differential.Containers() {
		o := origins[c]
		left := o.left
		if left == "" {
			left = no
		}
		fmt.Fprintf(b, "| %s | %s | %s |\n", strings.Split(c, ",")[0], strings.Join(o.fields[:], " | "), left)
	}
}
