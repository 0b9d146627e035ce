package authority_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/limit"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/sqlstore"
	"github.com/doorward/doorward/internal/testenv"
)

// node is another authority on a store, as of another process.
func node(env *testenv.Env, store authority.Store, keys *secret.Keys, o authority.Options) *authority.Authority {
	o.InstallationURL = testenv.InstallationURL
	return authority.New(store, keys, limit.NewGuesses(limit.Rules(authority.GuessRules), env.Clock.Now, 0), limit.NewPool(1, 1), o)
}

// signedFor makes a signed access token for the portal.
func signedFor(t testing.TB, a *authority.Authority, env *testenv.Env) secret.Text {
	t.Helper()
	issued, err := a.IssueAccessToken(t.Context(), as(t, env, clerk), authority.AccessTokenRequest{Resource: testenv.InstallationURL + "/audiences/1"})
	if err != nil {
		t.Fatal(err)
	}
	return issued.Token
}

func signingKeys(t testing.TB, a *authority.Authority) []authority.ListedSigningKey {
	t.Helper()
	keys, err := a.SigningKeys(t.Context(), operator)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// states returns the states of the keys of an algorithm, in the order they sign; killed ones come first.
func states(keys []authority.ListedSigningKey, alg secret.Algorithm) string {
	var all []string
	for _, k := range keys {
		if k.Algorithm == alg {
			all = append(all, string(k.State))
		}
	}
	slices.SortStableFunc(all, func(x, y string) int {
		return strings.Count(y, "killed") - strings.Count(x, "killed")
	})
	return strings.Join(all, " ")
}

func keyIn(t testing.TB, keys []authority.ListedSigningKey, state authority.SigningKeyState) authority.ListedSigningKey {
	t.Helper()
	for _, k := range keys {
		if k.State == state {
			return k
		}
	}
	t.Fatalf("no key is %s", state)
	return authority.ListedSigningKey{}
}

func wantStates(t testing.TB, a *authority.Authority, want string) {
	t.Helper()
	if got := states(signingKeys(t, a), secret.ES256); got != want {
		t.Errorf("the keys are %q, want %q", got, want)
	}
}

func refresh(t testing.TB, nodes ...*authority.Authority) {
	t.Helper()
	for _, a := range nodes {
		if err := a.RefreshSigningKeys(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTheFirstSignedAccessTokenMakesTheKeys(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		token := signedFor(t, env.Authority, env)
		v := wantAccess(t, env, token, "")
		if v.Session.Kind != authority.AccessToken || v.Session.Audience != 1 {
			t.Errorf("the verdict is about %+v", v.Session)
		}
		keys := signingKeys(t, env.Authority)
		if got := states(keys, secret.ES256); got != "current next" || len(keys) != 2 {
			t.Errorf("keys: %+v", keys)
		}
		if next := keyIn(t, keys, authority.NextKey); !next.SignsAt.Equal(env.Clock.Now().Add(authority.DefaultSigningKeyLifetime)) {
			t.Errorf("the next one signs at %v", next.SignsAt)
		}
		refresh(t, env.Authority)
		wantStates(t, env.Authority, "current next")
	})
}

func TestAnAudiencesOwnAlgorithmSignsForIt(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		signedFor(t, env.Authority, env)
		for _, alg := range []string{"EdDSA", "RS256"} {
			env.Apply(t, with(t, "{id: 1, name: portal,", "{id: 1, name: portal, access_token: {algorithm: "+alg+"},"))
			token := signedFor(t, env.Authority, env)
			wantAccess(t, env, token, "")
			if got := states(signingKeys(t, env.Authority), secret.Algorithm(alg)); got != "current next" {
				t.Errorf("%s: %s", alg, got)
			}
			if !strings.Contains(decodedHeader(t, token), `"alg":"`+alg+`"`) {
				t.Errorf("it is signed by %s", decodedHeader(t, token))
			}
		}
	})
}

