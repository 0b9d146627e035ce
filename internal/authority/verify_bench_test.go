package authority_test

import (
	"testing"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/testenv"
)

// BenchmarkVerifySession is a verification with everything in memory.
func BenchmarkVerifySession(b *testing.B) {
	env := testenv.New(b, "sqlite")
	env.Apply(b, coreDirectory)
	token := sessionKinds[pulseSession](b, env)
	for b.Loop() {
		if _, v, err := env.Authority.AuthenticateSession(b.Context(), here, token); err != nil || !v.Valid() {
			b.Fatal(v.Reason, err)
		}
	}
}

// BenchmarkAuthenticateByKeyPair is a proof by a key pair with everything in memory.
func BenchmarkAuthenticateByKeyPair(b *testing.B) {
	env := testenv.New(b, "sqlite")
	env.Apply(b, coreDirectory)
	from := authority.Origin{Dialect: "pulse", Source: here.Source}
	for b.Loop() {
		if _, err := env.Authority.Authenticate(b.Context(), from, pair); err != nil {
			b.Fatal(err)
		}
	}
}
