package client

import (
	"context"
	"crypto/rand"
	"net/http"
	"time"
)

// Redemption says what login token to redeem.
type Redemption struct {
	LoginToken string
	Email      string // when given, the subject must have it
	Key        string // idempotency key of the redeemer's own, 1 to 255 visible ASCII characters; empty: one is made for this call
}

// Redeemed is the session that a login token stood for. SessionToken is a secret.
type Redeemed struct {
	SessionToken string `json:"session_token"`
	SessionFacts
}

// SessionFacts is what a session is known by: whose it is, where, and who acts.
type SessionFacts struct {
	ExpiresAt time.Time `json:"expires_at"`
	Audience  *int64    `json:"audience"`
	Subject   Party     `json:"subject"`
	Account   *Account  `json:"account"`
	Actor     *Party    `json:"actor"` // who acts as the subject; nil when nobody does
}

// Party is a person or a service as a session names it.
type Party struct {
	ID    *int64 `json:"id"` // nil for a service
	Email string `json:"email"`
	Name  string `json:"name"`
	Kind  string `json:"kind"` // of an actor: person or service
}

// Account is an account as a session names it.
type Account struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// RedeemLoginToken spends a login token with the credential of the audience it was made for.
//
// It is safe to call once: when the connection is lost it asks again with the
// same idempotency key and gets the session that the first try opened. To repeat
// it from another process, or for another click of the same browser, give the
// same Key. Every useless token is a *Problem with code "login-token-refused".
func (c *Client) RedeemLoginToken(ctx context.Context, r Redemption) (Redeemed, error) {
	body := map[string]string{"login_token": r.LoginToken}
	if r.Email != "" {
		body["email"] = r.Email
	}
	one, err := jsonCall(http.MethodPost, "/v1/login-tokens/redeem", body)
	if err != nil {
		return Redeemed{}, err
	}
	if r.Key == "" {
		r.Key = rand.Text()
	}
	var redeemed Redeemed
	_, err = c.do(ctx, one.withKey(r.Key), &redeemed)
	return redeemed, err
}

// LoginTokenRequest says what hand-off to mint: of a member of an account by e-mail, or of the account's owner.
type LoginTokenRequest struct {
	Account         string `json:"account"` // "account:1200"
	Email           string `json:"email,omitzero"`
	AsOwner         bool   `json:"as_owner,omitzero"`
	Audience        int64  `json:"audience"`
	LifetimeSeconds int64  `json:"lifetime_seconds,omitzero"` // 0: the audience's own
	Replace         bool   `json:"replace,omitzero"`          // cancel one that this credential minted for the same before
}

// MintedLoginToken is a login token, shown this once. URL, of a portal, is what to open in a browser.
type MintedLoginToken struct {
	ID         string    `json:"id"`
	LoginToken string    `json:"login_token"`
	URL        string    `json:"url"`
	Account    string    `json:"account"`
	Audience   int64     `json:"audience"`
	Subject    Party     `json:"subject"`
	ExpiresAt  time.Time `json:"expires_at"`
}

// MintLoginToken makes a one-time hand-off. An empty key is an idempotency key made for this call.
func (c *Client) MintLoginToken(ctx context.Context, r LoginTokenRequest, key string) (MintedLoginToken, error) {
	return Create[MintedLoginToken](ctx, c, "/v1/login-tokens", r, key)
}
