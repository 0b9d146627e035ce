package oauth_test

import (
	"maps"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/testenv"
)

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// signed is what the demo's client that signs sends.
func (w wire) signed(id string, change map[string]any, more ...string) answer {
	w.Helper()
	now := w.env.Clock.Now()
	claims := map[string]any{
		"iss": "signed-reports", "sub": "signed-reports", "aud": testenv.InstallationURL, "jti": id,
		"iat": now.Unix(), "exp": now.Add(time.Minute).Unix(),
	}
	maps.Copy(claims, change)
	return w.token([2]string{}, nil, append([]string{
		"grant_type", "client_credentials", "client_assertion_type", assertionType, "client_assertion", testenv.Assertion(w, claims),
	}, more...)...)
}

func TestAClientProvesItselfByWhatItSignsOnce(t *testing.T) {
	w := serve(t)
	for i, audience := range []any{testenv.InstallationURL, tokenURL, []string{tokenURL}} {
		w.want(w.signed(string(rune('a'+i)), map[string]any{"aud": audience}), 200, "")
	}
	w.want(w.signed("d", nil, "client_id", "signed-reports"), 200, "")
	w.want(w.signed("a", nil), 400, "invalid_client")
	for name, change := range map[string]map[string]any{
		"another's audience":       {"aud": "https://elsewhere.test"},
		"two audiences":            {"aud": []string{tokenURL, "https://elsewhere.test"}},
		"another endpoint":         {"aud": testenv.InstallationURL + "/oauth2/revoke"},
		"expired":                  {"exp": w.env.Clock.Now().Add(-time.Minute).Unix()},
		"never expires":            {"exp": nil},
		"for too long":             {"exp": w.env.Clock.Now().Add(24 * time.Hour).Unix()},
		"nobody's":                 {"iss": "nobody", "sub": "nobody"},
		"for another client":       {"sub": "apiKey-3f9a1c2b7d4e"},
		"a key pair's":             {"iss": "apiKey-3f9a1c2b7d4e", "sub": "apiKey-3f9a1c2b7d4e"},
		"without a name":           {"jti": nil},
		"issued in a time to come": {"iat": w.env.Clock.Now().Add(time.Hour).Unix()},
	} {
		if a := w.signed("x"+name, change); a.Status != 400 || a.Error != "invalid_client" {
			t.Errorf("%s: %+v", name, a)
		}
	}
	w.want(w.signed("e", nil, "client_id", "another"), 400, "invalid_client")
	w.want(w.signed("f", nil, "client_secret", "x", "client_id", "signed-reports"), 400, "invalid_request")
	w.want(w.token(sync, nil, "grant_type", "client_credentials", "client_assertion", "x"), 400, "invalid_request")
	w.want(w.token([2]string{"signed-reports", ""}, nil, "grant_type", "client_credentials"), 401, "invalid_client")
}

func TestASpentAssertionIsSpentAtEveryEndpoint(t *testing.T) {
	w := serve(t)
	now := w.env.Clock.Now()
	assertion := testenv.Assertion(t, map[string]any{
		"iss": "signed-reports", "sub": "signed-reports", "aud": testenv.InstallationURL, "jti": "once", "exp": now.Add(time.Minute).Unix(),
	})
	w.want(w.post("/oauth2/introspect", [2]string{}, nil, "token", "x", "client_assertion_type", assertionType, "client_assertion", assertion), 200, "")
	w.want(w.post("/oauth2/revoke", [2]string{}, nil, "token", "x", "client_assertion_type", assertionType, "client_assertion", assertion), 400, "invalid_client")
}
