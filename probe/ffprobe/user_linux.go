//go:build amd64 || arm64

package ffprobe

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// mayBecomeNobody says whether ffprobe can run as the user nobody: we are root with leave to
// change users, and that user exists in our user namespace. Otherwise it runs as our own
// user, which the other walls hold as well.
func mayBecomeNobody() bool {
	const setGID, setUID = 1 << 6, 1 << 7
	return os.Geteuid() == 0 && capabilities()&(setGID|setUID) == setGID|setUID &&
		idMapped("/proc/self/uid_map") && idMapped("/proc/self/gid_map")
}

// capabilities returns this process's effective set.
func capabilities() uint64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "\nCapEff:")
	line, _, _ := strings.Cut(rest, "\n")
	n, _ := strconv.ParseUint(strings.TrimSpace(line), 16, 64)
	return n
}

// idMapped says whether the map of user_namespaces(7) at path covers nobody.
func idMapped(path string) bool {
	table, err := os.ReadFile(path)
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(table)) {
		var inside, outside, count uint64
		if n, _ := fmt.Sscan(line, &inside, &outside, &count); n == 3 && nobody >= inside && nobody < inside+count {
			return true
		}
	}
	return false
}

// becomeNobody changes this thread's user and groups; execve carries them to the process.
func becomeNobody() error {
	if _, _, errno := syscall.RawSyscall(syscall.SYS_SETGROUPS, 0, 0, 0); errno != 0 {
		return errno
	}
	if _, _, errno := syscall.RawSyscall(syscall.SYS_SETRESGID, nobody, nobody, nobody); errno != 0 {
		return errno
	}
	if _, _, errno := syscall.RawSyscall(syscall.SYS_SETRESUID, nobody, nobody, nobody); errno != 0 {
		return errno
	}
	return nil
}
