package ffprobe

import "syscall"

const (
	auditArch    = 0xc00000b7 // AUDIT_ARCH_AARCH64
	foreignCalls = 0          // no second ABI under the same architecture
)

// refusedCalls are those of filterCalls by this architecture's numbers
// (Linux, include/uapi/asm-generic/unistd.h).
var refusedCalls = []uint32{
	syscall.SYS_PTRACE, syscall.SYS_MOUNT, syscall.SYS_UMOUNT2, syscall.SYS_PIVOT_ROOT,
	syscall.SYS_CHROOT, syscall.SYS_UNSHARE, syscall.SYS_SOCKETPAIR, syscall.SYS_BIND,
	syscall.SYS_LISTEN, syscall.SYS_ADD_KEY, syscall.SYS_REQUEST_KEY, syscall.SYS_KEYCTL,
	syscall.SYS_PERF_EVENT_OPEN, syscall.SYS_KEXEC_LOAD, syscall.SYS_INIT_MODULE,
	syscall.SYS_KILL, syscall.SYS_TKILL, syscall.SYS_RT_SIGQUEUEINFO,
	syscall.SYS_REBOOT, syscall.SYS_PERSONALITY, syscall.SYS_SHMGET, syscall.SYS_MSGGET,
	264, // name_to_handle_at
	265, // open_by_handle_at
	268, // setns
	270, // process_vm_readv
	271, // process_vm_writev
	272, // kcmp
	273, // finit_module
	280, // bpf
	282, // userfaultfd
}
