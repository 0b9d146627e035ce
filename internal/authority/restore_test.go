package authority_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/backup"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/testenv"
)

// eachRestore runs test for each engine backed up and each restored into: an authority with the core directory, and an empty one.
func eachRestore(t *testing.T, test func(t *testing.T, original, empty *testenv.Env)) {
	t.Helper()
	for _, from := range testenv.Engines {
		for _, into := range testenv.Engines {
			t.Run(from+" to "+into, func(t *testing.T) {
				original := testenv.New(t, from)
				original.Apply(t, coreDirectory)
				test(t, original, testenv.New(t, into))
			})
		}
	}
}

// backUp makes a backup file of an environment.
func backUp(t testing.TB, env *testenv.Env) []byte {
	t.Helper()
	c, err := env.Store.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var file bytes.Buffer
	if _, err := backup.Write(t.Context(), &file, backup.Source{Header: backup.Header{MadeAt: env.Clock.Now()}, Contents: c, Keys: env.Keys}, nil); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func restore(t testing.TB, env *testenv.Env, file []byte, o authority.RestoreOptions) (authority.RestoreReport, error) {
	t.Helper()
	f, err := backup.Open(bytes.NewReader(file), env.Keys, nil)
	if err != nil {
		t.Fatal(err)
	}
	return env.Authority.Restore(t.Context(), operator, authority.Backup{Contents: f, MadeAt: f.Header().MadeAt}, o)
}

func mustRestore(t testing.TB, env *testenv.Env, file []byte, o authority.RestoreOptions) authority.RestoreReport {
	t.Helper()
	report, err := restore(t, env, file, o)
	if err != nil {
		t.Fatalf("restore: %v", err)
	}
	return report
}

func TestNoLoginTokenOfABackupIsRedeemedAfterARestore(t *testing.T) {
	eachRestore(t, func(t *testing.T, original, restored *testenv.Env) {
		spentBefore := mint(t, original, as(t, original, integrator), forMember)
		spentAfter := mint(t, original, as(t, original, integrator), forMember)
		never := mint(t, original, as(t, original, integrator), forMember)
		mustRedeem(t, original, portal, spentBefore)
		file := backUp(t, original)
		mustRedeem(t, original, portal, spentAfter)
		mustRestore(t, restored, file, authority.RestoreOptions{})
		for name, token := range map[string]secret.Text{"before": spentBefore, "after": spentAfter, "never": never} {
			if _, err := redeem(t, restored, portal, token, ""); err == nil {
				t.Errorf("spent %s the backup was made on the original, a login token is redeemed again", name)
			}
		}
		mustRedeem(t, restored, portal, mint(t, restored, as(t, restored, integrator), forMember))

		// And so on, from restore to restore.
		again := testenv.New(t, original.Engine)
		unspent := mint(t, restored, as(t, restored, integrator), forMember)
		mustRestore(t, again, backUp(t, restored), authority.RestoreOptions{})
		for _, token := range []secret.Text{spentAfter, never, unspent} {
			if _, err := redeem(t, again, portal, token, ""); err == nil {
				t.Error("a login token is redeemed after the second restore")
			}
		}
	})
}

func TestSessionsEndWithARestoreUnlessTheyAreKept(t *testing.T) {
	eachRestore(t, func(t *testing.T, original, restored *testenv.Env) {
		open := open(t, original, pair, authority.SessionRequest{Lifetime: hour})
		closed, by := signedIn(t, original, pair)
		file := backUp(t, original)
		if err := original.Authority.CloseSession(t.Context(), by); err != nil {
			t.Fatal(err)
		}
		if report := mustRestore(t, restored, file, authority.RestoreOptions{}); report.Sessions != 2 {
			t.Errorf("%d sessions ended, not 2", report.Sessions)
		}
		wantVerdict(t, restored, open, authority.ReasonClosed)
		wantVerdict(t, restored, closed, authority.ReasonClosed)

		keeping := testenv.New(t, restored.Engine)
		if report := mustRestore(t, keeping, file, authority.RestoreOptions{KeepSessions: true}); report.Sessions != 0 {
			t.Errorf("%d sessions ended, though they are kept", report.Sessions)
		}
		wantVerdict(t, keeping, open, "")
		wantVerdict(t, keeping, closed, "") // what the operator is told
	})
}

func TestARestoredStoreHoldsWhatTheOriginalHeldAndOneEventMore(t *testing.T) {
	eachRestore(t, func(t *testing.T, original, restored *testenv.Env) {
		change(t, original, func(_ context.Context, tx authority.Tx) error { tx.PutSettingOnce("keys", "theirs"); return nil })
		mustRedeem(t, original, panel, mint(t, original, as(t, original, manager), asOwner))
		open(t, original, pair, authority.SessionRequest{Lifetime: hour})
		file := backUp(t, original)
		restored.Clock.Advance(time.Minute)
		mustRestore(t, restored, file, authority.RestoreOptions{})
		for _, p := range []authority.Proof{integrator, clerk, portal, manager, pair} {
			as(t, restored, p)
		}
		want, got := dumpOf(t, file, original.Keys), dumpOf(t, backUp(t, restored), restored.Keys)
		for table, rows := range want {
			switch table {
			case "settings":
				rows = slices.DeleteFunc(rows, isFence)
				got[table] = slices.DeleteFunc(got[table], isFence)
			case "sessions":
				rows, got[table] = withoutClosing(rows), withoutClosing(got[table])
			case "events":
				if n := len(got[table]); n == len(rows)+1 {
					got[table] = got[table][:n-1] // the restore's own is the latest
				}
			}
			if diff := cmp.Diff(rows, got[table]); diff != "" || len(rows) == 0 && table != "credential_uses" && table != "feed" {
				t.Errorf("%s, %d rows: %s", table, len(rows), diff)
			}
		}
		events := eventsOf(t, restored)
		last := events[len(events)-1]
		if last.Act != audit.RestoreStore || last.Outcome != audit.Done || last.Actor != operator.Principal().ID ||
			last.Detail["made_at"] != "2030-05-17T12:00:00Z" || last.Detail["sessions_ended"] != "2" {
			t.Errorf("the event: %+v", last)
		}
	})
}

func isFence(row []any) bool { return row[0] == "fence" }

// withoutClosing cuts what a restore sets: the time a session was closed.
func withoutClosing(rows [][]any) (cut [][]any) {
	for _, row := range rows {
		cut = append(cut, row[:len(row)-1])
	}
	return cut
}

// dumpOf reads a backup, each session's time of closing last.
func dumpOf(t testing.TB, file []byte, keys *secret.Keys) map[string][][]any {
	t.Helper()
	c, err := backup.Open(bytes.NewReader(file), keys, nil)
	if err != nil {
		t.Fatal(err)
	}
	dump := map[string][][]any{}
	for {
		table, err := c.NextTable(t.Context())
		if errors.Is(err, io.EOF) {
			return dump
		}
		if err != nil {
			t.Fatal(err)
		}
		closing := slices.IndexFunc(table.Columns, func(c authority.Column) bool { return c.Name == "closed_at" })
		for {
			row, err := c.NextRow(t.Context())
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			row = slices.Clone(row)
			if closing >= 0 {
				row = append(slices.Delete(row, closing, closing+1), row[closing])
			}
			dump[table.Name] = append(dump[table.Name], row)
		}
	}
}

func TestARestoreWhoseEventCannotBeWrittenDoesNotHappen(t *testing.T) {
	eachRestore(t, func(t *testing.T, original, empty *testenv.Env) {
		store := &failing{Store: empty.Store, taken: eventsOf(t, original)[0].ID}
		file := backUp(t, original)
		store.fail(failEvent)
		env := testenv.NewOn(t, empty.Engine, store, empty.Clock)
		if _, err := restore(t, env, file, authority.RestoreOptions{}); err == nil {
			t.Error("it is said to have happened")
		}
		if isEmpty, err := empty.Authority.IsEmpty(t.Context()); !isEmpty || err != nil {
			t.Errorf("somebody is in the store, %v", err)
		}
		store.fail(failUnknownUndone)
		_, err := restore(t, env, file, authority.RestoreOptions{})
		wantFault(t, err, fault.Unavailable, fault.ReasonUnknownOutcome)
		mustRestore(t, empty, file, authority.RestoreOptions{})
	})
}

func TestAStoreThatHoldsSomebodyIsNotRestoredInto(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		before := eventsOf(t, env)
		_, err := restore(t, env, backUp(t, env), authority.RestoreOptions{})
		wantFault(t, err, fault.Unmet, authority.ReasonNotEmpty)
		if !strings.Contains(err.Error(), "new --data directory or an empty database") {
			t.Errorf("it does not say what to do: %v", err)
		}
		if after := eventsOf(t, env); len(after) != len(before) {
			t.Errorf("%d events more", len(after)-len(before))
		}
	})
}

