package probe

import (
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"
)

// Range is a piece of a source that is wanted. ReadRanges shortens Data where the source ends.
type Range struct {
	Off  int64
	Data []byte
}

// RangeReader is a Source that reads many pieces at once in a way of its own: one request for
// several of them, for example. ReadRanges fills the Data of each range, shortens it at the end
// of the source, and returns the first error.
type RangeReader interface {
	ReadRanges(ranges []Range) error
}

// parallelRanges is how many pieces are read at once of a source that has no way of its own.
const parallelRanges = 16

// ReadRanges reads many pieces that lie apart, in the way that costs the source least. Data of
// each range is shortened where the source ends. The errors are those of ReadAt; every range
// counts as a read against the limits.
func (r *Reader) ReadRanges(ranges []Range) error {
	own, ok := r.src.(RangeReader)
	if !ok {
		return r.readEach(ranges)
	}
	for i := range ranges {
		if r.ctx.Err() != nil {
			return &Error{Kind: IO, Offset: ranges[i].Off, Err: context.Cause(r.ctx)}
		}
		if size, known := r.src.Size(); known {
			ranges[i].Data = ranges[i].Data[:max(min(int64(len(ranges[i].Data)), size-ranges[i].Off), 0)]
		}
		if err := r.spend(int64(len(ranges[i].Data)), ranges[i].Off); err != nil {
			return err
		}
	}
	wanted := int64(0)
	for i := range ranges {
		wanted += int64(len(ranges[i].Data))
	}
	err := own.ReadRanges(ranges)
	for i := range ranges {
		wanted -= int64(len(ranges[i].Data))
	}
	r.refund(wanted)
	var known *Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	return &Error{Kind: IO, Offset: ranges[0].Off, Err: err}
}

// readEach reads the ranges with ReadAt, some at a time.
func (r *Reader) readEach(ranges []Range) error {
	errs := make([]error, len(ranges))
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(parallelRanges, len(ranges)) {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(ranges)); i = next.Add(1) - 1 {
				n, err := r.ReadAt(ranges[i].Data, ranges[i].Off)
				ranges[i].Data = ranges[i].Data[:n]
				if err != io.EOF {
					errs[i] = err
				}
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// ReadInOrder reads the ranges one after the other: for sources in which a place costs nothing.
// It is what their ReadRanges does.
func ReadInOrder(src io.ReaderAt, ranges []Range) error {
	for i := range ranges {
		n, err := src.ReadAt(ranges[i].Data, ranges[i].Off)
		ranges[i].Data = ranges[i].Data[:n]
		if err != nil && err != io.EOF {
			return err
		}
	}
	return nil
}
