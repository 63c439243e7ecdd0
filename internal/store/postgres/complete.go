package postgres

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/mediagauge/mediagauge/internal/store"
)

// moveHeld and moveIdle end jobs, all in one statement: the deletion is the fence, and the history and the outbox
// get what it really deleted.
const (
	moveHead = `
WITH x AS MATERIALIZED (
  SELECT x.*, o.ctid AS row, o.claim_no
  FROM unnest($2::bigint[], $3::uuid[], $4::int[], $5::smallint[], $6::bigint[], $7::bytea[])
  WITH ORDINALITY AS x(account, job_id, attempt, state, finished_us, outcome, place)
  CROSS JOIN LATERAL (SELECT ctid, claim_no FROM job_open o WHERE o.account = x.account AND o.job_id = x.job_id AND `
	moveMiddle = ` OFFSET 0) AS o),
gone AS (
  DELETE FROM job_open o WHERE o.ctid = ANY(ARRAY(SELECT row FROM x)) AND `
	moveTail = `
  RETURNING o.account, o.job_id, o.pipeline_no, o.priority, o.attempt, o.name, o.spec),
moved AS (
  SELECT x.place, g.account, g.job_id, g.pipeline_no, g.priority, x.state, g.attempt, x.finished_us, g.name, g.spec, x.outcome
  FROM gone g JOIN (SELECT DISTINCT ON (account, job_id) * FROM x ORDER BY account, job_id, place) AS x ON x.account = g.account AND x.job_id = g.job_id),
history AS (
  INSERT INTO job_done (account, job_id, pipeline_no, priority, state, attempt, finished_us, name, spec, outcome)
  SELECT account, job_id, pipeline_no, priority, state, attempt, finished_us, name, spec, outcome FROM moved),
told AS (
  INSERT INTO outbox (account, job_id, created_us, target, body)
  SELECT m.account, m.job_id, m.finished_us, b.target, b.body
  FROM unnest($8::bigint[], $9::text[], $10::bytea[]) AS b(place, target, body) JOIN moved m ON m.place = b.place)
SELECT place FROM moved`

	// A row that was claimed anew between the two looks at it has another claim_no. The sums keep the
	// planner from looking jobs up by their holder.
	moveHeld = moveHead + `o.run_state + 0 = 1 AND o.lease_owner + 0 = $1 AND o.attempt = x.attempt` + moveMiddle +
		`o.run_state + 0 = 1 AND o.lease_owner + 0 = $1 AND o.claim_no = ANY(ARRAY(SELECT claim_no FROM x))` + moveTail
	moveIdle = moveHead + `o.run_state + 0 <> 1` + moveMiddle + `o.run_state + 0 <> 1 AND $1 = $1::bigint` + moveTail

	// What such a statement did whose answer was lost. Nobody else ends a job at that attempt at that microsecond.
	movedBefore = `
SELECT x.place FROM unnest($1::bigint[], $2::uuid[], $3::smallint[], $4::bigint[]) WITH ORDINALITY AS x(account, job_id, state, finished_us, place)
CROSS JOIN LATERAL (SELECT FROM job_done d WHERE d.account = x.account AND d.job_id = x.job_id AND d.state = x.state AND d.finished_us = x.finished_us OFFSET 0) AS d`
)

// Complete implements store.Jobs.
func (s *Store) Complete(ctx context.Context, node int64, done []store.Completion) ([]bool, error) {
	accepted, err := s.move(ctx, moveHeld, node, done)
	if err != nil {
		return nil, fmt.Errorf("complete: %w", err)
	}
	return accepted, nil
}

// Cancel implements store.Jobs.
func (s *Store) Cancel(ctx context.Context, done []store.Completion) ([]bool, error) {
	ended, err := s.move(ctx, moveIdle, 0, done)
	if err != nil {
		return nil, fmt.Errorf("cancel: %w", err)
	}
	return ended, nil
}

// move ends jobs with one of the statements above and says which it ended.
func (s *Store) move(ctx context.Context, q string, node int64, done []store.Completion) ([]bool, error) {
	if len(done) == 0 {
		return nil, nil
	}
	for i := range done {
		if !done[i].State.Terminal() {
			return nil, fmt.Errorf("job %s: state %s is not terminal", done[i].ID, done[i].State)
		}
	}
	order, r, messages := endings(done)
	moved := make([]bool, len(done))
	err := s.write(ctx, func(ctx context.Context, c *pgx.Conn, doubt bool) error {
		clear(moved)
		take := func(rows pgx.Rows) error {
			var place int
			err := rows.Scan(&place)
			if err == nil {
				moved[order[place-1]] = true
			}
			return err
		}
		err := s.query(ctx, c, take, q, node, r.account, r.id, r.attempt, r.state, r.finished, r.outcome,
			messages.place, messages.target, messages.body)
		if err == nil && doubt {
			err = s.query(ctx, c, take, movedBefore, r.account, r.id, r.state, r.finished)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	what := store.NewsEnds
	if len(messages.place) > 0 {
		what |= store.NewsMessages
	}
	s.news.tell(what)
	return moved, nil
}

// ended is a batch of endings by columns.
type ended struct {
	account  []int64
	id       [][16]byte
	attempt  []int32
	state    []int16
	finished []int64
	outcome  [][]byte
}

// outgoing is the messages of a batch; place counts its endings from 1.
type outgoing struct {
	place  []int64
	target []string
	body   [][]byte
}

// endings puts jobs into the order of their ids, in which every process locks them, so that two
// that end the same jobs do not wait for each other. order says which of done is at each place.
func endings(done []store.Completion) (order []int, r ended, m outgoing) {
	order = inOrder(len(done), func(i int) store.Key { return done[i].Key })
	for place, i := range order {
		d := &done[i]
		r.account, r.id = append(r.account, int64(d.Account)), append(r.id, d.ID)
		r.attempt, r.state = append(r.attempt, int32(d.Attempt)), append(r.state, int16(d.State))
		r.finished, r.outcome = append(r.finished, d.Finished.UnixMicro()), append(r.outcome, blob(d.Outcome))
		for _, out := range d.Outbox {
			m.place = append(m.place, int64(place+1))
			m.target, m.body = append(m.target, text(out.Target)), append(m.body, blob(out.Body))
		}
	}
	return order, r, m
}

// inOrder returns the places of n keys in the order of their jobs.
func inOrder(n int, key func(i int) store.Key) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return compareKeys(key(a), key(b)) })
	return order
}

func compareKeys(a, b store.Key) int {
	return cmp.Or(cmp.Compare(a.Account, b.Account), bytes.Compare(a.ID[:], b.ID[:]), cmp.Compare(a.Attempt, b.Attempt))
}

// keyColumns are keys by columns, in order.
type keyColumns struct {
	order   []int
	account []int64
	id      [][16]byte
	attempt []int32
}

func keysOf(n int, key func(i int) store.Key) keyColumns {
	k := keyColumns{order: inOrder(n, key)}
	for _, i := range k.order {
		one := key(i)
		k.account, k.id, k.attempt = append(k.account, int64(one.Account)), append(k.id, one.ID), append(k.attempt, int32(one.Attempt))
	}
	return k
}
