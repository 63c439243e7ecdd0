package policy

import (
	"slices"
	"strings"
)

// Keys of a request's context that every service knows.
const (
	CurrentTime     = "acs:CurrentTime"     // RFC 3339, UTC
	SecureTransport = "acs:SecureTransport" // "true" or "false"
	SourceIP        = "acs:SourceIp"
	MFAPresent      = "acs:MFAPresent" // "true" or "false"
	PrincipalARN    = "acs:PrincipalARN"
)

var commonKeys = []string{CurrentTime, SecureTransport, SourceIP, MFAPresent, PrincipalARN}

// condition is one key under one operator.
type condition struct {
	key     string
	negated bool
	values  []test
}

// test tells whether a value of the context is what a value of the policy asks for.
type test func(value string) bool

func (c condition) holds(context map[string]string) bool {
	value, ok := context[c.key]
	positive := ok && slices.ContainsFunc(c.values, func(t test) bool { return t(value) })
	return positive != c.negated
}

func parseConditions(at place, f map[string]any) ([]condition, error) {
	v, ok := f["Condition"]
	if !ok {
		return nil, nil
	}
	// An empty Condition asks for nothing; the vendor's own examples have one.
	blocks, err := members(at, v)
	if err != nil {
		return nil, err
	}
	var all []condition
	for _, block := range blocks {
		op, ok := operators[block.key]
		if !ok {
			return nil, at.malformed("operator %q is unknown", block.key)
		}
		at := at.down(block.key)
		keys, err := members(at, block.value)
		if err != nil {
			return nil, err
		}
		if len(keys) == 0 {
			return nil, at.malformed("no keys")
		}
		for _, m := range keys {
			c, err := parseCondition(at, op, m)
			if err != nil {
				return nil, err
			}
			all = append(all, c)
		}
	}
	return all, nil
}

func parseCondition(at place, op operator, m member) (condition, error) {
	if prefix, name, ok := strings.Cut(m.key, ":"); !ok || prefix == "" || name == "" {
		return condition{}, at.malformed("%q is not a key, prefix:name", m.key)
	}
	for _, key := range commonKeys {
		if m.key != key && strings.EqualFold(m.key, key) {
			return condition{}, at.malformed("key %q is spelt %q", m.key, key)
		}
	}
	at = at.down(m.key)
	values, err := texts(at, m.value)
	if err != nil {
		return condition{}, err
	}
	c := condition{m.key, op.negated, make([]test, len(values))}
	for i, value := range values {
		t, wrong := op.compile(value)
		if wrong != "" {
			return condition{}, at.malformed("%q is not %s", value, wrong)
		}
		c.values[i] = t
	}
	return c, nil
}
