package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/mediagauge/mediagauge/internal/store"
)

// code returns the SQLSTATE in err, "" when there is none (PostgreSQL, appendix A).
func code(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// again says whether the server undid the transaction because of others and wants it repeated.
func again(err error) bool {
	switch code(err) {
	case "40001", "40P01": // serialization_failure, deadlock_detected
		return true
	}
	return false
}

// passing says whether err is about the connection or a server that starts, stops or has stepped
// down, rather than about what was asked.
func passing(err error) bool {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, store.ErrClosed) {
		return false
	}
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		var p *pgconn.ParseConfigError
		return connectionLost(err) && !errors.As(err, &p)
	}
	switch {
	case strings.HasPrefix(e.Code, "08"), // connection exceptions
		e.Code == "57P01", e.Code == "57P02", e.Code == "57P03", // shutdown, crash, starting
		e.Code == "53300", // too many connections
		e.Code == "25006", // read-only: it is a standby now
		e.Code == "57014" && strings.Contains(e.Message, "conflict with recovery"):
		return true
	}
	return false
}

// connectionLost says whether err comes from below the protocol. Errors of ours and of the driver's
// encoding are no loss of a connection.
func connectionLost(err error) bool {
	var c *pgconn.ConnectError
	if errors.As(err, &c) {
		return true
	}
	var network net.Error
	return errors.As(err, &network) || pgconn.Timeout(err) || pgconn.SafeToRetry(err) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed)
}

// ofRow says whether err is the fault of a row's own values, so that its neighbours are unharmed.
func ofRow(err error) bool {
	c := code(err)
	return strings.HasPrefix(c, "22") || strings.HasPrefix(c, "23") || c == "54000" // data, constraint, too large
}

// explain adds what an operator should know to errors that are not about the data.
func explain(err error) error {
	switch code(err) {
	case "53100":
		return fmt.Errorf("the database's disk is full, nothing was stored: %w", err)
	case "53300":
		return fmt.Errorf("the database has no connection left for this process, which wants up to %d: raise max_connections: %w", connections, err)
	case "42501":
		return fmt.Errorf("the database user lacks a right; it must own the schema or be granted CREATE on it: %w", err)
	case "3D000":
		return fmt.Errorf("the database does not exist; make it with CREATE DATABASE: %w", err)
	case "28P01", "28000":
		return fmt.Errorf("the database refuses the user or the password: %w", err)
	case "25006":
		return fmt.Errorf("the database can only be read (a standby?); give the address of the primary: %w", err)
	}
	return err
}
