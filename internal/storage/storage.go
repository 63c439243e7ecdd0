// Package storage keeps which buckets an account may read, with what is needed to do so. What it stores is
// sealed whole: neither credentials nor endpoints can be read in the database.
package storage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/mediagauge/mediagauge/internal/job"
	"github.com/mediagauge/mediagauge/internal/source"
	"github.com/mediagauge/mediagauge/internal/store"
)

// What can be wrong.
var (
	ErrNotFound = errors.New("storage not found")
	ErrExists   = errors.New("storage exists")
	ErrFixed    = errors.New("storage is set in the server's file and cannot be changed by calls")
)

// InvalidError says what about a storage cannot be, in words meant for the caller.
type InvalidError struct{ Err error }

func (e *InvalidError) Error() string { return e.Err.Error() }

// Unwrap returns what the source said.
func (e *InvalidError) Unwrap() error { return e.Err }

// LimitError says that an account has as many storages as it may.
type LimitError struct{ Most int }

func (e *LimitError) Error() string { return fmt.Sprintf("more than %d storages", e.Most) }

// Sealer keeps what is stored from being read there.
type Sealer interface {
	Seal(name, secret string) []byte
	Open(name string, sealed []byte) (string, error)
}

// Config is what a Manager works with.
type Config struct {
	Store  store.Records  // required
	Sealer Sealer         // required
	Opener *source.Opener // required: its storages are replaced by those of each account
	// Fixed are the storages of the server's file; they belong to one account.
	Fixed   []source.Storage
	Account job.AccountID // whose Fixed are
	Now     func() time.Time
}

// Storage is a bucket of an account.
type Storage struct {
	source.Storage
	Path     string    // that new objects are meant to go to; kept and echoed
	Fixed    bool      // set in the server's file
	Default  bool      // the one for new objects
	Created  time.Time // zero for fixed ones
	Modified time.Time
}

// Default is where new objects of an account go. It is kept and echoed.
type Default struct{ Bucket, Path string }

const (
	kind        = "storage"
	kindDefault = "storage-default"
	most        = 100             // storages of one account
	fresh       = 2 * time.Second // how long they are believed without looking: other nodes may change them
	mostKnown   = 10_000          // accounts
)

// Manager knows the storages of all accounts. It is safe for concurrent use.
type Manager struct {
	cfg Config

	mu    sync.Mutex
	known map[job.AccountID]known
}

type known struct {
	opener *source.Opener
	at     time.Time
}

// New returns a Manager.
func New(c Config) *Manager {
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Manager{cfg: c, known: map[job.AccountID]known{}}
}

// body is what a record holds, sealed.
type body struct {
	Storage  source.Storage `json:"storage"`
	Path     string         `json:"path,omitzero"`
	Modified time.Time      `json:"modified"`
}

func sealedName(account job.AccountID, bucket string) string {
	return "storage of " + strconv.FormatInt(int64(account), 10) + "/" + bucket
}

// Add gives an account a bucket. ErrExists when it has one of that name, *InvalidError when it cannot be.
func (m *Manager) Add(ctx context.Context, account job.AccountID, s Storage) error {
	if err := s.Storage.Validate(); err != nil {
		return &InvalidError{err}
	}
	if m.fixed(account, s.Bucket) >= 0 {
		return fmt.Errorf("add storage %q: %w", s.Bucket, ErrExists)
	}
	n, err := m.cfg.Store.CountRecords(ctx, account, kind)
	if err != nil {
		return err
	}
	if n >= most {
		return &LimitError{most}
	}
	now := m.cfg.Now().UTC()
	text, err := json.Marshal(body{s.Storage, s.Path, now})
	if err != nil {
		return fmt.Errorf("add storage %q: %w", s.Bucket, err)
	}
	_, err = m.cfg.Store.PutRecord(ctx, store.Record{Account: account, Kind: kind, ID: s.Bucket, Created: now,
		Body: m.cfg.Sealer.Seal(sealedName(account, s.Bucket), string(text))})
	if errors.Is(err, store.ErrRecordExists) {
		err = fmt.Errorf("add storage %q: %w", s.Bucket, ErrExists)
	}
	m.forget(account)
	return err
}

