package server

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/internal/ims"
)

// wire sends bytes and returns all replies until the server closes the connection.
func (r *rig) wire(t *testing.T, sent string) []answer {
	t.Helper()
	conn := must[net.Conn](t)(net.Dial("tcp", r.addr))
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	// The server may hang up before it has read everything; what it answered still counts.
	go func() {
		_, _ = io.WriteString(conn, sent)
		_ = conn.(*net.TCPConn).CloseWrite()
	}()
	var answers []answer
	in := bufio.NewReader(conn)
	for {
		res, err := http.ReadResponse(in, nil)
		if err != nil {
			if errors.Is(err, os.ErrDeadlineExceeded) {
				t.Fatal("the server keeps the connection")
			}
			return answers
		}
		body, _ := io.ReadAll(res.Body)
		answers = append(answers, answer{res.StatusCode, res.Header, body})
	}
}

// rawRow is one connection. The first answer has the status; when code is not empty it has the
// documented envelope. Without a code the HTTP library refused it before there was a call.
type rawRow struct {
	name, sent string
	status     int
	code       string
}

func TestRawHTTP(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	jobs := r.jobs(t)
	head := "POST / HTTP/1.1\r\nHost: " + r.host + "\r\nContent-Type: " + formType + "\r\n"
	get := "GET /?Action=ListPipelines&Version=2020-11-09 HTTP/1.1\r\nHost: " + r.host + "\r\n"
	for _, row := range []rawRow{
		{"garbage", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400, ""},
		{"words", "hello there\r\n\r\n", 400, ""},
		{"http/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 404, "InvalidApi.NotFound"},
		{"http/0.9", "GET /\r\n\r\n", 400, ""},
		{"http/3.0", "GET / HTTP/3.0\r\n\r\n", 505, ""},
		{"no host", "GET / HTTP/1.1\r\n\r\n", 400, ""},
		{"two hosts", get + "Host: other\r\n\r\n", 400, ""},
		{"bad host", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400, ""},
		{"space before colon", get + "X-A : b\r\n\r\n", 400, ""},
		{"zero byte in a header", get + "X-A: a\x00b\r\n\r\n", 400, ""},
		{"return in a header", get + "X-A: a\rX-B: b\r\n\r\n", 400, ""},
		{"header without colon", get + "X-A\r\n\r\n", 400, ""},
		{"huge header", get + "X-A: " + strings.Repeat("a", 300<<10) + "\r\n\r\n", 431, ""},
		{"many headers", get + strings.Repeat("X-A: "+strings.Repeat("a", 1000)+"\r\n", 300) + "\r\n", 431, ""},
		{"endless request line", "GET /?" + strings.Repeat("a", 400<<10), 431, ""},
		{"two lengths", head + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400, ""},
		{"negative length", head + "Content-Length: -1\r\n\r\n", 400, ""},
		{"length is no number", head + "Content-Length: 0x5\r\n\r\nhello", 400, ""},
		{"huge length", head + "Content-Length: 9223372036854775807\r\n\r\na", 400, "InvalidParameter"},
		{"two encodings", head + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n", 501, ""},
		{"unknown encoding", head + "Transfer-Encoding: gzip\r\n\r\n", 501, ""},
		{"disguised encoding", head + "Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n", 400, ""},
		{"bad chunk", head + "Transfer-Encoding: chunked\r\n\r\nZZ\r\n", 400, "InvalidParameter"},
		{"chunk too short", head + "Transfer-Encoding: chunked\r\n\r\n5\r\nab", 400, "InvalidParameter"},
		{"chunk of a terabyte", head + "Transfer-Encoding: chunked\r\n\r\n10000000000\r\nab", 400, "InvalidParameter"},
		{"body cut short", head + "Content-Length: 100\r\n\r\nAction=SubmitMediaInfoJob", 400, "InvalidParameter"},
		{"space in the target", "GET /?Name=a b HTTP/1.1\r\nHost: x\r\n\r\n", 400, ""},
		{"not ASCII in the target", "GET /?Action=\xc3\xa9&Version=2020-11-09 HTTP/1.1\r\nHost: x\r\n\r\n", 404, "InvalidAction.NotFound"},
		{"not UTF-8 in the target", "GET /?Action=\xff HTTP/1.1\r\nHost: x\r\n\r\n", 400, "InvalidParameter"},
		{"CONNECT", "CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: 127.0.0.1:22\r\n\r\n", 404, "InvalidApi.NotFound"},
		{"OPTIONS for all", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 404, "InvalidApi.NotFound"},
		{"another host's address", "GET http://169.254.169.254/latest/meta-data HTTP/1.1\r\nHost: x\r\n\r\n", 404, "InvalidApi.NotFound"},
		{"expects a miracle", head + "Expect: miracle\r\nContent-Length: 1\r\n\r\na", 417, ""},
		{"unsigned upgrade", get + "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n", 400, "IncompleteSignature"},
		{"host is markup", "GET / HTTP/1.1\r\nHost: <script>\r\n\r\n", 400, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			answers := r.wire(t, row.sent)
			if len(answers) == 0 || answers[0].status != row.status {
				t.Fatalf("got %d answers %+v, want %d", len(answers), answers, row.status)
			}
			if row.code != "" {
				checkError(t, answers[0], row.status, row.code)
			}
			r.after(t, jobs)
		})
	}
}

// A second call hidden behind a body with two lengths is never answered.
func TestSmuggling(t *testing.T) {
	t.Parallel()
	r := newRig(t, nil)
	jobs := r.jobs(t)
	hidden := "GET /?" + v1("GET", keyID, secret, ims.SubmitMediaInfoJob, submitParams()).Encode() + " HTTP/1.1\r\nHost: " + r.host + "\r\n\r\n"
	for name, sent := range map[string]string{
		"length first":   "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden,
		"encoding first": "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 400\r\n\r\n0\r\n\r\n" + hidden,
		"http/1.0":       "POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden,
	} {
		answers := r.wire(t, sent)
		if len(answers) != 1 {
			t.Fatalf("%s: %d answers", name, len(answers))
		}
		checkError(t, answers[0], 400, "MissingAction")
		r.after(t, jobs)
	}
}

// Clients that send slowly are cut off, and nobody waits for them.
func TestSlowClients(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(_ *Config, to *Timeouts) {
		*to = Timeouts{Header: 300 * time.Millisecond, Read: 600 * time.Millisecond, Write: 5 * time.Second, Idle: 300 * time.Millisecond}
	})
	t.Run("connection", func(t *testing.T) { slowConnections(t, r) })
	if a := r.call(t, ims.ListPipelines, nil); a.status != 200 {
		t.Errorf("the next good call: %d", a.status)
	}
}

func slowConnections(t *testing.T, r *rig) {
	for name, sent := range map[string]string{
		"nothing":     "",
		"header":      "GET / HTTP/1.1\r\nHost: x\r\nX-A: a",
		"body":        "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: " + formType + "\r\nContent-Length: 100\r\n\r\nAction=",
		"chunk":       "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: " + formType + "\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
		"idle":        "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
		"second call": "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /heal",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn := must[net.Conn](t)(net.Dial("tcp", r.addr))
			defer conn.Close()
			if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(conn, sent); err != nil {
				t.Fatal(err)
			}
			if _, err := io.Copy(io.Discard, conn); errors.Is(err, os.ErrDeadlineExceeded) {
				t.Fatal("the server keeps the connection")
			}
		})
	}
}
