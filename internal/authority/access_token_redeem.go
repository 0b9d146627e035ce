package authority

import (
	"context"
	"time"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
)

// redeemForAccess spends a login token of the client's own audience for an access token, in one change: what cannot be
// made spends nothing.
func (a *Authority) redeemForAccess(ctx context.Context, by Actor, r ExchangeRequest) (IssuedAccessToken, error) {
	redeem := RedeemRequest{Token: r.Subject.Text, access: &accessAsked{AccessTokenRequest: r.AccessTokenRequest, client: by, signed: r.Signed}}
	if err := a.mayRedeem(by, &redeem); err != nil || redeem.Audience == 0 {
		return IssuedAccessToken{}, a.refusedToken(ctx, by, audit.RedeemLoginToken, Session{}, ReasonNoPermission)
	}
	if r.Actor != (GivenToken{}) {
		return IssuedAccessToken{}, a.refusedToken(ctx, by, audit.RedeemLoginToken, Session{}, ReasonActing)
	}
	var outcome spending
	err := a.withSigner(ctx, func() (err error) {
		outcome, err = a.spend(ctx, by, redeem, a.redemption(by, redeem))
		return err
	})
	if err == nil && outcome.reason != "" {
		if err = a.countRefused(ctx, by); err == nil {
			err = refusedExchange(outcome.reason)
		}
	}
	if err != nil {
		return IssuedAccessToken{}, err // no secret of a token that may not exist
	}
	return outcome.issued, nil
}

// mintSpent makes the ID and the secret of what a login token will be spent for, and says for which audience that is.
func (a *Authority) mintSpent(ctx context.Context, tx Tx, r RedeemRequest, now time.Time) (secret.Minted, Audience, error) {
	if r.access == nil {
		return a.mintRedeemed(r, now), Audience{}, nil
	}
	audience, err := a.audienceOf(ctx, tx, r.access.Resource)
	if err == nil {
		err = a.refuseOpaque(audience, *r.access)
	}
	return a.mintAccess(audience, now), audience, err
}

// refuseBefore fails if accessOfSpent would, before the token is spent. A change that fails after it has written makes those
// that share its transaction run again, and who asks for more than it gets may do so as often as it likes. Of a token that
// is not the client's to spend it reads as much as of one that there is not: its time must not tell.
func (a *Authority) refuseBefore(ctx context.Context, tx Tx, by Actor, r RedeemRequest, try Redemption) error {
	if len(r.access.Permissions) == 0 {
		return nil
	}
	now := a.store.Now()
	t, live, err := tx.LoginToken(ctx, try.Token)
	if err != nil || t.unredeemable(live, try, now) != "" {
		return butNotFound(err)
	}
	facts, err := tx.LoginTokenFacts(ctx, try.Token)
	if err != nil || facts.unredeemable(try, now) != "" || a.judgeLoginToken(facts, now) != "" {
		return butNotFound(err)
	}
	f := redeemedFrom(secret.Text{}, a.sessionOf(facts, secret.Minted{}, now), facts).SessionFacts
	return a.actorOf(by.origin, &f).holdsAll(r.access.Permissions)
}

func butNotFound(err error) error {
	if fault.KindOf(err) == fault.NotFound {
		return nil
	}
	return err
}

// accessOfSpent makes an access token in place of the session that a login token was spent for.
func (a *Authority) accessOfSpent(by Actor, r RedeemRequest, f SessionFacts, audience Audience, minted secret.Minted) (IssuedAccessToken, error) {
	subject := a.actorOf(by.origin, &f)
	if err := subject.holdsAll(r.access.Permissions); err != nil {
		return IssuedAccessToken{}, err
	}
	f = f.copied()
	r.access.narrow(&f, f.Session)
	return a.makeAccess(f, audience, minted)
}
