package netguard

import (
	"net"
	"net/netip"
)

// Guard judges URLs and addresses and makes HTTP clients that obey it. The zero value allows
// public unicast addresses only. Its fields must not change once it is in use.
type Guard struct {
	Allow    Allow         // what may be dialled although not public
	Resolver *net.Resolver // nil: Go's own resolver
	OnDenied func(*Denied) // called for each refusal, from any goroutine; may be nil

	dialling func(netip.AddrPort) error // tests: sees each address about to be connected to
}

// New returns a Guard with the given exceptions.
func New(allow Allow) *Guard { return &Guard{Allow: allow} }

// CheckAddr returns nil when ap is an address of the public internet or covered by the allow
// list, else a *Denied. Reference: the IANA special-purpose address registries; see
// deniedIPv4 and deniedIPv6.
func (g *Guard) CheckAddr(ap netip.AddrPort) error {
	if reason := g.refuseAddr(ap); reason != "" {
		return g.deny(ap.String(), reason)
	}
	return nil
}

func (g *Guard) refuseAddr(ap netip.AddrPort) string {
	addr := ap.Addr()
	switch {
	case !addr.IsValid():
		return "no address"
	case ap.Port() == 0:
		return "port 0"
	case addr.Zone() != "":
		return "zone id"
	case addr.Is4In6():
		return "IPv4-mapped address"
	case g.Allow.Covers(ap):
		return ""
	}
	if reason := specialAddr(addr); reason != "" {
		return reason
	}
	return refusePort(ap.Port())
}

func (g *Guard) deny(host, reason string) error {
	d := &Denied{Host: host, Reason: reason}
	if g.OnDenied != nil {
		g.OnDenied(d)
	}
	return d
}
