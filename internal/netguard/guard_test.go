package netguard

import (
	"crypto/tls"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"
)

// forbidden4 is written from the IANA registry as first and last address, apart from the
// table under test.
var forbidden4 = [][2]string{
	{"0.0.0.0", "0.255.255.255"}, {"10.0.0.0", "10.255.255.255"}, {"100.64.0.0", "100.127.255.255"},
	{"127.0.0.0", "127.255.255.255"}, {"168.63.129.16", "168.63.129.16"}, {"169.254.0.0", "169.254.255.255"},
	{"172.16.0.0", "172.31.255.255"}, {"192.0.0.0", "192.0.0.255"}, {"192.0.2.0", "192.0.2.255"},
	{"192.31.196.0", "192.31.196.255"}, {"192.52.193.0", "192.52.193.255"}, {"192.88.99.0", "192.88.99.255"},
	{"192.168.0.0", "192.168.255.255"}, {"192.175.48.0", "192.175.48.255"}, {"198.18.0.0", "198.19.255.255"},
	{"198.51.100.0", "198.51.100.255"}, {"203.0.113.0", "203.0.113.255"}, {"224.0.0.0", "255.255.255.255"},
}

func u32(s string) uint32 {
	a := netip.MustParseAddr(s).As4()
	return binary.BigEndian.Uint32(a[:])
}

func addr4(n uint32) netip.Addr {
	return netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, n)))
}

func oracle4(n uint32) bool {
	for _, r := range forbidden4 {
		if n >= u32(r[0]) && n <= u32(r[1]) {
			return false
		}
	}
	return true
}

// oracle6 reads the registry in 16-bit groups.
func oracle6(a netip.Addr) bool {
	b := a.As16()
	g := func(i int) uint16 { return binary.BigEndian.Uint16(b[2*i:]) }
	switch {
	case g(0) < 0x2000, g(0) > 0x3fff:
		return false
	case g(0) == 0x2001 && g(1) <= 0x01ff, g(0) == 0x2001 && g(1) == 0x0db8, g(0) == 0x2002:
		return false
	case g(0) == 0x2620 && g(1) == 0x004f && g(2) == 0x8000:
		return false
	case g(0) == 0x3fff && g(1) <= 0x0fff:
		return false
	case g(5) == 0x5efe && (g(4) == 0 || g(4) == 0x0100 || g(4) == 0x0200 || g(4) == 0x0300):
		return false
	}
	return true
}

func checkOracle(t *testing.T, a netip.Addr, want bool) {
	t.Helper()
	if got := new(Guard).CheckAddr(netip.AddrPortFrom(a, 443)) == nil; got != want {
		t.Fatalf("%s: allowed %t, oracle says %t", a, got, want)
	}
}

func TestIPv4AgainstOracle(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range uint32(1 << 16) {
		for _, low := range []uint32{0, 0xffff, rng.Uint32() & 0xffff} {
			n := i<<16 | low
			checkOracle(t, addr4(n), oracle4(n))
		}
	}
	for _, r := range forbidden4 {
		for _, n := range []uint32{u32(r[0]) - 1, u32(r[0]), u32(r[1]), u32(r[1]) + 1} {
			checkOracle(t, addr4(n), oracle4(n))
		}
	}
}

func TestIPv6AgainstOracle(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(3, 4))
	// Random addresses almost never meet the small blocks, so most share a prefix with one.
	seeds := []string{"::", "::1", "::ffff:0:0", "64:ff9b::", "64:ff9b:1::", "100::", "2000::", "2001::", "2001:200::",
		"2001:db8::", "2001:db9::", "2002::", "2003::", "2620:4f:8000::", "2620:4f:8001::", "3fff::", "3fff:1000::", "3ffe:ffff::",
		"4000::", "5f00::", "fc00::", "fe80::", "fec0::", "ff00::", "2606:4700:0:0:0:5efe::", "2606:4700::200:5efe:0:0"}
	trials := 1_000_000
	if testing.Short() {
		trials = 50_000
	}
	for i := range trials {
		var b [16]byte
		binary.BigEndian.PutUint64(b[:], rng.Uint64())
		binary.BigEndian.PutUint64(b[8:], rng.Uint64())
		if i%4 != 0 {
			seed := netip.MustParseAddr(seeds[rng.IntN(len(seeds))]).As16()
			copy(b[:], seed[:rng.IntN(17)])
		}
		a := netip.AddrFrom16(b)
		checkOracle(t, a, oracle6(a))
	}
}

