package sqlstore_test

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/sqlstore"
	"github.com/doorward/doorward/internal/testenv"
)

func connect(t *testing.T, database string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func openPostgres(t *testing.T, database string, o sqlstore.Options) *sqlstore.Store {
	t.Helper()
	store, _, err := sqlstore.OpenPostgres(t.Context(), database, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store
}

func wantNoCanary(t *testing.T, err error, canary string) {
	t.Helper()
	if err == nil || strings.Contains(err.Error(), canary) || strings.Contains(fault.As(err).Message, canary) {
		t.Errorf("told %v", err)
	}
}

// shadowed returns the URL of a database in which a function of PostgreSQL's has another in its place.
func shadowed(t *testing.T, database, function string) string {
	t.Helper()
	if _, err := connect(t, database).Exec(t.Context(), `CREATE FUNCTION public.`+function); err != nil {
		t.Fatal(err)
	}
	return with(t, database, "search_path", "public,pg_catalog")
}

// with returns the URL of a database with a setting of its connections.
func with(t *testing.T, database, name, value string) string {
	t.Helper()
	at, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	query := at.Query()
	query.Set(name, value)
	at.RawQuery = query.Encode()
	return at.String()
}

// Every promotion of a standby begins a timeline, which two servers after a fail-over never share.
func TestALoginTokenOfAnotherTimelineIsNotRedeemed(t *testing.T) {
	database := testenv.PostgresDatabase(t)
	clock := testenv.NewClock()
	o := sqlstore.Options{Clock: clock.Now}
	before := testenv.NewOn(t, "postgres", openPostgres(t, database, o), clock).Demo(t)
	promoted := testenv.NewOn(t, "postgres", openPostgres(t, shadowed(t, database,
		`pg_walfile_name(pg_lsn) RETURNS text LANGUAGE sql AS $$ SELECT '000000020000000000000001' $$`), o), clock)
	kept, lost := mintOne(t, before), mintOne(t, before)
	for _, c := range []struct {
		on    *testenv.Env
		token secret.Text
		want  fault.Kind
	}{{promoted, lost, fault.Unmet}, {before, kept, 0}, {promoted, mintOne(t, promoted), 0}} {
		by, err := c.on.Authority.Authenticate(t.Context(), authority.Origin{Dialect: "native"}, authority.ByKey(secret.Of("demo-b2b-portal-redeem-key")))
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.on.Authority.RedeemLoginToken(t.Context(), by, authority.RedeemRequest{Token: c.token})
		if (err != nil) != (c.want != 0) || err != nil && fault.KindOf(err) != c.want {
			t.Errorf("redeemed with %v; want kind %v", err, c.want)
		}
	}
}

// The database is an hour ahead of this machine.
func TestTheClockIsTheDatabases(t *testing.T) {
	store := openPostgres(t, shadowed(t, testenv.PostgresDatabase(t),
		`clock_timestamp() RETURNS timestamptz LANGUAGE sql AS $$ SELECT pg_catalog.clock_timestamp() + interval '1 hour' $$`), sqlstore.Options{})
	ahead := func(at time.Time) bool { return at.After(time.Now().Add(30 * time.Minute)) }
	if at := store.Now(); !ahead(at) {
		t.Errorf("the store's time is %v", at)
	}
	var page authority.FeedPage
	err := store.Change(t.Context(), func(_ context.Context, tx authority.Tx) error {
		tx.Publish(authority.FeedSession, "a")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	err = store.View(t.Context(), func(ctx context.Context, v authority.View) (err error) {
		page, err = v.Feed(ctx, 0, 1, nil)
		return err
	})
	if err != nil || len(page.Entries) != 1 || !ahead(page.Entries[0].At) {
		t.Errorf("a statement's time: %+v, %v", page.Entries, err)
	}
}

// A statement failed, and its change went on all the same: PostgreSQL answers its COMMIT with ROLLBACK, which is no error.
func TestACommitOfAChangeThatFailedBeforeIsNoSuccess(t *testing.T) {
	store := openPostgres(t, testenv.PostgresDatabase(t), sqlstore.Options{})
	err := store.Change(t.Context(), func(ctx context.Context, tx authority.Tx) error {
		_, err := tx.Setting(ctx, "no\x00name") // which PostgreSQL does not take
		if err == nil {
			t.Error("nothing failed")
		}
		return nil
	})
	if fault.ReasonOf(err) != fault.ReasonUnknownOutcome {
		t.Errorf("got %v", err)
	}
}

func TestNoErrorRepeatsTheDatabasePassword(t *testing.T) {
	for _, database := range []string{"postgres://u:pass-word@h:port/n", "postgres://u:pass-word@h/%zz", "postgres://u:pass-word@127.0.0.1:1/n"} {
		_, _, err := sqlstore.OpenPostgres(t.Context(), database, sqlstore.Options{})
		wantNoCanary(t, err, "pass-word")
	}
}

func TestNobodyWaitsForALockOrHoldsOneForEver(t *testing.T) {
	database := testenv.PostgresDatabase(t)
	store := openPostgres(t, database, sqlstore.Options{Connections: 2})
	wantSettings := func(in authority.View, lock, idle string) {
		t.Helper()
		got, err := sqlstore.SettingsOf(t.Context(), in, "lock_timeout", "idle_in_transaction_session_timeout")
		if want := []string{lock, idle}; err != nil || !slices.Equal(got, want) {
			t.Errorf("%v, %v, want %v", got, err, want)
		}
	}
	directory := func(_ context.Context, tx authority.Tx) error { return tx.LockDirectory(t.Context()) }
	err := store.Change(t.Context(), func(ctx context.Context, tx authority.Tx) error {
		wantSettings(tx, "10s", "30s")
		err := directory(ctx, tx)
		wantSettings(tx, "10s", "10min") // whoever compares a large file
		hurried := openPostgres(t, with(t, database, "lock_timeout", "50ms"), sqlstore.Options{Connections: 2})
		if err := hurried.Change(ctx, directory); fault.KindOf(err) != fault.Unavailable {
			t.Errorf("for a lock that is not given up: %v", err)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	err = store.View(t.Context(), func(_ context.Context, v authority.View) error {
		wantSettings(v, "10s", "30s")
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
