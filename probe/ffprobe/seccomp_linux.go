//go:build amd64 || arm64

package ffprobe

import (
	"os"
	"syscall"
	"unsafe"
)

// Offsets in struct seccomp_data and return values (Linux, Documentation/userspace-api/seccomp_filter.rst).
// Both architectures are little-endian: an argument's low half comes first.
const (
	dataNumber = 0
	dataArch   = 4
	dataArg0   = 16

	seccompAllow = 0x7fff0000
	seccompErrno = 0x00050000
	seccompKill  = 0x80000000

	prSetSeccomp      = 22
	seccompModeFilter = 2
)

// newCalls are refused calls whose numbers are the same on every architecture.
var newCalls = []uint32{
	425, 426, 427, // io_uring
	434, // pidfd_open
	438, // pidfd_getfd
	440, // process_madvise
	428, // open_tree
	429, // move_mount
	430, // fsopen
	442, // mount_setattr
}

// filterCalls refuses, with EPERM, the calls that ffprobe never needs: making processes (it
// makes threads only), sockets other than TCP, signals to others, tracing, mounting, namespaces,
// kernel keys and the like. dial leaves TCP sockets open.
func filterCalls(dial bool) error {
	var p program
	p.add(load(dataArch))
	p.add(skipIfEqual(auditArch, 1))
	p.add(give(seccompKill))
	p.add(load(dataNumber))
	for _, n := range append(refusedCalls, newCalls...) {
		p.refuse(n, syscall.EPERM)
	}
	p.refuse(435, syscall.ENOSYS) // clone3 hides its flags; without it the C library uses clone
	if foreignCalls != 0 {
		p.add(skipUnlessAtLeast(foreignCalls, 1))
		p.add(give(seccompErrno | uint32(syscall.ENOSYS)))
	}
	// Threads, but no processes; signals and limits for itself alone.
	p.allowIf(syscall.SYS_CLONE, skipIfAnyBit(syscall.CLONE_THREAD, 1))
	p.allowIf(syscall.SYS_TGKILL, skipIfEqual(uint32(os.Getpid()), 1))
	p.allowIf(syscall.SYS_PRLIMIT64, skipIfEqual(0, 1))
	if dial {
		p.allowIf(syscall.SYS_SOCKET, skipIfEqual(syscall.AF_INET, 1))
	} else {
		p.refuse(syscall.SYS_SOCKET, syscall.EPERM)
	}
	p.add(give(seccompAllow))
	prog := syscall.SockFprog{Len: uint16(len(p)), Filter: &p[0]}
	_, _, errno := syscall.RawSyscall(syscall.SYS_PRCTL, prSetSeccomp, seccompModeFilter, uintptr(unsafe.Pointer(&prog)))
	if errno != 0 {
		return errno
	}
	return nil
}

// program is a classic BPF program.
type program []syscall.SockFilter

func (p *program) add(f syscall.SockFilter) { *p = append(*p, f) }

// refuse answers call n with errno; the call's number must be loaded.
func (p *program) refuse(n uint32, errno syscall.Errno) {
	p.add(skipUnlessEqual(n, 1))
	p.add(give(seccompErrno | uint32(errno)))
}

// allowIf lets call n through when test, of its first argument, skips one instruction.
func (p *program) allowIf(n uint32, test syscall.SockFilter) {
	p.add(skipUnlessEqual(n, 4))
	p.add(load(dataArg0))
	p.add(test)
	p.add(give(seccompErrno | uint32(syscall.EPERM)))
	p.add(give(seccompAllow))
}

func load(offset uint32) syscall.SockFilter {
	return syscall.SockFilter{Code: syscall.BPF_LD | syscall.BPF_W | syscall.BPF_ABS, K: offset}
}

func give(value uint32) syscall.SockFilter {
	return syscall.SockFilter{Code: syscall.BPF_RET | syscall.BPF_K, K: value}
}

func skipIfEqual(k uint32, n uint8) syscall.SockFilter {
	return syscall.SockFilter{Code: syscall.BPF_JMP | syscall.BPF_JEQ | syscall.BPF_K, Jt: n, K: k}
}

func skipUnlessEqual(k uint32, n uint8) syscall.SockFilter {
	return syscall.SockFilter{Code: syscall.BPF_JMP | syscall.BPF_JEQ | syscall.BPF_K, Jf: n, K: k}
}

func skipUnlessAtLeast(k uint32, n uint8) syscall.SockFilter {
	return syscall.SockFilter{Code: syscall.BPF_JMP | syscall.BPF_JGE | syscall.BPF_K, Jf: n, K: k}
}

func skipIfAnyBit(k uint32, n uint8) syscall.SockFilter {
	return syscall.SockFilter{Code: syscall.BPF_JMP | syscall.BPF_JSET | syscall.BPF_K, Jt: n, K: k}
}