func TestCheckAddrRefuses(t *testing.T) {
	t.Parallel()
	allow, err := ParseAllow("127.0.0.1/32:80,fe80::/10")
	if err != nil {
		t.Fatal(err)
	}
	g := New(allow)
	for _, ap := range []netip.AddrPort{
		{},
		netip.AddrPortFrom(netip.MustParseAddr("8.8.8.8"), 0),
		netip.MustParseAddrPort("127.0.0.1:81"),
		netip.MustParseAddrPort("[::ffff:127.0.0.1]:80"),
		netip.MustParseAddrPort("[::ffff:8.8.8.8]:80"),
		netip.MustParseAddrPort("[fe80::1%lo]:80"),
		netip.MustParseAddrPort("8.8.8.8:25"),
	} {
		err := g.CheckAddr(ap)
		var d *Denied
		if !errors.As(err, &d) || !errors.Is(err, ErrDenied) {
			t.Errorf("%s: %v, want *Denied", ap, err)
		}
	}
	all, err := ParseAllow("::/0")
	if err != nil {
		t.Fatal(err)
	}
	if err := New(all).CheckAddr(netip.MustParseAddrPort("[::ffff:127.0.0.1]:80")); !errors.Is(err, ErrDenied) {
		t.Errorf("an IPv6 entry lets a mapped IPv4 address through: %v", err)
	}
	for _, s := range []string{"127.0.0.1:80", "[fe80::1]:25", "8.8.8.8:443"} {
		if err := g.CheckAddr(netip.MustParseAddrPort(s)); err != nil {
			t.Errorf("%s: %v", s, err)
		}
	}
}

func TestParseAllow(t *testing.T) {
	t.Parallel()
	good := map[string]string{
		"":                                  "",
		" , ":                               "",
		"10.0.0.0/8":                        "10.0.0.0/8",
		"10.0.0.0/8:9000 , 127.0.0.1/32:80": "10.0.0.0/8:9000,127.0.0.1/32:80",
		"127.0.0.1":                         "127.0.0.1/32",
		"127.0.0.1:8080":                    "127.0.0.1/32:8080",
		"::1/128":                           "::1/128",
		"::1":                               "::1/128",
		"[::1]:80":                          "[::1]/128:80",
		"[::1/128]:80":                      "[::1]/128:80",
		"[fd00::]/8:443":                    "[fd00::]/8:443",
		"127.0.0.1/8:80":                    "127.0.0.0/8:80",
		"0.0.0.0/0":                         "0.0.0.0/0",
	}
	for in, want := range good {
		a, err := ParseAllow(in)
		if err != nil || a.String() != want {
			t.Errorf("%q: %q, %v, want %q", in, a, err, want)
		}
		again, err := ParseAllow(a.String())
		if err != nil || again.String() != want {
			t.Errorf("%q does not read back: %q, %v", want, again, err)
		}
	}
	for _, in := range []string{"localhost", "10.0.0.0/33", "10.0.0.0/8:0", "10.0.0.0/8:65536", "10.0.0.0/8:x",
		"10.0.0.0/8:", "[10.0.0.0]/8:80", "[::1", "::1]:80", "::ffff:127.0.0.1/128", "fe80::1%lo/128", "*", "10.0.0.0/8:80:81", "[::1]:0"} {
		if a, err := ParseAllow(in); err == nil {
			t.Errorf("%q accepted as %q", in, a)
		}
	}
}

