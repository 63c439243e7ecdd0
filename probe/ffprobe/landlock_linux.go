//go:build amd64 || arm64

package ffprobe

import (
	"errors"
	"os"
	"syscall"
	"unsafe"
)

// Landlock's system calls, the same on every architecture (Linux, Documentation/userspace-api/landlock.rst).
// They are made directly: a library that synchronises all threads of the process spins for
// ever as PID 1 of a PID namespace.
const (
	sysLandlockCreateRuleset = 444
	sysLandlockAddRule       = 445
	sysLandlockRestrictSelf  = 446

	landlockVersion   = 1 // flag of create_ruleset
	landlockPathRule  = 1
	landlockPortRule  = 2
	landlockExecute   = 1 << 0
	landlockReadFile  = 1 << 2
	landlockReadDir   = 1 << 3
	landlockBindTCP   = 1 << 0
	landlockDialTCP   = 1 << 1
	landlockScopeAll  = 1<<0 | 1<<1 // abstract UNIX sockets, signals
	landlockRulesetV1 = 8           // bytes of the attributes by version
	landlockRulesetV4 = 16
	landlockRulesetV6 = 24
	oPath             = 0x200000 // O_PATH
)

type landlockRuleset struct{ files, net, scoped uint64 }

// landlockABI returns the version the kernel offers, 0 for none.
func landlockABI() int {
	n, _, errno := syscall.RawSyscall(sysLandlockCreateRuleset, 0, 0, landlockVersion)
	if errno != 0 {
		return 0
	}
	return int(n)
}

// restrictFiles lets this thread, and what it executes, read and run only what lies under
// paths, and dial only port. It returns the version in force; 0 when the kernel has none.
func restrictFiles(paths []string, port int) (int, error) {
	abi := landlockABI()
	if abi == 0 {
		return 0, nil
	}
	rules := landlockRuleset{files: 1<<13 - 1}
	size := uintptr(landlockRulesetV1)
	if abi >= 2 {
		rules.files |= 1 << 13 // moving between folders
	}
	if abi >= 3 {
		rules.files |= 1 << 14 // truncating
	}
	if abi >= 4 {
		rules.net = landlockBindTCP | landlockDialTCP
		size = landlockRulesetV4
	}
	if abi >= 5 {
		rules.files |= 1 << 15 // device control
	}
	if abi >= 6 {
		rules.scoped = landlockScopeAll
		size = landlockRulesetV6
	}
	fd, _, errno := syscall.RawSyscall(sysLandlockCreateRuleset, uintptr(unsafe.Pointer(&rules)), size, 0)
	if errno != 0 {
		return 0, errno
	}
	defer syscall.Close(int(fd))
	for _, path := range paths {
		// What is not there, or not ours to see, need not be allowed.
		if err := allowPath(fd, path); err != nil && !errors.Is(err, syscall.ENOENT) && !errors.Is(err, syscall.EACCES) {
			return 0, &os.PathError{Op: "allow", Path: path, Err: err}
		}
	}
	if abi >= 4 && port != 0 {
		rule := struct{ access, port uint64 }{landlockDialTCP, uint64(port)}
		if _, _, errno := syscall.RawSyscall6(sysLandlockAddRule, fd, landlockPortRule, uintptr(unsafe.Pointer(&rule)), 0, 0, 0); errno != 0 {
			return 0, errno
		}
	}
	if _, _, errno := syscall.RawSyscall(sysLandlockRestrictSelf, fd, 0, 0); errno != 0 {
		return 0, errno
	}
	return abi, nil
}

func allowPath(ruleset uintptr, path string) error {
	fd, err := syscall.Open(path, oPath|syscall.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer syscall.Close(fd)
	var s syscall.Stat_t
	if err := syscall.Fstat(fd, &s); err != nil {
		return err
	}
	access := uint64(landlockExecute | landlockReadFile)
	if s.Mode&syscall.S_IFMT == syscall.S_IFDIR {
		access |= landlockReadDir
	}
	var rule [12]byte // struct landlock_path_beneath_attr is packed
	*(*uint64)(unsafe.Pointer(&rule[0])) = access
	*(*int32)(unsafe.Pointer(&rule[8])) = int32(fd)
	if _, _, errno := syscall.RawSyscall6(sysLandlockAddRule, ruleset, landlockPathRule, uintptr(unsafe.Pointer(&rule)), 0, 0, 0); errno != 0 {
		return errno
	}
	return nil
}
