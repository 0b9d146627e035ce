package secret

import "time"

// The media types of what we sign, as the header member typ has them (RFC 8725 §3.11).
const (
	TypeAccess   = "at+jwt"
	TypeIdentity = "identity+jwt"
)

// NumericDate is a moment in whole seconds since 1970 (RFC 7519 §2).
type NumericDate int64

// NumericDateOf returns the second that a moment is in, so that no lifetime grows by rounding.
func NumericDateOf(at time.Time) NumericDate { return NumericDate(at.Unix()) }

// Time returns the beginning of the second.
func (d NumericDate) Time() time.Time { return time.Unix(int64(d), 0).UTC() }

// Acting names who acts for the subject, as RFC 8693 §4.1 has it.
type Acting struct {
	Subject string `json:"sub"`
	Email   string `json:"email,omitzero"`
	Name    string `json:"name,omitzero"`
}

// Confirmation binds a token to the key of its holder, by RFC 7638 thumbprint (RFC 9449 §6.1).
type Confirmation struct {
	Thumbprint string `json:"jkt"`
}

// Described is what a token says about its subject beside its identifier; empty members are left out.
type Described struct {
	Account      string `json:"account,omitzero"`
	Organisation string `json:"organisation,omitzero"`
	Unit         string `json:"unit,omitzero"`
	Email        string `json:"email,omitzero"`
	Name         string `json:"name,omitzero"`
}

// AccessClaims are the claims of an access token (RFC 9068); its identifier is the text of its session's ID.
type AccessClaims struct {
	Issuer       string        `json:"iss"`
	Subject      string        `json:"sub"`
	Audience     string        `json:"aud"`
	ClientID     string        `json:"client_id"`
	IssuedAt     NumericDate   `json:"iat"`
	ExpiresAt    NumericDate   `json:"exp"`
	ID           string        `json:"jti"`
	Scope        string        `json:"scope,omitzero"`
	Confirmation *Confirmation `json:"cnf,omitzero"`
	Actor        *Acting       `json:"act,omitzero"`
	MayAct       *Acting       `json:"may_act,omitzero"`
	Described
	Facts []string `json:"facts"`
}

// IdentityClaims are the claims of the short-lived identity that a gateway hands to what is behind it.
type IdentityClaims struct {
	Issuer    string      `json:"iss"`
	Subject   string      `json:"sub"`
	Audience  string      `json:"aud"`
	IssuedAt  NumericDate `json:"iat"`
	ExpiresAt NumericDate `json:"exp"`
	ID        string      `json:"jti"`
	SessionID string      `json:"sid,omitzero"`
	ClientID  string      `json:"client_id,omitzero"`
	Scope     string      `json:"scope,omitzero"`
	Actor     *Acting     `json:"act,omitzero"`
	Described
}

// VerifyAccess returns the claims of an access token that one of keys signed, for this issuer, and that counts at now.
//
// It ends at exp exactly; iat may be 2 seconds ahead. Whom it is for is in the
// claims, and whether its session still counts is the store's to say. Anything else is Unauthenticated.
func VerifyAccess(text Text, keys KeySet, issuer string, now time.Time) (AccessClaims, error) {
	var claims AccessClaims
	if err := verifyOwn(text, keys, &claims); err != nil {
		return AccessClaims{}, err
	}
	if err := current(claims.Issuer, issuer, claims.IssuedAt, claims.ExpiresAt, now); err != nil {
		return AccessClaims{}, err
	}
	return claims, nil
}

// VerifyIdentity returns the claims of a gateway's identity, as VerifyAccess does those of an access token.
func VerifyIdentity(text Text, keys KeySet, issuer, audience string, now time.Time) (IdentityClaims, error) {
	var claims IdentityClaims
	if err := verifyOwn(text, keys, &claims); err != nil {
		return IdentityClaims{}, err
	}
	if claims.Audience != audience {
		return IdentityClaims{}, refusedJWS(reasonAudience, nil)
	}
	if err := current(claims.Issuer, issuer, claims.IssuedAt, claims.ExpiresAt, now); err != nil {
		return IdentityClaims{}, err
	}
	return claims, nil
}

func current(actual, issuer string, issued, expires NumericDate, now time.Time) error {
	switch {
	case actual != issuer:
		return refusedJWS(reasonIssuer, nil)
	case !now.Before(expires.Time()):
		return refusedJWS(reasonExpired, nil)
	case issued.Time().After(now.Add(ownLeeway)):
		return refusedJWS(reasonEarly, nil)
	}
	return nil
}

func (AccessClaims) kind() string   { return TypeAccess }
func (IdentityClaims) kind() string { return TypeIdentity }

func (c AccessClaims) complete() error {
	_, err := ParseID(c.ID)
	filled := c.Issuer != "" && c.Subject != "" && c.Audience != "" && c.ClientID != "" && len(c.Facts) > 0
	bound := c.Confirmation == nil || IsThumbprint(c.Confirmation.Thumbprint)
	if err != nil || !filled || !bound || !c.Actor.named() || !c.MayAct.named() || !lasting(c.IssuedAt, c.ExpiresAt) {
		return refusedJWS(reasonClaims, nil)
	}
	return nil
}

func (c IdentityClaims) complete() error {
	_, err := ParseID(c.ID)
	filled := c.Issuer != "" && c.Subject != "" && c.Audience != ""
	if err != nil || !filled || !c.Actor.named() || !lasting(c.IssuedAt, c.ExpiresAt) {
		return refusedJWS(reasonClaims, nil)
	}
	return nil
}

func (a *Acting) named() bool { return a == nil || a.Subject != "" }

func lasting(issued, expires NumericDate) bool { return issued > 0 && expires > issued }
