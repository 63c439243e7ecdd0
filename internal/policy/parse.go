package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// MaxDocument bounds a policy, in bytes.
const MaxDocument = 6144

const maxDepth = 8 // of nesting in a document

// Policy is a policy that was read.
type Policy struct{ statements []statement }

// statement is one rule. Names are patterns.
type statement struct {
	deny         bool
	actions      []string // in lower case
	notActions   bool
	resources    []string // nil in a trust policy
	notResources bool
	principals   []string // of a trust policy
	conditions   []condition
}

// condition is one operator on one key.
type condition struct {
	operator *operator
	key      string
	values   []value
}

// Parse reads a policy for users and roles. Its errors say where the fault is.
func Parse(document []byte) (*Policy, error) { return parse(document, false) }

// ParseTrust reads the policy of a role that says who may take it on: with principals, without resources.
func ParseTrust(document []byte) (*Policy, error) { return parse(document, true) }

func parse(document []byte, trust bool) (*Policy, error) {
	if len(document) > MaxDocument {
		return nil, fmt.Errorf("longer than %d bytes", MaxDocument)
	}
	root, err := readDocument(document)
	if err != nil {
		return nil, err
	}
	o, ok := root.(*object)
	if !ok {
		return nil, errors.New("not a JSON object")
	}
	if err := o.only("Version", "Statement"); err != nil {
		return nil, err
	}
	if v, _ := o.get("Version").(string); v != "1" {
		return nil, errors.New(`Version: must be "1"`)
	}
	var list []any
	switch s := o.get("Statement").(type) {
	case []any:
		list = s
	case *object:
		list = []any{s}
	}
	if len(list) == 0 {
		return nil, errors.New("Statement: must be a list of at least one object")
	}
	p := &Policy{}
	for i, s := range list {
		st, err := parseStatement(s, trust)
		if err != nil {
			return nil, fmt.Errorf("statement %d: %w", i+1, err)
		}
		p.statements = append(p.statements, st)
	}
	return p, nil
}

func parseStatement(v any, trust bool) (st statement, err error) {
	o, ok := v.(*object)
	if !ok {
		return st, errors.New("not an object")
	}
	known := []string{"Effect", "Action", "NotAction", "Resource", "NotResource", "Condition", "Sid"}
	if trust {
		known = []string{"Effect", "Action", "Principal", "Condition", "Sid"}
	}
	if err := o.only(known...); err != nil {
		return st, err
	}
	switch o.get("Effect") {
	case "Allow":
	case "Deny":
		st.deny = true
	default:
		return st, errors.New(`Effect: must be "Allow" or "Deny"`)
	}
	if st.actions, st.notActions, err = parseEither(o, "Action", "NotAction", checkAction); err != nil {
		return st, err
	}
	for i := range st.actions {
		st.actions[i] = strings.ToLower(st.actions[i])
	}
	if trust {
		st.principals, err = parsePrincipals(o.get("Principal"))
	} else {
		st.resources, st.notResources, err = parseEither(o, "Resource", "NotResource", checkResource)
	}
	if err != nil {
		return st, err
	}
	if c := o.get("Condition"); c != nil {
		st.conditions, err = parseConditions(c)
	}
	return st, err
}

// parseEither reads a list that stands under exactly one of two names.
func parseEither(o *object, name, not string, check func(string) error) ([]string, bool, error) {
	plain, negated := o.get(name), o.get(not)
	switch {
	case plain != nil && negated != nil:
		return nil, false, fmt.Errorf("both %s and %s", name, not)
	case plain == nil && negated == nil:
		return nil, false, fmt.Errorf("neither %s nor %s", name, not)
	case negated != nil:
		name, plain = not, negated
	}
	all, err := texts(plain)
	if err != nil {
		return nil, false, fmt.Errorf("%s: %w", name, err)
	}
	for _, s := range all {
		if err := check(s); err != nil {
			return nil, false, fmt.Errorf("%s: %w", name, err)
		}
	}
	return all, name == not, nil
}

func checkAction(s string) error {
	if s == "*" {
		return nil
	}
	service, name, ok := strings.Cut(s, ":")
	if !ok || service == "" || name == "" {
		return fmt.Errorf(`%q is not "*" or service:Action`, s)
	}
	return nil
}

func checkResource(s string) error {
	if s == "*" {
		return nil
	}
	if parts := strings.SplitN(s, ":", 5); len(parts) != 5 || parts[0] != "acs" {
		return fmt.Errorf(`%q is not "*" or acs:service:region:account:resource`, s)
	}
	return nil
}

