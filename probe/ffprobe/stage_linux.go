//go:build amd64 || arm64

package ffprobe

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"unsafe"
)

// The stage is this program run once more as "mediagauge-ffprobe-stage": it closes the
// sandbox around itself and becomes ffprobe. It takes its order from a socket it was born
// with; nothing in the environment or the file system can call for it.

const (
	stageName   = "mediagauge-ffprobe-stage"
	stageSocket = 3        // descriptor of the order's socket
	portMark    = "{port}" // in an argument: the number of the loopback port
	nobody      = 65534    // user and group that ffprobe runs as when we are root
)

// order tells the stage what to do.
type order struct {
	Path       string   // ffprobe
	Args       []string // its arguments, portMark filled in by the stage
	Namespaces bool     // the stage is in namespaces of its own
	Serve      bool     // open a loopback listener and pass it back
	Root       bool     // the stage is root on the host and must become nobody
	Contain    bool     // Landlock and seccomp too
	ReadPaths  []string // files and folders to keep readable
	WorkDir    string   // its own folder, readable; "" for none
	Memory     int64
	CPU        int
	SelfTest   *attempts // try these instead of running ffprobe
}

// reply is what the stage answers before it becomes ffprobe.
type reply struct {
	Port     int     `json:",omitzero"`
	Landlock int     `json:",omitzero"` // ABI version in force
	Rooted   string  `json:",omitzero"` // why there is no private root folder; "" when there is
	Checks   []Check `json:",omitzero"`
	Err      string  `json:",omitzero"`
}

// RunStage takes over the process when it was started as the sandbox stage, and otherwise
// returns at once. Call it first in main and in TestMain.
func RunStage() {
	if len(os.Args) == 0 || os.Args[0] != stageName {
		return
	}
	kind, err := syscall.GetsockoptInt(stageSocket, syscall.SOL_SOCKET, syscall.SO_TYPE)
	if err != nil || kind != syscall.SOCK_SEQPACKET {
		return
	}
	// Landlock, seccomp and the user belong to a thread; execve keeps those of its caller.
	runtime.LockOSThread()
	if err := runStage(); err != nil {
		send(reply{Err: err.Error()}, nil)
	}
	os.Exit(126)
}

func runStage() error {
	syscall.CloseOnExec(stageSocket)
	buf := make([]byte, 256<<10)
	n, _, err := syscall.Recvfrom(stageSocket, buf, 0)
	if err != nil {
		return err
	}
	var o order
	if err := json.Unmarshal(buf[:n], &o); err != nil {
		return err
	}
	var r reply
	listener := -1
	if o.Namespaces {
		if err := loopbackUp(); err != nil {
			return fmt.Errorf("loopback: %w", err)
		}
	}
	if o.Serve {
		shrinkReceiveBuffers()
		if listener, r.Port, err = listenLoopback(); err != nil {
			return fmt.Errorf("listen: %w", err)
		}
	}
	if o.Namespaces {
		if err := privateRoot(append(o.ReadPaths, o.Path), o.WorkDir); err != nil {
			r.Rooted = err.Error()
		}
	}
	for i, a := range o.Args {
		o.Args[i] = strings.ReplaceAll(a, portMark, strconv.Itoa(r.Port))
	}
	image, err := newImage(o.Path, o.Args)
	if err != nil {
		return err
	}
	if err := lockDown(o, &r); err != nil {
		return err
	}
	if o.SelfTest != nil {
		r.Checks = o.SelfTest.run(o.Memory)
		return send(r, rights(listener))
	}
	if err := send(r, rights(listener)); err != nil {
		return err
	}
	return image.become(o.Memory)
}

// lockDown gives up everything that ffprobe does not need.
func lockDown(o order, r *reply) error {
	limits := []struct {
		resource int
		value    uint64
	}{
		{syscall.RLIMIT_CORE, 0},
		{syscall.RLIMIT_FSIZE, 0},
		{syscall.RLIMIT_NOFILE, 64},
		{syscall.RLIMIT_CPU, uint64(o.CPU)},
	}
	for _, l := range limits {
		if err := syscall.Setrlimit(l.resource, &syscall.Rlimit{Cur: l.value, Max: l.value}); err != nil {
			return fmt.Errorf("limit %d: %w", l.resource, err)
		}
	}
	if o.Root {
		if err := becomeNobody(); err != nil {
			return fmt.Errorf("become nobody: %w", err)
		}
	}
	if err := prctl(prSetNoNewPrivs, 1); err != nil {
		return fmt.Errorf("no new privileges: %w", err)
	}
	if err := setCapabilities([6]uint32{}); err != nil {
		return fmt.Errorf("capabilities: %w", err)
	}
	// The signal set at birth is lost with a change of user.
	if err := prctl(syscall.PR_SET_PDEATHSIG, uintptr(syscall.SIGKILL)); err != nil {
		return fmt.Errorf("parent death signal: %w", err)
	}
	if !o.Contain {
		return nil
	}
	paths := append(o.ReadPaths, o.Path)
	if o.WorkDir != "" {
		paths = append(paths, o.WorkDir)
	}
	abi, err := restrictFiles(paths, r.Port)
	if err != nil {
		return fmt.Errorf("landlock: %w", err)
	}
	r.Landlock = abi
	if err := filterCalls(o.Serve); err != nil {
		return fmt.Errorf("seccomp: %w", err)
	}
	return nil
}

