package policy

import "strings"

// Policy is a document that has been read. It does not change and may be shared.
type Policy struct {
	statements []statement
}

type statement struct {
	deny       bool
	anyone     bool        // a policy of an identity, which names no principals
	principals []principal // of a trust policy
	actions    selection
	resources  selection
	conditions []condition
}

// selection is an element in its positive or negative form: Action or NotAction, Resource or
// NotResource.
type selection struct {
	patterns []string
	not      bool
}

// everything selects all there is: it is what is not in an empty list.
var everything = selection{not: true}

// Parse reads a policy that is attached to a user, a group or a role. Its errors are
// *MalformedError.
func Parse(document []byte) (*Policy, error) { return parse(document, identityStatement) }

// ParseTrust reads the policy of a role that says who may assume it. Its errors are
// *MalformedError.
func ParseTrust(document []byte) (*Policy, error) { return parse(document, trustStatement) }

func parse(document []byte, read func(place, any) (statement, error)) (*Policy, error) {
	v, err := decode(document)
	if err != nil {
		return nil, err
	}
	var top place
	f, err := fields(top, v, "Version", "Statement")
	if err != nil {
		return nil, err
	}
	if err := parseVersion(top.down("Version"), f); err != nil {
		return nil, err
	}
	at := top.down("Statement")
	list := []any{f["Statement"]}
	switch v := f["Statement"].(type) {
	case object:
	case []any:
		list = v
	default:
		if _, ok := f["Statement"]; !ok {
			return nil, at.malformed("missing")
		}
		return nil, at.malformed("%s where a list of objects belongs", kind(v))
	}
	if len(list) == 0 {
		return nil, at.malformed("the list is empty")
	}
	p := &Policy{statements: make([]statement, len(list))}
	for i, item := range list {
		if p.statements[i], err = read(place{statement: i + 1}, item); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func parseVersion(at place, f map[string]any) error {
	v, ok := f["Version"]
	if !ok {
		return at.malformed("missing")
	}
	version, err := text(at, v)
	if err != nil {
		return err
	}
	if version != "1" {
		return at.malformed(`%q is not "1"`, version)
	}
	return nil
}

func identityStatement(at place, v any) (s statement, err error) {
	f, err := fields(at, v, "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition")
	if err != nil {
		return s, err
	}
	s.anyone = true
	if s.deny, err = parseEffect(at.down("Effect"), f); err != nil {
		return s, err
	}
	if s.actions, err = parseSelection(at, f, "Action", actionPattern); err != nil {
		return s, err
	}
	if s.resources, err = parseSelection(at, f, "Resource", resourcePattern); err != nil {
		return s, err
	}
	s.conditions, err = parseConditions(at.down("Condition"), f)
	return s, err
}

func trustStatement(at place, v any) (s statement, err error) {
	f, err := fields(at, v, "Effect", "Action", "Principal", "Condition")
	if err != nil {
		return s, err
	}
	if s.deny, err = parseEffect(at.down("Effect"), f); err != nil {
		return s, err
	}
	if s.principals, err = parsePrincipals(at.down("Principal"), f); err != nil {
		return s, err
	}
	if s.actions, err = parseSelection(at, f, "Action", assumeRole); err != nil {
		return s, err
	}
	s.resources = everything
	s.conditions, err = parseConditions(at.down("Condition"), f)
	return s, err
}

func parseEffect(at place, f map[string]any) (deny bool, err error) {
	v, ok := f["Effect"]
	if !ok {
		return false, at.malformed("missing")
	}
	effect, err := text(at, v)
	if err != nil {
		return false, err
	}
	if effect != "Allow" && effect != "Deny" {
		return false, at.malformed(`%q is neither "Allow" nor "Deny"`, effect)
	}
	return effect == "Deny", nil
}

// parseSelection reads the element name or its negative form. The function pattern turns a
// value into what requests are matched with, or says what it is not.
func parseSelection(at place, f map[string]any, name string, pattern func(string) (string, string)) (selection, error) {
	v, positive := f[name]
	negative, not := f["Not"+name]
	switch {
	case positive && not:
		return selection{}, at.malformed("both %s and Not%[1]s", name)
	case not:
		name, v = "Not"+name, negative
	case !positive:
		return selection{}, at.down(name).malformed("missing")
	}
	at = at.down(name)
	values, err := texts(at, v)
	if err != nil {
		return selection{}, err
	}
	for i, value := range values {
		var wrong string
		if values[i], wrong = pattern(value); wrong != "" {
			return selection{}, at.malformed("%q is not %s", value, wrong)
		}
	}
	return selection{values, not}, nil
}

// actionPattern accepts "*" and service:name, and gives it in lower case.
func actionPattern(s string) (pattern, wrong string) {
	service, name, ok := strings.Cut(s, ":")
	if s != "*" && (!ok || service == "" || name == "" || strings.Trim(service+name, actionCharacters) != "") {
		return "", `"*" or an action, service:name`
	}
	return lower(s), ""
}

const actionCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_./*?"

// resourcePattern accepts what can be the name of a resource, acs:service:region:account:id.
func resourcePattern(s string) (pattern, wrong string) {
	if !strings.HasPrefix(s, "*") && !strings.HasPrefix(s, "acs:") {
		return "", `"*" or a resource, acs:service:region:account:id`
	}
	return s, ""
}

func assumeRole(s string) (pattern, wrong string) {
	if s != "sts:AssumeRole" {
		return "", `"sts:AssumeRole", the only action of a trust policy`
	}
	return lower(s), ""
}

// lower lowers ASCII letters alone, so that no other letter turns into one.
func lower(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}, s)
}
