package authority

import (
	"context"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
)

// ListedLoginToken is a login token as who could mint or end it sees it.
type ListedLoginToken struct {
	LoginTokenFacts
	Refusal string // why it cannot be redeemed or checked now, or empty
}

// InspectLoginToken returns what became of a login token, without showing it to anybody. It needs grant.MintLoginToken,
// grant.ActAsOwner or grant.CloseSession at the token's account, and fails with NotFound.
func (a *Authority) InspectLoginToken(ctx context.Context, by Actor, id LoginTokenID) (ListedLoginToken, error) {
	facts, err := a.reachedLoginToken(ctx, by, id)
	if err != nil {
		return ListedLoginToken{}, a.refuseUnreached(ctx, by, err)
	}
	return ListedLoginToken{facts, a.refusalOf(facts)}, nil
}

// refusalOf returns why a login token counts no more, whoever presents it, or "".
func (a *Authority) refusalOf(f LoginTokenFacts) string {
	now := a.store.Now()
	switch {
	case !f.LoginToken.RedeemedAt.IsZero():
		return ReasonSpent
	case !now.Before(f.LoginToken.ExpiresAt):
		return ReasonExpired
	case !f.Live:
		return ReasonFenced
	}
	return a.judgeLoginToken(f, now)
}

func (a *Authority) reachedLoginToken(ctx context.Context, by Actor, id LoginTokenID) (f LoginTokenFacts, err error) {
	if by.IsZero() {
		return f, fault.New(fault.Unauthenticated, ReasonNobody, "Authentication is required.")
	}
	if by.actingBy != "" {
		return f, fault.New(fault.Denied, ReasonActing, "Who acts for somebody else cannot do this.")
	}
	err = a.store.View(ctx, func(ctx context.Context, v View) (err error) {
		f, err = v.LoginTokenFacts(ctx, id)
		return err
	})
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return f, err
	}
	path := pathOf(f.Account)
	if err != nil || !by.may(grant.MintLoginToken, path) && !by.may(grant.ActAsOwner, path) && !by.may(grant.CloseSession, path) {
		return LoginTokenFacts{}, fault.New(fault.NotFound, ReasonOutside, "There is no such login token.")
	}
	return f, nil
}

// CountLoginTokens counts the login tokens that are neither spent nor past their lifetime. It needs grant.CloseSession
// at the filter's tenant, the installation when it has none.
func (a *Authority) CountLoginTokens(ctx context.Context, by Actor, f LoginTokenFilter) (n int64, err error) {
	if err := a.require(ctx, by, grant.CloseSession, f.Tenant); err != nil {
		return 0, err
	}
	f.LiveAt = a.store.Now()
	err = a.store.View(ctx, func(ctx context.Context, v View) (err error) {
		n, err = v.CountLoginTokens(ctx, f)
		return err
	})
	return n, err
}

// CancelLoginToken ends the lifetime of a login token now, and reports whether it had not ended before. It needs what
// InspectLoginToken needs. What was redeemed from it goes on: that is a session, and is ended as one.
func (a *Authority) CancelLoginToken(ctx context.Context, by Actor, id LoginTokenID) (cancelled bool, err error) {
	facts, err := a.reachedLoginToken(ctx, by, id)
	err = a.actMany(ctx, by, audit.CancelLoginToken, err, func(ctx context.Context, tx Tx, record func(audit.Event)) (err error) {
		if cancelled, err = tx.CancelLoginToken(ctx, id); err != nil || !cancelled {
			return err
		}
		t := facts.LoginToken
		e := by.event(audit.CancelLoginToken)
		e.Subject, e.Tenant, e.Audience, e.LoginToken = t.Subject, t.Account, int64(t.Audience), secret.ID(id)
		record(e)
		return nil
	})
	if err != nil {
		return false, err
	}
	return cancelled, nil
}

// MintedBefore returns what a repeatable request that is repeated has minted, with the same secret. It needs
// grant.MintLoginToken or grant.ActAsOwner at the token's account: who only ends login tokens is never told one.
func (a *Authority) MintedBefore(ctx context.Context, by Actor, id LoginTokenID) (MintedLoginToken, error) {
	f, err := a.reachedLoginToken(ctx, by, id)
	if path := pathOf(f.Account); err == nil && by.refusedHandOver(grant.MintLoginToken, path) != nil {
		err = by.refusedHandOver(grant.ActAsOwner, path)
	}
	if err != nil {
		return MintedLoginToken{}, a.refuseUnreached(ctx, by, err)
	}
	again := MintedLoginToken{LoginToken: f.LoginToken, Subject: f.Subject.Principal}
	if by.repeat == nil {
		return again, nil
	}
	text := a.minting(by).MintLoginToken(secret.ShapeNative, f.LoginToken.MintedAt)
	if text.Fingerprint.Equal(f.LoginToken.Fingerprint) {
		again.Text = text.Text
		again.URL = a.landingURL(mintPlan{handover: handover{subject: f.Subject, account: f.Account}, audience: *f.Audience}, text.Text)
	}
	return again, nil
}
