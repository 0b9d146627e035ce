package client_test

import (
	"slices"
	"testing"
	"time"

	"github.com/doorward/doorward/client"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/testenv"
)

// twoNodes are on one PostgreSQL, with the demo directory.
func twoNodes(t *testing.T) (a, b node) {
	t.Helper()
	data, database := t.TempDir(), testenv.PostgresDatabase(t)
	a = startNode(t, data, true, "--database", database)
	return a, startNode(t, data, false, "--database", database)
}

func TestAgainstTheRealServerAnAccessTokenIsVerifiedOffline(t *testing.T) {
	data := t.TempDir()
	n := startNode(t, data, true, "--data", data)
	v := n.verifier(t, func(o *client.VerifierOptions) { o.CutBound = time.Hour })
	redeemed := n.signIn(t)
	token := n.access(t, redeemed.SessionToken)
	i, err := v.Verify(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	if i.Subject.ID != "person:4" || i.Subject.Email != "buyer@acme.test" || i.Account != "account:1200" || i.Kind != client.KindAccessToken || i.Acts() {
		t.Errorf("it is %+v", i)
	}
	session, err := v.VerifySession(t.Context(), redeemed.SessionToken)
	if err != nil || session.Subject.ID != "person:4" || session.Account != "account:1200" || session.Audience != portalResource {
		t.Errorf("the session: %+v, %v", session, err)
	}
	if _, err := v.Verify(t.Context(), redeemed.SessionToken); client.ReasonOf(err) != client.ReasonKind {
		t.Errorf("a session as an access token: %v", err)
	}
	verdicts, err := n.portal(t).VerifySessions(t.Context(), []string{redeemed.SessionToken, "dws_x"})
	if err != nil || len(verdicts) != 2 || !verdicts[0].Valid || verdicts[0].Session.Subject.Email != "buyer@acme.test" || verdicts[1].Valid {
		t.Errorf("a batch: %+v, %v", verdicts, err)
	}
	n.stop()
	if i, err := v.Verify(t.Context(), token); err != nil {
		t.Errorf("with the server away it is %+v, %v", i, err)
	}
}

// TestRevokedOnOneNodeRefusedByAVerifierOfAnother says how long it takes; the promise is a second.
func TestRevokedOnOneNodeRefusedByAVerifierOfAnother(t *testing.T) {
	a, b := twoNodes(t)
	signed, polled := b.verifier(t, nil), b.verifier(t, nil)
	for _, kind := range []struct {
		name  string
		v     *client.Verifier
		check func(v *client.Verifier, session, token string) error
	}{
		{"offline", signed, func(v *client.Verifier, _, token string) error { _, err := v.Verify(t.Context(), token); return err }},
		{"session", polled, func(v *client.Verifier, session, _ string) error {
			_, err := v.VerifySession(t.Context(), session)
			return err
		}},
	} {
		var took []time.Duration
		for range rounds {
			session := a.signIn(t).SessionToken
			token := a.access(t, session)
			if err := kind.check(kind.v, session, token); err != nil {
				t.Fatalf("%s, at first: %v", kind.name, err)
			}
			if err := a.portal(t).Revoke(t.Context(), session); err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			soon(t, "it is refused", func() bool {
				err := kind.check(kind.v, session, token)
				if err != nil && client.ReasonOf(err) == "" {
					t.Fatal(err)
				}
				return err != nil
			})
			took = append(took, time.Since(began))
		}
		slices.Sort(took)
		t.Logf("%s: p50 %s, p99 %s, most %s of %d", kind.name, took[len(took)/2], took[len(took)*99/100], took[len(took)-1], len(took))
	}
}

const rounds = 40

func TestAKilledKeyIsRefusedAndTheNextOneCounts(t *testing.T) {
	a, b := twoNodes(t)
	v := b.verifier(t, nil)
	session := a.signIn(t).SessionToken
	token := a.access(t, session)
	if _, err := v.Verify(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	key, err := secret.ParseID(kidOf(t, token))
	if err != nil {
		t.Fatal(err)
	}
	if _, killed, err := a.authority.KillSigningKey(t.Context(), commandLine, authority.SigningKeyID(key)); err != nil || !killed {
		t.Fatal(killed, err)
	}
	began := time.Now()
	soon(t, "it is refused", func() bool { _, err := v.Verify(t.Context(), token); return client.ReasonOf(err) != "" })
	t.Logf("refused after %s", time.Since(began))
	soon(t, "the next key signs and counts", func() bool { _, err := v.Verify(t.Context(), a.access(t, session)); return err == nil })
	t.Logf("the next one counts after %s", time.Since(began))
}
