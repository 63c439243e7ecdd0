package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"

	"github.com/mediagauge/mediagauge/internal/auth"
	"github.com/mediagauge/mediagauge/internal/store"
	"github.com/mediagauge/mediagauge/internal/store/postgres"
	"github.com/mediagauge/mediagauge/internal/store/sqlite"
)

// databaseFile is the SQLite database in the data folder.
const databaseFile = "mediagauge.db"

// openStore opens the database of the settings and makes sure that it keeps what it acknowledges.
func openStore(ctx context.Context, s Settings, log *slog.Logger) (store.Store, error) {
	if s.Database != "" {
		return postgres.Open(ctx, s.Database, postgres.Options{Log: log})
	}
	st, err := sqlite.Open(ctx, filepath.Join(s.DataDir, databaseFile), sqlite.Options{Log: log})
	if err != nil {
		return nil, err
	}
	return st, nil
}

// fatal delivers the error after which a store writes no more; nil for those that recover by themselves.
func fatal(s store.Store) <-chan error {
	if f, ok := s.(interface{ Fatal() <-chan error }); ok {
		return f.Fatal()
	}
	return nil
}

// newSealer has the master key from the settings, or else from the data folder.
func newSealer(s Settings) (*auth.Sealer, error) {
	if s.MasterKey != "" {
		return auth.NewSealer(s.MasterKey)
	}
	return auth.LoadSealer(filepath.Join(s.DataDir, "master.key"))
}

// The record that shows whether a master key is the one a database was made with.
const (
	proofKind = "master-key"
	proofName = "proof"
)

// errOtherKey says that what the database holds sealed would not open.
var errOtherKey = errors.New("the master key is not the one that this database was made with: " +
	"give every node of a database the same MEDIAGAUGE_MASTER_KEY, or the master.key of the data folder that the first one had")

// proveKey makes sure that all who ever open a database have one master key.
func proveKey(ctx context.Context, st store.Store, sealer *auth.Sealer) error {
	_, err := st.PutRecord(ctx, store.Record{Kind: proofKind, ID: proofName, Body: sealer.Seal(proofName, proofName)})
	if err == nil || !errors.Is(err, store.ErrRecordExists) {
		return err
	}
	r, err := st.GetRecord(ctx, 0, proofKind, proofName)
	if err != nil {
		return err
	}
	if _, err := sealer.Open(proofName, r.Body); err != nil {
		return errOtherKey
	}
	return nil
}

// roles are the parts that a process runs.
type roles struct{ api, worker, callback bool }

// parseRoles reads a comma list of roles, or "all".
func parseRoles(list string) (roles, error) {
	var r roles
	for name := range strings.SplitSeq(list, ",") {
		switch strings.TrimSpace(name) {
		case "all":
			r = roles{true, true, true}
		case "api":
			r.api = true
		case "worker":
			r.worker = true
		case "callback":
			r.callback = true
		default:
			return r, fmt.Errorf("%q: want a comma list of api, worker and callback, or all", name)
		}
	}
	return r, nil
}

func (r roles) String() string {
	var names []string
	for _, n := range []struct {
		name string
		has  bool
	}{{"api", r.api}, {"worker", r.worker}, {"callback", r.callback}} {
		if n.has {
			names = append(names, n.name)
		}
	}
	return strings.Join(names, ",")
}

func checkRoles(v string) error {
	_, err := parseRoles(v)
	return err
}

func checkDatabase(v string) error {
	if v == "" || strings.HasPrefix(v, "postgres://") || strings.HasPrefix(v, "postgresql://") {
		return nil
	}
	return errors.New("want postgres://USER:PASSWORD@HOST:PORT/NAME, or nothing for SQLite in the data folder")
}
