package postgres

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

const keyNames = `key_id, account, sealed, active, created_us, note, user_name`

// CreateKey implements store.Keys. In doubt a key with the same seal is ours: seals are random.
func (s *Store) CreateKey(ctx context.Context, k store.AccessKey) error {
	err := s.write(ctx, func(ctx context.Context, c *pgx.Conn, doubt bool) error {
		tag, err := c.Exec(ctx, `INSERT INTO access_key (`+keyNames+`) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
			text(k.ID), int64(k.Account), blob(k.Sealed), k.Active, k.Created.UnixMicro(), text(k.Note), text(k.User))
		if err != nil || tag.RowsAffected() == 1 {
			return err
		}
		ours := false
		if doubt {
			err = c.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM access_key WHERE key_id = $1 AND sealed = $2)`, text(k.ID), blob(k.Sealed)).Scan(&ours)
		}
		if err == nil && !ours {
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
	keys, err := s.keys(ctx, `key_id = $1`, text(id))
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
	keys, err := s.keys(ctx, `account = $1 ORDER BY created_us, key_id`, int64(account))
	if err != nil {
		return nil, fmt.Errorf("list keys: %w", err)
	}
	return keys, nil
}

func (s *Store) keys(ctx context.Context, where string, arg any) ([]store.AccessKey, error) {
	var keys []store.AccessKey
	err := s.read(ctx, func(rows pgx.Rows) error {
		var k store.AccessKey
		var created int64
		err := rows.Scan(&k.ID, (*int64)(&k.Account), &k.Sealed, &k.Active, &created, &k.Note, &k.User)
		k.ID, k.Note, k.User, k.Created = original(k.ID), original(k.Note), original(k.User), fromMicro(created)
		keys = append(keys, k)
		return err
	}, func() { keys = nil }, `SELECT `+keyNames+` FROM access_key WHERE `+where, arg)
	return keys, err
}

// SetKeyActive implements store.Keys.
func (s *Store) SetKeyActive(ctx context.Context, account job.AccountID, id string, active bool) error {
	n, err := s.exec(ctx, `UPDATE access_key SET active = $3 WHERE key_id = $1 AND account = $2`, text(id), int64(account), active)
	if err == nil && n == 0 {
		err = store.ErrKeyNotFound
	}
	if err != nil {
		return fmt.Errorf("set key %q active %t: %w", id, active, err)
	}
	return nil
}

// DeleteKey implements store.Keys. The key's nonces expire by themselves: a key with the same
// id may be imported again within their time.
func (s *Store) DeleteKey(ctx context.Context, account job.AccountID, id string) error {
	err := s.deletion(ctx, store.ErrKeyNotFound, `DELETE FROM access_key WHERE key_id = $1 AND account = $2`, text(id), int64(account))
	if err != nil {
		return fmt.Errorf("delete key %q: %w", id, err)
	}
	return nil
}

// UseNonces implements store.Keys. Calls made at one time share a transaction.
func (s *Store) UseNonces(ctx context.Context, nonces []store.Nonce) ([]bool, error) {
	var fresh []bool
	var err error
	if len(nonces) == 1 {
		var one bool
		one, err = s.nonces.Do(ctx, nonces[0])
		fresh = []bool{one}
	} else if len(nonces) > 0 {
		fresh, err = s.flushNonces(nonces)
	}
	if err != nil {
		return nil, fmt.Errorf("use nonces: %w", err)
	}
	return fresh, nil
}

// useNonces numbers the nonces that were new. They are inserted in order, so that two processes that
// use the same do not wait for each other. usedBefore numbers those of a call whose answer was lost.
const (
	givenNonces = `
WITH x AS MATERIALIZED (SELECT key_id, value, max(expires_us) AS expires_us, min(place) AS place
  FROM unnest($1::text[], $2::text[], $3::bigint[]) WITH ORDINALITY AS x(key_id, value, expires_us, place) GROUP BY key_id, value)`
	useNonces = givenNonces + `,
new AS (
  INSERT INTO nonce (key_id, value, expires_us, use_no) SELECT key_id, value, expires_us, $4 FROM x ORDER BY key_id, value
  ON CONFLICT DO NOTHING RETURNING key_id, value)
SELECT x.place FROM new JOIN x ON x.key_id = new.key_id AND x.value = new.value`
	usedBefore = givenNonces + `
SELECT x.place FROM x JOIN nonce n ON n.key_id = x.key_id AND n.value = x.value AND n.use_no = $4`
)

// flushNonces records a batch.
func (s *Store) flushNonces(nonces []store.Nonce) ([]bool, error) {
	n := len(nonces)
	key, value, expires := make([]string, n), make([]string, n), make([]int64, n)
	for i, one := range nonces {
		key[i], value[i], expires[i] = text(one.KeyID), text(one.Value), one.Expires.UnixMicro()
	}
	no := rand.Int64()
	fresh := make([]bool, n)
	err := s.write(context.Background(), func(ctx context.Context, c *pgx.Conn, doubt bool) error {
		clear(fresh)
		take := func(rows pgx.Rows) error {
			var place int
			err := rows.Scan(&place)
			if err == nil {
				fresh[place-1] = true
			}
			return err
		}
		err := s.query(ctx, c, take, useNonces, key, value, expires, no)
		if err == nil && doubt {
			err = s.query(ctx, c, take, usedBefore, key, value, expires, no)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return fresh, nil
}

const pruneNonces = `
DELETE FROM nonce t USING (
  SELECT key_id, value FROM nonce WHERE expires_us <= $1 ORDER BY expires_us LIMIT $2 FOR UPDATE SKIP LOCKED) AS d
WHERE t.key_id = d.key_id AND t.value = d.value`

// PruneNonces implements store.Keys.
func (s *Store) PruneNonces(ctx context.Context, now time.Time, limit int) (int, error) {
	n, err := s.inTurns(ctx, limit, pruneNonces, now.UnixMicro())
	if err != nil {
		return n, fmt.Errorf("prune nonces: %w", err)
	}
	return n, nil
}
