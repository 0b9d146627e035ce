package activeplatform_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
)

const (
	northKey = "vY5fwetestK3gJXZH5uHCw"
	panelKey = "demo-control-panel-redeem-key"
)

// wire is one manager's client.
type wire struct{ base, key string }

type ownerToken struct {
	Email string `json:"owner_email"`
	Token string `json:"owner_token"`
}

// get asks for an owner token; query is as it goes over the wire.
func (w wire) get(t *testing.T, reseller, query string) (status int, body string) {
	t.Helper()
	path := w.base + "/api/v3/resellers/" + reseller + "/user_authentication/token"
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.URL.RawQuery = query
	r.Header.Set("X-Api-Token", w.key)
	return do(t, r)
}

func (w wire) mustMint(t *testing.T, reseller, account string) (minted ownerToken) {
	t.Helper()
	status, body := w.get(t, reseller, "account_id="+account)
	if status != http.StatusOK {
		t.Fatalf("mint: %d %s", status, body)
	}
	if err := json.Unmarshal([]byte(body), &minted); err != nil {
		t.Fatal(err)
	}
	return minted
}

// redeem reports whether the control panel got a session; without email the token alone must match.
func (w wire) redeem(t *testing.T, token, email string) bool {
	t.Helper()
	status, answer := w.postRedeem(t, ownerToken{Email: email, Token: token})
	if status != http.StatusOK && (status != http.StatusBadRequest || !strings.Contains(answer, "login-token-refused")) {
		t.Fatalf("redeem: %d %s", status, answer)
	}
	return status == http.StatusOK
}

// mustRedeem returns the session token.
func (w wire) mustRedeem(t *testing.T, minted ownerToken) string {
	t.Helper()
	status, answer := w.postRedeem(t, minted)
	var redeemed struct {
		Session string `json:"session_token"`
	}
	if err := json.Unmarshal([]byte(answer), &redeemed); err != nil || status != http.StatusOK {
		t.Fatalf("redeem: %d %s", status, answer)
	}
	return redeemed.Session
}

func (w wire) postRedeem(t *testing.T, minted ownerToken) (status int, answer string) {
	t.Helper()
	asked := map[string]string{"login_token": minted.Token}
	if minted.Email != "" {
		asked["email"] = minted.Email
	}
	body, err := json.Marshal(asked)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.base+"/v1/login-tokens/redeem", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+panelKey)
	return do(t, r)
}

// counts reports whether a session is live.
func (w wire) counts(t *testing.T, session string) bool {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.base+"/v1/session", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+session)
	status, answer := do(t, r)
	if status != http.StatusOK && status != http.StatusUnauthorized {
		t.Fatalf("session: %d %s", status, answer)
	}
	return status == http.StatusOK
}

func do(t *testing.T, r *http.Request) (status int, body string) {
	t.Helper()
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	read, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(read)
}
