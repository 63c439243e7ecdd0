//go:build amd64 || arm64

package ffprobe

import (
	"fmt"
	"os"
	"syscall"
)

// attempts are what a hostile ffprobe would try. The stage tries them itself, behind
// everything that will hold ffprobe.
type attempts struct {
	Parent int    // process id of the program
	Canary int    // loopback port that the program listens on, in its own network
	Folder string // a folder of the program's, writable to it
}

// run tries everything and tells what was stopped. The memory limit is set last, because
// this runtime may not survive it.
func (a attempts) run(memory int64) []Check {
	open := func(path string, flags int) func() error {
		return func() error {
			fd, err := syscall.Open(path, flags|syscall.O_CLOEXEC, 0o600)
			if err == nil {
				syscall.Close(fd)
			}
			return err
		}
	}
	tries := []struct {
		name string
		try  func() error
	}{
		{"read /etc/passwd", open("/etc/passwd", syscall.O_RDONLY)},
		{"read the program's environment", open(fmt.Sprintf("/proc/%d/environ", a.Parent), syscall.O_RDONLY)},
		{"read its own process folder", open("/proc/self/status", syscall.O_RDONLY)},
		{"write to its own folder", open("written", syscall.O_WRONLY|syscall.O_CREAT)},
		{"write to the program's folder", open(a.Folder+"/written", syscall.O_WRONLY|syscall.O_CREAT)},
		{"write to /tmp", open(os.TempDir()+"/mediagauge-written", syscall.O_WRONLY|syscall.O_CREAT)},
		{"connect to the program's network", a.connect},
		{"open a UNIX socket", a.unixSocket},
		{"trace the program", func() error { return call(syscall.SYS_PTRACE, syscall.PTRACE_ATTACH, uintptr(a.Parent)) }},
		{"signal the program", func() error { return syscall.Kill(a.Parent, 0) }},
		{"make a process", fork},
		{"make a namespace", func() error { return call(syscall.SYS_UNSHARE, syscall.CLONE_NEWUSER, 0) }},
		{"mount", func() error { return syscall.Mount("none", "/", "tmpfs", 0, "") }},
		{"become root", becomeRoot},
	}
	checks := make([]Check, 0, len(tries)+1)
	for _, t := range tries {
		checks = append(checks, outcome(t.name, t.try()))
	}
	return append(checks, outcome("take more memory than allowed", overdraw(memory)))
}

// becomeRoot tries for root's user and for root's capabilities. In the user namespace of a
// program that is not root, user 0 is but a name for the program's own user.
func becomeRoot() error {
	if syscall.Getuid() != 0 && call(syscall.SYS_SETRESUID, 0, 0) == nil {
		return nil
	}
	return setCapabilities([6]uint32{^uint32(0), ^uint32(0), 0, ^uint32(0), ^uint32(0), 0})
}

func outcome(name string, err error) Check {
	if err == nil {
		return Check{Name: name, Detail: "not stopped"}
	}
	return Check{Name: name, Passed: true, Detail: err.Error()}
}

func call(number, a, b uintptr) error {
	if _, _, errno := syscall.RawSyscall6(number, a, b, 0, 0, 0, 0); errno != 0 {
		return errno
	}
	return nil
}

func (a attempts) connect() error {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer syscall.Close(fd)
	return syscall.Connect(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}, Port: a.Canary})
}

func (attempts) unixSocket() error {
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err == nil {
		syscall.Close(fd)
	}
	return err
}

// fork makes a child that ends at once, if it may.
func fork() error {
	pid, _, errno := syscall.RawSyscall6(syscall.SYS_CLONE, uintptr(syscall.SIGCHLD), 0, 0, 0, 0, 0)
	if errno != 0 {
		return errno
	}
	if pid == 0 {
		syscall.RawSyscall(syscall.SYS_EXIT_GROUP, 0, 0, 0)
	}
	_, _ = syscall.Wait4(int(pid), nil, 0, nil)
	return nil
}

// overdraw maps more than the limit.
func overdraw(memory int64) error {
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_AS, &before); err != nil {
		return nil
	}
	limit := syscall.Rlimit{Cur: uint64(memory), Max: before.Max}
	if err := syscall.Setrlimit(syscall.RLIMIT_AS, &limit); err != nil {
		return nil
	}
	_, err := syscall.Mmap(-1, 0, int(memory), syscall.PROT_NONE, syscall.MAP_PRIVATE|syscall.MAP_ANON)
	_ = syscall.Setrlimit(syscall.RLIMIT_AS, &before)
	return err
}
