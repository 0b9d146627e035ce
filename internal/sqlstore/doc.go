// Package sqlstore keeps what the authority knows in SQL: one query text and
// two engines, SQLite (embedded) and PostgreSQL (many nodes on one database).
//
// Query texts use ? placeholders and three words that each engine fills in:
// {now}, the database's own clock in microseconds, overridden by a parameter
// in tests; {epoch}, which the fence compares; {lock directory} and {lock signing keys}.
//
// A change queues its writes that return nothing and sends them with its
// commit. On SQLite one writer commits many waiting changes at once; on
// PostgreSQL a change is one or two round trips, and those that only add rows
// share them. On both a nil answer means
// durable, and an unknown outcome is an error.
//
// No rule of the product is decided here.
package sqlstore
