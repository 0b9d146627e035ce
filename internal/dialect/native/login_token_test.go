package native_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect/native"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/testenv"
)

func (a answer) read(t *testing.T, v any) {
	t.Helper()
	if err := unmarshal(a.text, v); err != nil || a.StatusCode != http.StatusOK {
		t.Fatalf("%d %s: %v", a.StatusCode, a.text, err)
	}
}

func secretOf(text string) secret.Text { return secret.Of(text) }

func TestWhoMayNotMintIsNotToldWhatARepeatHasMinted(t *testing.T) {
	env := testenv.New(t, "sqlite").Demo(t)
	a, who := serveAPI(t, env, native.Options{}), "service:CRMDEMO/ERP integration"
	const body = `{"account":"account:1200","email":"owner@acme.test","audience":1}`
	minted := a.with("Bearer "+a.key(t, who, authority.Restriction{})).ok(t, http.StatusCreated, http.MethodPost, "/v1/login-tokens", body, "Idempotency-Key: m-1")
	a.ok(t, http.StatusCreated, http.MethodPost, "/v1/grants", `{"principal":"`+who+`","tenant":"reseller:2","role":"installation.operator"}`)
	ends := a.with("Bearer " + a.key(t, who, authority.Restriction{Permissions: []grant.Permission{grant.CloseSession}}))
	ends.ok(t, http.StatusOK, http.MethodGet, "/v1/login-tokens/"+minted.text("id"), "")
	ends.fails(t, "not-found", http.MethodPost, "/v1/login-tokens", body, "Idempotency-Key: m-1")
}

func TestALoginTokenIsMintedShownRedeemedAndCancelled(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Demo(t)
		w, a := serve(t, env), serveAPI(t, env, native.Options{})
		w.key = portalKey
		integrator := a.with("Bearer " + a.key(t, "service:CRMDEMO/ERP integration", authority.Restriction{}))
		const body = `{"account":"account:1200","email":"owner@acme.test","audience":1,"lifetime_seconds":60}`
		minted := integrator.ok(t, http.StatusCreated, http.MethodPost, "/v1/login-tokens", body, "Idempotency-Key: m-1")
		if again := integrator.ok(t, http.StatusCreated, http.MethodPost, "/v1/login-tokens", body, "Idempotency-Key: m-1"); again.answer.text != minted.answer.text {
			t.Errorf("%s\n%s", minted.answer.text, again.answer.text)
		}
		id, token := minted.text("id"), minted.text("login_token")
		if !strings.Contains(minted.text("url"), token) {
			t.Error(minted.answer.text)
		}
		state := func(want string) {
			t.Helper()
			if got := integrator.ok(t, http.StatusOK, http.MethodGet, "/v1/login-tokens/"+id, ""); got.text("state") != want || strings.Contains(got.answer.text, token) {
				t.Errorf("not %s: %s", want, got.answer.text)
			}
		}
		state("live")
		if n := a.ok(t, http.StatusOK, http.MethodGet, "/v1/login-tokens?tenant=account:1200", ""); n.at("live") != 1.0 {
			t.Error(n.answer.text)
		}
		if got := w.redeem(t, asking(secret.Of(token))); got.StatusCode != http.StatusOK {
			t.Error(got.text)
		}
		state("redeemed")
		if got := integrator.ok(t, http.StatusOK, http.MethodDelete, "/v1/login-tokens/"+id, ""); got.at("cancelled") != false {
			t.Error(got.answer.text)
		}

		second := integrator.ok(t, http.StatusCreated, http.MethodPost, "/v1/login-tokens", body)
		id, token = second.text("id"), second.text("login_token")
		if got := integrator.ok(t, http.StatusOK, http.MethodDelete, "/v1/login-tokens/"+id, ""); got.at("cancelled") != true {
			t.Error(got.answer.text)
		}
		state("expired")
		if got := w.redeem(t, asking(secret.Of(token))); got.problem(t).Code != "login-token-refused" {
			t.Error(got.text)
		}

		outside := a.with("Bearer " + a.key(t, "service:CRMDEMO/ERP integration", authority.Restriction{Tenants: nil, Dialects: []string{"native"}}))
		outside.fails(t, "not-found", http.MethodPost, "/v1/login-tokens", `{"account":"account:505","email":"example@activeplatform.com","audience":1}`)
		other := a.with("Bearer " + a.key(t, buyerEmail, authority.Restriction{}))
		unknown := other.fails(t, "not-found", http.MethodGet, "/v1/login-tokens/"+strings.Repeat("1", 32), "")
		if got := other.fails(t, "not-found", http.MethodGet, "/v1/login-tokens/"+id, ""); strip(got) != strip(unknown) {
			t.Errorf("%s\n%s", got.told(), unknown.told())
		}
	})
}

