package authority_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/testenv"
)

func decodedHeader(t testing.TB, token secret.Text) string {
	t.Helper()
	part, _, _ := strings.Cut(token.Reveal(), ".")
	raw, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func jwks(t testing.TB, a *authority.Authority) string {
	t.Helper()
	set, maxAge, err := a.JWKS(t.Context())
	if err != nil || maxAge != 5*time.Minute {
		t.Fatalf("max-age %v, %v", maxAge, err)
	}
	return string(set)
}

// publishedSet reads what is published as we verify ourselves.
func publishedSet(t testing.TB, env *testenv.Env) secret.KeySet {
	t.Helper()
	set := secret.KeySet{}
	err := env.Store.View(t.Context(), func(ctx context.Context, v authority.View) error {
		keys, err := v.SigningKeys(ctx)
		for _, k := range keys {
			if set[secret.ID(k.ID)], err = secret.ParsePublicKey(secret.ID(k.ID), k.Algorithm, k.PublicKey); err != nil {
				return err
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func accessOf(t testing.TB, env *testenv.Env, token secret.Text) secret.AccessClaims {
	t.Helper()
	claims, err := secret.VerifyAccess(token, publishedSet(t, env), testenv.InstallationURL, env.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	return claims
}

func identityOf(t testing.TB, env *testenv.Env, token secret.Text, audience string) secret.IdentityClaims {
	t.Helper()
	claims, err := secret.VerifyIdentity(token, publishedSet(t, env), testenv.InstallationURL, audience, env.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	return claims
}

// wantFed demands that the feed tells of a killed key.
func wantFed(t testing.TB, env *testenv.Env, id authority.SigningKeyID) {
	t.Helper()
	err := env.Store.View(t.Context(), func(ctx context.Context, v authority.View) error {
		page, err := v.Feed(ctx, 0, 10_000, nil)
		for _, e := range page.Entries {
			if e.Kind == authority.FeedSigningKey && e.Key == id.String() {
				return err
			}
		}
		t.Errorf("the feed does not tell of %s", id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// offline is a verifier as the field has them, independent of ours: it keeps the published keys for as long as it is
// told that it may, and never asks sooner, not for a key that it does not know either.
type offline struct {
	keys    jose.JSONWebKeySet
	until   time.Time
	fetched int
}

func (o *offline) verify(ctx context.Context, from *authority.Authority, now time.Time, token secret.Text) error {
	if !now.Before(o.until) {
		set, maxAge, err := from.JWKS(ctx)
		if err != nil {
			return err
		}
		o.keys = jose.JSONWebKeySet{}
		if err := json.Unmarshal(set, &o.keys); err != nil {
			return err
		}
		o.until = now.Add(maxAge)
		o.fetched++
	}
	signed, err := jose.ParseSignedCompact(token.Reveal(), []jose.SignatureAlgorithm{jose.ES256, jose.EdDSA})
	if err != nil {
		return err
	}
	kid := signed.Signatures[0].Header.KeyID
	for _, key := range o.keys.Key(kid) {
		_, err := signed.Verify(key)
		return err
	}
	return fmt.Errorf("the key %s is not known", kid)
}

// Two nodes sign all the time while keys rotate on schedule and by command, twice at once too; verifiers with caches of
// all ages check what was just signed and what was signed long ago.
func TestNoVerificationFailsWhileKeysRotateUnderLoad(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		load := newRotation(t, env)
		for step := range 140 {
			env.Clock.Advance(time.Minute)
			load.step(t, step)
		}
		for alg, atLeast := range map[secret.Algorithm]int{secret.ES256: 4, secret.EdDSA: 4} {
			if keys := strings.Count(states(signingKeys(t, load.nodes[0]), alg), " "); keys < atLeast {
				t.Errorf("%s changed only %d times", alg, keys)
			}
		}
		t.Logf("%d verifications by %d verifiers, %d failed; %d tokens; keys %s, %s", load.tried.Load(), len(load.verifiers), load.failed.Load(), load.issued,
			states(signingKeys(t, load.nodes[0]), secret.ES256), states(signingKeys(t, load.nodes[0]), secret.EdDSA))
		if load.failed.Load() > 0 || load.tried.Load() < 4000 {
			t.Errorf("%d of %d verifications failed", load.failed.Load(), load.tried.Load())
		}
	})
}

type rotation struct {
	env           *testenv.Env
	nodes         []*authority.Authority
	by            authority.Actor
	verifiers     []*offline
	live          []authority.IssuedAccessToken
	issued        int
	tried, failed atomic.Int64
}

// newRotation begins with keys that are known for long: the very first is the exception.
func newRotation(t testing.TB, env *testenv.Env) *rotation {
	o := authority.Options{SigningKeyLifetime: time.Hour}
	r := &rotation{env: env, nodes: []*authority.Authority{node(env, env.Store, env.Keys, o), node(env, env.Store, env.Keys, o)}}
	env.Apply(t, with(t, "{id: 3, name: panel,", "{id: 3, name: panel, access_token: {algorithm: EdDSA, lifetime: 1h},"))
	refresh(t, r.nodes...)
	env.Clock.Advance(10 * time.Minute)
	r.by = as(t, env, clerk)
	for range 9 {
		r.verifiers = append(r.verifiers, &offline{})
	}
	return r
}

func (r *rotation) step(t testing.TB, step int) {
	t.Helper()
	now := r.env.Clock.Now()
	if step%3 == 2 {
		refresh(t, r.nodes[step/3%2]) // one node sees what is due, the other late
	}
	if step%61 == 30 || step%61 == 31 {
		if _, err := r.nodes[step%2].RotateSigningKeys(t.Context(), operator, ""); err != nil {
			t.Fatal(err)
		}
	}
	var tokens [2]authority.IssuedAccessToken
	var signing sync.WaitGroup
	for i := range tokens {
		signing.Go(func() {
			var err error
			resource := testenv.InstallationURL + "/audiences/" + []string{"1", "3"}[(i+step/2)%2]
			if tokens[i], err = r.nodes[i%2].IssueAccessToken(t.Context(), r.by, authority.AccessTokenRequest{Resource: resource}); err != nil {
				t.Error(err)
			}
		})
	}
	signing.Wait()
	r.issued += len(tokens)
	r.live = append(r.live, tokens[:]...)
	for len(r.live) > 0 && !now.Before(r.live[0].Session.ExpiresAt) {
		r.live = r.live[1:]
	}
	for i, verifier := range r.verifiers {
		if step < i { // they start one after the other, so that their caches are of all ages
			continue
		}
		checked := append(tokens[:], r.live[step*7%len(r.live)], r.live[0])
		for _, token := range checked {
			if !now.Before(token.Session.ExpiresAt) {
				continue
			}
			r.tried.Add(1)
			if err := verifier.verify(t.Context(), r.nodes[(step+i)%2], now, token.Token); err != nil {
				r.failed.Add(1)
				t.Errorf("step %d, verifier %d: %v", step, i, err)
			}
		}
	}
}
