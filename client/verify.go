package client

import (
	"context"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"
)

const (
	accessType  = "at+jwt" // RFC 9068 §2.1
	opaqueMax   = 512
	opaqueChars = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_~+/="
)

// Verify returns who an access token stands for, if it counts here and now. A token that is bound to a key is good only
// with a proof: see Thumbprint, or let the middleware check it.
//
// A no is *Refused with a reason. Any other error wraps ErrUndecided: it could
// not be found out, which is not the token's fault.
func (v *Verifier) Verify(ctx context.Context, token string) (Identity, error) {
	if kindOf(token) == KindSession && !v.options.Sessions {
		if isOpaque(token) {
			return Identity{}, refuse(ReasonKind)
		}
		return Identity{}, refuse(ReasonMalformed)
	}
	if strings.Contains(token, ".") {
		return v.verifySigned(ctx, token)
	}
	return v.verifyOpaque(ctx, token)
}

// VerifySession returns who a session stands for, as Verify does for an access token and for no session.
func (v *Verifier) VerifySession(ctx context.Context, token string) (Identity, error) {
	if kindOf(token) != KindSession {
		return Identity{}, refuse(ReasonKind)
	}
	return v.verifyOpaque(ctx, token)
}

// verifySigned checks an access token offline, and asks only when the feed says that something it depends on changed.
func (v *Verifier) verifySigned(ctx context.Context, token string) (Identity, error) {
	claims, err := v.checkSigned(ctx, token)
	if err != nil {
		return Identity{}, err
	}
	said := v.memory.of(claims.IssuedAt.time(), claims.Facts)
	live := v.feed.live()
	switch {
	case said.ended:
		return Identity{}, refuse(ReasonEnded)
	case !live && v.options.WhenCut == Refuse:
		return Identity{}, fmt.Errorf("%w: the feed of what has ended is cut", ErrUndecided)
	case said.changed || !live:
		answer, err := v.asker.ask(ctx, token, claims.Facts)
		if err != nil {
			return Identity{}, err
		}
		if answer.ID != claims.ID || answer.Subject != claims.Subject {
			return Identity{}, refuse(ReasonClaims)
		}
	}
	return claims.identity(KindAccessToken), nil
}

// checkSigned checks everything about an access token that does not change.
func (v *Verifier) checkSigned(ctx context.Context, token string) (claims, error) {
	c, err := parseCompact(token)
	if err != nil {
		return claims{}, err
	}
	switch {
	case c.header.Type != accessType:
		return claims{}, refuse(ReasonType)
	case c.header.Key != nil:
		return claims{}, refuse(ReasonHeader)
	case c.header.KeyID == "":
		return claims{}, refuse(ReasonKey)
	}
	key, err := v.keys.key(ctx, c.header.KeyID)
	if err != nil {
		return claims{}, err
	}
	if err := c.signedBy(key); err != nil {
		return claims{}, err
	}
	if !c.hasLowS() {
		return claims{}, refuse(ReasonSignature)
	}
	var said claims
	if json.Unmarshal(c.payload, &said) != nil || said.ClientID == "" {
		return claims{}, refuse(ReasonClaims)
	}
	if reason := v.judge(said); reason != "" {
		return claims{}, refuse(reason)
	}
	// Whatever the claim says, it depends on itself and on the key.
	said.Facts = append(said.Facts, factOf("session", said.ID), factOf("signing-key", c.header.KeyID))
	return said, nil
}

// judge says why claims do not count here and now, or nothing.
func (v *Verifier) judge(c claims) Reason {
	now := v.options.Now()
	if reason := c.complete(); reason != "" {
		return reason
	}
	switch {
	case c.Issuer != v.options.Issuer:
		return ReasonIssuer
	case c.audience() != v.resource:
		return ReasonAudience
	case !now.Before(c.ExpiresAt.time()):
		return ReasonExpired
	case c.IssuedAt.time().After(now.Add(v.options.Leeway)), c.NotBefore.time().After(now.Add(v.options.Leeway)):
		return ReasonEarly
	case c.ExpiresAt.time().Sub(c.IssuedAt.time()) > longestLifetime:
		return ReasonLifetime // longer than what has ended is remembered
	}
	return ""
}

// verifyOpaque asks what a token without a signature stands for, or remembers.
func (v *Verifier) verifyOpaque(ctx context.Context, token string) (Identity, error) {
	if !isOpaque(token) {
		return Identity{}, refuse(ReasonMalformed)
	}
	answer, err := v.asker.ask(ctx, token, nil)
	if err != nil {
		return Identity{}, err
	}
	if reason := v.judgeAnswer(answer, kindOf(token)); reason != "" {
		return Identity{}, refuse(reason)
	}
	return answer.identity(kindOf(token)), nil
}

// judgeAnswer is judge for an answer of Doorward itself, which has decided on issuer and lifetimes.
func (v *Verifier) judgeAnswer(c claims, kind Kind) Reason {
	switch {
	case c.Subject == "" || c.ID == "" || c.Actor != nil && c.Actor.Subject == "":
		return ReasonClaims
	case c.Confirmation != nil && !isThumbprint(c.Confirmation.Thumbprint):
		return ReasonClaims
	case c.audience() != v.resource && !(kind == KindSession && v.options.Sessions && c.audience() == v.options.Issuer):
		return ReasonAudience
	case c.ExpiresAt > 0 && !v.options.Now().Before(c.ExpiresAt.time()):
		return ReasonExpired
	}
	return ""
}

// isOpaque reports whether text can be a token of ours: the alphabet of RFC 6750 §2.1 without the dot of a JWT.
func isOpaque(text string) bool {
	return text != "" && len(text) <= opaqueMax && strings.Trim(text, opaqueChars) == ""
}
