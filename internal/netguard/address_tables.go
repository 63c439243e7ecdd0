package netguard

import "net/netip"

// special is a block of addresses that is not the public internet.
type special struct {
	prefix netip.Prefix
	reason string
}

// deniedIPv4 holds the IANA IPv4 Special-Purpose Address Registry, the multicast and reserved
// blocks of the IPv4 Address Space Registry, and one public address that a cloud keeps for
// itself. Blocks the registry calls globally reachable (192.31.196.0/24 and its like) are
// service anycast, never a media origin, and are refused with the rest.
var deniedIPv4 = []special{
	{netip.MustParsePrefix("0.0.0.0/8"), "this network (RFC 791)"},
	{netip.MustParsePrefix("10.0.0.0/8"), "private use (RFC 1918)"},
	{netip.MustParsePrefix("100.64.0.0/10"), "shared address space (RFC 6598)"},
	{netip.MustParsePrefix("127.0.0.0/8"), "loopback (RFC 1122)"},
	{netip.MustParsePrefix("168.63.129.16/32"), "Azure WireServer"},
	{netip.MustParsePrefix("169.254.0.0/16"), "link local (RFC 3927)"},
	{netip.MustParsePrefix("172.16.0.0/12"), "private use (RFC 1918)"},
	{netip.MustParsePrefix("192.0.0.0/24"), "IETF protocol assignments (RFC 6890)"},
	{netip.MustParsePrefix("192.0.2.0/24"), "documentation (RFC 5737)"},
	{netip.MustParsePrefix("192.31.196.0/24"), "AS112 (RFC 7535)"},
	{netip.MustParsePrefix("192.52.193.0/24"), "AMT (RFC 7450)"},
	{netip.MustParsePrefix("192.88.99.0/24"), "6to4 relay (RFC 7526)"},
	{netip.MustParsePrefix("192.168.0.0/16"), "private use (RFC 1918)"},
	{netip.MustParsePrefix("192.175.48.0/24"), "AS112 (RFC 7534)"},
	{netip.MustParsePrefix("198.18.0.0/15"), "benchmarking (RFC 2544)"},
	{netip.MustParsePrefix("198.51.100.0/24"), "documentation (RFC 5737)"},
	{netip.MustParsePrefix("203.0.113.0/24"), "documentation (RFC 5737)"},
	{netip.MustParsePrefix("224.0.0.0/4"), "multicast (RFC 5771)"},
	{netip.MustParsePrefix("240.0.0.0/4"), "reserved or broadcast (RFC 1112)"},
}

// globalIPv6 is the only block of the IPv6 Address Space Registry that is allocated as global
// unicast. What lies outside it is refused without a table: loopback, IPv4-mapped,
// IPv4-compatible, SIIT, NAT64 (64:ff9b::/96, 64:ff9b:1::/48), discard-only, SRv6, unique
// local, link local, site local, multicast.
var globalIPv6 = netip.MustParsePrefix("2000::/3")

// deniedIPv6 holds the entries of the IANA IPv6 Special-Purpose Address Registry inside
// globalIPv6.
var deniedIPv6 = []special{
	{netip.MustParsePrefix("2001::/23"), "IETF protocol assignments, Teredo among them (RFC 2928, RFC 4380)"},
	{netip.MustParsePrefix("2001:db8::/32"), "documentation (RFC 3849)"},
	{netip.MustParsePrefix("2002::/16"), "6to4 (RFC 3056)"},
	{netip.MustParsePrefix("2620:4f:8000::/48"), "AS112 (RFC 7534)"},
	{netip.MustParsePrefix("3fff::/20"), "documentation (RFC 9637)"},
}

// specialAddr says why addr is not a public unicast address, or "".
func specialAddr(addr netip.Addr) string {
	table := deniedIPv4
	if addr.Is6() {
		if !globalIPv6.Contains(addr) {
			return "outside global unicast 2000::/3 (RFC 4291)"
		}
		if isISATAP(addr) {
			return "ISATAP (RFC 5214)"
		}
		table = deniedIPv6
	}
	for _, s := range table {
		if s.prefix.Contains(addr) {
			return s.reason
		}
	}
	return ""
}

// isISATAP recognises the interface identifier 0000:5efe or 0200:5efe before an IPv4 address,
// which may follow any 64-bit prefix. The group bit is ignored too: RFC 5214, 6.1.
func isISATAP(addr netip.Addr) bool {
	b := addr.As16()
	return b[8]&^0x03 == 0 && b[9] == 0 && b[10] == 0x5e && b[11] == 0xfe
}

// badPorts are the ports of the Fetch Standard's "port blocking" list: services that could be
// made to act on the text of an HTTP request.
var badPorts = map[uint16]bool{
	1: true, 7: true, 9: true, 11: true, 13: true, 15: true, 17: true, 19: true, 20: true,
	21: true, 22: true, 23: true, 25: true, 37: true, 42: true, 43: true, 53: true, 69: true,
	77: true, 79: true, 87: true, 95: true, 101: true, 102: true, 103: true, 104: true,
	109: true, 110: true, 111: true, 113: true, 115: true, 117: true, 119: true, 123: true,
	135: true, 137: true, 139: true, 143: true, 161: true, 179: true, 389: true, 427: true,
	465: true, 512: true, 513: true, 514: true, 515: true, 526: true, 530: true, 531: true,
	532: true, 540: true, 548: true, 554: true, 556: true, 563: true, 587: true, 601: true,
	636: true, 989: true, 990: true, 993: true, 995: true, 1719: true, 1720: true, 1723: true,
	2049: true, 3659: true, 4045: true, 4190: true, 5060: true, 5061: true, 6000: true,
	6566: true, 6665: true, 6666: true, 6667: true, 6668: true, 6669: true, 6679: true,
	6697: true, 10080: true,
}

func refusePort(port uint16) string {
	if badPorts[port] {
		return "port of another protocol (Fetch Standard, port blocking)"
	}
	return ""
}
