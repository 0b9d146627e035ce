// Package clients_test runs unmodified public OAuth clients against a running Doorward: Go's own in this process, those of
// Node as node --test runs them.
package clients_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

const (
	shop       = "shop-client"
	shopSecret = "an-invented-secret/with+odd:characters%"
	ordersKey  = "an-invented-key-of-the-orders-portal"
	orders     = "https://orders.example.test/"
	reports    = "https://reports.example.test/"
)

func TestPublicClients(t *testing.T) {
	d := start(t)
	t.Run("golang.org/x/oauth2 gets tokens, with Basic and with the secret in the body", func(t *testing.T) {
		for _, style := range []oauth2.AuthStyle{oauth2.AuthStyleInHeader, oauth2.AuthStyleInParams, oauth2.AuthStyleAutoDetect} {
			if token := d.token(t, style); token.TokenType != "Bearer" || !token.Valid() || token.Expiry.IsZero() {
				t.Errorf("style %d: %s until %s", style, token.TokenType, token.Expiry)
			}
		}
	})
	t.Run("golang.org/x/oauth2 is told of a wrong secret", func(t *testing.T) {
		c := clientcredentials.Config{ClientID: shop, ClientSecret: "wrong", TokenURL: d.url + "/oauth2/token", AuthStyle: oauth2.AuthStyleInHeader}
		_, err := c.Token(t.Context())
		var refused *oauth2.RetrieveError
		if !errors.As(err, &refused) || refused.ErrorCode != "invalid_client" || refused.Response.StatusCode != http.StatusUnauthorized {
			t.Error(err)
		}
	})
	t.Run("coreos/go-oidc verifies by the published keys", func(t *testing.T) {
		token := d.token(t, oauth2.AuthStyleInHeader).AccessToken
		keys := oidc.NewRemoteKeySet(t.Context(), d.url+"/oauth2/jwks")
		if _, err := keys.VerifySignature(t.Context(), token); err != nil {
			t.Error(err)
		}
		rules := &oidc.Config{ClientID: orders, SupportedSigningAlgs: []string{oidc.ES256}}
		if _, err := oidc.NewVerifier(d.url, keys, rules).Verify(t.Context(), token); err != nil {
			t.Error(err)
		}
		head, _, _ := strings.Cut(token, ".")
		if _, err := keys.VerifySignature(t.Context(), head+".e30.AAAA"); err == nil {
			t.Error("a forged one is verified")
		}
	})
	t.Run("openid-client, oauth4webapi, jose and dpop, on Node", func(t *testing.T) {
		node := exec.CommandContext(t.Context(), "node", "--test", "--test-reporter=tap", "clients.test.mjs")
		node.Dir = "node"
		node.Env = append(os.Environ(),
			"DOORWARD="+d.url, "CLIENT="+shop+":"+shopSecret, "RESOURCE="+orders, "OPAQUE="+reports,
			"RESOURCE_KEY="+d.clientID(t, "Orders")+":"+ordersKey, "ASSERTION="+d.clientID(t, "Signing shop"), "ASSERTION_KEY="+d.private,
			"SESSION="+d.redeemed(t), "SESSION_TYPE=urn:doorward:token-type:session")
		out, err := node.CombinedOutput()
		if err != nil || !strings.Contains(string(out), "# fail 0") || strings.Contains(string(out), "# pass 0") {
			t.Errorf("%v\n%s", err, out)
		}
		for _, line := range strings.Split(string(out), "\n") {
			if strings.HasPrefix(line, "ok ") {
				t.Log(line)
			}
		}
	})
}

func (d doorward) token(t *testing.T, style oauth2.AuthStyle) *oauth2.Token {
	t.Helper()
	c := clientcredentials.Config{
		ClientID: shop, ClientSecret: shopSecret, TokenURL: d.url + "/oauth2/token", AuthStyle: style,
		EndpointParams: url.Values{"resource": {orders}},
	}
	token, err := c.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// redeemed is a session of Ann's at the Orders portal, as the portal's back end gets one.
func (d doorward) redeemed(t *testing.T) string {
	t.Helper()
	var minted struct{ Token string }
	d.json(t, "GET", "/v2/accounts/100/logintoken?API_KEY=an-invented-key-of-the-erp&userEmail=ann@example.test", "", "", &minted)
	var session struct {
		Token string `json:"session_token"`
	}
	d.json(t, "POST", "/v1/login-tokens/redeem", ordersKey, `{"login_token":"`+minted.Token+`"}`, &session)
	return session.Token
}

func (d doorward) json(t *testing.T, method, path, bearer, body string, into any) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, d.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if bearer != "" {
		r.Header.Set("Authorization", "Bearer "+bearer)
		r.Header.Set("Content-Type", "application/json")
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if err := json.NewDecoder(answer.Body).Decode(into); err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: %s, %v", method, path, answer.Status, err)
	}
}
