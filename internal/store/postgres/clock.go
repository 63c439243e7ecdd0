package postgres

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// clock follows the time of the database. Leases are compared by processes whose own clocks may
// be minutes apart.
type clock struct{ offset atomic.Int64 } // nanoseconds that the database is ahead

// tolerated is how far the two may be apart before ours is corrected: below that the answer's way
// back says more than the clocks.
const tolerated = 100 * time.Millisecond

// set asks the database for its time.
func (c *clock) set(ctx context.Context, db *pgxpool.Pool) error {
	began := time.Now()
	var theirs time.Time
	if err := db.QueryRow(ctx, `SELECT clock_timestamp()`).Scan(&theirs); err != nil {
		return err
	}
	took := time.Since(began)
	offset := theirs.Sub(began.Add(took / 2))
	if change := offset - time.Duration(c.offset.Load()); change.Abs() > tolerated+took {
		c.offset.Store(int64(offset))
	}
	return nil
}

// Clock implements store.Shared.
func (s *Store) Clock() time.Time { return time.Now().Add(time.Duration(s.clock.offset.Load())) }
