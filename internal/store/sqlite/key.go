package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

const keyColumns = `key_id, account, sealed, active, created_us, note, user_name`

// CreateKey implements store.Keys.
func (s *Store) CreateKey(ctx context.Context, k store.AccessKey) error {
	err := s.writer.do(ctx, 1, func(c *conn) error {
		n, err := c.exec(`INSERT INTO access_key (`+keyColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			k.ID, k.Account, blob(k.Sealed), k.Active, k.Created.UnixMicro(), k.Note, k.User)
		if err == nil && n == 0 {
			err = store.ErrKeyExists
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("create key %q: %w", k.ID, err)
	}
	return nil
}

// GetKey implements store.Keys.
func (s *Store) GetKey(ctx context.Context, id string) (store.AccessKey, error) {
	keys, err := s.keys(ctx, `key_id = ?`, id)
	if err == nil && len(keys) == 0 {
		err = store.ErrKeyNotFound
	}
	if err != nil {
		return store.AccessKey{}, fmt.Errorf("get key %q: %w", id, err)
	}
	return keys[0], nil
}

// ListKeys implements store.Keys: oldest first.
func (s *Store) ListKeys(ctx context.Context, account job.AccountID) ([]store.AccessKey, error) {
	keys, err := s.keys(ctx, `account = ? ORDER BY created_us, key_id`, account)
	if err != nil {
		return nil, fmt.Errorf("list keys: %w", err)
	}
	return keys, nil
}

func (s *Store) keys(ctx context.Context, where string, arg any) ([]store.AccessKey, error) {
	var keys []store.AccessKey
	err := s.read(ctx, func(rows *sql.Rows) error {
		var k store.AccessKey
		var created int64
		if err := rows.Scan(&k.ID, &k.Account, &k.Sealed, &k.Active, &created, &k.Note, &k.User); err != nil {
			return err
		}
		k.Created = fromMicro(created)
		keys = append(keys, k)
		return nil
	}, `SELECT `+keyColumns+` FROM access_key WHERE `+where, arg)
	return keys, err
}

// SetKeyActive implements store.Keys.
func (s *Store) SetKeyActive(ctx context.Context, account job.AccountID, id string, active bool) error {
	err := s.changeKey(ctx, `UPDATE access_key SET active = ?3 WHERE key_id = ?1 AND account = ?2`, id, account, active)
	if err != nil {
		return fmt.Errorf("set key %q active %t: %w", id, active, err)
	}
	return nil
}

// DeleteKey implements store.Keys. The key's nonces expire by themselves: a key with the same
// id may be imported again within their time.
func (s *Store) DeleteKey(ctx context.Context, account job.AccountID, id string) error {
	err := s.changeKey(ctx, `DELETE FROM access_key WHERE key_id = ?1 AND account = ?2`, id, account)
	if err != nil {
		return fmt.Errorf("delete key %q: %w", id, err)
	}
	return nil
}

func (s *Store) changeKey(ctx context.Context, q string, args ...any) error {
	return s.writer.do(ctx, 1, func(c *conn) error {
		n, err := c.exec(q, args...)
		if err == nil && n == 0 {
			err = store.ErrKeyNotFound
		}
		return err
	})
}

// UseNonces implements store.Keys.
func (s *Store) UseNonces(ctx context.Context, nonces []store.Nonce) ([]bool, error) {
	if len(nonces) == 0 {
		return nil, nil
	}
	fresh := make([]bool, len(nonces))
	err := s.writer.do(ctx, len(nonces), func(c *conn) error {
		for i, n := range nonces {
			changed, err := c.exec(`INSERT INTO nonce (key_id, value, expires_us) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`,
				n.KeyID, n.Value, n.Expires.UnixMicro())
			if err != nil {
				return err
			}
			fresh[i] = changed == 1
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("use nonces: %w", err)
	}
	return fresh, nil
}

const pruneNonces = `DELETE FROM nonce WHERE (key_id, value) IN (
  SELECT key_id, value FROM nonce INDEXED BY nonce_expires WHERE expires_us <= ? ORDER BY expires_us LIMIT ?)`

// PruneNonces implements store.Keys.
func (s *Store) PruneNonces(ctx context.Context, now time.Time, limit int) (int, error) {
	n, err := s.inTurns(ctx, limit, pruneNonces, now.UnixMicro())
	if err != nil {
		return n, fmt.Errorf("prune nonces: %w", err)
	}
	return n, nil
}