func parsePrincipals(v any) ([]string, error) {
	o, ok := v.(*object)
	if !ok {
		return nil, errors.New(`Principal: must be an object with "RAM" or "Service"`)
	}
	if err := o.only("RAM", "Service"); err != nil {
		return nil, fmt.Errorf("Principal: %w", err)
	}
	var all []string
	for _, kind := range []string{"RAM", "Service"} {
		if o.get(kind) == nil {
			continue
		}
		list, err := texts(o.get(kind))
		if err != nil {
			return nil, fmt.Errorf("Principal.%s: %w", kind, err)
		}
		all = append(all, list...)
	}
	if len(all) == 0 {
		return nil, errors.New(`Principal: must be an object with "RAM" or "Service"`)
	}
	return all, nil
}

func parseConditions(v any) ([]condition, error) {
	operators, ok := v.(*object)
	if !ok {
		return nil, errors.New("Condition: not an object")
	}
	var all []condition
	for _, name := range operators.names {
		op := operatorNamed(name)
		if op == nil {
			return nil, fmt.Errorf("Condition: there is no operator %q", name)
		}
		keys, ok := operators.get(name).(*object)
		if !ok || len(keys.names) == 0 {
			return nil, fmt.Errorf("Condition.%s: must be an object with at least one key", name)
		}
		for _, key := range keys.names {
			list, err := texts(keys.get(key))
			if err != nil {
				return nil, fmt.Errorf("Condition.%s.%s: %w", name, key, err)
			}
			c := condition{operator: op, key: key}
			for _, text := range list {
				v, ok := op.read(text)
				if !ok {
					return nil, fmt.Errorf("Condition.%s.%s: %q is not %s", name, key, text, op.wants)
				}
				c.values = append(c.values, v)
			}
			all = append(all, c)
		}
	}
	return all, nil
}

// texts reads a string, or a list of at least one.
func texts(v any) ([]string, error) {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	if len(list) == 0 {
		return nil, errors.New("the list is empty")
	}
	all := make([]string, len(list))
	for i, e := range list {
		s, ok := e.(string)
		if !ok {
			return nil, errors.New("must be a string or a list of strings")
		}
		if s == "" {
			return nil, errors.New("must not be empty")
		}
		all[i] = s
	}
	return all, nil
}

// object is a JSON object in the order of its text.
type object struct {
	names  []string
	values map[string]any
}

func (o *object) get(name string) any { return o.values[name] }

// only refuses names that are not known.
func (o *object) only(known ...string) error {
next:
	for _, name := range o.names {
		for _, k := range known {
			if name == k {
				continue next
			}
		}
		return fmt.Errorf("unknown element %q", name)
	}
	return nil
}

// readDocument reads one JSON value. Unlike encoding/json it refuses an object that has a name twice: two
// readers must never see two different policies.
func readDocument(document []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(document))
	d.UseNumber()
	v, err := readValue(d, 0)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one JSON value")
	}
	return v, nil
}

func readValue(d *json.Decoder, depth int) (any, error) {
	if depth > maxDepth {
		return nil, errors.New("nested too deeply")
	}
	t, err := d.Token()
	if err != nil {
		return nil, fmt.Errorf("not JSON: byte %d", d.InputOffset())
	}
	switch t {
	case json.Delim('['):
		list := []any{}
		for d.More() {
			v, err := readValue(d, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, closing(d)
	case json.Delim('{'):
		return readObject(d, depth)
	}
	return t, nil
}

func readObject(d *json.Decoder, depth int) (any, error) {
	o := &object{values: map[string]any{}}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, fmt.Errorf("not JSON: byte %d", d.InputOffset())
		}
		name, ok := t.(string)
		if !ok {
			return nil, fmt.Errorf("not JSON: byte %d", d.InputOffset())
		}
		if _, twice := o.values[name]; twice {
			return nil, fmt.Errorf("element %q is there twice", name)
		}
		v, err := readValue(d, depth+1)
		if err != nil {
			return nil, err
		}
		o.names = append(o.names, name)
		o.values[name] = v
	}
	return o, closing(d)
}

func closing(d *json.Decoder) error {
	if _, err := d.Token(); err != nil {
		return fmt.Errorf("not JSON: byte %d", d.InputOffset())
	}
	return nil
}
