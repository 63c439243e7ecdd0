package iam

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/store"
)

// kind is one kind of record and how many of it an account may have.
type kind struct {
	name   string // as errors tell it
	record string // as the store has it
	most   int
}

// The kinds. The numbers are the vendor's for its own users, give or take; they keep lists short enough to
// be read at once.
var (
	users    = kind{KindUser, "user", 1000}
	roles    = kind{KindRole, "role", 1000}
	policies = kind{KindPolicy, "policy", 1500}
)

const mostAttached = 20 // policies of one user or role

func create[T any](ctx context.Context, s store.Records, k kind, account job.AccountID, name string, v T, now time.Time) error {
	n, err := s.CountRecords(ctx, account, k.record)
	if err != nil {
		return err
	}
	if n >= k.most {
		return &LimitError{k.name, k.most}
	}
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("%s %q: %w", k.name, name, err)
	}
	_, err = s.PutRecord(ctx, store.Record{Account: account, Kind: k.record, ID: name, Created: now, Body: body})
	if errors.Is(err, store.ErrRecordExists) {
		return &ExistsError{k.name, name}
	}
	return err
}

// get reads a record; its version comes with it.
func get[T any](ctx context.Context, s store.Records, k kind, account job.AccountID, name string) (v T, r store.Record, err error) {
	r, err = s.GetRecord(ctx, account, k.record, name)
	if errors.Is(err, store.ErrRecordNotFound) {
		return v, r, &NotFoundError{k.name, name}
	}
	if err != nil {
		return v, r, err
	}
	return v, r, json.Unmarshal(r.Body, &v)
}

// change reads a record, lets f alter it and writes it back, again when somebody else was faster.
func change[T any](ctx context.Context, s store.Records, k kind, account job.AccountID, name string, f func(v *T) error) (T, error) {
	for range 5 {
		v, r, err := get[T](ctx, s, k, account, name)
		if err != nil {
			return v, err
		}
		if err := f(&v); err != nil {
			return v, err
		}
		if r.Body, err = json.Marshal(v); err != nil {
			return v, err
		}
		_, err = s.PutRecord(ctx, r)
		if !errors.Is(err, store.ErrRecordNotFound) {
			return v, err
		}
	}
	var v T
	return v, ErrBusy
}

func remove(ctx context.Context, s store.Records, k kind, account job.AccountID, name string) error {
	err := s.DeleteRecord(ctx, account, k.record, name)
	if errors.Is(err, store.ErrRecordNotFound) {
		return &NotFoundError{k.name, name}
	}
	return err
}

func list[T any](ctx context.Context, s store.Records, k kind, account job.AccountID) ([]T, error) {
	rows, err := s.ListRecords(ctx, account, k.record, store.RecordFilter{Limit: k.most})
	if err != nil {
		return nil, err
	}
	all := make([]T, len(rows))
	for i := range rows {
		if err := json.Unmarshal(rows[i].Body, &all[i]); err != nil {
			return nil, fmt.Errorf("%s %q: %w", k.name, rows[i].ID, err)
		}
	}
	return all, nil
}
