package client_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/doorward/doorward/client"
	"github.com/doorward/doorward/client/clienttest"
)

func bound(t *testing.T) (module, *clienttest.Holder, string) {
	t.Helper()
	o := quiet
	o.PublicURL = "https://orders.example"
	m := newModule(t, o, client.Requirement{})
	holder := clienttest.NewHolder(t)
	return m, holder, m.d.AccessToken(t, clienttest.Token{Audience: orders, Thumbprint: holder.Thumbprint})
}

func (m module) prove(token, proof string) *httptest.ResponseRecorder {
	return m.call("GET", "/x?y=z", "Authorization", "DPoP "+token, "DPoP", proof)
}

func TestWhoHoldsTheKeyPassesOnceForEachProof(t *testing.T) {
	m, holder, token := bound(t)
	proof := holder.Proof(t, m.d.Clock.Now(), "GET", "https://orders.example/x", token)
	if w := m.prove(token, proof); w.Code != 200 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	w := m.prove(token, proof)
	if w.Code != 401 || w.Header().Get("WWW-Authenticate") != `DPoP error="invalid_dpop_proof", algs="ES256 EdDSA RS256", resource_metadata="`+m.d.URL+`/.well-known/oauth-protected-resource"` {
		t.Errorf("again: %d %v", w.Code, w.Header())
	}
	if w := m.prove(token, holder.Proof(t, m.d.Clock.Now(), "GET", "HTTPS://ORDERS.example:443/x#y", token)); w.Code != 200 {
		t.Errorf("another spelling: %d", w.Code)
	}
}

func TestWhoDoesNotHoldTheKeyIsRefused(t *testing.T) {
	m, holder, token := bound(t)
	now := m.d.Clock.Now()
	good := func() string { return holder.Proof(t, now, "GET", "https://orders.example/x", token) }
	claims := func(edit map[string]any) string {
		sum := sha256.Sum256([]byte(token))
		all := map[string]any{
			"jti": holder.NewID(), "htm": "GET", "htu": "https://orders.example/x", "iat": now.Unix(), "ath": base64.RawURLEncoding.EncodeToString(sum[:]),
		}
		for name, value := range edit {
			if all[name] = value; value == nil {
				delete(all, name)
			}
		}
		return holder.Sign(t, nil, all)
	}
	type m2 = map[string]any
	for name, proof := range map[string]string{
		"another's key":    clienttest.NewHolder(t).Proof(t, now, "GET", "https://orders.example/x", token),
		"another method":   claims(m2{"htm": "POST"}),
		"another path":     claims(m2{"htu": "https://orders.example/y"}),
		"another host":     claims(m2{"htu": "https://evil.example/x"}),
		"another scheme":   claims(m2{"htu": "http://orders.example/x"}),
		"no URL":           claims(m2{"htu": nil}),
		"another token":    claims(m2{"ath": base64.RawURLEncoding.EncodeToString(make([]byte, 32))}),
		"no token":         claims(m2{"ath": nil}),
		"no jti":           claims(m2{"jti": nil}),
		"a long jti":       claims(m2{"jti": strings.Repeat("a", 300)}),
		"old":              claims(m2{"iat": now.Unix() - 61}),
		"from the future":  claims(m2{"iat": now.Unix() + 31}),
		"iat enormous":     claims(m2{"iat": 1e300}),
		"no iat":           claims(m2{"iat": nil}),
		"another typ":      holder.Sign(t, m2{"typ": "JWT"}, m2{}),
		"an access token":  token,
		"alg none":         holder.Sign(t, m2{"alg": "none"}, m2{}),
		"a symmetric key":  holder.Sign(t, m2{"jwk": m2{"kty": "oct", "k": "AAAA"}}, m2{}),
		"a private key":    holder.Sign(t, m2{"jwk": holder.PrivateJWK(t)}, m2{}),
		"no key":           holder.Sign(t, m2{"jwk": nil}, m2{}),
		"a key from a URL": holder.Sign(t, m2{"jku": "https://evil.example"}, m2{}),
		"none":             "",
		"cut":              good()[:100],
	} {
		if w := m.prove(token, proof); w.Code != 401 {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
	if w := m.bearer("GET", token); w.Code != 401 {
		t.Errorf("as a bearer: %d", w.Code)
	}
	if w := m.call("GET", "/x", "Authorization", "DPoP "+token); w.Code != 401 {
		t.Errorf("without a proof: %d", w.Code)
	}
	if w := m.call("GET", "/x", "Authorization", "DPoP "+token, "DPoP", good(), "DPoP", good()); w.Code != 401 {
		t.Errorf("two proofs: %d", w.Code)
	}
	unbound := m.d.AccessToken(t, clienttest.Token{Audience: orders})
	if w := m.prove(unbound, holder.Proof(t, now, "GET", "https://orders.example/x", unbound)); w.Code != 401 {
		t.Errorf("a token that is bound to nothing: %d", w.Code)
	}
	if w := m.prove(token, good()); w.Code != 200 {
		t.Errorf("in the end: %d", w.Code)
	}
}

func TestWithoutAPublicURLNoProofIsTaken(t *testing.T) {
	m := newModule(t, quiet, client.Requirement{})
	holder := clienttest.NewHolder(t)
	token := m.d.AccessToken(t, clienttest.Token{Audience: orders, Thumbprint: holder.Thumbprint})
	if w := m.prove(token, holder.Proof(t, m.d.Clock.Now(), "GET", "http://example.com/x", token)); w.Code != 503 {
		t.Errorf("it is %d", w.Code)
	}
}
