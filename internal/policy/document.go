package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"
)

// MaxDocument is the most bytes a document may have.
const MaxDocument = 6144

// object is a JSON object with its members in the order of the document, repeated keys included.
type object []member

type member struct {
	key   string
	value any // object, []any, string, json.Number, bool or nil
}

// decode reads document as one JSON value. Nothing in it is judged yet but the text.
func decode(document []byte) (any, error) {
	var top place
	if len(document) > MaxDocument {
		return nil, top.malformed("%d bytes, more than %d", len(document), MaxDocument)
	}
	if !utf8.Valid(document) {
		return nil, top.malformed("not UTF-8")
	}
	var whole json.RawMessage
	if err := json.Unmarshal(document, &whole); err != nil {
		if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
			return nil, top.malformed("not JSON at byte %d", syntax.Offset)
		}
		return nil, top.malformed("not JSON")
	}
	d := json.NewDecoder(bytes.NewReader(document))
	d.UseNumber()
	return decodeValue(d)
}

func decodeValue(d *json.Decoder) (any, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch token := token.(type) {
	case json.Delim:
		if token == '{' {
			return decodeObject(d)
		}
		return decodeList(d)
	case string:
		// encoding/json turns half a surrogate pair into U+FFFD, and so different strings into
		// equal ones.
		if strings.ContainsRune(token, utf8.RuneError) {
			return nil, place{}.malformed("a string holds U+FFFD or half a surrogate pair")
		}
		return token, nil
	default:
		return token, nil
	}
}

func decodeObject(d *json.Decoder) (any, error) {
	o := object{}
	for d.More() {
		key, err := decodeValue(d)
		if err != nil {
			return nil, err
		}
		value, err := decodeValue(d)
		if err != nil {
			return nil, err
		}
		o = append(o, member{key.(string), value})
	}
	_, err := d.Token()
	return o, err
}

func decodeList(d *json.Decoder) (any, error) {
	list := []any{}
	for d.More() {
		value, err := decodeValue(d)
		if err != nil {
			return nil, err
		}
		list = append(list, value)
	}
	_, err := d.Token()
	return list, err
}

// kind names the JSON type of a decoded value, with its article.
func kind(v any) string {
	switch v.(type) {
	case object:
		return "an object"
	case []any:
		return "a list"
	case string:
		return "a string"
	case json.Number:
		return "a number"
	case bool:
		return "a boolean"
	default:
		return "null"
	}
}

// members returns the members of an object, none of them twice.
func members(at place, v any) (object, error) {
	o, ok := v.(object)
	if !ok {
		return nil, at.malformed("%s where an object belongs", kind(v))
	}
	seen := make(map[string]bool, len(o))
	for _, m := range o {
		if seen[m.key] {
			return nil, at.malformed("key %q appears twice", m.key)
		}
		seen[m.key] = true
	}
	return o, nil
}

// fields returns the members of an object whose keys are all among known.
func fields(at place, v any, known ...string) (map[string]any, error) {
	o, err := members(at, v)
	if err != nil {
		return nil, err
	}
	f := make(map[string]any, len(o))
	for _, m := range o {
		if !slices.Contains(known, m.key) {
			return nil, at.malformed("key %q is unknown", m.key)
		}
		f[m.key] = m.value
	}
	return f, nil
}

func text(at place, v any) (string, error) {
	s, ok := v.(string)
	if !ok {
		return "", at.malformed("%s where a string belongs", kind(v))
	}
	return s, nil
}

// texts returns a list of strings, at least one; a string alone is a list of itself.
func texts(at place, v any) ([]string, error) {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	if len(list) == 0 {
		return nil, at.malformed("the list is empty")
	}
	all := make([]string, len(list))
	for i, item := range list {
		var err error
		if all[i], err = text(at, item); err != nil {
			return nil, err
		}
	}
	return all, nil
}
