package sqlstore_test

import (
	"context"
	"crypto/rand"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/sqlstore"
	"github.com/doorward/doorward/internal/testenv"
)

// benchClients change the store at once, as many as there are connections in docs/performance.md.
const benchClients = 64

// BenchmarkLogIn is the change of a key log-in: a session and its event. TMPDIR is to be on a disk.
func BenchmarkLogIn(b *testing.B) {
	onEachEngine(b, func(b *testing.B, store *sqlstore.Store) {
		atOnce(b, func(int) error { return putLogIn(b.Context(), store) })
	})
}

// BenchmarkMint is the change that mints a login token.
func BenchmarkMint(b *testing.B) {
	onEachEngine(b, func(b *testing.B, store *sqlstore.Store) {
		atOnce(b, func(int) error { _, err := putToken(b.Context(), store); return err })
	})
}

// BenchmarkRedeem is the change that spends a login token, which was minted before, and opens its session.
func BenchmarkRedeem(b *testing.B) {
	onEachEngine(b, func(b *testing.B, store *sqlstore.Store) {
		tokens := make([]authority.LoginToken, b.N)
		var wait sync.WaitGroup
		var next atomic.Int64
		for range benchClients {
			wait.Go(func() {
				for i := next.Add(1) - 1; i < int64(b.N); i = next.Add(1) - 1 {
					l, err := putToken(b.Context(), store)
					if err != nil {
						b.Error(err)
					}
					tokens[i] = l
				}
			})
		}
		wait.Wait()
		b.ResetTimer()
		atOnce(b, func(i int) error { return redeemToken(b.Context(), store, tokens[i]) })
	})
}

// BenchmarkSessionFacts reads what decides whether a session counts, BenchmarkOneSession its row only.
func BenchmarkSessionFacts(b *testing.B) {
	readSessions(b, func(ctx context.Context, v authority.View, id authority.SessionID) error {
		_, err := v.SessionFacts(ctx, id)
		return err
	})
}

func BenchmarkOneSession(b *testing.B) {
	readSessions(b, func(ctx context.Context, v authority.View, id authority.SessionID) error {
		_, err := v.Sessions(ctx, authority.SessionFilter{ID: id}, authority.SessionID{}, 1)
		return err
	})
}

