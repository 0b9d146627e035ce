package authority

import (
	"context"
	"strconv"
	"time"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

// RedeemRequest is one try to spend a login token.
type RedeemRequest struct {
	Token          secret.Text
	Audience       AudienceID // the redeemer's own is taken when it has one
	Email          string     // with HasEmail: the subject must have it
	HasEmail       bool
	Account        tenant.ID // when not empty the token must be for it
	IdempotencyKey string    // the redeemer's own; the same redeemer repeating it gets the same answer

	access *accessAsked // for an access token in place of a session
}

// RedeemedLoginToken is the session that a login token was spent for.
type RedeemedLoginToken struct {
	Token secret.Text // of the session, shown again only to the same redeemer repeating itself
	SessionFacts
	Audience Audience
}

// RedeemLoginToken spends a login token and opens the session it stands for. Whatever is wrong with the token —
// unknown, spent, expired, cancelled, another audience's, somebody suspended — it fails alike, with Unmet.
func (a *Authority) RedeemLoginToken(ctx context.Context, by Actor, r RedeemRequest) (RedeemedLoginToken, error) {
	if err := a.mayRedeem(by, &r); err != nil {
		return RedeemedLoginToken{}, a.actMany(ctx, by, audit.RedeemLoginToken, err, nil)
	}
	try := a.redemption(by, r)
	outcome, err := a.spend(ctx, by, r, try)
	switch {
	case err != nil:
		return RedeemedLoginToken{}, err
	case outcome.reason == "":
		return outcome.redeemed, nil
	case outcome.reason == ReasonUnknown:
		return RedeemedLoginToken{}, a.unknownRedeemed(ctx, by, uselessToken(ReasonUnknown))
	case !outcome.repeats:
		return RedeemedLoginToken{}, uselessToken(outcome.reason)
	}
	if repeated, ok, err := a.repeat(ctx, r, outcome.facts); ok || err != nil {
		return repeated, err
	}
	return RedeemedLoginToken{}, a.refuse(ctx, redeemEvent(by, try, outcome.facts), uselessToken(outcome.reason))
}

// redemption is the try that a request comes down to. What is no login token at all, or names nobody's e-mail, is tried
// all the same, as one that nobody has: its time must not tell.
func (a *Authority) redemption(by Actor, r RedeemRequest) Redemption {
	try := Redemption{Audience: r.Audience, By: by.credential().ID, Key: a.redeemKey(by, r)}
	presented, ok := a.keys.ParseLoginToken(r.Token)
	if r.HasEmail {
		try.CanonicalEmail, ok = canonicalIf(ok, r.Email)
	}
	if ok {
		try.Token, try.Fingerprint = LoginTokenID(presented.ID), presented.Fingerprint
	}
	return try
}

// mayRedeem says who may redeem for which audience: a relying module for its own, our own page for those it serves.
func (a *Authority) mayRedeem(by Actor, r *RedeemRequest) error {
	switch {
	case by.IsZero():
		return fault.New(fault.Unauthenticated, ReasonNobody, "Authentication is required.")
	case !by.may(grant.RedeemLoginToken, root):
		return fault.New(fault.Denied, ReasonNoPermission, "This credential does not redeem login tokens.")
	case !by.own:
		r.Audience = by.credential().Audience
	}
	return nil
}

func canonicalIf(ok bool, email string) (string, bool) {
	canonical, valid := Canonical(email)
	return canonical, ok && valid
}

func (a *Authority) redeemKey(by Actor, r RedeemRequest) secret.Fingerprint {
	if r.IdempotencyKey == "" {
		return secret.Fingerprint{}
	}
	// Framed by the redeemer, whose own key it is.
	return a.keys.Fingerprint(secret.PurposeIdempotency, secret.Of(by.credential().ID.String()+" "+r.IdempotencyKey))
}

// mintRedeemed makes the session's secret: derived when the redeemer may have to be told again, since no clear text is kept.
func (a *Authority) mintRedeemed(r RedeemRequest, now time.Time) secret.Minted {
	if r.IdempotencyKey == "" {
		return a.keys.MintSession(secret.ShapeNative, now)
	}
	return a.keys.DeriveSession(r.Token, int64(r.Audience), r.IdempotencyKey, secret.NewID(now))
}

func (a *Authority) judgeLoginToken(f LoginTokenFacts, now time.Time) string {
	if reason := parentRefusal(f.LoginToken.Parent, f.Parent, now); reason != "" {
		return reason
	}
	if !f.Credential.allowsDialect(f.LoginToken.Dialect) {
		return ReasonDialect
	}
	return a.judgeHandover(handover{
		subject: f.Subject, actor: f.Actor, minter: f.Minter, credential: f.Credential, account: f.Account,
		made: f.LoginToken.MintedAt, secretAt: f.LoginToken.SecretAt,
	}, now)
}

func (a *Authority) sessionOf(f LoginTokenFacts, minted secret.Minted, now time.Time) Session {
	lifetime := a.options.Redeemed
	if f.LoginToken.Actor != "" {
		lifetime = a.options.Acting
	}
	return Session{
		ID: SessionID(minted.ID), Kind: SignedIn, Fingerprint: minted.Fingerprint,
		Subject: f.LoginToken.Subject, Organisation: f.Subject.Principal.Organisation, Account: f.LoginToken.Account,
		Audience: f.LoginToken.Audience, Actor: f.LoginToken.Actor, Credential: f.LoginToken.Credential, SecretAt: f.LoginToken.SecretAt,
		Parent: f.LoginToken.Parent, LoginToken: f.LoginToken.ID, Dialect: f.LoginToken.Dialect,
		OpenedAt: now, ExpiresAt: now.Add(lifetime.Absolute), IdleLifetime: lifetime.Idle, UsedAt: now,
	}
}

func redeemedFrom(token secret.Text, s Session, f LoginTokenFacts) RedeemedLoginToken {
	c := NoCircumstances()
	c.Subject, c.Actor, c.Credential, c.Holder, c.Account = f.Subject, f.Actor, f.Credential, f.Minter, f.Account
	if !f.Parent.ID.IsZero() {
		c.Above = []Session{f.Parent}
	}
	return RedeemedLoginToken{Token: token, Audience: *f.Audience, SessionFacts: SessionFacts{Session: s, Circumstances: c}}
}

func redeemEvent(by Actor, try Redemption, f LoginTokenFacts) audit.Event {
	e := by.event(audit.RedeemLoginToken)
	t := f.LoginToken
	e.Subject, e.Tenant, e.Audience = t.Subject, t.Account, int64(try.Audience)
	e.LoginToken = secret.ID(try.Token)
	if t.Actor != "" {
		e.Detail = map[string]string{"acting": string(t.Actor)}
	}
	if t.Shown+t.Absorbed > 0 {
		e.Detail = detail(e.Detail, "shown", strconv.FormatInt(t.Shown, 10), "absorbed", strconv.FormatInt(t.Absorbed, 10))
	}
	return e
}

func detail(d map[string]string, pairs ...string) map[string]string {
	if d == nil {
		d = map[string]string{}
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		d[pairs[i]] = pairs[i+1]
	}
	return d
}
