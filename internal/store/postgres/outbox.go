package postgres

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

const messageColumns = `outbox_no, account, job_id, created_us, target, body, state, attempts, next_us, ended_us, last`

func scanMessage(rows pgx.Rows) (store.StoredMessage, error) {
	var m store.StoredMessage
	var state int16
	var created, next, ended int64
	err := rows.Scan(&m.No, (*int64)(&m.Account), (*[16]byte)(&m.JobID), &created, &m.Target, &m.Body, &state, &m.Attempts, &next, &ended, &m.Last)
	m.State, m.Target, m.Last = store.MessageState(state), original(m.Target), original(m.Last)
	m.Created = fromMicro(created)
	if m.State == store.MessagePending && next != 0 {
		m.Next = fromMicro(next)
	}
	if ended != 0 {
		m.Ended = fromMicro(ended)
	}
	return m, err
}

// Messages implements store.Outbox. Messages of transactions that end at one time may appear out of order.
func (s *Store) Messages(ctx context.Context, account job.AccountID, f store.MessageFilter) ([]store.StoredMessage, error) {
	q := `SELECT ` + messageColumns + ` FROM outbox WHERE account = $1 AND outbox_no > $2`
	args := []any{int64(account), f.After, max(f.Limit, 0)}
	if len(f.States) > 0 {
		states := make([]int16, len(f.States))
		for i, state := range f.States {
			states[i] = int16(state)
		}
		q += ` AND state = ANY($4)`
		args = append(args, states)
	}
	var all []store.StoredMessage
	err := s.read(ctx, func(rows pgx.Rows) error {
		m, err := scanMessage(rows)
		all = append(all, m)
		return err
	}, func() { all = nil }, q+` ORDER BY outbox_no LIMIT $3`, args...)
	if err != nil {
		return nil, fmt.Errorf("list messages: %w", err)
	}
	return all, nil
}

// takeDue holds messages that nobody else is about to hold, and returns them as they were.
const takeDue = `
WITH due AS (
  SELECT ` + messageColumns + ` FROM outbox WHERE state = 0 AND next_us <= $1 ORDER BY next_us, outbox_no LIMIT $3 FOR UPDATE SKIP LOCKED),
held AS (UPDATE outbox o SET next_us = $2 FROM due WHERE o.outbox_no = due.outbox_no)
SELECT ` + messageColumns + ` FROM due`

// TakeMessages implements store.Outbox. Messages whose taking was not answered are due again after until.
func (s *Store) TakeMessages(ctx context.Context, now, until time.Time, limit int) ([]store.StoredMessage, error) {
	var taken []store.StoredMessage
	err := s.write(ctx, func(ctx context.Context, c *pgx.Conn, _ bool) error {
		taken = nil
		return s.query(ctx, c, func(rows pgx.Rows) error {
			m, err := scanMessage(rows)
			taken = append(taken, m)
			return err
		}, takeDue, now.UnixMicro(), until.UnixMicro(), max(limit, 0))
	})
	if err != nil {
		return nil, fmt.Errorf("take messages: %w", err)
	}
	slices.SortFunc(taken, func(a, b store.StoredMessage) int { return cmp.Or(a.Next.Compare(b.Next), cmp.Compare(a.No, b.No)) })
	return taken, nil
}

const settle = `
UPDATE outbox o SET state = x.state, attempts = x.attempts, next_us = x.next_us, ended_us = x.ended_us, last = x.last
FROM unnest($1::bigint[], $2::smallint[], $3::int[], $4::bigint[], $5::bigint[], $6::text[]) AS x(outbox_no, state, attempts, next_us, ended_us, last)
WHERE o.outbox_no = x.outbox_no AND o.state = 0`

// SettleMessages implements store.Outbox.
func (s *Store) SettleMessages(ctx context.Context, settled []store.Settlement) error {
	if len(settled) == 0 {
		return nil
	}
	list := slices.Clone(settled)
	slices.SortStableFunc(list, func(a, b store.Settlement) int { return cmp.Compare(a.No, b.No) })
	n := len(list)
	no, state, attempts, next, ended, last := make([]int64, n), make([]int16, n), make([]int32, n), make([]int64, n), make([]int64, n), make([]string, n)
	for i, m := range list {
		no[i], state[i], attempts[i], last[i] = m.No, int16(m.State), int32(m.Attempts), text(m.Last)
		if m.State == store.MessagePending {
			next[i] = m.Next.UnixMicro()
		} else {
			ended[i] = m.Ended.UnixMicro()
		}
	}
	if _, err := s.exec(ctx, settle, no, state, attempts, next, ended, last); err != nil {
		return fmt.Errorf("settle messages: %w", err)
	}
	return nil
}

// NextMessage implements store.Outbox.
func (s *Store) NextMessage(ctx context.Context) (time.Time, bool, error) {
	var next time.Time
	found := false
	err := s.read(ctx, func(rows pgx.Rows) error {
		var us int64
		err := rows.Scan(&us)
		next, found = fromMicro(us), true
		return err
	}, func() { found = false }, `SELECT next_us FROM outbox WHERE state = 0 ORDER BY next_us LIMIT 1`)
	if err != nil {
		return next, false, fmt.Errorf("next message: %w", err)
	}
	return next, found, nil
}

// ReplayMessage implements store.Outbox.
func (s *Store) ReplayMessage(ctx context.Context, account job.AccountID, no int64, now time.Time) error {
	n, err := s.exec(ctx, `UPDATE outbox SET state = 0, attempts = 0, ended_us = 0, next_us = $3 WHERE outbox_no = $1 AND account = $2`, no, int64(account), now.UnixMicro())
	if err == nil && n == 0 {
		err = job.ErrMessageNotFound
	}
	if err != nil {
		return fmt.Errorf("replay message %d: %w", no, err)
	}
	s.news.tell(store.NewsMessages)
	return nil
}

const pruneMessages = `
DELETE FROM outbox t USING (
  SELECT outbox_no FROM outbox WHERE state <> 0 AND state = $1 AND ended_us < $2 ORDER BY ended_us LIMIT $3 FOR UPDATE SKIP LOCKED) AS d
WHERE t.outbox_no = d.outbox_no`

// PruneMessages implements store.Outbox.
func (s *Store) PruneMessages(ctx context.Context, state store.MessageState, t time.Time, limit int) (int, error) {
	n, err := s.inTurns(ctx, limit, pruneMessages, int16(state), t.UnixMicro())
	if err != nil {
		return n, fmt.Errorf("prune messages: %w", err)
	}
	return n, nil
}

// SetCallback implements store.Outbox.
func (s *Store) SetCallback(ctx context.Context, account job.AccountID, sealed []byte, now time.Time) error {
	_, err := s.exec(ctx, `INSERT INTO callback (account, sealed, modified_us) VALUES ($1, $2, $3)
		ON CONFLICT (account) DO UPDATE SET sealed = $2, modified_us = $3`, int64(account), blob(sealed), now.UnixMicro())
	if err != nil {
		return fmt.Errorf("set callback: %w", err)
	}
	return nil
}

// GetCallback implements store.Outbox.
func (s *Store) GetCallback(ctx context.Context, account job.AccountID) ([]byte, error) {
	var sealed []byte
	err := s.read(ctx, func(rows pgx.Rows) error { return rows.Scan(&sealed) }, func() { sealed = nil },
		`SELECT sealed FROM callback WHERE account = $1`, int64(account))
	if err != nil {
		return nil, fmt.Errorf("get callback: %w", err)
	}
	return sealed, nil
}
