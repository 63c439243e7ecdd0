package netguard

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// Allow lists addresses that may be dialled although they are not public. The zero value
// lists none.
type Allow struct {
	entries []allowEntry
}

type allowEntry struct {
	prefix netip.Prefix
	port   uint16 // 0: any
}

// ParseAllow reads a comma list of CIDR, CIDR:port and, for IPv6 with a port, [CIDR]:port or
// [address]/bits:port. A bare address stands for itself alone. The empty string allows nothing.
func ParseAllow(s string) (Allow, error) {
	var a Allow
	for item := range strings.SplitSeq(s, ",") {
		item = strings.TrimSpace(item)
		if item == "" {
			continue
		}
		e, err := parseAllowEntry(item)
		if err != nil {
			return Allow{}, fmt.Errorf("allow entry %q: %w", item, err)
		}
		a.entries = append(a.entries, e)
	}
	return a, nil
}

func parseAllowEntry(item string) (allowEntry, error) {
	cidr, port, err := cutPort(item)
	if err != nil {
		return allowEntry{}, err
	}
	if !strings.Contains(cidr, "/") {
		addr, err := netip.ParseAddr(cidr)
		if err != nil {
			return allowEntry{}, fmt.Errorf("neither an address nor a CIDR")
		}
		cidr += "/" + strconv.Itoa(addr.BitLen())
	}
	prefix, err := netip.ParsePrefix(cidr)
	if err != nil {
		return allowEntry{}, fmt.Errorf("neither an address nor a CIDR")
	}
	if prefix.Addr().Is4In6() {
		return allowEntry{}, fmt.Errorf("IPv4-mapped: write it as IPv4")
	}
	return allowEntry{prefix.Masked(), port}, nil
}

// cutPort splits "127.0.0.0/8:80", "[::1]/128:80", "[::1/128]:80" and "[::1]:80" into the
// CIDR without brackets and the port. IPv6 without brackets has no port.
func cutPort(item string) (string, uint16, error) {
	cidr, portText, found := item, "", false
	switch open, after, bracketed := strings.Cut(item, "]"); {
	case bracketed && strings.HasPrefix(open, "["):
		var bits string
		bits, portText, found = strings.Cut(after, ":")
		cidr = open[1:] + bits
		if !strings.Contains(cidr, ":") {
			return "", 0, fmt.Errorf("brackets around something that is not IPv6")
		}
	case strings.Count(item, ":") == 1:
		cidr, portText, found = strings.Cut(item, ":")
	}
	if !found {
		return cidr, 0, nil
	}
	port, err := strconv.ParseUint(portText, 10, 16)
	if err != nil || port == 0 {
		return "", 0, fmt.Errorf("port %q is not 1–65535", portText)
	}
	return cidr, uint16(port), nil
}

// Covers reports whether an entry names ap's address and port.
func (a Allow) Covers(ap netip.AddrPort) bool {
	for _, e := range a.entries {
		if (e.port == 0 || e.port == ap.Port()) && e.prefix.Contains(ap.Addr()) {
			return true
		}
	}
	return false
}

// coversPort reports whether some address is allowed on port.
func (a Allow) coversPort(port uint16) bool {
	for _, e := range a.entries {
		if e.port == 0 || e.port == port {
			return true
		}
	}
	return false
}

// String gives the list in the form ParseAllow reads.
func (a Allow) String() string {
	var items []string
	for _, e := range a.entries {
		s := e.prefix.String()
		if e.port != 0 {
			if e.prefix.Addr().Is6() {
				s = "[" + e.prefix.Addr().String() + "]/" + strconv.Itoa(e.prefix.Bits())
			}
			s += ":" + strconv.Itoa(int(e.port))
		}
		items = append(items, s)
	}
	return strings.Join(items, ",")
}
