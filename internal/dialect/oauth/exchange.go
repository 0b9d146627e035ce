package oauth

import (
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
)

// The types of token in an exchange: those of RFC 8693 §3, and ours for what the standards have no name for.
const (
	typeAccessToken = "urn:ietf:params:oauth:token-type:access_token"
	typeJWT         = "urn:ietf:params:oauth:token-type:jwt"
	typeSession     = "urn:doorward:token-type:session"
	typeLoginToken  = "urn:doorward:token-type:login-token"
	typeAPIKey      = "urn:doorward:token-type:api-key"
)

var subjectKinds = map[string]authority.TokenKind{
	typeAccessToken: authority.KindAccessToken,
	typeJWT:         authority.KindSigned,
	typeSession:     authority.KindSession,
	typeLoginToken:  authority.KindLoginToken,
	typeAPIKey:      authority.KindAPIKey,
}

// exchange makes an access token of what stands for somebody (RFC 8693).
func (o oauth) exchange(c *dialect.Call, f form, asked authority.AccessTokenRequest) (err error) {
	r := authority.ExchangeRequest{AccessTokenRequest: asked}
	if r.Subject, err = given(f, subjectField, subjectTypeField); err != nil {
		return err
	}
	if f[actorField] != "" || f[actorTypeField] != "" {
		if r.Actor, err = given(f, actorField, actorTypeField); err != nil {
			return err
		}
	}
	r.Signed = f[requestedTypeField] == typeJWT
	issued, err := o.authority.ExchangeToken(c.Context(), c.By, r)
	if err != nil {
		return refusedOf(err)
	}
	if r.Signed {
		return o.answerToken(c, issued, typeJWT)
	}
	return o.answerToken(c, issued, typeAccessToken)
}

// checkRequestedType refuses what no access token is.
func checkRequestedType(f form) error {
	switch f[requestedTypeField] {
	case "", typeAccessToken, typeJWT:
		return nil
	}
	return fault.BadParameter(requestedTypeField, "The parameter must be "+typeAccessToken+" or "+typeJWT+".")
}

// given reads a token of an exchange with what it is said to be.
func given(f form, field, typeField string) (t authority.GivenToken, err error) {
	text, err := f.required(field)
	if err != nil {
		return t, err
	}
	kind, err := f.required(typeField)
	if err != nil {
		return t, err
	}
	known, ok := subjectKinds[kind]
	if !ok {
		return t, fault.BadParameter(typeField, "There is no such type of token here.")
	}
	return authority.GivenToken{Text: secret.Of(text), Kind: known}, nil
}
