package activeplatform_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/dialect/activeplatform"
	"github.com/doorward/doorward/internal/dialect/dialecttest"
	"github.com/doorward/doorward/internal/dialect/native"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/testenv"
)

func TestTranscripts(t *testing.T) { dialecttest.Transcripts(t, withRedeemer, "testdata") }

// withRedeemer adds the routes of our own API, so that a transcript can redeem what it was given.
func withRedeemer(env *testenv.Env) dialect.Dialect {
	d := activeplatform.New(env.Authority, activeplatform.Options{PublicURL: testenv.InstallationURL})
	own := native.New(env.Authority, native.Options{})
	inOwnShape := d.Fail
	d.Routes = append(d.Routes, own.Routes...)
	d.Fail = func(w http.ResponseWriter, r *http.Request, f *fault.Error) {
		if strings.HasPrefix(r.URL.Path, "/v1/") {
			own.Fail(w, r, f)
			return
		}
		inOwnShape(w, r, f)
	}
	return d
}

func TestTheStoryOfAnOwnerToken(t *testing.T) {
	dialecttest.Story(t, func(t *testing.T, env *testenv.Env) dialecttest.Teller {
		return &teller{wire: wire{base: env.Serve(t, withRedeemer(env)), key: northKey}}
	})
}

// teller hands over two owners in turn, because a new token cancels the older one of the same owner.
type teller struct {
	wire
	begun int
}

func (w *teller) Begin(t *testing.T) string {
	accounts := []string{"505", "1200"}
	w.begun++
	return w.mustMint(t, "1", accounts[w.begun%len(accounts)]).Token
}

func (w *teller) Use(t *testing.T, presented string) bool { return w.redeem(t, presented, "") }

func (w *teller) End(*testing.T, string) {}
