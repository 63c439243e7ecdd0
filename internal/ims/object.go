package ims

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
)

const maxDepth = 16 // of nested JSON in a parameter

// object is a parameter that is a JSON object, or the dotted parameters that stand for one.
// A nil object is absent.
type object struct {
	name   string
	fields map[string]json.RawMessage
}

// object reads the parameter called name in either of its two spellings: one JSON object, or
// one parameter per field called name.field.
func (r *Request) object(name string) (*object, error) {
	text := r.Params[name]
	dotted := map[string]json.RawMessage{}
	for k, v := range r.Params {
		if field, ok := strings.CutPrefix(k, name+"."); ok {
			quoted, err := json.Marshal(v)
			if err != nil {
				return nil, Invalid(k, "It is not text.")
			}
			dotted[field] = quoted
		}
	}
	switch {
	case text != "" && len(dotted) > 0:
		return nil, Invalid(name, "It is given both as one JSON object and as "+name+".* parameters.")
	case len(dotted) > 0:
		return &object{name, dotted}, nil
	case strings.TrimSpace(text) == "":
		return nil, nil
	case strings.TrimSpace(text) == "[object Object]":
		return nil, Invalid(name, `It is the text "[object Object]": the client did not turn the object into JSON.`)
	}
	fields, err := parseObject(text)
	if err != nil {
		return nil, Invalid(name, "It must be one JSON object: "+err.Error()+".")
	}
	return &object{name, fields}, nil
}

// parseObject reads exactly one JSON object. Unlike encoding/json it refuses repeated keys,
// also those that differ in letter case only: two readers must never see two different values.
func parseObject(text string) (map[string]json.RawMessage, error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err := checkObject(d); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("there is more after the object")
	}
	if err := checkEscapes(text); err != nil {
		return nil, err
	}
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal([]byte(text), &fields); err != nil {
		return nil, badJSON(err)
	}
	return fields, nil
}

func checkObject(d *json.Decoder) error {
	t, err := d.Token()
	if err != nil {
		return badJSON(err)
	}
	if t != json.Delim('{') {
		return fmt.Errorf("it is another kind of value")
	}
	return checkRest(d, '{', 1)
}

// checkRest walks what follows an opening bracket up to its closing one.
func checkRest(d *json.Decoder, open json.Delim, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("it is nested more than %d deep", maxDepth)
	}
	seen := map[string]bool{}
	for d.More() {
		if open == '{' {
			key, err := d.Token()
			if err != nil {
				return badJSON(err)
			}
			name, ok := key.(string)
			if !ok {
				return fmt.Errorf("a key is not a string")
			}
			if folded := fold(name); seen[folded] {
				return fmt.Errorf("the key \"%s\" is repeated", clip(name))
			} else {
				seen[folded] = true
			}
		}
		t, err := d.Token()
		if err != nil {
			return badJSON(err)
		}
		if b, ok := t.(json.Delim); ok {
			if err := checkRest(d, b, depth+1); err != nil {
				return err
			}
		}
	}
	if _, err := d.Token(); err != nil {
		return badJSON(err)
	}
	return nil
}

// badJSON hides the words of the JSON package, which repeat the client's bytes.
func badJSON(err error) error {
	var syntax *json.SyntaxError
	if s, ok := err.(*json.SyntaxError); ok {
		syntax = s
	}
	if syntax == nil {
		return fmt.Errorf("it ends too early")
	}
	return fmt.Errorf("syntax error near byte %d", syntax.Offset)
}

// checkEscapes refuses \u escapes that do not name a character: encoding/json would put
// U+FFFD in their place, and the job would name another object than the client meant.
func checkEscapes(text string) error {
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			continue
		}
		i++
		if i >= len(text) || text[i] != 'u' {
			continue
		}
		u, ok := hex4(text, i+1)
		i += 4
		switch {
		case !ok:
			return fmt.Errorf("a \\u escape is broken")
		case u == 0:
			return fmt.Errorf("it contains a zero byte")
		case u >= 0xdc00 && u <= 0xdfff:
			return fmt.Errorf("a \\u escape is half of a surrogate pair")
		case u >= 0xd800 && u <= 0xdbff:
			low, ok := uint64(0), false
			if strings.HasPrefix(text[min(i+1, len(text)):], `\u`) {
				low, ok = hex4(text, i+3)
			}
			if !ok || low < 0xdc00 || low > 0xdfff {
				return fmt.Errorf("a \\u escape is half of a surrogate pair")
			}
			i += 6
		}
	}
	return nil
}

func hex4(s string, at int) (uint64, bool) {
	if at+4 > len(s) {
		return 0, false
	}
	u, err := strconv.ParseUint(s[at:at+4], 16, 16)
	return u, err == nil
}

// fold maps all spellings of a word that differ in case to one.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		least := r
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			least = min(least, f)
		}
		return least
	}, s)
}

// text returns a field that must be a string; "" when it is absent or null.
func (o *object) text(field string) (string, error) {
	raw := o.raw(field)
	if raw == nil {
		return "", nil
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return "", Invalid(o.name+"."+field, "It must be a string.")
	}
	return s, nil
}

// number returns the digits of a field that is a number or a string; "" when it is absent or
// null.
func (o *object) number(field string) string {
	raw := o.raw(field)
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}

func (o *object) raw(field string) json.RawMessage {
	if o == nil {
		return nil
	}
	raw := bytes.TrimSpace(o.fields[field])
	if bytes.Equal(raw, []byte("null")) {
		return nil
	}
	return raw
}
