//go:build !linux || !(amd64 || arm64)

package ffprobe

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"time"
)

// Where there is no sandbox, ffprobe runs on a temporary copy with a deadline alone, and
// only if Config.AllowUncontained says so.

const (
	portMark = "{port}"
	nobody   = 65534
)

// RunStage does nothing where there is no sandbox to enter.
func RunStage() {}

type (
	attempts struct {
		Parent, Canary int
		Folder         string
	}
	order struct {
		Path                             string
		Args                             []string
		Namespaces, Serve, Root, Contain bool
		ReadPaths                        []string
		WorkDir                          string
		Memory                           int64
		CPU                              int
		SelfTest                         *attempts
	}
	reply struct {
		Landlock int
		Rooted   string
		Checks   []Check
	}
	child struct {
		listener net.Listener
		reply    reply
		cmd      *exec.Cmd
		ended    chan struct{}
		status   error
	}
)

func mayBecomeNobody() bool { return false }

var errNoSandbox = errors.New("no sandbox for this system")

func start(_ context.Context, o order, dir string, stdout, stderr io.Writer) (*child, error) {
	if o.Contain {
		return nil, errNoSandbox
	}
	c := &child{ended: make(chan struct{})}
	c.cmd = &exec.Cmd{Path: o.Path, Args: append([]string{o.Path}, o.Args...), Env: []string{}, Dir: dir,
		Stdout: stdout, Stderr: stderr, WaitDelay: time.Second}
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		c.status = c.cmd.Wait()
		close(c.ended)
	}()
	return c, nil
}

func (c *child) kill()            { _ = c.cmd.Process.Signal(os.Kill) }
func (c *child) close()           { <-c.ended }
func (c *child) lastWords() error { return nil }
