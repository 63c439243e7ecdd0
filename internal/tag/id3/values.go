package id3

import (
	"fmt"
	"strings"
)

// readFrame takes what ffprobe takes of f. In version 2.2 names of three letters are compared
// with the start of the longer names.
func (p *parser) readFrame(f *frame) error {
	is := func(id, id22 string) bool { return f.version == 2 && f.id == id22 || f.version != 2 && f.id == id }
	if is("APIC", "PIC") {
		return p.readPicture(f)
	}
	var read func([]byte)
	switch {
	case f.id[0] == 'T':
		read = func(b []byte) { readText(f.id, b, &p.texts) }
	case f.id == "USLT":
		read = p.readLyrics
	case is("COMM", "COM"):
		read = p.readComment
	case is("CHAP", "CHA"):
		read = p.readChapter
	case is("PRIV", "PRI"):
		read = p.readPrivate
	default:
		return nil
	}
	b, err := p.contents(f, maxText)
	if err != nil || b == nil {
		return err
	}
	read(b)
	return nil
}

// readText reads a text frame (ID3 2.4.0, 4.2): the first of its texts, of TXXX a key and a text.
func readText(id string, b []byte, d *dict) {
	if len(b) < 1 {
		return
	}
	encoding := b[0]
	text, rest, err := takeText(encoding, b[1:])
	if err != nil {
		return
	}
	switch id {
	case "TCON", "TCO":
		text = genre(text)
	case "TXXX", "TXX":
		value, _, err := takeText(encoding, rest)
		if err == nil {
			d.add(text, value)
		}
		return
	}
	if text != "" {
		d.add(printable([]byte(id)), text)
	}
}

// genre spells a genre given by its number, "17" or "(17)…", whatever follows it.
func genre(text string) string {
	digits, _ := strings.CutPrefix(text, "(")
	digits = strings.TrimLeft(digits, " \t\n\v\f\r")
	digits = strings.TrimPrefix(digits, "+")
	n, i := uint64(0), 0
	for ; i < len(digits) && digits[i] >= '0' && digits[i] <= '9'; i++ {
		n = min(10*n+uint64(digits[i]-'0'), 1<<60)
	}
	number := int64(uint32(n)) // what is left of larger ones
	if i == 0 || n >= 1<<60 || number >= int64(len(genres)) {
		return text
	}
	return genres[number]
}

// language takes the three letters of a language off b.
func language(b []byte) (lang string, rest []byte) {
	s, _ := takeBytes(b[:3])
	return printable(s), b[3:]
}

// readComment reads a comment (ID3 2.4.0, 4.10) under the key that its description is.
func (p *parser) readComment(b []byte) {
	if len(b) < 4 {
		return
	}
	encoding := b[0]
	_, b = language(b[1:])
	key, b, err := takeText(encoding, b)
	if err != nil {
		return
	}
	text, _, err := takeText(encoding, b)
	if err != nil {
		return
	}
	if key == "" {
		key = "comment"
	}
	p.texts.add(key, text)
}

// readLyrics reads lyrics (ID3 2.4.0, 4.8). Those of a later frame replace others of the language.
func (p *parser) readLyrics(b []byte) {
	if len(b) < 4 {
		return
	}
	encoding := b[0]
	lang, b := language(b[1:])
	key, b, err := takeText(encoding, b)
	if err != nil {
		return
	}
	text, _, err := takeText(encoding, b)
	if err != nil {
		return
	}
	if key != "" {
		key += "-"
	}
	p.texts.set("lyrics-"+key+lang, text)
}

// readPrivate reads private data (ID3 2.4.0, 4.27): bytes that do not print are escaped.
func (p *parser) readPrivate(b []byte) {
	owner, rest := takeBytes(b)
	var s strings.Builder
	for _, c := range rest {
		if c < ' ' || c > '~' || c == '\\' {
			fmt.Fprintf(&s, `\x%02x`, c)
		} else {
			s.WriteByte(c)
		}
	}
	p.priv.add("id3v2_priv."+latin1(owner), s.String())
}