func TestRestoringAndRaisingTheFenceAreForTheOperator(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		for _, p := range []authority.Proof{integrator, manager, portal} {
			_, err := env.Authority.RaiseFence(t.Context(), as(t, env, p))
			wantFault(t, err, fault.Denied, authority.ReasonNoPermission)
			_, err = env.Authority.LiveLoginTokens(t.Context(), as(t, env, p))
			wantFault(t, err, fault.Denied, authority.ReasonNoPermission)
			_, err = env.Authority.Restore(t.Context(), as(t, env, p), authority.Backup{}, authority.RestoreOptions{})
			wantFault(t, err, fault.Denied, authority.ReasonNoPermission)
		}
	})
}

func TestRaisingTheFenceEndsEveryLiveLoginTokenAndSaysHowMany(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		mustRedeem(t, env, portal, mint(t, env, as(t, env, integrator), forMember))
		first := mint(t, env, as(t, env, integrator), forMember)
		mint(t, env, as(t, env, integrator), forMember)
		if live, err := env.Authority.LiveLoginTokens(t.Context(), operator); live != 2 || err != nil {
			t.Errorf("%d login tokens are live, %v", live, err)
		}
		var ended int64
		var err error
		events := eventsDuring(t, env, func() { ended, err = env.Authority.RaiseFence(t.Context(), operator) })
		if ended != 2 || err != nil {
			t.Errorf("%d ended, %v", ended, err)
		}
		if len(events) != 1 || events[0].Act != audit.RaiseFence || events[0].Detail["login_tokens"] != "2" {
			t.Errorf("events: %+v", events)
		}
		if _, err := redeem(t, env, portal, first, ""); err == nil {
			t.Error("a login token minted before is redeemed")
		}
		mustRedeem(t, env, portal, mint(t, env, as(t, env, integrator), forMember))
	})
}

