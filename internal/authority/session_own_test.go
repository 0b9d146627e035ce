package authority_test

import (
	"testing"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/testenv"
)

func TestASessionIsADialectsOwnOnlyWhereItWasOpened(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		token := open(t, env, clerk, authority.SessionRequest{Lifetime: authority.Lifetimes{Absolute: time.Hour}})
		by, v, err := env.Authority.AuthenticateOwnSession(t.Context(), here, token)
		if err != nil || !v.Valid() || by.Principal().Email != "clerk@org.test" {
			t.Errorf("where it was opened: %+v, %v", v, err)
		}
		elsewhere := here
		elsewhere.Dialect = "pulse"
		by, v, err = env.Authority.AuthenticateOwnSession(t.Context(), elsewhere, token)
		f := fault.As(err)
		if f.Kind != fault.Unauthenticated || f.Reason != authority.ReasonDialect || by.Principal().ID != "" ||
			v.Reason != authority.ReasonDialect || v.Subject.Principal.ID != "" {
			t.Errorf("elsewhere: %+v, %v", v, err)
		}
		_, _, err = env.Authority.AuthenticateOwnSession(t.Context(), elsewhere, secret.Of("no-such-session"))
		if unknown := fault.As(err); unknown.Kind != f.Kind || unknown.Message != f.Message {
			t.Errorf("an unknown one fails with %v, another dialect's with %v", unknown, f)
		}
		if _, _, err := env.Authority.AuthenticateSession(t.Context(), elsewhere, token); err != nil {
			t.Errorf("it counts elsewhere too where any session does: %v", err)
		}
	})
}
