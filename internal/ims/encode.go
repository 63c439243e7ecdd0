package ims

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
)

// The content types of replies. Clients compare the second one byte by byte (contract 2.6).
const (
	TypeJSON = "application/json;charset=utf-8"
	TypeXML  = "text/xml;charset=utf-8"
)

// Encode writes a response value in a format. root is the name of the XML document's element:
// the action's name followed by "Response", or "Error".
func Encode(format, root string, v any) (body []byte, contentType string, err error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, "", fmt.Errorf("encode %T: %w", v, err)
	}
	body = bytes.TrimSuffix(b.Bytes(), []byte("\n"))
	if format != XML {
		return body, TypeJSON, nil
	}
	body, err = toXML(root, body)
	return body, TypeXML, err
}

// toXML turns a JSON object into XML: keys are elements, and a list repeats its element. Going
// through JSON keeps the two formats from drifting apart.
func toXML(root string, doc []byte) ([]byte, error) {
	d := json.NewDecoder(bytes.NewReader(doc))
	d.UseNumber()
	var b bytes.Buffer
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>`)
	if err := writeElement(&b, d, root); err != nil {
		return nil, fmt.Errorf("write xml: %w", err)
	}
	return b.Bytes(), nil
}

func writeElement(b *bytes.Buffer, d *json.Decoder, name string) error {
	t, err := d.Token()
	if err != nil {
		return err
	}
	switch v := t.(type) {
	case json.Delim:
		if v == '[' {
			for d.More() {
				if err := writeElement(b, d, name); err != nil {
					return err
				}
			}
			_, err := d.Token()
			return err
		}
		b.WriteString("<" + name + ">")
		for d.More() {
			key, err := d.Token()
			if err != nil {
				return err
			}
			if err := writeElement(b, d, key.(string)); err != nil {
				return err
			}
		}
		if _, err := d.Token(); err != nil {
			return err
		}
	case nil:
		return nil
	default:
		b.WriteString("<" + name + ">")
		if err := writeText(b, fmt.Sprint(v)); err != nil {
			return err
		}
	}
	b.WriteString("</" + name + ">")
	return nil
}

// writeText escapes s. Characters that XML cannot hold at all become U+FFFD.
func writeText(w io.Writer, s string) error { return xml.EscapeText(w, []byte(s)) }
