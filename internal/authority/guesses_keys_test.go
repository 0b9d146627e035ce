package authority_test

import (
	"testing"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/testenv"
)

func TestASourceThatHasPresentedTooManyKeysIsNotToldWhichExist(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		revoked := issue(t, env, keyOfAda)
		if _, err := env.Authority.RevokeCredential(t.Context(), operator, revoked.Credential.ID); err != nil {
			t.Fatal(err)
		}
		attempt := func(p authority.Proof) error {
			_, err := env.Authority.Authenticate(t.Context(), here, p)
			return err
		}
		wrong := func(key string) authority.Proof { return authority.ByKeyPair(secret.Of(key), secret.Of("wrong")) }
		for i := range authority.GuessRules[authority.KeyGuessesOfSource].Failures {
			p := wrong("nobody-s")
			if i%2 == 1 {
				p = authority.ByKey(revoked.Key)
			}
			if err := attempt(p); fault.KindOf(err) != fault.Unauthenticated {
				t.Fatalf("attempt %d: %v", i, err)
			}
		}
		for name, p := range map[string]authority.Proof{
			"an unknown key": byKey("nobody-s"), "an unknown pair": wrong("nobody-s"), "a pair that exists": wrong("pair-key"),
			"a revoked key": authority.ByKey(revoked.Key),
		} {
			if err := attempt(p); fault.KindOf(err) != fault.TooMany || fault.As(err).RetryAfter <= 0 {
				t.Errorf("%s: %v", name, err)
			}
		}
		for _, p := range []authority.Proof{pair, integrator, manager} {
			as(t, env, p)
		}
	})
}
