package sqlite

import (
	"errors"
	"fmt"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"
)

// primary returns SQLite's primary result code in err, 0 when there is none.
func primary(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code() & 0xff
	}
	return 0
}

// isRowError says whether err is the fault of the row's own values, so that its neighbours in
// the same transaction are unharmed.
func isRowError(err error) bool {
	switch primary(err) {
	case lib.SQLITE_CONSTRAINT, lib.SQLITE_TOOBIG, lib.SQLITE_MISMATCH:
		return true
	}
	return false
}

// isFatal says whether err leaves it unknown what is on the disk. After a failed sync the
// kernel may drop the dirty pages and report success for the next one, so nothing may be
// acknowledged any more. A full disk is not fatal: the write was refused and undone.
func isFatal(err error) bool {
	switch primary(err) {
	case lib.SQLITE_IOERR, lib.SQLITE_CORRUPT, lib.SQLITE_NOTADB, lib.SQLITE_CANTOPEN,
		lib.SQLITE_READONLY, lib.SQLITE_PERM, lib.SQLITE_PROTOCOL, lib.SQLITE_INTERNAL:
		return true
	}
	return false
}

// explain adds what an operator should know to errors that are not about the data.
func explain(err error) error {
	if primary(err) == lib.SQLITE_FULL {
		return fmt.Errorf("disk is full, nothing was stored: %w", err)
	}
	return err
}
