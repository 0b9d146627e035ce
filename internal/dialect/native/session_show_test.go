package native_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/testenv"
)

func TestASessionOfAnyDialectIsShown(t *testing.T) {
	const unit = `{"id":"EE63A82C4FEBE02FF34E90DD1EBA5ABE","name":"Head office"}`
	for _, c := range []struct {
		dialect string
		shape   secret.Shape
		proof   authority.Proof
		subject string
		account string
		unit    string
	}{
		{
			"crmcom", secret.ShapeUpperHex32, authority.ByKey(secret.Of("C0FFEE00C0FFEE00C0FFEE00C0FFEE00")),
			`{"id":7,"email":"mp@crmdemo.test","name":"Mary Porter"}`, `null`, unit,
		},
		{
			"pulse", secret.ShapeHex64, authority.ByKeyPair(secret.Of("apiKey-3f9a1c2b7d4e"), secret.Of("demo-secret-0123456789abcdef")),
			`{"id":3,"email":"owner@acme.test","name":"Ada Acme"}`, `{"id":6591739253089529,"name":"Pulse Merchant Services"}`, `null`,
		},
	} {
		t.Run(c.dialect, func(t *testing.T) {
			testenv.Each(t, func(t *testing.T, env *testenv.Env) {
				env.Demo(t)
				w := serve(t, env)
				opened, err := env.Authority.OpenSession(t.Context(), w.actor(t, c.dialect, c.proof),
					authority.SessionRequest{Shape: c.shape, Lifetime: authority.Lifetimes{Absolute: 2 * time.Hour}, InUnit: c.dialect == "crmcom"})
				if err != nil {
					t.Fatal(err)
				}
				want := `{"expires_at":"2030-05-17T14:00:00Z","audience":null,"subject":` + c.subject + `,"account":` + c.account +
					`,"actor":null,"organisation":{"name":"CRMDEMO"},"unit":` + c.unit + `}`
				if diff := cmp.Diff(want, w.session(t, opened.Token).text); diff != "" {
					t.Error(diff)
				}
				env.Clock.Advance(2 * time.Hour)
				if got := w.session(t, opened.Token); got.problem(t).Code != "unauthenticated" {
					t.Error(got.text)
				}
			})
		})
	}
}

func TestASessionNobodyActsInNamesNoActor(t *testing.T) {
	env := testenv.New(t, "sqlite").Demo(t)
	w := serve(t, env)
	w.key = portalKey
	got := w.redeem(t, asking(w.mintMember(t, 1)))
	want := `"expires_at":"2030-05-18T00:00:00Z","audience":1,"subject":{"id":3,"email":"owner@acme.test","name":"Ada Acme"},` +
		`"account":{"id":1200,"name":"ACME Trading"},"actor":null}`
	if got.StatusCode != http.StatusOK || !strings.HasSuffix(got.text, want) {
		t.Errorf("%d %s", got.StatusCode, got.text)
	}
}

func TestASessionTakesNoQuery(t *testing.T) {
	env := testenv.New(t, "sqlite").Demo(t)
	w := serve(t, env)
	opened, err := env.Authority.OpenSession(t.Context(), w.actor(t, "crmcom", authority.ByKey(secret.Of("C0FFEE00C0FFEE00C0FFEE00C0FFEE00"))),
		authority.SessionRequest{Shape: secret.ShapeNative, Lifetime: authority.Lifetimes{Absolute: time.Hour}})
	if err != nil {
		t.Fatal(err)
	}
	w.key = opened.Token.Reveal()
	got := w.send(t, http.MethodGet, "/v1/session?token=x", "", nil)
	if p := got.problem(t); p.Code != "malformed-request" || p.Parameter != "query" {
		t.Error(got.text)
	}
}