func TestManyNodesThatStartAtOnceMakeOneSetOfKeys(t *testing.T) {
	url := testenv.PostgresDatabase(t)
	env := testenv.New(t, "postgres")
	for _, engine := range testenv.Engines {
		t.Run(engine, func(t *testing.T) {
			var nodes []*authority.Authority
			shared := testenv.OpenStore(t, "sqlite", sqlstore.Options{Clock: env.Clock.Now})
			for range 8 {
				store := shared
				if engine == "postgres" {
					store = nodeOn(t, url, env)
				}
				nodes = append(nodes, node(env, store, env.Keys, authority.Options{}))
			}
			var all sync.WaitGroup
			for _, a := range nodes {
				all.Go(func() {
					if err := a.RefreshSigningKeys(t.Context()); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
			for _, a := range nodes {
				wantStates(t, a, "current next")
			}
		})
	}
}

// nodeOn opens a database as one more node does.
func nodeOn(t testing.TB, url string, env *testenv.Env) *sqlstore.Store {
	t.Helper()
	store, _, err := sqlstore.OpenPostgres(t.Context(), url, sqlstore.Options{Clock: env.Clock.Now, Connections: 3})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return store
}

func TestAKeySignsForItsLifetimeAndStaysPublishedWhileWhatItSignedMayLive(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		a := env.Authority
		refresh(t, a)
		first, second := signingKeys(t, a)[0], signingKeys(t, a)[1]
		env.Clock.Advance(authority.DefaultSigningKeyLifetime - time.Second)
		refresh(t, a)
		wantStates(t, a, "current next")
		before := signedFor(t, a, env)
		env.Clock.Advance(time.Second)
		// Nobody has refreshed: the change is by the clock.
		if after := signedFor(t, a, env); !strings.Contains(decodedHeader(t, before), first.ID.String()) || !strings.Contains(decodedHeader(t, after), second.ID.String()) {
			t.Errorf("before %s, after %s", decodedHeader(t, before), decodedHeader(t, after))
		}
		events := eventsDuring(t, env, func() { refresh(t, a, node(env, env.Store, env.Keys, authority.Options{})) })
		wantActs(t, events, audit.CreateSigningKey, audit.RetireSigningKey)
		wantStates(t, a, "retired current next")
		wantAccess(t, env, before, "")
		env.Clock.Advance(authority.LongestAccess)
		wantStates(t, a, "retired current next")
		if !strings.Contains(jwks(t, a), first.ID.String()) {
			t.Error("a key is gone while what it signed may live")
		}
		env.Clock.Advance(5 * time.Minute)
		wantStates(t, a, "gone current next")
		if strings.Contains(jwks(t, a), first.ID.String()) {
			t.Error("a key is published for longer than anything needs")
		}
	})
}

func wantActs(t testing.TB, events []audit.Event, want ...audit.Act) {
	t.Helper()
	var got []audit.Act
	for _, e := range events {
		got = append(got, e.Act)
		if e.Tenant != "installation" || e.Detail["key"] == "" || e.Outcome != audit.Done {
			t.Errorf("event %+v", e)
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("events %v, want %v", got, want)
	}
}

func TestARotationByCommandWaitsUntilVerifiersKnowTheKey(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		a := env.Authority
		if _, err := a.RotateSigningKeys(t.Context(), operator, ""); fault.KindOf(err) != fault.NotFound {
			t.Errorf("with no key to rotate to: %v", err)
		}
		refresh(t, a)
		var keys []authority.ListedSigningKey
		rotate := func() {
			var err error
			if keys, err = a.RotateSigningKeys(t.Context(), operator, secret.ES256); err != nil {
				t.Fatal(err)
			}
		}
		wantActs(t, eventsDuring(t, env, rotate), audit.RotateSigningKey)
		if got := states(keys, secret.ES256); got != "current next" || !keys[1].SignsAt.Equal(keys[1].CreatedAt.Add(10*time.Minute)) {
			t.Errorf("a key that nobody has seen yet: %+v", keys)
		}
		env.Clock.Advance(10 * time.Minute)
		refresh(t, a)
		env.Clock.Advance(10 * time.Minute)
		wantActs(t, eventsDuring(t, env, rotate), audit.RotateSigningKey, audit.RetireSigningKey, audit.CreateSigningKey)
		if got := states(keys, secret.ES256); got != "retired retired current next" {
			t.Errorf("the keys are %s", got)
		}
		if _, err := a.RotateSigningKeys(t.Context(), operator, secret.RS256); fault.KindOf(err) != fault.NotFound {
			t.Errorf("of an algorithm without keys: %v", err)
		}
	})
}

