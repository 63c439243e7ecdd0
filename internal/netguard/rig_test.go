package netguard

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"
	"golang.org/x/net/dns/dnsmessage"
)

// TestMain sets a proxy for the whole run: a client that listened to the environment would
// reach nothing that the tests expect it to reach.
func TestMain(m *testing.M) {
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"} {
		os.Setenv(name, "http://127.0.0.9:9")
	}
	os.Unsetenv("NO_PROXY")
	os.Unsetenv("no_proxy")
	goleak.VerifyTestMain(m)
}

// row is one line of testdata/ssrf_urls.tsv.
type row struct {
	id, class, url, expect, dns, redirects, allow, note string
}

func (r row) hops() []string {
	if r.redirects == "" {
		return nil
	}
	return strings.Split(r.redirects, " | ")
}

func readRows(tb testing.TB) []row {
	tb.Helper()
	f, err := os.Open("testdata/ssrf_urls.tsv")
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	var rows []row
	for s := bufio.NewScanner(f); s.Scan(); {
		if strings.HasPrefix(s.Text(), "#") {
			continue
		}
		c := append(strings.Split(s.Text(), "\t"), make([]string, 8)...)
		for i, v := range c {
			if strings.HasPrefix(v, `"`) {
				if c[i], err = strconv.Unquote(v); err != nil {
					tb.Fatalf("%s: %v", c[0], err)
				}
			}
		}
		rows = append(rows, row{c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7]})
	}
	return rows
}

// canary listens where nobody may connect.
type canary struct {
	hits      atomic.Int64
	listeners []net.Listener
}

// listen accepts on address and counts. A machine without IPv6 has no [::1] to listen on.
func (c *canary) listen(t *testing.T, address string) string {
	t.Helper()
	l, err := net.Listen("tcp", address)
	if err != nil {
		if strings.HasPrefix(address, "[") {
			return ""
		}
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() { l.Close(); <-done })
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			c.hits.Add(1)
			conn.Close()
		}
	}()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

// rig is the network of the tests: an allowed server, canaries, a name server, a record of
// every address that was about to be connected to.
type rig struct {
	canary     canary
	canaryPort string
	okPort     string

	mu     sync.Mutex
	hops   map[string][]string // by row id
	hits   atomic.Int64        // of the allowed server
	server *httptest.Server
}

func newRig(t *testing.T) *rig {
	r := &rig{hops: map[string][]string{}}
	r.canaryPort = r.canary.listen(t, "127.0.0.1:0")
	r.canary.listen(t, "[::1]:"+r.canaryPort)
	r.canary.listen(t, "127.0.0.2:"+r.canaryPort)
	r.server = httptest.NewServer(http.HandlerFunc(r.serve))
	t.Cleanup(r.server.Close)
	_, r.okPort, _ = net.SplitHostPort(r.server.Listener.Addr().String())
	r.canary.listen(t, "127.0.0.2:"+r.okPort)
	r.canary.listen(t, "[::1]:"+r.okPort)
	return r
}

// fill puts the ports of this run into a text of the table.
func (r *rig) fill(s string) string {
	return strings.NewReplacer("{OK}", r.okPort, "{CANARY}", r.canaryPort).Replace(s)
}

// serve plays the redirects of the row named by the X-Row query; the path is the hop number.
func (r *rig) serve(w http.ResponseWriter, req *http.Request) {
	r.hits.Add(1)
	if req.URL.Path == "/close" {
		w.Header().Set("Connection", "close")
	}
	hop, err := strconv.Atoi(strings.TrimPrefix(req.URL.Path, "/"))
	r.mu.Lock()
	hops := r.hops[req.UserAgent()]
	r.mu.Unlock()
	if err != nil || hop >= len(hops) {
		io.WriteString(w, "ok")
		return
	}
	status, location, _ := strings.Cut(hops[hop], " ")
	if location == "NEXT" {
		location = "/" + strconv.Itoa(hop+1)
	}
	code, _ := strconv.Atoi(status)
	w.Header().Set("Connection", "close")
	w.Header().Set("Location", r.fill(location))
	w.WriteHeader(code)
}

var errRecorded = errors.New("recorded, not connected")

