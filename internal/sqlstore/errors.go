package sqlstore

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/doorward/doorward/internal/fault"
)

func notFound(what string) error {
	return fault.New(fault.NotFound, "no-"+what, "There is no such "+what+".")
}

// translate gives an engine's error its kind, by code and never by text.
func translate(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*fault.Error](err); ok {
		return err
	}
	if e, ok := errors.AsType[*sqliteError](err); ok {
		return translateSQLite(e.code, e)
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return translateSQLite(e.Code(), e)
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return translatePostgres(e)
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || isConnection(err) {
		return unavailable(err)
	}
	return err
}

func translateSQLite(code int, e error) error {
	switch code {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return conflict(e)
	}
	switch code & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR,
		sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_INTERRUPT:
		return unavailable(e)
	}
	return e
}

func translatePostgres(e *pgconn.PgError) error {
	if e.Code == "23505" { // unique_violation
		return conflict(e)
	}
	if e.Code == "42501" { // insufficient_privilege: the operator's to mend, and nothing was changed
		return unavailable(e)
	}
	if e.Code == lockNotAvailable {
		return unavailable(e)
	}
	switch e.Code[:2] {
	case "08", "25", "40", "53", "57", "58": // connection, read-only, rollback, resources, intervention, system
		return unavailable(e)
	}
	return e
}

// isConnection reports whether the server could not be talked to.
func isConnection(err error) bool {
	_, connect := errors.AsType[*pgconn.ConnectError](err)
	return connect || pgconn.SafeToRetry(err) || errors.Is(err, errClosed) || isNetwork(err)
}

func noStore(cause error) error {
	return &fault.Error{Kind: fault.Unmet, Reason: "no-store", Message: "There is no store of Doorward there.", Cause: cause}
}

func conflict(cause error) error {
	return &fault.Error{Kind: fault.Conflict, Reason: "not-unique", Message: "Another one has the same name or key.", Cause: cause}
}

func unavailable(cause error) error {
	return &fault.Error{
		Kind: fault.Unavailable, Reason: "store-unavailable", RetryAfter: retryAfter, Cause: cause,
		Message: "The store cannot be reached now; try again.",
	}
}
