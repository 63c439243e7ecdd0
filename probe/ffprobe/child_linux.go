//go:build amd64 || arm64

package ffprobe

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"
	"unsafe"
)

// child is a stage that was started, and later the ffprobe it became.
type child struct {
	listener net.Listener // where ffprobe fetches its bytes; nil unless order.Serve
	reply    reply

	conn   *net.UnixConn
	ended  chan struct{} // closed when the process is gone and reaped
	status error         // of exec.Cmd.Wait; valid after ended

	mu     sync.Mutex
	pid    int
	reaped bool
}

// start runs the stage with o and waits for its reply. The process dies with ctx, with kill,
// and with this program.
func start(ctx context.Context, o order, dir string, stdout, stderr io.Writer) (*child, error) {
	ours, theirs, err := socketPair()
	if err != nil {
		return nil, err
	}
	c := &child{conn: ours, ended: make(chan struct{})}
	cmd := &exec.Cmd{
		Path:        "/proc/self/exe",
		Args:        []string{stageName},
		Env:         []string{},
		Dir:         dir,
		Stdout:      stdout,
		Stderr:      stderr,
		ExtraFiles:  []*os.File{theirs},
		SysProcAttr: attributes(o),
		WaitDelay:   time.Second,
	}
	started := make(chan error, 1)
	go c.live(cmd, started)
	err = <-started
	theirs.Close()
	if err != nil {
		ours.Close()
		return nil, fmt.Errorf("start the stage: %w", err)
	}
	if err := c.handshake(ctx, o); err != nil {
		c.kill()
		c.close()
		return nil, err
	}
	return c, nil
}

// live starts the process, sees it end and reaps it. The thread stays locked meanwhile: the
// kernel sends the parent-death signal when the thread that made the process ends.
func (c *child) live(cmd *exec.Cmd, started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := cmd.Start(); err != nil {
		close(c.ended)
		started <- err
		return
	}
	c.pid = cmd.Process.Pid
	started <- nil
	awaitExit(c.pid)
	// Not reaped yet, so the process and group number are still its own.
	c.mu.Lock()
	_ = syscall.Kill(-c.pid, syscall.SIGKILL)
	c.reaped = true
	c.mu.Unlock()
	c.status = cmd.Wait()
	close(c.ended)
}

// awaitExit returns when the process has ended, and leaves it to be reaped.
func awaitExit(pid int) {
	const byPid, exited, leave = 1, 4, 0x01000000 // P_PID, WEXITED, WNOWAIT
	var info [128]byte                            // siginfo_t
	for {
		_, _, errno := syscall.Syscall6(syscall.SYS_WAITID, byPid, uintptr(pid), uintptr(unsafe.Pointer(&info)), exited|leave, 0, 0)
		if errno != syscall.EINTR {
			return
		}
	}
}

// kill ends the process and its group, at once and without asking.
func (c *child) kill() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.reaped {
		_ = syscall.Kill(-c.pid, syscall.SIGKILL)
	}
}

// close waits for the process and frees what it held. Kill it first unless it has ended.
func (c *child) close() {
	<-c.ended
	c.conn.Close()
	if c.listener != nil {
		c.listener.Close()
	}
}

// handshake sends the order and takes the reply, with the listener if there is one.
func (c *child) handshake(ctx context.Context, o order) error {
	stop := context.AfterFunc(ctx, func() { c.conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	b, err := json.Marshal(o)
	if err != nil {
		return err
	}
	if _, err := c.conn.Write(b); err != nil {
		return c.stageError(ctx, err)
	}
	buf, oob := make([]byte, 64<<10), make([]byte, 64)
	n, oobn, _, _, err := c.conn.ReadMsgUnix(buf, oob)
	if err != nil || n == 0 {
		return c.stageError(ctx, err)
	}
	if err := json.Unmarshal(buf[:n], &c.reply); err != nil {
		return err
	}
	if c.reply.Err != "" {
		return errors.New(c.reply.Err)
	}
	if !o.Serve {
		return nil
	}
	c.listener, err = receiveListener(oob[:oobn])
	return err
}

// stageError says why the stage did not answer.
func (c *child) stageError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err == nil {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("no answer from the stage (does main call RunStage first?): %w", err)
}

// lastWords returns what the stage said when it could not become ffprobe. Valid after ended.
func (c *child) lastWords() error {
	buf := make([]byte, 4<<10)
	n, err := c.conn.Read(buf)
	var r reply
	if err != nil || json.Unmarshal(buf[:n], &r) != nil || r.Err == "" {
		return nil
	}
	return errors.New(r.Err)
}

func receiveListener(oob []byte) (net.Listener, error) {
	messages, err := syscall.ParseSocketControlMessage(oob)
	if err != nil || len(messages) != 1 {
		return nil, errors.New("the stage sent no listener")
	}
	fds, err := syscall.ParseUnixRights(&messages[0])
	if err != nil || len(fds) != 1 {
		return nil, errors.New("the stage sent no listener")
	}
	f := os.NewFile(uintptr(fds[0]), "listener")
	defer f.Close()
	return net.FileListener(f)
}

func socketPair() (*net.UnixConn, *os.File, error) {
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_SEQPACKET|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, err
	}
	f := os.NewFile(uintptr(fds[0]), "stage")
	defer f.Close()
	theirs := os.NewFile(uintptr(fds[1]), "stage")
	conn, err := net.FileConn(f)
	if err != nil {
		theirs.Close()
		return nil, nil, err
	}
	return conn.(*net.UnixConn), theirs, nil
}

// attributes says how the stage is born. In a user namespace it is root at first, which it
// needs for the mounts and the loopback; being nobody comes later.
func attributes(o order) *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if !o.Namespaces {
		return a
	}
	a.Cloneflags = syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET | syscall.CLONE_NEWIPC |
		syscall.CLONE_NEWPID | syscall.CLONE_NEWNS | syscall.CLONE_NEWUTS
	if o.Root {
		a.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: 0, Size: 1}, {ContainerID: nobody, HostID: nobody, Size: 1}}
		a.GidMappings = a.UidMappings
		a.GidMappingsEnableSetgroups = true
		return a
	}
	a.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}}
	a.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}}
	return a
}