func readSessions(b *testing.B, read func(ctx context.Context, v authority.View, id authority.SessionID) error) {
	onEachEngine(b, func(b *testing.B, store *sqlstore.Store) {
		for range 100 {
			if err := putLogIn(b.Context(), store); err != nil {
				b.Fatal(err)
			}
		}
		var ids []authority.SessionID
		err := store.View(b.Context(), func(ctx context.Context, v authority.View) error {
			sessions, err := v.Sessions(ctx, authority.SessionFilter{}, authority.SessionID{}, 100)
			for _, s := range sessions {
				ids = append(ids, s.ID)
			}
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
		ctx, cancel := context.WithCancel(b.Context())
		defer cancel()
		b.ResetTimer()
		atOnce(b, func(i int) error {
			return store.View(ctx, func(ctx context.Context, v authority.View) error { return read(ctx, v, ids[i%len(ids)]) })
		})
	})
}

func onEachEngine(b *testing.B, run func(b *testing.B, store *sqlstore.Store)) {
	for _, engine := range testenv.Engines {
		b.Run(engine, func(b *testing.B) {
			store := testenv.OpenStore(b, engine, sqlstore.Options{})
			benchFixture(b, store)
			b.ReportAllocs()
			b.ResetTimer()
			run(b, store)
		})
	}
}

// atOnce runs b.N calls by benchClients goroutines and reports the rate and how long the slow ones took.
func atOnce(b *testing.B, call func(i int) error) {
	var wait sync.WaitGroup
	var next atomic.Int64
	took := make([][]time.Duration, benchClients)
	began, busy := time.Now(), processorTime()
	for client := range benchClients {
		wait.Go(func() {
			for i := next.Add(1) - 1; i < int64(b.N); i = next.Add(1) - 1 {
				start := time.Now()
				if err := call(int(i)); err != nil {
					b.Error(err)
					return
				}
				took[client] = append(took[client], time.Since(start))
			}
		})
	}
	wait.Wait()
	elapsed := time.Since(began)
	b.ReportMetric(float64((processorTime()-busy).Microseconds())/float64(b.N), "cpu-µs/op")
	all := slices.Sorted(slices.Values(slices.Concat(took...)))
	b.ReportMetric(float64(b.N)/elapsed.Seconds(), "calls/s")
	if len(all) > 0 {
		b.ReportMetric(float64(all[len(all)*99/100].Microseconds())/1000, "p99-ms")
		b.ReportMetric(float64(all[len(all)-1].Microseconds())/1000, "max-ms")
	}
}

// processorTime is what this process has had of processors, which says more than the clock beside others.
func processorTime() time.Duration {
	var used syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &used)
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

var benchKey = authority.CredentialID{1}

func benchFixture(b *testing.B, store *sqlstore.Store) {
	b.Helper()
	env := testenv.NewOn(b, "", store, testenv.NewClock())
	env.Demo(b)
}

func putLogIn(ctx context.Context, store *sqlstore.Store) error {
	return store.Change(ctx, func(_ context.Context, tx authority.Tx) error {
		now := store.Now()
		s := benchSession(now)
		tx.PutSession(s)
		tx.Append(benchEvent(now, audit.OpenSession, s.ID, authority.LoginTokenID{}))
		return nil
	})
}

func benchSession(now time.Time) authority.Session {
	s := authority.Session{
		ID: authority.SessionID(secret.NewID(now)), Kind: authority.SignedIn, Subject: "person:1f8e7c2b", Organisation: "organisation:DEMO",
		Account: "account:1200", Credential: benchKey, SecretAt: now, Dialect: "pulse",
		OpenedAt: now, ExpiresAt: now.Add(24 * time.Hour), IdleLifetime: time.Hour, UsedAt: now,
	}
	_, _ = rand.Read(s.Fingerprint[:])
	return s
}

func benchEvent(now time.Time, act audit.Act, session authority.SessionID, token authority.LoginTokenID) audit.Event {
	return audit.Event{
		ID: secret.NewID(now), At: now, Act: act, Outcome: audit.Done, Actor: "person:1f8e7c2b", Credential: secret.ID(benchKey),
		Subject: "person:1f8e7c2b", Tenant: "account:1200", Session: secret.ID(session), LoginToken: secret.ID(token),
		Dialect: "pulse", Request: "01J9ZK3V8Q4M6T2W", Source: netip.MustParseAddr("192.0.2.17"), Count: 1,
	}
}

func putToken(ctx context.Context, store *sqlstore.Store) (l authority.LoginToken, err error) {
	err = store.Change(ctx, func(_ context.Context, tx authority.Tx) error {
		now := store.Now()
		l = benchToken(now)
		tx.PutLoginToken(l)
		tx.Append(benchEvent(now, audit.MintLoginToken, authority.SessionID{}, l.ID))
		return nil
	})
	return l, err
}

func benchToken(now time.Time) authority.LoginToken {
	l := authority.LoginToken{
		ID: authority.LoginTokenID(secret.NewID(now)), Audience: 1, Subject: "person:3", Account: "account:1200", Credential: benchKey,
		SecretAt: now, Dialect: "alephee", MintedAt: now, ExpiresAt: now.Add(time.Hour),
	}
	_, _ = rand.Read(l.Fingerprint[:])
	return l
}

func redeemToken(ctx context.Context, store *sqlstore.Store, l authority.LoginToken) error {
	return store.Change(ctx, func(ctx context.Context, tx authority.Tx) error {
		now := store.Now()
		s := benchSession(now)
		s.LoginToken = l.ID
		_, spent, err := tx.RedeemLoginToken(ctx, authority.Redemption{
			Token: l.ID, Fingerprint: l.Fingerprint, Audience: l.Audience, By: benchKey, Session: s.ID,
		})
		if err != nil || !spent {
			return err
		}
		tx.PutSession(s)
		tx.Append(benchEvent(now, audit.RedeemLoginToken, s.ID, l.ID))
		return nil
	})
}

// BenchmarkOpen opens a store that is there and is up to date, as serve does.
func BenchmarkOpen(b *testing.B) {
	dir, url := b.TempDir(), testenv.PostgresDatabase(b)
	for engine, open := range map[string]func() (*sqlstore.Store, sqlstore.Migrated, error){
		"sqlite": func() (*sqlstore.Store, sqlstore.Migrated, error) {
			return sqlstore.OpenSQLite(b.Context(), dir, sqlstore.Options{})
		},
		"postgres": func() (*sqlstore.Store, sqlstore.Migrated, error) {
			return sqlstore.OpenPostgres(b.Context(), url, sqlstore.Options{})
		},
	} {
		b.Run(engine, func(b *testing.B) {
			for range b.N {
				b.StartTimer()
				store, _, err := open()
				b.StopTimer()
				if err != nil {
					b.Fatal(err)
				}
				if err := store.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
