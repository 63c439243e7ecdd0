package netguard

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// maxURL bounds a URL in bytes.
const maxURL = 8 << 10

// CheckURL is Guard.CheckURL of a guard without exceptions.
func CheckURL(raw string) (*url.URL, error) { return new(Guard).CheckURL(raw) }

// CheckURL parses raw, refuses what ParseURL refuses (ErrBadURL), and judges the parts of the
// host that can be judged without a lookup (ErrDenied): literal addresses, names that are
// local by definition, ports of other protocols. A URL that passes may still be refused when
// it is dialled.
func (g *Guard) CheckURL(raw string) (*url.URL, error) {
	u, err := ParseURL(raw)
	if err != nil {
		return nil, err
	}
	port := portOf(u)
	if addr, err := netip.ParseAddr(u.Hostname()); err == nil {
		if err := g.CheckAddr(netip.AddrPortFrom(addr, port)); err != nil {
			return nil, err
		}
		return u, nil
	}
	if reason := g.refuseName(u.Hostname(), port); reason != "" {
		return nil, g.deny(u.Host, reason)
	}
	return u, nil
}

// refuseName judges names whose meaning does not depend on a lookup: RFC 6761 (localhost),
// RFC 6762 (local), and ICANN's private-use internal. An operator who allowed the loopback
// address, or any address on that port, has allowed the name to be tried.
func (g *Guard) refuseName(name string, port uint16) string {
	_, last, _ := cutLast(name, ".")
	switch last {
	case "localhost":
		v4 := netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), port)
		v6 := netip.AddrPortFrom(netip.IPv6Loopback(), port)
		if !g.Allow.Covers(v4) && !g.Allow.Covers(v6) {
			return "localhost name (RFC 6761)"
		}
	case "local", "internal":
		if !g.Allow.coversPort(port) {
			return "name of a local network"
		}
	}
	if g.Allow.coversPort(port) {
		return ""
	}
	return refusePort(port)
}

// ParseURL parses raw as an absolute http or https URL and refuses every spelling that URL
// parsers are known to disagree about. The host of the result is ASCII, lower case, without a
// trailing dot, and the fragment is gone. Errors wrap ErrBadURL and never quote the URL.
func ParseURL(raw string) (*url.URL, error) {
	if len(raw) > maxURL {
		return nil, badURL("longer than %d bytes", maxURL)
	}
	if err := checkText(raw); err != nil {
		return nil, err
	}
	if scheme, rest, _ := strings.Cut(raw, ":"); !isHTTP(scheme) || !strings.HasPrefix(rest, "//") {
		return nil, badURL("neither http:// nor https://")
	}
	u, err := url.Parse(raw)
	if err != nil {
		return nil, badURL("not parsable") // the parser's own error quotes the URL, secrets and all
	}
	if auth := authority(raw); u.User != nil || strings.Contains(auth, "@") {
		return nil, badURL("user information in a url")
	} else if strings.Contains(auth, "%") { // a zone id, or a name that hides from checkText
		return nil, badURL("percent sign in the host")
	}
	if u.Opaque != "" || u.Host == "" {
		return nil, badURL("no host")
	}
	if err := checkPath(u.EscapedPath()); err != nil {
		return nil, err
	}
	port, err := checkPort(u.Host)
	if err != nil {
		return nil, err
	}
	host, err := checkHost(u)
	if err != nil {
		return nil, err
	}
	if u.Host = host; port != "" {
		u.Host += ":" + port
	}
	u.Fragment, u.RawFragment = "", ""
	return u, nil
}

func isHTTP(scheme string) bool {
	return strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https")
}

// authority returns what stands between "//" and the path, by the widest reading.
func authority(raw string) string {
	_, rest, _ := strings.Cut(raw, "//")
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		rest = rest[:i]
	}
	return rest
}