// TestRedirectHeaders sends everything that could be a credential through a redirect to
// another port and looks at what arrives.
func TestRedirectHeaders(t *testing.T) {
	t.Parallel()
	arrived := make(chan http.Header, 1)
	second := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { arrived <- r.Header }))
	defer second.Close()
	first := httptest.NewServer(http.RedirectHandler(second.URL+"/b", http.StatusTemporaryRedirect))
	defer first.Close()
	c := loopbackGuard(t, first.URL, second.URL).Client(Options{})
	defer c.CloseIdleConnections()
	req, _ := http.NewRequest(http.MethodGet, first.URL+"/a?Signature=s3cret", nil)
	for _, name := range []string{"Authorization", "Cookie", "X-Oss-Date", "X-Oss-Security-Token", "X-Amz-Date", "X-Amz-Security-Token",
		"X-Amz-Content-Sha256", "Date", "Proxy-Authorization", "X-Api-Key", "Referer"} {
		req.Header.Set(name, "s3cret")
	}
	req.Header.Set("Range", "bytes=0-9")
	req.Header.Set("If-Match", `"e"`)
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	h := <-arrived
	for name, values := range h {
		if strings.Contains(strings.Join(values, ""), "s3cret") {
			t.Errorf("%s followed the redirect", name)
		}
	}
	if h.Get("Range") != "bytes=0-9" || h.Get("If-Match") != `"e"` {
		t.Errorf("range or precondition lost: %v", h)
	}
}

func TestNoRedirects(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.RedirectHandler("http://127.0.0.1:1/", http.StatusFound))
	defer s.Close()
	c := loopbackGuard(t, s.URL).Client(Options{NoRedirects: true})
	defer c.CloseIdleConnections()
	resp, err := c.Get(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusFound {
		t.Errorf("status %d, want the 302 itself", resp.StatusCode)
	}
}

func TestDowngradeRefused(t *testing.T) {
	t.Parallel()
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	secure := httptest.NewTLSServer(http.RedirectHandler(plain.URL, http.StatusFound))
	defer secure.Close()
	pool := secure.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	c := loopbackGuard(t, plain.URL, secure.URL).Client(Options{RootCAs: pool})
	defer c.CloseIdleConnections()
	_, err := c.Get(secure.URL)
	var d *Denied
	if !errors.As(err, &d) || !strings.Contains(d.Reason, "https") {
		t.Errorf("%v, want a refused downgrade", err)
	}
}

func TestNoCookiesNoCompression(t *testing.T) {
	t.Parallel()
	headers := make(chan http.Header, 2)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		headers <- r.Header
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "b"})
	}))
	defer s.Close()
	c := loopbackGuard(t, s.URL).Client(Options{})
	defer c.CloseIdleConnections()
	for range 2 {
		resp, err := c.Get(s.URL)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if h := <-headers; h.Get("Cookie") != "" || h.Get("Accept-Encoding") != "" {
			t.Errorf("sent %v", h)
		}
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/headers":
			w.Header().Set("X-Big", strings.Repeat("x", 128<<10))
		case "/silent":
			<-release
		}
	}))
	defer s.Close()
	defer close(release)
	c := loopbackGuard(t, s.URL).Client(Options{HeaderTimeout: 50 * time.Millisecond})
	defer c.CloseIdleConnections()
	for _, path := range []string{"/headers", "/silent"} {
		if resp, err := c.Get(s.URL + path); err == nil {
			resp.Body.Close()
			t.Errorf("%s: no error", path)
		}
	}
	tr := new(Guard).Transport(Options{})
	if tr.Proxy != nil || !tr.DisableCompression || tr.MaxResponseHeaderBytes != 64<<10 || tr.ResponseHeaderTimeout != 10*time.Second ||
		tr.TLSHandshakeTimeout != 5*time.Second || tr.TLSClientConfig.MinVersion != tls.VersionTLS12 {
		t.Errorf("transport differs from the reference policy: %+v", tr)
	}
}

// TestPreferGo holds the resolver to the one that reads dotted quads only.
func TestPreferGo(t *testing.T) {
	t.Parallel()
	if !new(Guard).resolver().PreferGo {
		t.Error("the C library's resolver may be used")
	}
}

func loopbackGuard(t *testing.T, urls ...string) *Guard {
	t.Helper()
	var items []string
	for _, raw := range urls {
		u, _ := url.Parse(raw)
		host, port, _ := net.SplitHostPort(u.Host)
		items = append(items, host+"/32:"+port)
	}
	allow, err := ParseAllow(strings.Join(items, ","))
	if err != nil {
		t.Fatal(err)
	}
	return New(allow)
}
