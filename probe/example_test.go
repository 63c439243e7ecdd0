package probe_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/mediagauge/mediagauge/format/all"
	"github.com/mediagauge/mediagauge/probe"
)

// object is a remote file whose bytes are asked for by ranges (RFC 9110, section 14).
type object struct {
	url  string
	size int64
}

// open asks for the size.
func open(url string) (*object, error) {
	resp, err := http.Head(url)
	if err != nil {
		return nil, err
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Accept-Ranges") != "bytes" {
		return nil, fmt.Errorf("%s: %s, ranges %q", url, resp.Status, resp.Header.Get("Accept-Ranges"))
	}
	return &object{url, resp.ContentLength}, nil
}

// Size implements probe.Source.
func (o *object) Size() (int64, bool) { return o.size, o.size >= 0 }

// ReadAt implements io.ReaderAt by one request.
func (o *object) ReadAt(p []byte, off int64) (int, error) {
	if o.size >= 0 && off >= o.size {
		return 0, io.EOF
	}
	req, err := http.NewRequest(http.MethodGet, o.url, nil)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Range", fmt.Sprintf("bytes=%d-%d", off, off+int64(len(p))-1))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusPartialContent {
		return 0, fmt.Errorf("%s: %s", o.url, resp.Status)
	}
	n, err := io.ReadFull(resp.Body, p)
	if err == io.ErrUnexpectedEOF {
		err = io.EOF // the file is shorter than what was asked for
	}
	return n, err
}

// Any io.ReaderAt with a size is a Source: here one that reads over HTTP and downloads no more
// than a format needs. A service would keep what it read and ask for larger pieces.
func ExampleSource() {
	server := httptest.NewServer(http.FileServer(http.Dir("../testdata/generated/files")))
	defer server.Close()

	movie, err := open(server.URL + "/h264-aac-2s-50gop.mp4")
	if err != nil {
		log.Fatal(err)
	}
	info, err := probe.New(all.Formats...).Probe(context.Background(), movie)
	if err != nil {
		log.Fatal(err)
	}
	var codecs []string
	for _, t := range info.Tracks {
		codecs = append(codecs, t.Codec.Name)
	}
	fmt.Printf("%s s of %s\n", info.Duration, strings.Join(codecs, " and "))
	// Output: 2.000000 s of h264 and aac
}

// NewSource makes a Source of anything that is read at an offset and whose length is known.
func ExampleNewSource() {
	src := probe.NewSource(strings.NewReader("neither a movie nor a song"), 26)
	_, err := probe.New(all.Formats...).Probe(context.Background(), src)
	fmt.Println(strings.HasPrefix(err.Error(), probe.ErrUnknownFormat.Error()))
	// Output: true
}
