package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// prober runs the installed ffprobe on files of its own directory.
type prober struct {
	dir  string
	next chan int // numbers of file names that are free
}

func newProber(dir string, workers int) *prober {
	p := &prober{dir: dir, next: make(chan int, workers)}
	for i := range workers {
		p.next <- i
	}
	return p
}

// command makes a command that shows ffprobe a file, and what to call after it.
func (p *prober) command(ctx context.Context, file []byte, args ...string) (*exec.Cmd, func(), error) {
	slot := <-p.next
	done := func() { p.next <- slot }
	name := filepath.Join(p.dir, fmt.Sprintf("%d.mov", slot))
	if err := os.WriteFile(name, file, 0o600); err != nil {
		done()
		return nil, nil, err
	}
	args = append(args, "-max_streams", "100000", name)
	return exec.CommandContext(ctx, "ffprobe", args...), done, nil
}

// stream is what ffprobe says of a track.
type stream struct{ Kind, Codec, Layout, Language string }

// tags asks for the tags of a file.
func (p *prober) tags(ctx context.Context, file []byte) (map[string]string, error) {
	cmd, done, err := p.command(ctx, file, "-v", "quiet", "-nofind_stream_info", "-show_format", "-of", "json")
	if err != nil {
		return nil, err
	}
	defer done()
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("ffprobe of %d bytes: %w", len(file), err)
	}
	var answer struct {
		Format struct{ Tags map[string]string }
	}
	return answer.Format.Tags, json.Unmarshal(out, &answer)
}

// codecs asks which kind and codec each of the tracks has. ffprobe says so in its log before it
// opens their decoders, which takes far longer: the first track's, without the configuration that
// it needs, ends that.
func (p *prober) codecs(ctx context.Context, tracks []byte) ([]stream, error) {
	stop := track("soun", 0, sound("alac", 2, 16))
	cmd, done, err := p.command(ctx, movie("qt  ", stop, tracks), "-hide_banner", "-v", "info", "-nofind_stream_info")
	if err != nil {
		return nil, err
	}
	defer done()
	var log bytes.Buffer
	cmd.Stderr = &log
	if err := cmd.Run(); err == nil || !strings.Contains(log.String(), "Could not open codec for input stream 0\n") {
		return nil, fmt.Errorf("ffprobe of %d bytes: %w", len(tracks), err)
	}
	var all []stream
	for line := range strings.Lines(log.String()) {
		line, ok := strings.CutPrefix(line, "  Stream #0:")
		head, line, ok2 := strings.Cut(line, ": ")
		kind, line, ok3 := strings.Cut(line, ": ")
		if !ok || !ok2 || !ok3 {
			continue
		}
		codec := strings.TrimRight(strings.Fields(line)[0], ",")
		if codec == "none" {
			codec = ""
		}
		_, language, _ := strings.Cut(head, "(")
		_, layout, _ := strings.Cut(line, " Hz, ")
		layout, _, _ = strings.Cut(strings.TrimSpace(layout), ", ")
		all = append(all, stream{Kind: strings.ToLower(kind), Codec: codec, Layout: layout, Language: strings.TrimSuffix(language, ")")})
	}
	return all[1:], nil
}
