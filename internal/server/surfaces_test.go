package server_test

import (
	"testing"

	"github.com/doorward/doorward/internal/config"
)

func TestTheRatesOfTheConfigurationAreThoseOfTheRoutes(t *testing.T) {
	s := serveConfigured(t, config.Config{Alephee: config.Alephee{
		Rate: "7/min", RouteRates: []string{"logintoken=11/min", "accounts=12/min", "users=13/min"},
	}})
	for path, want := range map[string]string{
		"/v2/accounts": "12", "/v2/accounts/1/logintoken": "11", "/v2/accounts/1/users": "13", "/v2/else": "7",
	} {
		if got := ask(t, s, "GET", path).Header.Get("X-Ratelimit-Limit"); got != want {
			t.Errorf("%s: %s a minute, not %s", path, got, want)
		}
	}
}