// trial is a guard over the rig for one row.
type trial struct {
	guard  *Guard
	client *http.Client
	denied atomic.Int64

	mu    sync.Mutex
	dials []string
}

func (r *rig) trial(t *testing.T, row row) *trial {
	t.Helper()
	allow, err := ParseAllow(r.fill(row.allow))
	if err != nil {
		t.Fatal(err)
	}
	tr := &trial{}
	tr.guard = New(allow)
	tr.guard.Resolver = fakeResolver(row.dns)
	tr.guard.OnDenied = func(*Denied) { tr.denied.Add(1) }
	tr.guard.dialling = func(ap netip.AddrPort) error {
		tr.mu.Lock()
		tr.dials = append(tr.dials, ap.String())
		tr.mu.Unlock()
		if ap.Addr().IsLoopback() {
			return nil
		}
		return errRecorded // nothing leaves this machine
	}
	tr.client = tr.guard.Client(Options{})
	t.Cleanup(tr.client.CloseIdleConnections)
	r.mu.Lock()
	r.hops[row.id] = row.hops()
	r.mu.Unlock()
	return tr
}

func (tr *trial) get(id, url string) error {
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	req.Header.Set("User-Agent", id)
	resp, err := tr.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err == nil && (resp.StatusCode != 200 || string(body) != "ok") {
		err = fmt.Errorf("status %d, body %q", resp.StatusCode, body)
	}
	return err
}

// fakeResolver answers from "name=addresses[>addresses]", one group per lookup, over
// in-memory connections.
func fakeResolver(spec string) *net.Resolver {
	name, answers, _ := strings.Cut(spec, "=")
	var turns [][]netip.Addr
	for _, group := range strings.Split(answers, ">") {
		var addrs []netip.Addr
		for _, a := range strings.FieldsFunc(group, func(r rune) bool { return r == ',' }) {
			addrs = append(addrs, netip.MustParseAddr(a))
		}
		turns = append(turns, addrs)
	}
	s := &nameServer{name: name, turns: turns}
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go s.serve(ours)
		return theirs, nil
	}}
}

// nameServer answers A and AAAA questions about one name. Each type counts its own turns, so
// that the two questions of one lookup get the same turn.
type nameServer struct {
	name  string
	turns [][]netip.Addr
	mu    sync.Mutex
	asked map[dnsmessage.Type]int
}

func (s *nameServer) serve(conn net.Conn) {
	defer conn.Close()
	for {
		var head [2]byte
		if _, err := io.ReadFull(conn, head[:]); err != nil {
			return
		}
		msg := make([]byte, binary.BigEndian.Uint16(head[:]))
		if _, err := io.ReadFull(conn, msg); err != nil {
			return
		}
		reply := s.answer(msg)
		if _, err := conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(reply))), reply...)); err != nil {
			return
		}
	}
}

func (s *nameServer) answer(query []byte) []byte {
	var m dnsmessage.Message
	if err := m.Unpack(query); err != nil || len(m.Questions) != 1 {
		return nil
	}
	q := m.Questions[0]
	m.Header = dnsmessage.Header{ID: m.ID, Response: true, RecursionDesired: true, RecursionAvailable: true}
	m.Additionals = nil
	if s.name == "" || !strings.EqualFold(strings.TrimSuffix(q.Name.String(), "."), s.name) {
		m.RCode = dnsmessage.RCodeNameError
	} else {
		for _, addr := range s.turn(q.Type) {
			h := dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class}
			switch {
			case addr.Is4() && q.Type == dnsmessage.TypeA:
				m.Answers = append(m.Answers, dnsmessage.Resource{Header: h, Body: &dnsmessage.AResource{A: addr.As4()}})
			case addr.Is6() && q.Type == dnsmessage.TypeAAAA:
				m.Answers = append(m.Answers, dnsmessage.Resource{Header: h, Body: &dnsmessage.AAAAResource{AAAA: addr.As16()}})
			}
		}
	}
	reply, _ := m.Pack()
	return reply
}

func (s *nameServer) turn(q dnsmessage.Type) []netip.Addr {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.asked == nil {
		s.asked = map[dnsmessage.Type]int{}
	}
	i := min(s.asked[q], len(s.turns)-1)
	s.asked[q]++
	return s.turns[i]
}
