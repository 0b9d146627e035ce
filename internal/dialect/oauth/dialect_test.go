package oauth_test

import (
	"testing"

	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/dialect/alephee"
	"github.com/doorward/doorward/internal/dialect/dialecttest"
	"github.com/doorward/doorward/internal/dialect/oauth"
	"github.com/doorward/doorward/internal/dialect/pulse"
	"github.com/doorward/doorward/internal/testenv"
)

func speak(env *testenv.Env) dialect.Dialect {
	return oauth.New(env.Authority, oauth.Options{PublicURL: testenv.InstallationURL})
}

func TestTranscripts(t *testing.T) {
	// With the routes of other dialects that mint and log in, since none here does.
	dialecttest.Transcripts(t, func(env *testenv.Env) dialect.Dialect {
		d := speak(env)
		d.Routes = append(d.Routes, alephee.New(env.Authority, alephee.Options{}).Routes...)
		d.Routes = append(d.Routes, pulse.New(env.Authority, pulse.Options{}).Routes...)
		return d
	}, "testdata")
}
