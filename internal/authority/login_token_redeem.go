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
	presented, ok := a.keys.ParseLoginToken(r.Token)
	try := Redemption{
		Token: LoginTokenID(presented.ID), Fingerprint: presented.Fingerprint,
		Audience: r.Audience, By: by.credential.ID, Key: a.redeemKey(by, r),
	}
	if r.HasEmail {
		try.CanonicalEmail, ok = canonicalIf(ok, r.Email)
	}
	if !ok {
		return RedeemedLoginToken{}, a.refuseRedeem(ctx, by, try, LoginTokenFacts{}, ReasonUnknown)
	}
	redeemed, facts, reason, err := a.spend(ctx, by, r, try)
	switch {
	case err != nil:
		return RedeemedLoginToken{}, err
	case reason == "":
		return redeemed, nil
	}
	if repeated, ok, err := a.repeat(ctx, by, r, try); ok || err != nil {
		return repeated, err
	}
	return RedeemedLoginToken{}, a.refuseRedeem(ctx, by, try, facts, reason)
}

// mayRedeem says who may redeem for which audience: a relying module for its own, our own page for those it serves.
func (a *Authority) mayRedeem(by Actor, r *RedeemRequest) error {
	switch {
	case by.IsZero():
		return fault.New(fault.Unauthenticated, ReasonNobody, "Authentication is required.")
	case !by.may(grant.RedeemLoginToken, root):
		return fault.New(fault.Denied, ReasonNoPermission, "This credential does not redeem login tokens.")
	case !by.own:
		r.Audience = by.credential.Audience
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
	return a.keys.Fingerprint(secret.PurposeIdempotency, secret.Of(by.credential.ID.String()+" "+r.IdempotencyKey))
}

// spend makes the one conditional change. The facts are judged in the same transaction, after the token is spent:
// a token that arrives when its subject, account, actor or credential does not count any more is spent for nothing,
// so that there is no window in which it is read and not yet written.
func (a *Authority) spend(ctx context.Context, by Actor, r RedeemRequest, try Redemption) (done RedeemedLoginToken, facts LoginTokenFacts, reason string, err error) {
	err = a.actMany(ctx, by, audit.RedeemLoginToken, nil, func(ctx context.Context, tx Tx, record func(audit.Event)) error {
		done, reason = RedeemedLoginToken{}, ReasonNotLive
		now := a.store.Now()
		minted := a.mintRedeemed(r, now)
		try.Session = SessionID(minted.ID)
		if elsewhere, err := r.isElsewhere(ctx, tx, try.Token); err != nil || elsewhere {
			return err
		}
		var spent bool
		var err error
		if facts, spent, err = tx.RedeemLoginToken(ctx, try); err != nil || !spent {
			return err
		}
		e := redeemEvent(by, try, facts)
		if reason = a.judgeLoginToken(facts, now); reason != "" {
			e.Outcome, e.Reason = audit.Denied, reason
			record(e)
			return nil
		}
		session := a.sessionOf(facts, minted, now)
		tx.PutSession(session)
		e.Session = secret.ID(session.ID)
		record(e)
		done = redeemedFrom(minted.Text, session, facts)
		return nil
	})
	return done, facts, reason, err
}

// isElsewhere reports whether the token is not for the account it must be for. A token's account never changes, so
// that it can be read before the token is spent.
func (r RedeemRequest) isElsewhere(ctx context.Context, v View, id LoginTokenID) (bool, error) {
	if r.Account == "" {
		return false, nil
	}
	facts, err := v.LoginTokenFacts(ctx, id)
	if fault.KindOf(err) == fault.NotFound {
		return true, nil
	}
	return facts.LoginToken.Account != r.Account, err
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
		ID: SessionID(minted.ID), Fingerprint: minted.Fingerprint,
		Subject: f.LoginToken.Subject, Organisation: f.Subject.Principal.Organisation, Account: f.LoginToken.Account,
		Audience: f.LoginToken.Audience, Actor: f.LoginToken.Actor, Credential: f.LoginToken.Credential, SecretAt: f.LoginToken.SecretAt,
		Parent: f.LoginToken.Parent, LoginToken: f.LoginToken.ID, Dialect: f.LoginToken.Dialect,
		OpenedAt: now, ExpiresAt: now.Add(lifetime.Absolute), IdleLifetime: lifetime.Idle, UsedAt: now,
	}
}

func redeemedFrom(token secret.Text, s Session, f LoginTokenFacts) RedeemedLoginToken {
	return RedeemedLoginToken{Token: token, Audience: f.Audience, SessionFacts: SessionFacts{
		Session: s, Subject: f.Subject, Actor: f.Actor, Credential: f.Credential, Holder: f.Minter,
		Parent: f.Parent, Account: f.Account,
	}}
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

// refuseRedeem answers every useless token alike. A refusal after spending has its event already; the others are
// recorded with the condition that was not met.
func (a *Authority) refuseRedeem(ctx context.Context, by Actor, try Redemption, f LoginTokenFacts, reason string) error {
	if reason != ReasonNotLive && reason != ReasonUnknown {
		return uselessToken(reason)
	}
	if exact := f.unredeemable(try, a.store.Now()); exact != "" && !f.LoginToken.ID.IsZero() {
		reason = exact
	}
	return a.refuse(ctx, redeemEvent(by, try, f), uselessToken(reason))
}
