package id3

import "io"

// window reads a source in pieces of windowSize bytes at least, so that many small frames are
// few reads.
type window struct {
	r   io.ReaderAt
	off int64
	buf []byte
	end bool // buf ends where the source does
}

const windowSize = 8 << 10

// at returns n bytes at off, fewer at the end of the source.
func (w *window) at(off int64, n int) ([]byte, error) {
	if off < w.off || off+int64(n) > w.off+int64(len(w.buf)) && (!w.end || off > w.off+int64(len(w.buf))) {
		p := make([]byte, max(n, windowSize))
		got, err := w.r.ReadAt(p, off)
		if err != nil && err != io.EOF {
			return nil, err
		}
		w.off, w.buf, w.end = off, p[:got], err == io.EOF
	}
	rest := w.buf[off-w.off:]
	return rest[:min(n, len(rest))], nil
}
