package client

import (
	"context"
	"net/url"
	"strings"
)

// introspection is the answer of RFC 7662, with the claims of an access token.
type introspection struct {
	Active    bool   `json:"active"`
	TokenType string `json:"token_type"`
	claims
}

// Introspect asks whose an access token or a session of any dialect is (RFC 7662). One that does not count, or is not
// the client's to ask about, is Refused with ReasonInactive. For whom it was made is in the answer and not compared.
func (c *Client) Introspect(ctx context.Context, token string) (Identity, error) {
	answer, err := c.introspect(ctx, token)
	if err != nil {
		return Identity{}, err
	}
	return answer.identity(kindOf(token)), nil
}

func (c *Client) introspect(ctx context.Context, token string) (claims, error) {
	one := formCall("/oauth2/introspect", url.Values{"token": {token}})
	one.repeatable = true
	var answer introspection
	if _, err := c.do(ctx, one, &answer); err != nil {
		return claims{}, err
	}
	if !answer.Active {
		return claims{}, refuse(ReasonInactive)
	}
	return answer.claims, nil
}

// kindOf tells what is presented by its shape: a JWT or dwt_… is an access token, all else that Doorward makes a session.
func kindOf(token string) Kind {
	if strings.Contains(token, ".") || strings.HasPrefix(token, "dwt_") {
		return KindAccessToken
	}
	return KindSession
}
