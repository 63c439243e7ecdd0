package netguard

import (
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/idna"
)

// FuzzCheckURL: whatever passes is absolute http(s), reads the same when it is read again,
// names one host by net/url's and by net/http's reading, and is no forbidden address.
func FuzzCheckURL(f *testing.F) {
	for _, row := range readRows(f) {
		f.Add(strings.NewReplacer("{OK}", "8080", "{CANARY}", "8081").Replace(row.url))
		for _, hop := range row.hops() {
			_, location, _ := strings.Cut(hop, " ")
			f.Add(location)
		}
	}
	g := new(Guard)
	f.Fuzz(func(t *testing.T, raw string) {
		u, err := g.CheckURL(raw)
		if err != nil {
			return
		}
		if u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.Host == "" || u.Opaque != "" || u.Fragment != "" {
			t.Fatalf("%q passes as %#v", raw, u)
		}
		for _, c := range []byte(u.Host) {
			if c <= ' ' || c >= 0x7f || c >= 'A' && c <= 'Z' || strings.IndexByte(`@/\%?#`, c) >= 0 {
				t.Fatalf("%q: host %q", raw, u.Host)
			}
		}
		if addr, err := netip.ParseAddr(u.Hostname()); err == nil {
			if addr.Is4() && !oracle4(u32(addr.String())) || addr.Is6() && !oracle6(addr) {
				t.Fatalf("%q passes with address %s", raw, addr)
			}
		} else if last := u.Hostname()[strings.LastIndexByte(u.Hostname(), '.')+1:]; last[0] >= '0' && last[0] <= '9' {
			t.Fatalf("%q: numeric host %q", raw, u.Host)
		}
		again, err := g.CheckURL(u.String())
		if err != nil || again.Host != u.Host || again.String() != u.String() {
			t.Fatalf("%q: %q is read again as %v, %v", raw, u, again, err)
		}
		if req, err := http.NewRequest(http.MethodGet, raw, nil); err != nil || !sameHost(req.URL, u) {
			t.Fatalf("%q: net/http reads it otherwise: %v, %v", raw, req, err)
		}
	})
}

// sameHost compares what net/http would look up with what was checked.
func sameHost(theirs, ours *url.URL) bool {
	name, err := idna.Lookup.ToASCII(theirs.Hostname())
	if err != nil {
		name = theirs.Hostname() // net/http leaves ASCII alone
	}
	name = strings.TrimSuffix(strings.ToLower(name), ".")
	if addr, err := netip.ParseAddr(name); err == nil {
		name = addr.String()
	}
	return name == ours.Hostname() && theirs.Port() == ours.Port()
}

func BenchmarkCheckURL(b *testing.B) {
	g := new(Guard)
	for b.Loop() {
		if _, err := g.CheckURL("https://bucket.oss-cn-shanghai.aliyuncs.com/path/to/video.mp4?x=1"); err != nil {
			b.Fatal(err)
		}
	}
}
