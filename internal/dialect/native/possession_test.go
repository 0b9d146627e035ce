package native_test

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect/native"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/testenv"
)

const limitsURL = testenv.InstallationURL + "/v1/limits"

// bearing is a client of /v1 by tokens, of which some are bound to keys.
type bearing struct {
	api
	operator authority.Actor
	proofs   int
}

func serveBearing(t *testing.T, env *testenv.Env) *bearing {
	t.Helper()
	b := &bearing{api: serveAPI(t, env, native.Options{PublicURL: testenv.InstallationURL})}
	key := authority.ByKey(secret.Of(b.key(t, "operator@doorward.test", authority.Restriction{})))
	by, err := env.Authority.Authenticate(t.Context(), authority.Origin{Dialect: "oauth"}, key)
	if err != nil {
		t.Fatal(err)
	}
	b.operator = by
	return b
}

// token is an access token of the operator's for the installation itself, bound to a key unless the thumbprint is empty.
func (b *bearing) token(t *testing.T, thumbprint string) secret.Text {
	t.Helper()
	issued, err := b.env.Authority.IssueAccessToken(t.Context(), b.operator, authority.AccessTokenRequest{Thumbprint: thumbprint})
	if err != nil {
		t.Fatal(err)
	}
	return issued.Token
}

// fresh is a jti that was never used.
func (b *bearing) fresh() string {
	b.proofs++
	return strconv.Itoa(b.proofs)
}

func TestABoundTokenCountsWithAProofOfItsKeyForThisRequestAlone(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		b, key, other := serveBearing(t, env.Demo(t)), testenv.NewHolder(t), testenv.NewHolder(t)
		bound, bearer, now := b.token(t, key.Thumbprint), b.token(t, ""), env.Clock.Now()
		apiKey := secret.Of(b.key(t, "operator@doorward.test", authority.Restriction{}))
		_, session := b.byKey(t, "operator@doorward.test")
		proof := func(h testenv.Holder, token secret.Text, method, url string, at time.Time) string {
			return h.Proof(token, b.fresh(), method, url, at).Reveal()
		}
		own := func() string { return proof(key, bound, "GET", limitsURL, now) }
		once := own()
		for _, c := range []struct {
			name   string
			scheme string
			token  secret.Text
			proofs []string
			errors string // in the challenge; empty: it counts
		}{
			{"its own proof", "DPoP", bound, []string{once}, ""},
			{"the scheme in other letter case", "dpOP", bound, []string{own()}, ""},
			{"a proof for the URL with a query and the port", "DPoP", bound, []string{proof(key, bound, "GET", "HTTP://DOORWARD.test:80/v1/limits?a=b#c", now)}, ""},
			{"one of 60 seconds ago", "DPoP", bound, []string{proof(key, bound, "GET", limitsURL, now.Add(-time.Minute))}, ""},
			{"a bearer", "Bearer", bearer, nil, ""},

			{"the same proof again", "DPoP", bound, []string{once}, "invalid_dpop_proof"},
			{"none", "DPoP", bound, nil, "invalid_dpop_proof"},
			{"an empty one", "DPoP", bound, []string{""}, "invalid_dpop_proof"},
			{"two", "DPoP", bound, []string{own(), own()}, "invalid_dpop_proof"},
			{"16 KiB of nothing", "DPoP", bound, []string{strings.Repeat("A", 16<<10)}, "invalid_dpop_proof"},
			{"text outside ASCII", "DPoP", bound, []string{own() + "é"}, "invalid_dpop_proof"},
			{"a proof and more", "DPoP", bound, []string{own() + ", " + own()}, "invalid_dpop_proof"},
			{"the token as a proof", "DPoP", bound, []string{bound.Reveal()}, "invalid_dpop_proof"},
			{"another method's", "DPoP", bound, []string{proof(key, bound, "POST", limitsURL, now)}, "invalid_dpop_proof"},
			{"another path's", "DPoP", bound, []string{proof(key, bound, "GET", limitsURL+"/", now)}, "invalid_dpop_proof"},
			{"another host's", "DPoP", bound, []string{proof(key, bound, "GET", "http://other.test/v1/limits", now)}, "invalid_dpop_proof"},
			{"another scheme's", "DPoP", bound, []string{proof(key, bound, "GET", "https://doorward.test/v1/limits", now)}, "invalid_dpop_proof"},
			{"the listener's own address", "DPoP", bound, []string{proof(key, bound, "GET", b.base+"/v1/limits", now)}, "invalid_dpop_proof"},
			{"another token's", "DPoP", bound, []string{proof(key, bearer, "GET", limitsURL, now)}, "invalid_dpop_proof"},
			{"a stale one", "DPoP", bound, []string{proof(key, bound, "GET", limitsURL, now.Add(-61*time.Second))}, "invalid_dpop_proof"},
			{"one in time to come", "DPoP", bound, []string{proof(key, bound, "GET", limitsURL, now.Add(31*time.Second))}, "invalid_dpop_proof"},
			{"another key's", "DPoP", bound, []string{proof(other, bound, "GET", limitsURL, now)}, "invalid_token"},
			{"a bound token as a bearer", "Bearer", bound, nil, "invalid_token"},
			{"a bound token as a bearer, with its proof", "Bearer", bound, []string{own()}, "invalid_token"},
			{"one that is not bound", "DPoP", bearer, []string{proof(key, bearer, "GET", limitsURL, now)}, "invalid_token"},
			{"a session", "DPoP", secret.Of(session), []string{proof(key, secret.Of(session), "GET", limitsURL, now)}, "invalid_token"},
			{"a key", "DPoP", apiKey, []string{proof(key, apiKey, "GET", limitsURL, now)}, "invalid_token"},
			{"of nobody", "DPoP", secret.Of("x"), []string{proof(key, secret.Of("x"), "GET", limitsURL, now)}, "invalid_token"},
			{"no token", "DPoP", secret.Of(""), []string{own()}, "invalid_token"},
		} {
			var headers []string
			for _, p := range c.proofs {
				headers = append(headers, "DPoP: "+p)
			}
			as := b.with(c.scheme + " " + c.token.Reveal())
			if c.errors == "" {
				if got := as.do(t, http.MethodGet, "/v1/limits", "", headers...); got.StatusCode != http.StatusOK {
					t.Errorf("%s: %d %s", c.name, got.StatusCode, got.answer.text)
				}
				continue
			}
			got := as.fails(t, "unauthenticated", http.MethodGet, "/v1/limits", "", headers...)
			want := []string{`DPoP realm="doorward", error="` + c.errors + `", algs="ES256 EdDSA RS256"`}
			if c.scheme == "Bearer" {
				want = []string{`Bearer realm="doorward", error="` + c.errors + `"`, `DPoP realm="doorward", algs="ES256 EdDSA RS256"`}
			}
			if challenges := got.Header.Values("WWW-Authenticate"); strings.Join(challenges, "\n") != strings.Join(want, "\n") {
				t.Errorf("%s: %q", c.name, challenges)
			}
		}
	})
}

