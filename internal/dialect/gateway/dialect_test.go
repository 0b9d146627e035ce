package gateway_test

import (
	"testing"

	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/dialect/activeplatform"
	"github.com/doorward/doorward/internal/dialect/dialecttest"
	"github.com/doorward/doorward/internal/dialect/gateway"
	"github.com/doorward/doorward/internal/dialect/native"
	"github.com/doorward/doorward/internal/testenv"
)

var options = gateway.Options{PublicURL: testenv.InstallationURL, SignIn: []string{"https://sign-in.test"}}

func TestTranscripts(t *testing.T) {
	// With the routes of other dialects that mint and redeem, since none here does.
	dialecttest.Transcripts(t, func(env *testenv.Env) dialect.Dialect {
		d := gateway.New(env.Authority, options)
		d.Routes = append(d.Routes, activeplatform.New(env.Authority, activeplatform.Options{}).Routes...)
		d.Routes = append(d.Routes, native.New(env.Authority, native.Options{}).Routes...)
		return d
	}, "testdata")
}
