package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

const messageColumns = `outbox_no, account, job_id, created_us, target, body, state, attempts, next_us, ended_us, last`

func (s *Store) messages(ctx context.Context, q string, args ...any) ([]store.StoredMessage, error) {
	var all []store.StoredMessage
	err := s.read(ctx, func(rows *sql.Rows) error {
		var m store.StoredMessage
		var id []byte
		var created, next, ended int64
		if err := rows.Scan(&m.No, &m.Account, &id, &created, &m.Target, &m.Body, &m.State, &m.Attempts, &next, &ended, &m.Last); err != nil {
			return err
		}
		copy(m.JobID[:], id)
		m.Created = fromMicro(created)
		if m.State == store.MessagePending && next != 0 {
			m.Next = fromMicro(next)
		}
		if ended != 0 {
			m.Ended = fromMicro(ended)
		}
		all = append(all, m)
		return nil
	}, q, args...)
	return all, err
}

// Messages implements store.Outbox.
func (s *Store) Messages(ctx context.Context, account job.AccountID, f store.MessageFilter) ([]store.StoredMessage, error) {
	q := `SELECT ` + messageColumns + ` FROM outbox WHERE account = ?1 AND outbox_no > ?2`
	args := []any{account, f.After, max(f.Limit, 0)}
	if len(f.States) > 0 {
		marks := make([]string, len(f.States))
		for i, state := range f.States {
			marks[i] = fmt.Sprintf("?%d", len(args)+1)
			args = append(args, int64(state))
		}
		q += ` AND state IN (` + strings.Join(marks, ", ") + `)`
	}
	all, err := s.messages(ctx, q+` ORDER BY outbox_no LIMIT ?3`, args...)
	if err != nil {
		return nil, fmt.Errorf("list messages: %w", err)
	}
	return all, nil
}

const dueMessages = `SELECT ` + messageColumns + ` FROM outbox INDEXED BY outbox_due
WHERE state = 0 AND next_us <= ? ORDER BY next_us, outbox_no LIMIT ?`

// TakeMessages implements store.Outbox. The messages are read first and then held one by one, each only
// if nobody took it in between.
func (s *Store) TakeMessages(ctx context.Context, now, until time.Time, limit int) ([]store.StoredMessage, error) {
	due, err := s.messages(ctx, dueMessages, now.UnixMicro(), max(limit, 0))
	if err != nil {
		return nil, fmt.Errorf("take messages: %w", err)
	}
	if len(due) == 0 {
		return nil, nil
	}
	held := make([]bool, len(due))
	err = s.writer.do(ctx, len(due), func(c *conn) error {
		for i := range due {
			n, err := c.exec(`UPDATE outbox SET next_us = ?2 WHERE outbox_no = ?1 AND state = 0 AND next_us <= ?3`,
				due[i].No, until.UnixMicro(), now.UnixMicro())
			if err != nil {
				return err
			}
			held[i] = n == 1
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("take messages: %w", err)
	}
	taken := due[:0]
	for i := range due {
		if held[i] {
			taken = append(taken, due[i])
		}
	}
	return taken, nil
}

// SettleMessages implements store.Outbox.
func (s *Store) SettleMessages(ctx context.Context, settled []store.Settlement) error {
	if len(settled) == 0 {
		return nil
	}
	err := s.writer.do(ctx, len(settled), func(c *conn) error {
		for _, m := range settled {
			next, ended := int64(0), int64(0)
			if m.State == store.MessagePending {
				next = m.Next.UnixMicro()
			} else {
				ended = m.Ended.UnixMicro()
			}
			if _, err := c.exec(`UPDATE outbox SET state = ?2, attempts = ?3, next_us = ?4, ended_us = ?5, last = ?6
				WHERE outbox_no = ?1 AND state = 0`, m.No, int64(m.State), m.Attempts, next, ended, m.Last); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("settle messages: %w", err)
	}
	return nil
}

// NextMessage implements store.Outbox.
func (s *Store) NextMessage(ctx context.Context) (time.Time, bool, error) {
	var next time.Time
	found := false
	err := s.read(ctx, func(rows *sql.Rows) error {
		var us int64
		if err := rows.Scan(&us); err != nil {
			return err
		}
		next, found = fromMicro(us), true
		return nil
	}, `SELECT next_us FROM outbox INDEXED BY outbox_due WHERE state = 0 ORDER BY next_us LIMIT 1`)
	if err != nil {
		return next, false, fmt.Errorf("next message: %w", err)
	}
	return next, found, nil
}

// ReplayMessage implements store.Outbox.
func (s *Store) ReplayMessage(ctx context.Context, account job.AccountID, no int64, now time.Time) error {
	err := s.writer.do(ctx, 1, func(c *conn) error {
		n, err := c.exec(`UPDATE outbox SET state = 0, attempts = 0, ended_us = 0, next_us = ?3 WHERE outbox_no = ?1 AND account = ?2`,
			no, account, now.UnixMicro())
		if err == nil && n == 0 {
			err = job.ErrMessageNotFound
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("replay message %d: %w", no, err)
	}
	return nil
}

const pruneMessages = `DELETE FROM outbox WHERE outbox_no IN (
  SELECT outbox_no FROM outbox INDEXED BY outbox_ended WHERE state <> 0 AND state = ? AND ended_us < ? ORDER BY ended_us LIMIT ?)`

// PruneMessages implements store.Outbox.
func (s *Store) PruneMessages(ctx context.Context, state store.MessageState, t time.Time, limit int) (int, error) {
	n, err := s.inTurns(ctx, limit, pruneMessages, int64(state), t.UnixMicro())
	if err != nil {
		return n, fmt.Errorf("prune messages: %w", err)
	}
	return n, nil
}

// SetCallback implements store.Outbox.
func (s *Store) SetCallback(ctx context.Context, account job.AccountID, sealed []byte, now time.Time) error {
	err := s.writer.do(ctx, 1, func(c *conn) error {
		_, err := c.exec(`INSERT INTO callback (account, sealed, modified_us) VALUES (?1, ?2, ?3)
			ON CONFLICT (account) DO UPDATE SET sealed = ?2, modified_us = ?3`, account, blob(sealed), now.UnixMicro())
		return err
	})
	if err != nil {
		return fmt.Errorf("set callback: %w", err)
	}
	return nil
}

// GetCallback implements store.Outbox.
func (s *Store) GetCallback(ctx context.Context, account job.AccountID) ([]byte, error) {
	var sealed []byte
	err := s.read(ctx, func(rows *sql.Rows) error { return rows.Scan(&sealed) },
		`SELECT sealed FROM callback WHERE account = ?`, account)
	if err != nil {
		return nil, fmt.Errorf("get callback: %w", err)
	}
	return sealed, nil
}