func TestEventsAreReadFromEitherEndAndFiltered(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		a := serveAPI(t, env.Demo(t), native.Options{})
		began := env.Clock.Now()
		for range 3 {
			env.Clock.Advance(time.Minute)
			a.session(t, ownerEmail, adaPassword)
		}
		newest := collect(t, a, "/v1/events?limit=2&act=session.open")
		oldest := collect(t, a, "/v1/events?limit=2&act=session.open&order=oldest")
		if len(newest) != 3 || len(oldest) != 3 || newest[0]["id"] != oldest[2]["id"] || newest[2]["id"] != oldest[0]["id"] {
			t.Fatalf("%v\n%v", newest, oldest)
		}
		since := began.Add(90 * time.Second).Format(time.RFC3339)
		if some := collect(t, a, "/v1/events?limit=9&act=session.open&since="+since); len(some) != 2 {
			t.Error(some)
		}
		if some := collect(t, a, "/v1/events?limit=9&act=session.open&until="+since); len(some) != 1 {
			t.Error(some)
		}
		if some := collect(t, a, "/v1/events?limit=9&session="+newest[0]["session"].(string)); len(some) != 1 || some[0]["subject"] != string(a.person(t, ownerEmail)) {
			t.Error(some)
		}
		for _, query := range []string{"outcome=maybe", "order=up", "session=1", "since=yesterday", "source=here", "act="} {
			a.fails(t, "malformed-request", http.MethodGet, "/v1/events?"+query, "")
		}
		a.with("Bearer "+northKey).fails(t, "denied", http.MethodGet, "/v1/events", "")
	})
}

func TestACredentialIsKeptToItsAllowanceAndToldWhatIsLeft(t *testing.T) {
	env := testenv.New(t, "sqlite").Demo(t)
	a := serveAPI(t, env, native.Options{PerMinute: 2})
	first := a.ok(t, http.StatusOK, http.MethodGet, "/v1/limits", "")
	if p, r := first.Header.Get("RateLimit-Policy"), first.Header.Get("RateLimit"); p != `"v1";q=2;w=60` || r != `"v1";r=1;t=30` {
		t.Error(p, r)
	}
	a.ok(t, http.StatusOK, http.MethodGet, "/v1/limits", "")
	refused := a.fails(t, "too-many-requests", http.MethodGet, "/v1/limits", "")
	if refused.Header.Get("Retry-After") != "30" || refused.Header.Get("RateLimit") != `"v1";r=0;t=30` {
		t.Error(refused.Header)
	}
	a.ok(t, http.StatusOK, http.MethodPost, "/v1/sessions/verify", `{"tokens":["x"]}`) // another allowance
	a.with("Bearer "+northKey).ok(t, http.StatusOK, http.MethodGet, "/v1/limits", "")
	env.Clock.Advance(30 * time.Second)
	a.ok(t, http.StatusOK, http.MethodGet, "/v1/limits", "")
}

func TestSigningKeysAreListedRotatedAndKilled(t *testing.T) {
	env := testenv.New(t, "sqlite").Demo(t)
	if err := env.Authority.RefreshSigningKeys(t.Context()); err != nil {
		t.Fatal(err)
	}
	a := serveAPI(t, env, native.Options{})
	of := func(r reply, state string) (ids []string) {
		for _, item := range r.items() {
			if k := item.(map[string]any); k["state"] == state {
				ids = append(ids, k["id"].(string))
			}
		}
		return ids
	}
	listed := a.ok(t, http.StatusOK, http.MethodGet, "/v1/signing-keys", "")
	current, next := of(listed, "current"), of(listed, "next")
	if len(current) != 1 || len(next) != 1 {
		t.Fatal(listed.answer.text)
	}
	killed := a.ok(t, http.StatusOK, http.MethodDelete, "/v1/signing-keys/"+current[0], "")
	if now := of(killed, "current"); killed.at("killed") != true || len(now) != 1 || now[0] != next[0] {
		t.Error(killed.answer.text)
	}
	env.Clock.Advance(time.Hour)
	rotated := a.ok(t, http.StatusOK, http.MethodPost, "/v1/signing-keys/rotate", `{"algorithm":"ES256"}`)
	if now := of(rotated, "current"); len(now) != 1 || now[0] == next[0] {
		t.Error(rotated.answer.text)
	}
	a.fails(t, "malformed-request", http.MethodPost, "/v1/signing-keys/rotate", `{"algorithm":"none"}`)
	a.fails(t, "not-found", http.MethodPost, "/v1/signing-keys/rotate", `{"algorithm":"RS256"}`)
	a.fails(t, "not-found", http.MethodDelete, "/v1/signing-keys/"+strings.Repeat("1", 32), "")
	a.with("Bearer "+northKey).fails(t, "denied", http.MethodGet, "/v1/signing-keys", "")
}
