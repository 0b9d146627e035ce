package client

import (
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// claims are those of an access token (RFC 9068) and of an introspection answer (RFC 7662), which are the same facts.
// Members that are not known here are not looked at, so that a newer Doorward can say more.
type claims struct {
	Issuer       string         `json:"iss"`
	Subject      string         `json:"sub"`
	Audience     jsontext.Value `json:"aud"`
	ClientID     string         `json:"client_id"`
	IssuedAt     date           `json:"iat"`
	NotBefore    date           `json:"nbf"`
	ExpiresAt    date           `json:"exp"`
	ID           string         `json:"jti"`
	Scope        *string        `json:"scope"`
	Confirmation *confirmation  `json:"cnf"`
	Actor        *acting        `json:"act"`
	Account      string         `json:"account"`
	Organisation string         `json:"organisation"`
	Unit         string         `json:"unit"`
	Email        string         `json:"email"`
	Name         string         `json:"name"`
	Facts        []string       `json:"facts"`
}

// date is a moment in whole seconds since 1970, as we write it (RFC 7519 §2 would allow fractions).
type date int64

func (d date) time() time.Time { return time.Unix(int64(d), 0).UTC() }

type confirmation struct {
	Thumbprint string `json:"jkt"`
}

type acting struct {
	Subject string `json:"sub"`
	Email   string `json:"email"`
	Name    string `json:"name"`
}

// audience returns the one audience; a list, even of one, is none.
func (c claims) audience() string {
	if c.Audience.Kind() != '"' {
		return ""
	}
	text, err := jsontext.AppendUnquote(nil, c.Audience)
	if err != nil {
		return ""
	}
	return string(text)
}

// complete says what is wrong with claims that any token of ours has, or nothing.
func (c claims) complete() Reason {
	switch {
	case c.Issuer == "" || c.Subject == "" || c.ID == "" || len(c.Facts) == 0 || c.audience() == "":
		return ReasonClaims
	case c.IssuedAt <= 0 || c.ExpiresAt <= c.IssuedAt:
		return ReasonClaims
	case c.Confirmation != nil && !isThumbprint(c.Confirmation.Thumbprint):
		return ReasonClaims // bound to something that is not understood here
	case c.Actor != nil && c.Actor.Subject == "":
		return ReasonClaims
	}
	return ""
}

// identity says the claims in the words of this package.
func (c claims) identity(kind Kind) Identity {
	i := Identity{
		Kind: kind, SessionID: c.ID, Subject: Principal{ID: c.Subject, Email: c.Email, Name: c.Name},
		Account: c.Account, Organisation: c.Organisation, Unit: c.Unit, ClientID: c.ClientID, Audience: c.audience(),
		IssuedAt: c.IssuedAt.time(), ExpiresAt: c.ExpiresAt.time(),
	}
	if c.Actor != nil {
		i.Actor = &Principal{ID: c.Actor.Subject, Email: c.Actor.Email, Name: c.Actor.Name}
	}
	if c.Scope != nil {
		i.Permissions = append([]string{}, strings.Fields(*c.Scope)...)
	}
	if c.Confirmation != nil {
		i.Thumbprint = c.Confirmation.Thumbprint
	}
	return i
}
