package app

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/mediagauge/mediagauge/internal/client"
	"github.com/mediagauge/mediagauge/internal/ims"
)

//go:embed demo/sample.mp4
var sample []byte

// demo serves the built-in sample on loopback and shows one whole job on it.
type demo struct {
	listener net.Listener
	server   *http.Server
}

// startDemo starts serving the sample; nil when the settings ask for no demo.
func startDemo(s Settings) (*demo, error) {
	if !s.Demo {
		return nil, nil
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("demo: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /sample.mp4", func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "sample.mp4", time.Time{}, bytes.NewReader(sample))
	})
	d := &demo{listener: l, server: &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}}
	go func() { _ = d.server.Serve(l) }()
	return d, nil
}

// allow is the one address that the demo adds to those that sources may be read from.
func (d *demo) allow() string {
	if d == nil {
		return ""
	}
	return fmt.Sprintf("127.0.0.1/32:%d", d.listener.Addr().(*net.TCPAddr).Port)
}

func (d *demo) close() {
	if d != nil {
		_ = d.server.Close()
	}
}

// show submits the sample through the API as any client would, waits, and prints the reply of
// GetMediaInfoJob.
func (d *demo) show(ctx context.Context, endpoint string, key rootKey, w io.Writer) error {
	if d == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	c, err := client.New(client.Config{Endpoint: endpoint, AccessKeyID: key.ID, AccessKeySecret: key.Secret})
	if err != nil {
		return err
	}
	url := fmt.Sprintf("http://%s/sample.mp4", d.listener.Addr())
	input, err := json.Marshal(map[string]string{"Type": "OSS", "Media": url})
	if err != nil {
		return err
	}
	fmt.Fprintln(w, "SubmitMediaInfoJob", url)
	var job ims.MediaInfoJobResponse
	if err := c.Call(ctx, ims.VersionICE, ims.SubmitMediaInfoJob, map[string]string{"Input": string(input), "Name": "demo"}, &job); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	id := job.MediaInfoJob.JobId
	for fmt.Fprintln(w, "GetMediaInfoJob", id); job.MediaInfoJob.Status == ims.StatusInit; {
		job = ims.MediaInfoJobResponse{}
		if err := c.Call(ctx, ims.VersionICE, ims.GetMediaInfoJob, map[string]string{"JobId": id, "WaitSeconds": "10"}, &job); err != nil {
			return fmt.Errorf("demo: %w", err)
		}
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(job); err != nil {
		return err
	}
	if job.MediaInfoJob.Status != ims.StatusSuccess {
		return fmt.Errorf("demo: the sample's job ended as %s", job.MediaInfoJob.Status)
	}
	_, err = fmt.Fprintf(w, "\nThe service stays up at %s; Ctrl-C stops it. In another terminal:\n"+
		"  bin/mediagauge job submit --wait https://…/your-video.mp4\n", endpoint)
	return err
}
