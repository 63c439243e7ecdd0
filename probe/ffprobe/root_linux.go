//go:build amd64 || arm64

package ffprobe

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// newRoot is where the private root folder is put together: a folder that is there on every
// system and that nothing needs any more by then.
const newRoot = "/proc"

// privateRoot makes a root folder that holds paths and nothing else, all of it read-only,
// and moves into it. It needs a mount namespace of its own.
func privateRoot(paths []string, workDir string) error {
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make mounts private: %w", err)
	}
	const flags = syscall.MS_NOSUID | syscall.MS_NODEV
	if err := syscall.Mount("tmpfs", newRoot, "tmpfs", flags, "size=1m,mode=755"); err != nil {
		return fmt.Errorf("mount the root folder: %w", err)
	}
	for _, path := range paths {
		if err := expose(path); err != nil {
			return fmt.Errorf("show %q: %w", path, err)
		}
	}
	if workDir != "" {
		if err := os.MkdirAll(newRoot+workDir, 0o755); err != nil {
			return err
		}
	}
	if err := syscall.Mount("", newRoot, "", syscall.MS_REMOUNT|syscall.MS_RDONLY|flags, ""); err != nil {
		return fmt.Errorf("make the root folder read-only: %w", err)
	}
	if err := syscall.Chdir(newRoot); err != nil {
		return err
	}
	if err := syscall.PivotRoot(".", "."); err != nil {
		return fmt.Errorf("pivot: %w", err)
	}
	if err := syscall.Unmount(".", syscall.MNT_DETACH); err != nil {
		return fmt.Errorf("leave the old root folder: %w", err)
	}
	return syscall.Chdir("/")
}

// expose shows path in the new root: a link as a link, anything else bound read-only.
// What does not exist is left out.
func expose(path string) error {
	target := filepath.Join(newRoot, path)
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := os.Lstat(target); err == nil {
		return nil // below a folder already shown
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		to, err := os.Readlink(path)
		if err != nil {
			return err
		}
		if err := os.Symlink(to, target); err != nil {
			return err
		}
		real, err := filepath.EvalSymlinks(path)
		if err != nil {
			return err
		}
		return expose(real)
	}
	if info.IsDir() {
		err = os.Mkdir(target, 0o755)
	} else {
		err = os.WriteFile(target, nil, 0o755)
	}
	if err != nil {
		return err
	}
	return bindReadOnly(path, target)
}

func bindReadOnly(path, target string) error {
	if err := syscall.Mount(path, target, "", syscall.MS_BIND|syscall.MS_REC, ""); err != nil {
		return err
	}
	// A remount in a user namespace must keep the flags that the mount already has.
	var s syscall.Statfs_t
	if err := syscall.Statfs(target, &s); err != nil {
		return err
	}
	const kept = syscall.MS_NOSUID | syscall.MS_NODEV | syscall.MS_NOEXEC | syscall.MS_NOATIME | syscall.MS_NODIRATIME
	flags := uintptr(s.Flags)&kept | syscall.MS_REMOUNT | syscall.MS_BIND | syscall.MS_RDONLY
	return syscall.Mount("", target, "", flags, "")
}
