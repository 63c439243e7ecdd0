package source

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mediagauge/mediagauge/probe"
)

// scattered are n ranges of 700 bytes, far apart, in falling order.
func scattered(n int) []probe.Range {
	ranges := make([]probe.Range, n)
	for i := range ranges {
		ranges[i] = probe.Range{Off: 200_000 + int64(n-1-i)*10_000, Data: make([]byte, 700)}
	}
	return ranges
}

func holds(t *testing.T, data []byte, ranges []probe.Range) {
	t.Helper()
	for _, r := range ranges {
		want := data[min(r.Off, int64(len(data))):]
		if !bytes.Equal(r.Data, want[:min(len(r.Data), len(want))]) {
			t.Errorf("other bytes at %d", r.Off)
		}
	}
}

// several answers as servers do that give all ranges, with joined saying how parts are made.
func several(data []byte, body func(w http.ResponseWriter, asked [][2]int)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"v1"`)
		list := strings.Split(strings.TrimPrefix(r.Header.Get("Range"), "bytes="), ",")
		if len(list) < 2 {
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
			return
		}
		var asked [][2]int
		for _, one := range list {
			var first, last int
			fmt.Sscanf(one, "%d-%d", &first, &last)
			asked = append(asked, [2]int{first, last})
		}
		w.Header().Set("Content-Type", "multipart/byteranges; boundary=XX")
		w.WriteHeader(http.StatusPartialContent)
		body(w, asked)
	}
}

func writePart(w http.ResponseWriter, data []byte, first, last, total int) {
	fmt.Fprintf(w, "\r\n--XX\r\nContent-Type: video/mp4\r\ncontent-range: bytes %d-%d/%d\r\n\r\n", first, last, total)
	w.Write(data[first : last+1])
}

// TestReadRanges: whatever an origin makes of a request for several ranges, the bytes are right,
// and what it does well is done with few requests.
func TestReadRanges(t *testing.T) {
	data := content(4 << 20)
	end := func(w http.ResponseWriter) { fmt.Fprint(w, "\r\n--XX--\r\n") }
	cases := []struct {
		name     string
		handler  http.HandlerFunc
		n        int
		requests int // the opening one among them
	}{
		{"all ranges", serve(data), 350, 1 + 3},
		{"few ranges", serve(data), 3, 1 + 3},
		{"the whole object", func(w http.ResponseWriter, r *http.Request) {
			if strings.Contains(r.Header.Get("Range"), ",") {
				r.Header.Del("Range")
			}
			serve(data)(w, r)
		}, 20, 1 + 1 + 20},
		{"the first range only", func(w http.ResponseWriter, r *http.Request) {
			one, _, _ := strings.Cut(r.Header.Get("Range"), ",")
			r.Header.Set("Range", one)
			serve(data)(w, r)
		}, 20, 1 + 1 + 20},
		{"a store that is known", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Server", "AmazonS3")
			serve(data)(w, r)
		}, 20, 1 + 20},
		{"parts in another order", several(data, func(w http.ResponseWriter, asked [][2]int) {
			for i := len(asked) - 1; i >= 0; i-- {
				writePart(w, data, asked[i][0], asked[i][1], len(data))
			}
			end(w)
		}), 20, 1 + 1},
		{"parts joined", several(data, func(w http.ResponseWriter, asked [][2]int) {
			writePart(w, data, asked[0][0], asked[len(asked)-1][1], len(data))
			end(w)
		}), 20, 1 + 1},
		{"a part missing", several(data, func(w http.ResponseWriter, asked [][2]int) {
			for _, a := range asked[1:] {
				writePart(w, data, a[0], a[1], len(data))
			}
			end(w)
		}), 20, 1 + 1 + 1},
		{"cut short", several(data, func(w http.ResponseWriter, asked [][2]int) {
			writePart(w, data, asked[0][0], asked[0][1], len(data))
		}), 20, 1 + 1 + 19},
		{"another length", several(data, func(w http.ResponseWriter, asked [][2]int) {
			writePart(w, data, asked[0][0], asked[0][1], len(data)+1)
			end(w)
		}), 20, 1 + 1 + 20},
		{"a part without a range", several(data, func(w http.ResponseWriter, asked [][2]int) {
			fmt.Fprint(w, "--XX\r\n\r\nabc\r\n--XX--")
		}), 20, 1 + 1 + 20},
		{"no parts", several(data, func(w http.ResponseWriter, asked [][2]int) { fmt.Fprint(w, strings.Repeat("x", 100_000)) }), 20, 1 + 1 + 20},
		{"heads without end", several(data, func(w http.ResponseWriter, asked [][2]int) {
			fmt.Fprint(w, "--XX\r\n"+strings.Repeat("A: b\r\n", 10_000))
		}), 20, 1 + 1 + 20},
		{"a part of what nobody asked for", several(data, func(w http.ResponseWriter, asked [][2]int) {
			writePart(w, data, 0, 50_000, len(data))
			end(w)
		}), 20, 1 + 1 + 20},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			o := newOrigin(t, c.handler)
			obj := mustOpen(t, testConfig(), o, "/x")
			ranges := scattered(c.n)
			if err := probe.NewReader(t.Context(), obj, probe.Limits{}).ReadRanges(ranges); err != nil {
				t.Fatal(err)
			}
			holds(t, data, ranges)
			if got := len(o.asked()); got > c.requests || obj.Spent().Requests != got {
				t.Errorf("%d requests, want %d; %d on the account", got, c.requests, obj.Spent().Requests)
			}
			again := scattered(c.n) // an origin that cannot do it is not asked twice
			before := len(o.asked())
			if err := obj.ReadRanges(again); err != nil {
				t.Fatal(err)
			}
			holds(t, data, again)
			if got := len(o.asked()) - before; c.requests > c.n && got > c.n+1 {
				t.Errorf("%d requests the second time", got)
			}
		})
	}
}

// TestReadRangesChanged: another version in the answer of several ranges is noticed.
func TestReadRangesChanged(t *testing.T) {
	data := content(4 << 20)
	version := `"v1"`
	o := newOrigin(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", version)
		r.Header.Del("If-Match")
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
	})
	obj := mustOpen(t, testConfig(), o, "/x")
	version = `"v2"`
	var known *Error
	if err := obj.ReadRanges(scattered(20)); !errors.As(err, &known) || known.Code != Changed {
		t.Errorf("got %v", err)
	}
}

// TestReadRangesEnd: ranges are shortened at the end of the object, and cost nothing behind it.
func TestReadRangesEnd(t *testing.T) {
	data := content(300_000)
	o := newOrigin(t, serve(data))
	obj := mustOpen(t, testConfig(), o, "/x")
	ranges := []probe.Range{{Off: 299_990, Data: make([]byte, 100)}, {Off: 400_000, Data: make([]byte, 100)}, {Off: 10, Data: make([]byte, 100)}}
	if err := obj.ReadRanges(ranges); err != nil {
		t.Fatal(err)
	}
	holds(t, data, ranges)
	if len(ranges[0].Data) != 10 || len(ranges[1].Data) != 0 || len(ranges[2].Data) != 100 {
		t.Errorf("%d, %d and %d bytes", len(ranges[0].Data), len(ranges[1].Data), len(ranges[2].Data))
	}
}
