package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

// Messages implements store.Outbox.
func (s *Store) Messages(ctx context.Context, account job.AccountID, limit int) ([]store.StoredMessage, error) {
	var all []store.StoredMessage
	err := s.read(ctx, func(rows *sql.Rows) error {
		var m store.StoredMessage
		var id []byte
		var created int64
		if err := rows.Scan(&m.No, &m.Account, &id, &created, &m.Target, &m.Body); err != nil {
			return err
		}
		copy(m.JobID[:], id)
		m.Created = fromMicro(created)
		all = append(all, m)
		return nil
	}, `SELECT outbox_no, account, job_id, created_us, target, body FROM outbox
		WHERE account = ? ORDER BY outbox_no LIMIT ?`, account, max(limit, 0))
	if err != nil {
		return nil, fmt.Errorf("list messages: %w", err)
	}
	return all, nil
}
