// Package testenv is a running authority for tests: a real store on a
// temporary SQLite file or a database of its own on a real PostgreSQL, a clock
// set by hand, and the production HTTP middleware in front. It is imported by
// tests only.
//
// PostgreSQL is reached by $DOORWARD_TEST_POSTGRES, which scripts/with-postgres
// sets; without it a test that needs PostgreSQL fails, it does not skip.
package testenv
