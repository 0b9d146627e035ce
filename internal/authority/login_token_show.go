package authority

import (
	"context"
	"time"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

// ShowRequest asks what a login token is about, without spending it.
type ShowRequest struct {
	From     Origin
	Token    secret.Text
	Audience AudienceID
	Email    string // with HasEmail: the subject must have it
	HasEmail bool
	Account  tenant.ID // when not empty the token must be for it
	Absorbed bool      // the request came from a scanner, prefetch or HEAD: nobody will read the page
}

// ShowLoginToken returns what a live login token is about and counts that it was shown. It spends nothing. Whatever
// is wrong with the token, it fails alike, with Unmet; only a source that presents too many unknown ones is told so,
// with TooMany.
func (a *Authority) ShowLoginToken(ctx context.Context, r ShowRequest) (LoginTokenFacts, error) {
	presented, ok := a.keys.ParseLoginToken(r.Token)
	if !ok {
		return LoginTokenFacts{}, a.unknownToken(ctx, r.From, uselessToken(ReasonUnknown))
	}
	id := LoginTokenID(presented.ID)
	var facts LoginTokenFacts
	err := a.store.View(ctx, func(ctx context.Context, v View) (err error) {
		facts, err = v.LoginTokenFacts(ctx, id)
		return err
	})
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return LoginTokenFacts{}, err
	}
	if err != nil || !facts.LoginToken.Fingerprint.Equal(presented.Fingerprint) {
		return LoginTokenFacts{}, a.unknownToken(ctx, r.From, uselessToken(ReasonUnknown))
	}
	if reason := a.uselessTo(r, facts, presented.Fingerprint); reason != "" {
		return LoginTokenFacts{}, uselessToken(reason)
	}
	return facts, a.countShown(ctx, id, r.Absorbed)
}

// uselessToken is the one answer for every token that cannot be redeemed; only the operator sees the reason.
func uselessToken(reason string) error {
	return fault.New(fault.Unmet, reason, "The login token cannot be redeemed.")
}

// uselessTo returns why a token is of no use where it was presented, or "".
func (a *Authority) uselessTo(r ShowRequest, f LoginTokenFacts, fingerprint secret.Fingerprint) string {
	asked := ""
	if r.HasEmail {
		var ok bool
		if asked, ok = Canonical(r.Email); !ok {
			return ReasonOtherEmail
		}
	}
	now := a.store.Now()
	if reason := f.unredeemable(Redemption{Fingerprint: fingerprint, Audience: r.Audience, CanonicalEmail: asked}, now); reason != "" {
		return reason
	}
	if r.Account != "" && f.LoginToken.Account != r.Account {
		return ReasonOutside
	}
	return a.judgeLoginToken(f, now)
}

// unredeemable returns which condition of the redeeming statement a token does not meet, or "". It decides nothing
// about a redemption, which only that statement does; it tells the operator why.
func (f LoginTokenFacts) unredeemable(try Redemption, now time.Time) string {
	if reason := f.LoginToken.unredeemable(f.Live, try, now); reason != "" {
		return reason
	}
	if email, _ := Canonical(f.Subject.Principal.Email); try.CanonicalEmail != "" && try.CanonicalEmail != email {
		return ReasonOtherEmail
	}
	return ""
}

// unredeemable is as much of that as the token's own row tells; live is whether it is of the current epoch.
func (t LoginToken) unredeemable(live bool, try Redemption, now time.Time) string {
	switch {
	case !t.Fingerprint.Equal(try.Fingerprint):
		return ReasonUnknown
	case t.Reusable:
		return ReasonNotLive
	case !t.RedeemedAt.IsZero():
		return ReasonSpent
	case !now.Before(t.ExpiresAt):
		return ReasonExpired
	case !live:
		return ReasonFenced
	case t.Audience != try.Audience:
		return ReasonOtherAudience
	}
	return ""
}

// countShown is not an act: it changes nothing about what the token is worth, and so has no event of its own;
// the counts go into the event of the redemption.
func (a *Authority) countShown(ctx context.Context, id LoginTokenID, absorbed bool) error {
	return a.store.Change(ctx, func(_ context.Context, tx Tx) error {
		if absorbed {
			tx.CountLoginTokenShown(id, 0, 1)
		} else {
			tx.CountLoginTokenShown(id, 1, 0)
		}
		return nil
	})
}