// TestEveryRouteThatTakesABearerTakesABoundToken goes through all of them: a proof is for one route only.
func TestEveryRouteThatTakesABearerTakesABoundToken(t *testing.T) {
	env := testenv.New(t, "sqlite").Demo(t)
	b, key := serveBearing(t, env), testenv.NewHolder(t)
	bound := b.token(t, key.Thumbprint)
	as, routes := b.with("DPoP "+bound.Reveal()), 0
	for _, r := range native.New(env.Authority, native.Options{}).Routes {
		if !strings.Contains(r.Access.String(), "or Basic") {
			continue
		}
		routes++
		path := strings.NewReplacer("{id}", strings.Repeat("1", 32), "{", "A%2f", "}", "%20b").Replace(r.Path)
		body := ""
		if r.Method == http.MethodPost || r.Method == http.MethodPatch {
			body = `{"none":"such"}`
		}
		for _, c := range []struct {
			url    string
			counts bool
		}{{testenv.InstallationURL + path, true}, {testenv.InstallationURL + path + "x", false}} {
			env.Clock.Advance(time.Second) // within the allowance
			proof := key.Proof(bound, b.fresh(), r.Method, c.url, env.Clock.Now())
			got := as.do(t, r.Method, path, body, "DPoP: "+proof.Reveal())
			if (got.StatusCode != http.StatusUnauthorized) != c.counts {
				t.Errorf("%s %s with a proof for %s: %d %s", r.Method, path, c.url, got.StatusCode, got.answer.text)
			}
		}
	}
	if routes < 50 {
		t.Errorf("%d routes are none", routes)
	}
}

// A stream asks again whether it may go on: what it was let in by, and not the proof, which counts once.
func TestAStreamThatWasProvedGoesOn(t *testing.T) {
	env := testenv.New(t, "sqlite").Demo(t)
	env.Follow(t)
	b, key := serveBearing(t, env), testenv.NewHolder(t)
	bound := b.token(t, key.Thumbprint)
	proof := key.Proof(bound, b.fresh(), http.MethodGet, testenv.InstallationURL+revocations, env.Clock.Now())
	stream := wire{env: env, base: b.base}.events(t, "", http.Header{"Authorization": {"DPoP " + bound.Reveal()}, "Dpop": {proof.Reveal()}})
	await(t, stream, "heard")
	credential := b.operator.Credential().ID
	err := env.Store.Change(t.Context(), func(_ context.Context, tx authority.Tx) error {
		tx.Publish(authority.FeedCredential, credential.String())
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	await(t, stream, "revocation")
	suspend(t, env, 1200)
	await(t, stream, "revocation")
	if _, err := env.Authority.RevokeCredential(t.Context(), commandLine, credential); err != nil {
		t.Fatal(err)
	}
	ended(t, stream)
}
