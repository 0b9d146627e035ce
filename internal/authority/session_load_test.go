package authority_test

import (
	"testing"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/testenv"
)

func TestLoadedSessionsCountLikeOthersAndAreOneEvent(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		load := loadOf(t, env)
		events := eventsDuring(t, env, func() {
			if err := env.Authority.LoadSessions(t.Context(), operator, load); err != nil {
				t.Fatal(err)
			}
		})
		if len(events) != 1 || events[0].Act != audit.OpenSession || events[0].Count != 3 {
			t.Errorf("the events are %+v", events)
		}
		for number := int64(0); number < 3; number++ {
			token := env.Keys.NumberedSession(load.Seed, 5+number, load.OpenedAt).Text
			v, err := env.Authority.VerifySession(t.Context(), here, token)
			if err != nil || !v.Valid() || v.Subject.Principal.Email != "owner@acme.test" || v.Session.Account != acme || v.Session.Organisation != "organisation:ORG" {
				t.Errorf("session %d: %+v, %v", number, v.Reason, err)
			}
		}
		if _, err := env.Authority.RevokeCredential(t.Context(), operator, load.Openers[0].Credential); err != nil {
			t.Fatal(err)
		}
		token := env.Keys.NumberedSession(load.Seed, 5, load.OpenedAt).Text
		if v, err := env.Authority.VerifySession(t.Context(), here, token); err != nil || v.Valid() {
			t.Errorf("after its credential was revoked: %v, %v", v.Reason, err)
		}
	})
}

func TestOnlyTheOperatorAtTheMachineLoadsSessions(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		load := loadOf(t, env)
		by, err := env.Authority.Authenticate(t.Context(), here, pair)
		if err != nil {
			t.Fatal(err)
		}
		if err := env.Authority.LoadSessions(t.Context(), by, load); fault.KindOf(err) != fault.Denied {
			t.Errorf("a key pair: %v", err)
		}
	})
}

func loadOf(t *testing.T, env *testenv.Env) authority.SessionLoad {
	t.Helper()
	listed, err := env.Authority.ListCredentials(t.Context(), operator, authority.CredentialFilter{Kind: authority.KeyPair}, authority.CredentialID{}, 1)
	if err != nil || len(listed) != 1 {
		t.Fatalf("%d key pairs: %v", len(listed), err)
	}
	return authority.SessionLoad{
		Seed: "seed", First: 5, Count: 3, Dialect: "pulse", OpenedAt: env.Clock.Now(), Lifetime: hour.Absolute,
		Openers: []authority.SessionOpener{{
			Principal: listed[0].Principal, Organisation: "organisation:ORG", Account: acme, Credential: listed[0].ID, SecretAt: listed[0].SecretAt,
		}},
	}
}
