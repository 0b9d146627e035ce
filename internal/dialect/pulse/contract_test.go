package pulse_test

import (
	"net/http"
	"testing"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/dialect/dialecttest"
	"github.com/doorward/doorward/internal/dialect/pulse"
	"github.com/doorward/doorward/internal/testenv"
)

func TestTranscriptsAreAnsweredAsWritten(t *testing.T) {
	dialecttest.Transcripts(t, func(env *testenv.Env) dialect.Dialect {
		return pulse.New(env.Authority, pulse.Options{})
	}, "testdata")
}

type teller struct{ client }

func (s teller) Begin(t *testing.T) string { return s.login(t, keyBody) }

func (s teller) Use(t *testing.T, presented string) bool {
	a := s.session(t, presented)
	if a.status != http.StatusOK && a.status != http.StatusUnauthorized {
		t.Errorf("the session is answered %d %s", a.status, a.body)
	}
	return a.status == http.StatusOK
}

func (s teller) End(t *testing.T, _ string) {
	editKey(func(c *authority.Credential) { c.Status = authority.Disabled }).make(t, s.client)
}

func TestASessionIsOpenedReadAndEndedWithItsKey(t *testing.T) {
	dialecttest.Story(t, func(t *testing.T, env *testenv.Env) dialecttest.Teller {
		return teller{newClient(t, env, pulse.Options{})}
	})
}
