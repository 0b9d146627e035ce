package oauth_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/testenv"
)

func proved(h testenv.Holder, id, url string, at time.Time) http.Header {
	return http.Header{"Dpop": {h.Proof(secret.Text{}, id, "POST", url, at).Reveal()}}
}

func TestAnAccessTokenIsBoundToTheKeyThatIsProved(t *testing.T) {
	w, key := serve(t), testenv.NewHolder(t)
	now := w.env.Clock.Now()
	got := w.token(sync, proved(key, "1", tokenURL, now), "grant_type", "client_credentials", "resource", orders)
	if got.Type != "DPoP" || w.introspect(sync, got.AccessToken).Bound["jkt"] != key.Thumbprint {
		t.Errorf("%+v", got)
	}
	for name, header := range map[string]http.Header{
		"presented before":  proved(key, "1", tokenURL, now),
		"where we listen":   proved(key, "2", w.base+"/oauth2/token", now),
		"another endpoint":  proved(key, "3", testenv.InstallationURL+"/oauth2/revoke", now),
		"too old":           proved(key, "4", tokenURL, now.Add(-3*time.Minute)),
		"in a time to come": proved(key, "5", tokenURL, now.Add(time.Minute)),
		"no proof":          {"Dpop": {"x"}},
		"empty":             {"Dpop": {""}},
		"two of them":       {"Dpop": {proved(key, "6", tokenURL, now).Get("Dpop"), proved(key, "7", tokenURL, now).Get("Dpop")}},
	} {
		if a := w.token(sync, header, "grant_type", "client_credentials"); a.Status != 400 || a.Error != "invalid_dpop_proof" {
			t.Errorf("%s: %+v", name, a)
		}
	}
}

func TestWhatIsBoundNeverBecomesABearer(t *testing.T) {
	w, key, other := serve(t), testenv.NewHolder(t), testenv.NewHolder(t)
	now := w.env.Clock.Now()
	bound := w.token(sync, proved(key, "1", tokenURL, now), "grant_type", "client_credentials", "resource", webAPI).AccessToken
	ask := func(client [2]string, header http.Header) answer {
		return w.token(client, header, "grant_type", exchange, "subject_token", bound, "subject_token_type", typeJWT, "resource", orders)
	}
	w.want(ask(sync, nil), 400, "invalid_request")
	w.want(ask(sync, proved(other, "2", tokenURL, now)), 400, "invalid_request")
	if got := ask(sync, proved(key, "3", tokenURL, now)); got.Type != "DPoP" {
		t.Errorf("its holder: %+v", got)
	}
	w.want(ask(webAPIBack, nil), 400, "invalid_request")
	got := ask(webAPIBack, proved(other, "4", tokenURL, now))
	if got.Type != "DPoP" || w.introspect(webAPIBack, got.AccessToken).Bound["jkt"] != other.Thumbprint {
		t.Errorf("the audience: %+v", got)
	}
}
