package native_test

import (
	"net/http"
	"testing"

	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/dialect/activeplatform"
	"github.com/doorward/doorward/internal/dialect/dialecttest"
	"github.com/doorward/doorward/internal/dialect/native"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/testenv"
)

func TestTranscripts(t *testing.T) {
	// With the route of another dialect that mints, since none here does.
	dialecttest.Transcripts(t, func(env *testenv.Env) dialect.Dialect {
		d := native.New(env.Authority, native.Options{})
		d.Routes = append(d.Routes, activeplatform.New(env.Authority, activeplatform.Options{}).Routes...)
		return d
	}, "testdata")
}

func TestAPathHasOneSpelling(t *testing.T) {
	w := serve(t, testenv.New(t, "sqlite").Demo(t))
	for _, path := range []string{"/v1/session/", "/v1//session", "/v1/./session", "/v1/Session", "/v1/login-token"} {
		if got := w.send(t, http.MethodGet, path, "", nil); got.problem(t).Code != "not-found" || got.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d %s", path, got.StatusCode, got.text)
		}
	}
}

func TestTheStoryOfARedemption(t *testing.T) {
	dialecttest.Story(t, func(t *testing.T, env *testenv.Env) dialecttest.Teller {
		w := serve(t, env)
		w.key = portalKey
		return teller{w}
	})
}

// teller redeems tokens that the ERP minted for the B2B portal; the first use spends one.
type teller struct{ wire }

func (w teller) Begin(t *testing.T) string { return w.mintMember(t, 1).Reveal() }

func (w teller) Use(t *testing.T, presented string) bool {
	got := w.redeem(t, asking(secret.Of(presented)))
	if got.StatusCode != http.StatusOK && got.problem(t).Code != "login-token-refused" {
		t.Fatal(got.text)
	}
	return got.StatusCode == http.StatusOK
}

func (w teller) End(*testing.T, string) {}
