package authority_test

import (
	"strings"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/testenv"
)

const issuer = testenv.InstallationURL

// signing is the core directory with a client that signs.
func signing(t testing.TB) string {
	t.Helper()
	return with(t, "      - {name: clerk,", "      - {name: signs, key: signed-reports, jwks: '"+testenv.ClientKeys(t)+"', person: clerk@org.test}\n      - {name: clerk,")
}

func assertion(t testing.TB, env *testenv.Env, id string) authority.Proof {
	t.Helper()
	return authority.ByAssertion("", secret.Of(testenv.Assertion(t, map[string]any{
		"iss": "signed-reports", "sub": "signed-reports", "aud": issuer, "jti": id, "exp": env.Clock.Now().Add(time.Minute).Unix(),
	})), []string{issuer})
}

func TestAClientThatSignsIsTakenOnceOnEveryEngine(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Apply(t, signing(t))
		if r := env.Apply(t, signing(t)); r.Changes() != 0 {
			t.Errorf("applied again it changes %+v", r)
		}
		if by := as(t, env, assertion(t, env, "1")); by.Credential().ClientID() != "signed-reports" || by.Principal().ID != "person:7" {
			t.Errorf("%+v", by.Principal())
		}
		_, err := env.Authority.Authenticate(t.Context(), here, assertion(t, env, "1"))
		wantFault(t, err, fault.Unauthenticated, authority.ReasonRepeated)
		as(t, env, assertion(t, env, "2"))
	})
}

func TestOtherKeysInAClientsPlaceEndWhatTheOldOnesMade(t *testing.T) {
	env := testenv.New(t, "sqlite")
	env.Apply(t, signing(t))
	by := as(t, env, assertion(t, env, "1"))
	token := access(t, env, by, authority.AccessTokenRequest{}).Token
	wantAccess(t, env, token, "")
	env.Clock.Advance(time.Second)
	env.Apply(t, strings.Replace(signing(t), `"kid":"2026-11"`, `"kid":"2026-12"`, 1))
	wantAccess(t, env, token, authority.ReasonRevoked)
	_, err := env.Authority.Authenticate(t.Context(), here, assertion(t, env, "2"))
	wantFault(t, err, fault.Unauthenticated, "jws-unknown-key")
}

func TestAPublicKeyIsRotatedInPlace(t *testing.T) {
	env := testenv.New(t, "sqlite")
	env.Apply(t, signing(t))
	credential := as(t, env, assertion(t, env, "1")).Credential()
	operator := authority.CommandLine(here)
	_, err := env.Authority.RotateCredential(t.Context(), operator, credential.ID, authority.RotateRequest{})
	wantFault(t, err, fault.Malformed, "bad-parameter")
	_, err = env.Authority.RotateCredential(t.Context(), operator, credential.ID, authority.RotateRequest{
		Overlap: time.Hour, Import: authority.Import{PublicKeys: testenv.ClientKeys(t)},
	})
	wantFault(t, err, fault.Malformed, "bad-parameter")
	rotated, err := env.Authority.RotateCredential(t.Context(), operator, credential.ID, authority.RotateRequest{
		Import: authority.Import{PublicKeys: strings.Replace(testenv.ClientKeys(t), `"kid":"2026-11"`, `"kid":"another"`, 1)},
	})
	if err != nil || rotated.Credential.ID != credential.ID || rotated.Credential.ClientID() != "signed-reports" {
		t.Fatalf("%+v, %v", rotated.Credential, err)
	}
	_, err = env.Authority.Authenticate(t.Context(), here, assertion(t, env, "2"))
	wantFault(t, err, fault.Unauthenticated, "jws-unknown-key")
}
