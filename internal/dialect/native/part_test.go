package native_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect/native"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/testenv"
)

// byKey opens a session of somebody by a new key, as a client of another dialect would.
func (a api) byKey(t *testing.T, who string) (id, token string) {
	t.Helper()
	from := authority.Origin{Dialect: "pulse"}
	by, err := a.env.Authority.Authenticate(t.Context(), from, authority.ByKey(secret.Of(a.key(t, who, authority.Restriction{}))))
	if err != nil {
		t.Fatal(err)
	}
	opened, err := a.env.Authority.OpenSession(t.Context(), by, authority.SessionRequest{Lifetime: authority.Lifetimes{Absolute: time.Hour}})
	if err != nil {
		t.Fatal(err)
	}
	return opened.Session.ID.String(), opened.Token.Reveal()
}

func TestAnOperatorOfAPartSeesAndEndsOnlyItsOwnSessions(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Demo(t)
		w, a := serve(t, env), serveAPI(t, env, native.Options{})
		a.made(t, "/v1/tenants", `{"kind":"organisation","id":"organisation:OTHER","parent":"installation"}`)
		_, eve := a.made(t, "/v1/persons", `{"organisation":"organisation:OTHER","email":"eve@other.test","name":"Eve"}`)
		a.made(t, "/v1/persons", `{"organisation":"organisation:OTHER","email":"zed@other.test","name":"Zed"}`)
		a.made(t, "/v1/grants", `{"principal":"`+eve.text("id")+`","tenant":"organisation:OTHER","role":"installation.operator"}`)
		part := a.with("Bearer " + a.key(t, "eve@other.test", authority.Restriction{}))

		own, ownToken := a.byKey(t, "zed@other.test")
		foreign, foreignToken := a.byKey(t, ownerEmail)
		minted, _ := env.Keys.ParseLoginToken(w.mintMember(t, 1))
		none := strings.Repeat("1", 32)
		if listed := collect(t, part, "/v1/sessions?limit=1"); len(listed) != 1 || listed[0]["id"] != own {
			t.Error(listed)
		}
		for _, e := range collect(t, part, "/v1/events?limit=50") {
			if e["tenant"] != "organisation:OTHER" {
				t.Error(e)
			}
		}
		for _, target := range []string{"/v1/sessions?tenant=account:1200", "/v1/events?tenant=installation", "/v1/login-tokens?tenant=account:1200", "/v1/credentials?tenant=account:1200"} {
			part.fails(t, "not-found", http.MethodGet, target, "")
		}
		for _, method := range []string{http.MethodGet, http.MethodDelete} {
			for there, absent := range map[string]string{
				"/v1/sessions/" + foreign: "/v1/sessions/" + none, "/v1/login-tokens/" + minted.ID.String(): "/v1/login-tokens/" + none,
			} {
				if got, like := part.fails(t, "not-found", method, there, ""), part.fails(t, "not-found", method, absent, ""); strip(got) != strip(like) {
					t.Errorf("%s\nlike none: %s", got.told(), like.told())
				}
			}
		}
		batch := `{"tokens":["` + foreignToken + `","` + ownToken + `"]}`
		if got := part.ok(t, http.StatusOK, http.MethodPost, "/v1/sessions/verify", batch); valid(got) != "-+" {
			t.Error(got.answer.text)
		}
		if got := part.ok(t, http.StatusOK, http.MethodDelete, "/v1/sessions?dialect=pulse", ""); got.at("sessions") != 1.0 {
			t.Error(got.answer.text)
		}
		if got := a.ok(t, http.StatusOK, http.MethodPost, "/v1/sessions/verify", batch); valid(got) != "+-" {
			t.Error(got.answer.text)
		}
		part.fails(t, "denied", http.MethodGet, "/v1/signing-keys", "")
	})
}
