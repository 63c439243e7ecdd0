// Command mediagauge analyses media files: as a server that speaks the wire API of Alibaba
// Cloud Intelligent Media Services, and as a tool on the command line.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/mediagauge/mediagauge/internal/app"
)

func main() {
	app.RunStage() // the contained child of the ffprobe engine never comes back from here

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	err := newRoot().ExecuteContext(ctx)
	if err == nil {
		return
	}
	if msg := err.Error(); msg != "" {
		fmt.Fprintln(os.Stderr, "mediagauge:", msg)
	}
	code := 1
	var coded interface{ ExitCode() int }
	if errors.As(err, &coded) {
		code = coded.ExitCode()
	}
	stop()
	os.Exit(code)
}
