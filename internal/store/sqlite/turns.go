package sqlite

import (
	"context"
	"math"
)

const maxInt = math.MaxInt

// turnRows is how many rows a bulk change may take in one transaction, so that it never keeps
// a submitter waiting for long.
const turnRows = 500

// inTurns runs a statement, whose last argument is a row limit, in transactions of bounded
// size until limit rows are changed or none is left. It returns how many were changed.
func (s *Store) inTurns(ctx context.Context, limit int, q string, args ...any) (int, error) {
	total := 0
	for total < limit {
		size := min(turnRows, limit-total)
		var n int64
		err := s.writer.do(ctx, size, func(c *conn) (err error) {
			n, err = c.exec(q, append(args[:len(args):len(args)], size)...)
			return err
		})
		if err != nil {
			return total, err
		}
		total += int(n)
		if int(n) < size {
			break
		}
	}
	return total, nil
}