const (
	prSetNoNewPrivs = 38
	capabilityV3    = 0x20080522 // _LINUX_CAPABILITY_VERSION_3
)

func prctl(option int, value uintptr) error {
	if _, _, errno := syscall.RawSyscall6(syscall.SYS_PRCTL, uintptr(option), value, 0, 0, 0, 0); errno != 0 {
		return errno
	}
	return nil
}

// setCapabilities sets this thread's sets: effective, permitted and inheritable, low half
// first. With all empty and no-new-privs set, execve gives none back.
func setCapabilities(sets [6]uint32) error {
	header := struct{ version, pid uint32 }{capabilityV3, 0}
	_, _, errno := syscall.RawSyscall(syscall.SYS_CAPSET, uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(&sets)), 0)
	if errno != 0 {
		return errno
	}
	return nil
}

// image is a program ready to be run without another allocation.
type image struct {
	path       *byte
	argv, envp []*byte
}

func newImage(path string, args []string) (image, error) {
	p, err := syscall.BytePtrFromString(path)
	if err != nil {
		return image{}, err
	}
	argv, err := syscall.SlicePtrFromStrings(append([]string{path}, args...))
	if err != nil {
		return image{}, err
	}
	return image{p, argv, []*byte{nil}}, nil
}

// become replaces the stage by the program. The address-space limit comes last: it may lie
// below what this runtime has already reserved.
func (i image) become(memory int64) error {
	limit := [2]uint64{uint64(memory), uint64(memory)}
	if _, _, errno := syscall.RawSyscall6(syscall.SYS_PRLIMIT64, 0, syscall.RLIMIT_AS, uintptr(unsafe.Pointer(&limit)), 0, 0, 0); errno != 0 {
		return errno
	}
	_, _, errno := syscall.RawSyscall(syscall.SYS_EXECVE, uintptr(unsafe.Pointer(i.path)),
		uintptr(unsafe.Pointer(&i.argv[0])), uintptr(unsafe.Pointer(&i.envp[0])))
	return fmt.Errorf("exec: %w", errno)
}

// loopbackUp switches lo on in a new network namespace, where it starts switched off.
func loopbackUp() error {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer syscall.Close(fd)
	var request struct {
		name  [syscall.IFNAMSIZ]byte
		flags uint16
		_     [22]byte
	}
	copy(request.name[:], "lo")
	request.flags = syscall.IFF_UP | syscall.IFF_RUNNING
	_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), syscall.SIOCSIFFLAGS, uintptr(unsafe.Pointer(&request)))
	if errno != 0 {
		return errno
	}
	return nil
}

// shrinkReceiveBuffers keeps ffprobe's sockets from taking much more than ffprobe asked for,
// so that little is fetched in vain. It works in this network namespace only, and where
// /proc/sys cannot be written things are merely less thrifty.
func shrinkReceiveBuffers() {
	_ = os.WriteFile("/proc/sys/net/ipv4/tcp_rmem", []byte(receiveBuffers), 0)
}

const receiveBuffers = "4096 65536 65536"

func listenLoopback() (fd, port int, err error) {
	fd, err = syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC|syscall.SOCK_NONBLOCK, 0)
	if err != nil {
		return -1, 0, err
	}
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte(net.IPv4(127, 0, 0, 1).To4())}); err != nil {
		return -1, 0, err
	}
	if err := syscall.Listen(fd, 16); err != nil {
		return -1, 0, err
	}
	name, err := syscall.Getsockname(fd)
	if err != nil {
		return -1, 0, err
	}
	return fd, name.(*syscall.SockaddrInet4).Port, nil
}

// rights packs a descriptor for sending; nil for none.
func rights(fd int) []byte {
	if fd < 0 {
		return nil
	}
	return syscall.UnixRights(fd)
}

func send(r reply, oob []byte) error {
	b, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return syscall.Sendmsg(stageSocket, b, oob, nil, syscall.MSG_NOSIGNAL)
}
