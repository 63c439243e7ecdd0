package ims

import (
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"
)

// addPairs decodes raw the way forms are decoded ("+" is a space, empty values are kept) into
// both into and r.Params. The first broken or repeated parameter ends it.
func (r *Request) addPairs(into map[string]string, raw string) error {
	for raw != "" {
		var pair string
		pair, raw, _ = strings.Cut(raw, "&")
		if pair == "" {
			continue
		}
		rawName, rawValue, _ := strings.Cut(pair, "=")
		name, err := decode(rawName)
		if err != nil {
			return Invalid(rawName, "Its name: "+err.Error())
		}
		if name == "" {
			return Invalid("", "A parameter has no name.")
		}
		value, err := decode(rawValue)
		if err != nil {
			return Invalid(name, "Its value: "+err.Error())
		}
		if _, twice := r.Params[name]; twice {
			return Invalid(name, "It is given more than once.")
		}
		if len(r.Params) == MaxParameters {
			return Invalid(name, fmt.Sprintf("There are more than %d parameters.", MaxParameters))
		}
		into[name], r.Params[name] = value, value
	}
	return nil
}

// A badText says what is wrong with an encoded name or value.
type badText string

func (b badText) Error() string { return string(b) }

func decode(s string) (string, error) {
	out, err := url.QueryUnescape(s)
	switch {
	case err != nil:
		return "", badText("the percent-encoding is broken.")
	case !utf8.ValidString(out):
		return "", badText("it is not valid UTF-8.")
	case strings.IndexByte(out, 0) >= 0:
		return "", badText("it contains a zero byte.")
	}
	return out, nil
}