func TestAFenceWhoseEventCannotBeWrittenIsNotRaised(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		store := &failing{Store: env.Store, taken: eventsOf(t, env)[0].ID}
		a := testenv.NewOn(t, env.Engine, store, env.Clock).Authority
		token := mint(t, env, as(t, env, integrator), forMember)
		for _, how := range []int64{failEvent, failUnknownUndone} {
			store.fail(how)
			if _, err := a.RaiseFence(t.Context(), operator); err == nil {
				t.Error("it is said to have been raised")
			}
		}
		mustRedeem(t, env, portal, token)
	})
}

func TestNoSecretIsInABackup(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		var c canaries
		for _, clear := range []string{"key-of-the-integrator", "key-of-the-manager", "key-of-the-portal", "pair-secret", "canary-wrong-secret", "canary-idempotency-key"} {
			c.add(clear)
		}
		_, _ = env.Authority.Authenticate(t.Context(), here, authority.ByKeyPair(secret.Of("pair-key"), secret.Of("canary-wrong-secret")))
		unspent, spent := mint(t, env, as(t, env, integrator), forMember), mint(t, env, as(t, env, integrator), forMember)
		redeemed, err := redeem(t, env, portal, spent, "canary-idempotency-key")
		if err != nil {
			t.Fatal(err)
		}
		session := open(t, env, pair, authority.SessionRequest{Lifetime: hour, Shape: secret.ShapeHex64})
		for _, made := range []secret.Text{unspent, spent, redeemed.Token, session} {
			c.add(made.Reveal())
		}
		looked := 0
		for table, rows := range dumpOf(t, backUp(t, env), env.Keys) {
			for _, row := range rows {
				looked++
				for _, value := range row {
					if raw, ok := value.([]byte); ok {
						value = string(raw)
					}
					c.lookFor(t, "table "+table, value)
				}
			}
		}
		c.lookFor(t, "the file", gunzipped(t, backUp(t, env)))
		if looked < 20 {
			t.Errorf("only %d rows were looked through", looked)
		}
	})
}

func gunzipped(t testing.TB, file []byte) string {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
