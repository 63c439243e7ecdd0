package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// Upkeep of the tables.
const (
	vacuumEvery = time.Second
	vacuumFrom  = 2000 // changed rows that make cleaning worth while
	restAfter   = 40   // times what the last cleaning took: while a snapshot is held elsewhere it takes long and brings nothing
	clockEvery  = 10 * time.Second
	keeperLock  = 0x6d677663 // "mgvc": held by the one process that cleans
)

// keep follows the database's clock, and cleans the table of unfinished jobs while it is this
// process's turn. The database's own cleaning comes once a minute at best; at thousands of jobs a
// second the table would by then be a hundred times what is alive in it.
func (s *Store) keep(vacuum bool) {
	var k keeper
	defer k.close()
	var asked time.Time
	for pause(s.life, vacuumEvery) {
		if time.Since(asked) >= clockEvery {
			asked = time.Now()
			if err := s.clock.set(s.life, s.reader); err != nil && s.life.Err() == nil {
				s.log.Debug("ask the database for its time", "err", err)
			}
		}
		if !vacuum {
			continue
		}
		if err := k.turn(s.life, s); err != nil && s.life.Err() == nil {
			s.log.Debug("clean the table of unfinished jobs", "err", err)
			k.close()
		}
	}
}

// keeper is the connection that holds the lock, which goes with it.
type keeper struct {
	c       *pgx.Conn
	leads   bool
	changed int64
	rest    time.Time // until then nothing is cleaned
}

// turn cleans once if there is something to clean and nobody else does.
func (k *keeper) turn(ctx context.Context, s *Store) (err error) {
	ctx, cancel := context.WithTimeout(ctx, callWithin)
	defer cancel()
	if k.c == nil {
		config := s.reader.Config().ConnConfig
		config.RuntimeParams["application_name"] = "mediagauge keeper"
		if k.c, err = pgx.ConnectConfig(ctx, config); err != nil {
			return err
		}
	}
	if !k.leads {
		if err := k.c.QueryRow(ctx, `SELECT pg_try_advisory_lock($1, hashtext(current_schema()))`, int32(keeperLock)).Scan(&k.leads); err != nil {
			return err
		}
		if !k.leads {
			k.close() // no connection is kept for waiting
			return nil
		}
	}
	var changed int64
	err = k.c.QueryRow(ctx, `SELECT coalesce(pg_stat_get_tuples_updated(c) + pg_stat_get_tuples_deleted(c), 0) FROM (SELECT 'job_open'::regclass::oid AS c) AS t`).Scan(&changed)
	if err != nil {
		return err
	}
	if changed-k.changed < vacuumFrom && changed >= k.changed || time.Now().Before(k.rest) {
		return nil
	}
	k.changed = changed
	began := time.Now()
	defer func() { k.rest = time.Now().Add(restAfter * time.Since(began)) }()
	_, err = k.c.Exec(ctx, `VACUUM (TRUNCATE off, SKIP_LOCKED, INDEX_CLEANUP on) job_open`)
	return err
}

func (k *keeper) close() {
	if k.c != nil {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = k.c.Close(ctx)
	}
	*k = keeper{}
}