func TestAKilledKeyIsRefusedEverywhereWithinFiveSeconds(t *testing.T) {
	url := testenv.PostgresDatabase(t)
	clocked := testenv.New(t, "postgres")
	first := nodeOn(t, url, clocked)
	env := testenv.NewOn(t, "postgres", first, clocked.Clock)
	env.Apply(t, coreDirectory)
	a, b := env.Authority, node(env, nodeOn(t, url, env), env.Keys, authority.Options{})
	refresh(t, a, b)
	env.Clock.Advance(time.Hour)
	refresh(t, a, b)
	token := signedFor(t, a, env)
	counts := func(at *authority.Authority, want bool) {
		t.Helper()
		v, err := at.Verify(t.Context(), here, token)
		if err != nil || v.Valid() != want {
			t.Errorf("valid %v, %v; want %v", v.Valid(), err, want)
		}
	}
	counts(a, true)
	counts(b, true)
	current, next := keyIn(t, signingKeys(t, a), authority.CurrentKey), keyIn(t, signingKeys(t, a), authority.NextKey)
	var keys []authority.ListedSigningKey
	kill := func() {
		var killed bool
		var err error
		if keys, killed, err = a.KillSigningKey(t.Context(), operator, current.ID); err != nil || !killed {
			t.Fatalf("killed %v, %v", killed, err)
		}
	}
	wantActs(t, eventsDuring(t, env, kill), audit.KillSigningKey, audit.RotateSigningKey, audit.CreateSigningKey)
	if got := states(keys, secret.ES256); got != "killed current next" || keyIn(t, keys, authority.CurrentKey).ID != next.ID {
		t.Errorf("the keys are %s", got)
	}
	counts(a, false)
	// The other node hears nothing by itself here: what it knows may be three seconds old.
	env.Clock.Advance(5 * time.Second)
	counts(b, false)
	if strings.Contains(jwks(t, b), current.ID.String()) || !strings.Contains(jwks(t, b), next.ID.String()) {
		t.Errorf("published: %s", jwks(t, b))
	}
	token = signedFor(t, b, env)
	counts(a, true)
	if !strings.Contains(decodedHeader(t, token), next.ID.String()) {
		t.Errorf("signed by %s", decodedHeader(t, token))
	}
	wantFed(t, env, current.ID)
	if _, killed, err := a.KillSigningKey(t.Context(), operator, current.ID); err != nil || killed {
		t.Errorf("once more: killed %v, %v", killed, err)
	}
	if _, _, err := a.KillSigningKey(t.Context(), operator, authority.SigningKeyID{1}); fault.KindOf(err) != fault.NotFound {
		t.Errorf("of none: %v", err)
	}
}

// A node that refreshes hears of a kill at once.
func TestARefreshHearsOfAKill(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		other := node(env, env.Store, env.Keys, authority.Options{})
		token := signedFor(t, env.Authority, env)
		refresh(t, other)
		if v, err := other.Verify(t.Context(), here, token); err != nil || !v.Valid() {
			t.Fatalf("%v, %v", v.Reason, err)
		}
		if _, _, err := env.Authority.KillSigningKey(t.Context(), operator, signingKeys(t, other)[0].ID); err != nil {
			t.Fatal(err)
		}
		refresh(t, other)
		if v, err := other.Verify(t.Context(), here, token); err != nil || v.Reason != authority.ReasonUnknown {
			t.Errorf("%v, %v", v.Reason, err)
		}
	})
}

func TestTheNextKeyIsReplacedWhenItIsKilled(t *testing.T) {
	env := testenv.New(t, "sqlite")
	refresh(t, env.Authority)
	keys := signingKeys(t, env.Authority)
	if _, _, err := env.Authority.KillSigningKey(t.Context(), operator, keys[1].ID); err != nil {
		t.Fatal(err)
	}
	wantStates(t, env.Authority, "killed current next")
	now := signingKeys(t, env.Authority)
	if keyIn(t, now, authority.CurrentKey).ID != keys[0].ID || !keyIn(t, now, authority.NextKey).SignsAt.Equal(keys[1].SignsAt) {
		t.Errorf("%+v", now)
	}
}

func TestAShorterLifetimeCountsForTheKeyThatSignsNow(t *testing.T) {
	env := testenv.New(t, "sqlite")
	refresh(t, env.Authority)
	sooner := node(env, env.Store, env.Keys, authority.Options{SigningKeyLifetime: time.Hour})
	refresh(t, sooner, env.Authority, sooner) // and the other node does not move it back
	if next := keyIn(t, signingKeys(t, sooner), authority.NextKey); !next.SignsAt.Equal(env.Clock.Now().Add(time.Hour)) {
		t.Errorf("the next signs at %v", next.SignsAt)
	}
}

func TestKeysThatNobodyWatchedGoOnWhereTheyAre(t *testing.T) {
	env := testenv.New(t, "sqlite")
	refresh(t, env.Authority)
	env.Clock.Advance(100 * 24 * time.Hour)
	again := node(env, env.Store, env.Keys, authority.Options{})
	refresh(t, again)
	wantStates(t, again, "gone current next")
	if next := keyIn(t, signingKeys(t, again), authority.NextKey); !next.SignsAt.Equal(env.Clock.Now().Add(10 * time.Minute)) {
		t.Errorf("the next signs at %v", next.SignsAt)
	}
}

