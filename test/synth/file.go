package synth

import (
	"io"
	"slices"
)

// File is a file of few bytes and many zeros. It is read like any file and never changes.
type File struct {
	Headers int64 // bytes of everything but media data
	pieces  []piece
	size    int64
}

type piece struct {
	off  int64
	data []byte
}

// add appends data that counts as headers.
func (f *File) add(data []byte) {
	f.Headers += int64(len(data))
	f.media(data)
}

// media appends data that does not.
func (f *File) media(data []byte) {
	f.pieces = append(f.pieces, piece{f.size, data})
	f.size += int64(len(data))
}

// skip appends n zeros.
func (f *File) skip(n int64) { f.size += n }

// Size implements probe.Source.
func (f *File) Size() (int64, bool) { return f.size, true }

// ReadAt implements io.ReaderAt.
func (f *File) ReadAt(p []byte, off int64) (int, error) {
	if off >= f.size {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), f.size-off))
	clear(p[:n])
	i, found := slices.BinarySearchFunc(f.pieces, off, func(q piece, off int64) int { return int(min(max(q.off-off, -1), 1)) })
	if !found && i > 0 {
		i--
	}
	for ; i < len(f.pieces) && f.pieces[i].off < off+int64(n); i++ {
		q := f.pieces[i]
		if from := max(q.off, off); from < q.off+int64(len(q.data)) {
			copy(p[from-off:n], q.data[from-q.off:])
		}
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// Reader returns a reader of the whole file.
func (f *File) Reader() *io.SectionReader { return io.NewSectionReader(f, 0, f.size) }
