package policy

import "strings"

// principal is a name in a trust policy: of a service, a user or a role, or the prefix of all
// names of an account.
type principal struct {
	name    string
	account bool
}

func (p principal) matches(name string) bool {
	if p.account {
		return strings.HasPrefix(name, p.name)
	}
	return name == p.name
}

func parsePrincipals(at place, f map[string]any) ([]principal, error) {
	v, ok := f["Principal"]
	if !ok {
		return nil, at.malformed("missing")
	}
	kinds, err := fields(at, v, "RAM", "Service")
	if err != nil {
		return nil, err
	}
	if len(kinds) == 0 {
		return nil, at.malformed("neither RAM nor Service")
	}
	all, err := principalsOf(at, kinds, "RAM", ramPrincipal)
	if err != nil {
		return nil, err
	}
	services, err := principalsOf(at, kinds, "Service", servicePrincipal)
	return append(all, services...), err
}

func principalsOf(at place, kinds map[string]any, name string, read func(string) (principal, string)) ([]principal, error) {
	v, ok := kinds[name]
	if !ok {
		return nil, nil
	}
	at = at.down(name)
	names, err := texts(at, v)
	if err != nil {
		return nil, err
	}
	all := make([]principal, len(names))
	for i, s := range names {
		var wrong string
		if all[i], wrong = read(s); wrong != "" {
			return nil, at.malformed("%q is not %s", s, wrong)
		}
	}
	return all, nil
}

// ramPrincipal accepts acs:ram::account:root, acs:ram::account:user/name and
// acs:ram::account:role/name.
func ramPrincipal(s string) (p principal, wrong string) {
	rest, ok := strings.CutPrefix(s, "acs:ram::")
	account, who, found := strings.Cut(rest, ":")
	if ok && found && account != "" && strings.Trim(account, "0123456789") == "" {
		if who == "root" {
			return principal{strings.TrimSuffix(s, "root"), true}, ""
		}
		class, name, _ := strings.Cut(who, "/")
		if (class == "user" || class == "role") && name != "" && !strings.ContainsAny(name, "*?") {
			return principal{name: s}, ""
		}
	}
	return principal{}, "acs:ram::account: and root, user/name or role/name"
}

// servicePrincipal accepts a name such as ice.aliyuncs.com.
func servicePrincipal(s string) (p principal, wrong string) {
	if s == "" || strings.Trim(s, serviceCharacters) != "" {
		return principal{}, "the name of a service"
	}
	return principal{name: s}, ""
}

const serviceCharacters = "abcdefghijklmnopqrstuvwxyz0123456789-."