func TestSigningKeysAreSealedAtRest(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		refresh(t, env.Authority)
		before := signingKeys(t, env.Authority)
		stranger := node(env, env.Store, secret.KeysFrom([32]byte{1, 2, 3}, [32]byte{9}), authority.Options{SigningKeyLifetime: time.Hour})
		err := stranger.RefreshSigningKeys(t.Context())
		wantFault(t, err, fault.Unmet, "signing-key-sealed")
		if err != nil && !strings.Contains(err.Error(), "keys directory") {
			t.Errorf("the error does not help: %v", err)
		}
		if diff := cmp.Diff(before, signingKeys(t, env.Authority)); diff != "" {
			t.Errorf("it has changed the keys that it cannot open: %s", diff)
		}
	})
}

func TestARestoreKillsTheSigningKeysUnlessSessionsAreKept(t *testing.T) {
	for kept, want := range map[bool]string{false: "killed killed current next", true: "current next"} {
		t.Run(want, func(t *testing.T) {
			original, empty := testenv.New(t, "sqlite"), testenv.New(t, "postgres")
			original.Apply(t, coreDirectory)
			token := signedFor(t, original.Authority, original)
			if _, err := restore(t, empty, backUp(t, original), authority.RestoreOptions{KeepSessions: kept}); err != nil {
				t.Fatal(err)
			}
			if v, err := empty.Authority.Verify(t.Context(), here, token); err != nil || v.Valid() != kept {
				t.Errorf("the token counts: %v, %v", v.Valid(), err)
			}
			refresh(t, empty.Authority)
			wantStates(t, empty.Authority, want)
		})
	}
}

func TestAnIdentityIsSignedForOneAudienceAndAMinute(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		session := open(t, env, clerk, authority.SessionRequest{Lifetime: hour})
		v, err := env.Authority.VerifySession(t.Context(), here, session)
		if err != nil {
			t.Fatal(err)
		}
		who := authority.Admission{SessionFacts: v.SessionFacts, Permissions: []grant.Permission{"readApplications"}}
		who.At.ID = acme
		text, err := env.Authority.SignIdentity(t.Context(), who, 1)
		if err != nil {
			t.Fatal(err)
		}
		claims := identityOf(t, env, text, testenv.InstallationURL+"/audiences/1")
		if claims.Subject != string(v.Session.Subject) || claims.SessionID != v.Session.ID.String() || claims.Email != "clerk@org.test" ||
			claims.ExpiresAt.Time().Sub(claims.IssuedAt.Time()) != time.Minute || claims.Account != string(acme) || claims.Scope != "readApplications" {
			t.Errorf("claims %+v", claims)
		}
		wantAccess(t, env, text, authority.ReasonUnknown)
		if _, err := env.Authority.SignIdentity(t.Context(), who, 77); err == nil {
			t.Error("an identity for an audience that there is not")
		}
		if _, err := env.Authority.SignIdentity(t.Context(), authority.Admission{}, 1); err == nil {
			t.Error("nobody is signed for")
		}
	})
}

func TestAnAccessTokenSaysWhatItDependsOn(t *testing.T) {
	env := testenv.New(t, "sqlite")
	env.Apply(t, coreDirectory)
	issued := access(t, env, as(t, env, pair), authority.AccessTokenRequest{
		Resource: testenv.InstallationURL + "/audiences/1", Thumbprint: strings.Repeat("A", 43),
	})
	claims := accessOf(t, env, issued.Token)
	kid := keyIn(t, signingKeys(t, env.Authority), authority.CurrentKey).ID.String()
	for kind, key := range map[authority.FeedKind]string{
		authority.FeedSession: issued.Session.ID.String(), authority.FeedSigningKey: kid, authority.FeedTenant: "account:1200",
		authority.FeedPrincipal: string(issued.Session.Subject), authority.FeedAudience: "1", authority.FeedCredential: issued.Session.Credential.String(),
	} {
		if !slices.Contains(claims.Facts, secret.Fact(string(kind), key)) {
			t.Errorf("it does not depend on %s %s", kind, key)
		}
	}
	if claims.Account != "account:1200" || claims.ClientID != "pair-key" || claims.ID != issued.Session.ID.String() ||
		claims.Issuer != testenv.InstallationURL || claims.Confirmation == nil || claims.Audience != testenv.InstallationURL+"/audiences/1" {
		t.Errorf("claims %+v", claims)
	}
}
