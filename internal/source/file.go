package source

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"

	"github.com/mediagauge/mediagauge/probe"
)

// LocalFile is a regular file of this machine as a source. It exists for the command line,
// where the caller already has the machine; an Opener never makes one.
type LocalFile struct {
	Facts
	f     *os.File
	size  int64
	dir   string // directory of f
	spent *tally // shared with the files that this one names
}

// tally is what reading local files took.
type tally struct{ reads, bytes atomic.Int64 }

// File opens a regular file. The caller closes it.
func File(path string) (*LocalFile, error) {
	// Opening a pipe would block; look before.
	if fi, err := os.Stat(path); err != nil {
		return nil, err
	} else if !fi.Mode().IsRegular() {
		return nil, fmt.Errorf("%q is not a regular file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	fi, err := f.Stat()
	if err == nil && !fi.Mode().IsRegular() {
		err = fmt.Errorf("%q is not a regular file", path)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	l := &LocalFile{f: f, size: fi.Size(), dir: filepath.Dir(path), spent: new(tally)}
	l.Name, l.LastModified = filepath.Base(path), fi.ModTime()
	if abs, err := filepath.Abs(path); err == nil {
		l.URL = (&url.URL{Scheme: "file", Path: filepath.ToSlash(abs)}).String()
	}
	return l, nil
}

// ReadAt follows io.ReaderAt.
func (l *LocalFile) ReadAt(p []byte, off int64) (int, error) {
	n, err := l.f.ReadAt(p, off)
	l.spent.reads.Add(1)
	l.spent.bytes.Add(int64(n))
	return n, err
}

// ReadRanges implements probe.RangeReader: every place of a file is near.
func (l *LocalFile) ReadRanges(ranges []probe.Range) error { return probe.ReadInOrder(l, ranges) }

// Size returns the length the file had when it was opened.
func (l *LocalFile) Size() (int64, bool) { return l.size, true }

// Spent returns the reads made and the bytes they gave.
func (l *LocalFile) Spent() probe.Cost {
	return probe.Cost{Requests: int(l.spent.reads.Load()), Bytes: l.spent.bytes.Load()}
}

// Close closes the file.
func (l *LocalFile) Close() error { return l.f.Close() }
