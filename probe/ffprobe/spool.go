package ffprobe

import (
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/mediagauge/mediagauge/probe"
)

// spoolName is what the temporary copy is called, whatever the source is called.
const spoolName = "input"

const folderPattern = "mediagauge-ffprobe-"

// workFolder makes an empty folder for one process.
func workFolder() (string, error) { return os.MkdirTemp("", folderPattern) }

// sweep removes folders that a program left behind when it was killed. No process of ours
// lives for an hour.
func sweep() {
	folders, _ := filepath.Glob(filepath.Join(os.TempDir(), folderPattern+"*"))
	for _, f := range folders {
		if info, err := os.Lstat(f); err == nil && info.IsDir() && time.Since(info.ModTime()) > time.Hour {
			_ = os.RemoveAll(f)
		}
	}
}

// spool copies the source into dir, where ffprobe, as owner, may read it.
func (p *Prober) spool(b *blocks, dir string, owner int) error {
	limit := p.config.SpoolBytes
	if size, ok := b.reader.Size(); ok && size > limit {
		return probe.Errorf(probe.Limit, "the source has %d bytes and only %d may be copied for ffprobe: it cannot be read by ranges on this machine", size, limit)
	}
	f, err := os.OpenFile(filepath.Join(dir, spoolName), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o400)
	if err != nil {
		return probe.Errorf(probe.IO, "temporary copy: %w", err)
	}
	defer f.Close()
	buf := make([]byte, 32<<10)
	for at := int64(0); ; {
		n, err := b.fill(buf, at)
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if at += int64(n); at > limit {
			return probe.Errorf(probe.Limit, "the source has more than the %d bytes that may be copied for ffprobe: it cannot be read by ranges on this machine", limit)
		}
		if _, err := f.Write(buf[:n]); err != nil {
			return probe.Errorf(probe.IO, "temporary copy: %w", err)
		}
	}
	if owner >= 0 {
		if err := f.Chown(owner, owner); err != nil {
			return probe.Errorf(probe.IO, "temporary copy: %w", err)
		}
		if err := os.Chown(dir, owner, owner); err != nil {
			return probe.Errorf(probe.IO, "temporary copy: %w", err)
		}
	}
	return nil
}