// checkText refuses characters that are invisible, that break lines, or that some parsers
// strip or turn into a slash.
func checkText(raw string) error {
	if !utf8.ValidString(raw) {
		return badURL("invalid UTF-8")
	}
	for _, r := range raw {
		switch {
		case unicode.IsControl(r):
			return badURL("control character %U", r)
		case unicode.IsSpace(r), unicode.Is(unicode.Z, r):
			return badURL("space %U", r)
		case unicode.Is(unicode.Cf, r): // bidi controls, zero-width characters, soft hyphen
			return badURL("invisible character %U", r)
		case r == '\\':
			return badURL("backslash")
		}
	}
	return nil
}

func checkPath(escaped string) error {
	low := strings.ToLower(escaped)
	for _, bad := range []string{"%00", "%0d", "%0a"} {
		if strings.Contains(low, bad) {
			return badURL("%q in the path", bad)
		}
	}
	return nil
}

// checkPort returns the port text of a host, "" when there is none.
func checkPort(host string) (string, error) {
	rest := host
	if i := strings.LastIndexByte(host, ']'); i >= 0 {
		rest = host[i+1:]
	}
	_, text, found := cutLast(rest, ":")
	if !found {
		return "", nil
	}
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil || n == 0 || text[0] == '0' {
		return "", badURL("port is not 1–65535")
	}
	return text, nil
}

// checkHost returns the host of u in the one form that everything later works on.
func checkHost(u *url.URL) (string, error) {
	host := u.Hostname()
	if strings.HasPrefix(u.Host, "[") {
		addr, err := netip.ParseAddr(host)
		if err != nil || !addr.Is6() || addr.Zone() != "" {
			return "", badURL("bad IPv6 address")
		}
		return "[" + addr.String() + "]", nil
	}
	if strings.ContainsAny(host, ":[]%") {
		return "", badURL("bad host")
	}
	name, err := toASCII(host)
	if err != nil {
		return "", badURL("host is not a valid international name")
	}
	name = strings.TrimSuffix(strings.ToLower(name), ".")
	if err := checkName(name); err != nil {
		return "", err
	}
	if _, last, _ := cutLast(name, "."); last[0] >= '0' && last[0] <= '9' {
		// Resolvers read 127.1, 0x7f.1, 017700000001 and 2130706433 as addresses.
		addr, err := netip.ParseAddr(name)
		if err != nil || !addr.Is4() {
			return "", badURL("host is neither a name nor a dotted quad")
		}
	}
	return name, nil
}

// toASCII maps international names by UTS #46 as net/http would. ASCII names are left alone:
// the profile's rules on hyphens and underscores refuse hosts that are in use.
func toASCII(host string) (string, error) {
	if strings.IndexFunc(host, func(r rune) bool { return r >= utf8.RuneSelf }) < 0 {
		return host, nil
	}
	return idna.Lookup.ToASCII(host)
}

// checkName holds a host name to RFC 1035, 2.3.1 and 2.3.4, with underscores, which real
// names have.
func checkName(name string) error {
	if name == "" {
		return badURL("no host")
	}
	if len(name) > 253 {
		return badURL("host longer than 253 bytes")
	}
	for label := range strings.SplitSeq(name, ".") {
		if len(label) < 1 || len(label) > 63 {
			return badURL("host label of %d bytes", len(label))
		}
		if label[0] == '-' || label[len(label)-1] == '-' {
			return badURL("host label with a hyphen at its end")
		}
		for _, c := range []byte(label) {
			if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_') {
				return badURL("host has %q", c)
			}
		}
	}
	return nil
}

// portOf returns the port a checked URL names or implies.
func portOf(u *url.URL) uint16 {
	if p := u.Port(); p != "" {
		n, _ := strconv.ParseUint(p, 10, 16) // checkPort has read it
		return uint16(n)
	}
	if u.Scheme == "https" {
		return 443
	}
	return 80
}

// cutLast splits s at the last sep; without one, after is all of s.
func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return "", s, false
}
