package client

import (
	"context"
	"net/url"
	"strings"
	"time"
)

const (
	grantExchange   = "urn:ietf:params:oauth:grant-type:token-exchange"
	accessTokenType = "urn:ietf:params:oauth:token-type:access_token" // RFC 8693 §3
	sessionType     = "urn:doorward:token-type:session"
)

// AccessTokenRequest says what access token is wanted.
type AccessTokenRequest struct {
	Resource    string   // of the audience it is for (RFC 8707); empty: Doorward itself
	Permissions []string // to narrow it to; nil: not narrowed
}

// AccessToken is an access token, which is a secret.
type AccessToken struct {
	Token       string        `json:"access_token"`
	Type        string        `json:"token_type"` // Bearer or DPoP
	Lifetime    time.Duration `json:"-"`
	Permissions []string      `json:"-"` // it was narrowed to
}

// AccessToken gets an access token for the client's own credential, by OAuth's client_credentials grant.
func (c *Client) AccessToken(ctx context.Context, r AccessTokenRequest) (AccessToken, error) {
	return c.token(ctx, r, url.Values{"grant_type": {"client_credentials"}})
}

// Exchange turns a session or an access token into an access token for one audience (RFC 8693). Who acts in the session
// acts in it too, and when the session ends it ends.
func (c *Client) Exchange(ctx context.Context, token string, r AccessTokenRequest) (AccessToken, error) {
	kind := accessTokenType
	if kindOf(token) == KindSession {
		kind = sessionType
	}
	return c.token(ctx, r, url.Values{"grant_type": {grantExchange}, "subject_token": {token}, "subject_token_type": {kind}})
}

func (c *Client) token(ctx context.Context, r AccessTokenRequest, form url.Values) (AccessToken, error) {
	if r.Resource != "" {
		form.Set("resource", r.Resource)
	}
	if len(r.Permissions) > 0 {
		form.Set("scope", strings.Join(r.Permissions, " "))
	}
	var answer struct {
		AccessToken
		ExpiresIn int64  `json:"expires_in"`
		Scope     string `json:"scope"`
	}
	one := formCall("/oauth2/token", form)
	one.repeatable = true // one that nobody got the answer to is never used and soon over
	if _, err := c.do(ctx, one, &answer); err != nil {
		return AccessToken{}, err
	}
	answer.Lifetime, answer.Permissions = time.Duration(answer.ExpiresIn)*time.Second, strings.Fields(answer.Scope)
	return answer.AccessToken, nil
}
