package server_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/config"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/server"
)

// places are where each dialect takes a key, and how it says that it takes none of this one.
var places = map[string]struct {
	ask     func(c authority.IssuedCredential) request
	refused func(r response) bool
}{
	"alephee": {func(c authority.IssuedCredential) request {
		return request{method: "GET", target: "/v2/accounts?API_KEY=" + oneString(c)}
	}, unauthorized},
	"pulse": {func(c authority.IssuedCredential) request {
		if c.Secret.IsZero() {
			return pulsePair(c.Key.Reveal(), c.Key.Reveal())
		}
		return pulsePair(c.Key.Reveal(), c.Secret.Reveal())
	}, unauthorized},
	"activeplatform": {func(c authority.IssuedCredential) request {
		return request{method: "GET", target: "/api/v3/resellers/1", header: "X-Api-Token: " + oneString(c)}
	}, unauthorized},
	"crmcom": {func(c authority.IssuedCredential) request {
		basic := base64.StdEncoding.EncodeToString([]byte(c.Key.Reveal() + ":" + c.Secret.Reveal()))
		return request{method: "POST", target: "/crmapi/rest/v2/authentication/web_api_key/token", header: "Authorization: Basic " + basic}
	}, func(r response) bool { return strings.Contains(r.Body, "INVALID_CREDENTIALS") }},
	"oauth": {func(c authority.IssuedCredential) request {
		clientSecret := c.Secret
		if clientSecret.IsZero() {
			clientSecret = c.Key
		}
		return asClient("/oauth2/token", c.Credential.ClientID(), clientSecret.Reveal(), "grant_type=client_credentials")
	}, unauthorized},
	"native": {func(c authority.IssuedCredential) request { // which this key may not do, and that is told apart
		return request{method: "POST", target: "/v1/login-tokens/redeem", header: "Authorization: Bearer " + oneString(c), body: `{"login_token":"x"}`}
	}, unauthorized},
}

func unauthorized(r response) bool { return r.Status == 401 }

func oneString(c authority.IssuedCredential) string {
	if c.Secret.IsZero() {
		return c.Key.Reveal()
	}
	return c.Key.Reveal() + ":" + c.Secret.Reveal()
}

func TestEveryDialectHasAPlaceForAKey(t *testing.T) {
	for _, d := range server.Dialects(nil, config.Config{}) {
		if _, ok := places[d.Name]; !ok && d.Name != "gateway" { // which takes what keys have opened, and no key
			t.Errorf("%s is not among the places", d.Name)
		}
	}
}

func TestAKeyAllowedInTwoDialectsWorksInBothAndInNoOther(t *testing.T) {
	everyEngine(t, func(t *testing.T, h *house) {
		for _, kind := range []authority.CredentialKind{authority.APIKey, authority.KeyPair, authority.ManagerKey} {
			for _, allowed := range [][]string{{"alephee", "pulse"}, {"pulse", "crmcom"}, {"crmcom", "activeplatform"}, {"activeplatform", "native"}, {"native", "oauth"}, nil} {
				issued, err := h.env.Authority.IssueCredential(t.Context(), authority.CommandLine(authority.Origin{}), authority.IssueRequest{
					Kind: kind, Principal: managerWithoutKey(t, h, kind), Name: "k", Restriction: authority.Restriction{Dialects: allowed},
				})
				if err != nil {
					t.Fatal(err)
				}
				for name, place := range places {
					got := h.send(t, place.ask(issued))
					wanted := allowed == nil || strings.Contains(" "+strings.Join(allowed, " ")+" ", " "+name+" ")
					if place.refused(got) == wanted || got.Status >= 500 || got.Status == 400 || got.Status == 404 {
						t.Errorf("%s allowed in %v, in %s: %d %s", kind, allowed, name, got.Status, got.Body)
					}
				}
				if _, err := h.env.Authority.RevokeCredential(t.Context(), authority.CommandLine(authority.Origin{}), issued.Credential.ID); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}

// managerWithoutKey is Ada, whose manager key is revoked when another is to be issued: there is one at a time.
func managerWithoutKey(t *testing.T, h *house, kind authority.CredentialKind) grant.PrincipalID {
	t.Helper()
	operator := authority.CommandLine(authority.Origin{})
	ada, err := h.env.Authority.FindPrincipal(t.Context(), operator, "ada@acme.test")
	if err != nil {
		t.Fatal(err)
	}
	filter := authority.CredentialFilter{Principal: ada.Principal.ID, Kind: authority.ManagerKey, LiveAt: h.env.Clock.Now()}
	keys, err := h.env.Authority.ListCredentials(t.Context(), operator, filter, authority.CredentialID{}, 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range keys {
		if _, err := h.env.Authority.RevokeCredential(t.Context(), operator, k.ID); err != nil && kind == authority.ManagerKey {
			t.Fatal(err)
		}
	}
	return ada.Principal.ID
}
