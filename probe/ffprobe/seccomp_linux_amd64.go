package ffprobe

import "syscall"

const (
	auditArch    = 0xc000003e // AUDIT_ARCH_X86_64
	foreignCalls = 0x40000000 // from here on: the x32 ABI
)

// refusedCalls are those of filterCalls by this architecture's numbers
// (Linux, arch/x86/entry/syscalls/syscall_64.tbl).
var refusedCalls = []uint32{
	syscall.SYS_FORK, syscall.SYS_VFORK, syscall.SYS_PTRACE, syscall.SYS_MOUNT, syscall.SYS_UMOUNT2,
	syscall.SYS_PIVOT_ROOT, syscall.SYS_CHROOT, syscall.SYS_UNSHARE, syscall.SYS_SOCKETPAIR,
	syscall.SYS_BIND, syscall.SYS_LISTEN, syscall.SYS_ADD_KEY, syscall.SYS_REQUEST_KEY,
	syscall.SYS_KEYCTL, syscall.SYS_PERF_EVENT_OPEN, syscall.SYS_KEXEC_LOAD, syscall.SYS_INIT_MODULE,
	syscall.SYS_KILL, syscall.SYS_TKILL, syscall.SYS_RT_SIGQUEUEINFO,
	syscall.SYS_REBOOT, syscall.SYS_PERSONALITY, syscall.SYS_SHMGET, syscall.SYS_MSGGET,
	303, // name_to_handle_at
	304, // open_by_handle_at
	308, // setns
	310, // process_vm_readv
	311, // process_vm_writev
	312, // kcmp
	313, // finit_module
	321, // bpf
	323, // userfaultfd
}
