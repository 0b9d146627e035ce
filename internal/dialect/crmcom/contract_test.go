package crmcom_test

import (
	"testing"

	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/dialect/crmcom"
	"github.com/doorward/doorward/internal/dialect/dialecttest"
	"github.com/doorward/doorward/internal/testenv"
)

func TestTranscriptsAreAnsweredAsWritten(t *testing.T) {
	dialecttest.Transcripts(t, func(env *testenv.Env) dialect.Dialect {
		return crmcom.New(env.Authority, crmcom.Options{})
	}, "testdata")
}

type teller struct{ client }

func (s teller) Begin(t *testing.T) string { return s.token(t, passwordBody) }

func (s teller) Use(t *testing.T, presented string) bool {
	code := read(t, s.whoIs(t, presented)).Status.Code
	if code != "OK" && code != "INVALID_TOKEN" {
		t.Errorf("the token is answered %s", code)
	}
	return code == "OK"
}

func (s teller) End(t *testing.T, presented string) {
	if code := read(t, s.release(t, presented)).Status.Code; code != "OK" {
		t.Errorf("the release is answered %s", code)
	}
}

func TestATokenIsGivenUsedAndReleased(t *testing.T) {
	dialecttest.Story(t, func(t *testing.T, env *testenv.Env) dialecttest.Teller {
		return teller{newClient(t, env, crmcom.Options{})}
	})
}

func TestAProfileThatIsNotKnownIsRefusedAtOnce(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("profile jwt was taken")
		}
	}()
	crmcom.New(nil, crmcom.Options{Profile: "jwt"})
}
