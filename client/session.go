package client

import (
	"context"
	"net/http"
	"net/url"
)

// SessionShown is what Doorward says of a session to who holds it.
type SessionShown struct {
	SessionFacts
	Organisation *Named `json:"organisation"`
	Unit         *Unit  `json:"unit"`
}

// Named is something that is known by its name.
type Named struct {
	Name string `json:"name"`
}

// Unit is an organisation's unit as a session names it.
type Unit struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// ShowSession asks whose a session token is, of whichever dialect. A session that does not count now is a *Problem with
// code "unauthenticated".
func (c *Client) ShowSession(ctx context.Context, sessionToken string) (SessionShown, error) {
	var shown SessionShown
	one, err := jsonCall(http.MethodGet, "/v1/session", nil)
	if err != nil {
		return shown, err
	}
	_, err = c.With(sessionToken).do(ctx, one, &shown)
	return shown, err
}

// Revoke ends a session or an access token and all that came from it (RFC 7009). One that is not known, or not the
// client's to end, is no failure and says nothing.
func (c *Client) Revoke(ctx context.Context, token string) error {
	one := formCall("/oauth2/revoke", url.Values{"token": {token}})
	one.repeatable = true
	_, err := c.do(ctx, one, nil)
	return err
}