// Remove takes a bucket from an account. Jobs that name it fail from then on.
func (m *Manager) Remove(ctx context.Context, account job.AccountID, bucket string) error {
	if m.fixed(account, bucket) >= 0 {
		return fmt.Errorf("remove storage %q: %w", bucket, ErrFixed)
	}
	err := m.cfg.Store.DeleteRecord(ctx, account, kind, bucket)
	if errors.Is(err, store.ErrRecordNotFound) {
		err = fmt.Errorf("remove storage %q: %w", bucket, ErrNotFound)
	}
	m.forget(account)
	return err
}

// fixed is the place of a bucket among those of the file, -1 when it is not there.
func (m *Manager) fixed(account job.AccountID, bucket string) int {
	if account != m.cfg.Account {
		return -1
	}
	return slices.IndexFunc(m.cfg.Fixed, func(s source.Storage) bool { return s.Bucket == bucket })
}

// List returns the storages of an account, those of the server's file first.
func (m *Manager) List(ctx context.Context, account job.AccountID) ([]Storage, error) {
	rows, err := m.cfg.Store.ListRecords(ctx, account, kind, store.RecordFilter{Limit: most})
	if err != nil {
		return nil, err
	}
	var all []Storage
	if account == m.cfg.Account {
		for _, s := range m.cfg.Fixed {
			all = append(all, Storage{Storage: s, Fixed: true})
		}
	}
	for i := range rows {
		if m.fixed(account, rows[i].ID) >= 0 {
			continue // the file wins over what was added before
		}
		var b body
		text, err := m.cfg.Sealer.Open(sealedName(account, rows[i].ID), rows[i].Body)
		if err == nil {
			err = json.Unmarshal([]byte(text), &b)
		}
		if err != nil {
			return nil, fmt.Errorf("storage %q of account %d: %w", rows[i].ID, account, err)
		}
		all = append(all, Storage{Storage: b.Storage, Path: b.Path, Created: rows[i].Created, Modified: b.Modified})
	}
	d, err := m.Default(ctx, account)
	if err != nil {
		return nil, err
	}
	for i := range all {
		all[i].Default = all[i].Bucket == d.Bucket
	}
	return all, nil
}

// Default returns where new objects go; the zero value when nobody said.
func (m *Manager) Default(ctx context.Context, account job.AccountID) (Default, error) {
	r, err := m.cfg.Store.GetRecord(ctx, account, kindDefault, "default")
	if errors.Is(err, store.ErrRecordNotFound) {
		return Default{}, nil
	}
	if err != nil {
		return Default{}, err
	}
	var d Default
	return d, json.Unmarshal(r.Body, &d)
}

// SetDefault says where new objects go. ErrNotFound when the account has no such storage.
func (m *Manager) SetDefault(ctx context.Context, account job.AccountID, d Default) error {
	all, err := m.List(ctx, account)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(all, func(s Storage) bool { return s.Bucket == d.Bucket }) {
		return fmt.Errorf("default storage %q: %w", d.Bucket, ErrNotFound)
	}
	text, err := json.Marshal(d)
	if err != nil {
		return err
	}
	r := store.Record{Account: account, Kind: kindDefault, ID: "default", Created: m.cfg.Now().UTC(), Body: text}
	for range 5 { // whoever else sets it at this moment
		old, err := m.cfg.Store.GetRecord(ctx, account, kindDefault, "default")
		r.Version = old.Version
		if err != nil && !errors.Is(err, store.ErrRecordNotFound) {
			return err
		}
		_, err = m.cfg.Store.PutRecord(ctx, r)
		if !errors.Is(err, store.ErrRecordNotFound) && !errors.Is(err, store.ErrRecordExists) {
			return err
		}
	}
	return fmt.Errorf("default storage %q: changed by others again and again", d.Bucket)
}

// Opener returns the way to the sources of an account.
func (m *Manager) Opener(ctx context.Context, account job.AccountID) (*source.Opener, error) {
	now := m.cfg.Now()
	m.mu.Lock()
	k, ok := m.known[account]
	m.mu.Unlock()
	if ok && now.Sub(k.at) < fresh {
		return k.opener, nil
	}
	all, err := m.List(ctx, account)
	if err != nil {
		return nil, err
	}
	storages := make([]source.Storage, len(all))
	for i := range all {
		storages[i] = all[i].Storage
	}
	o, err := m.cfg.Opener.With(storages)
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.known) >= mostKnown {
		clear(m.known)
	}
	m.known[account] = known{o, now}
	return o, nil
}

func (m *Manager) forget(account job.AccountID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.known, account)
}
