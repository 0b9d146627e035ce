package authority

import (
	"context"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

// ShowRequest asks what a login token is about, without spending it.
type ShowRequest struct {
	Token    secret.Text
	Audience AudienceID
	Email    string // with HasEmail: the subject must have it
	HasEmail bool
	Account  tenant.ID // when not empty the token must be for it
	Absorbed bool      // the request came from a scanner, prefetch or HEAD: nobody will read the page
}

// ShowLoginToken returns what a live login token is about and counts that it was shown. It spends nothing. Whatever
// is wrong with the token, it fails alike, with Unmet.
func (a *Authority) ShowLoginToken(ctx context.Context, r ShowRequest) (LoginTokenFacts, error) {
	refusal := fault.New(fault.Unmet, ReasonNotLive, "The login token cannot be redeemed.")
	presented, ok := a.keys.ParseLoginToken(r.Token)
	if !ok {
		return LoginTokenFacts{}, refusal
	}
	id := LoginTokenID(presented.ID)
	var facts LoginTokenFacts
	err := a.store.View(ctx, func(ctx context.Context, v View) (err error) {
		facts, err = v.LoginTokenFacts(ctx, id)
		return err
	})
	if fault.KindOf(err) == fault.NotFound {
		return LoginTokenFacts{}, refusal
	}
	if err != nil {
		return LoginTokenFacts{}, err
	}
	if !a.isShowable(facts, r, presented.Fingerprint) {
		return LoginTokenFacts{}, refusal
	}
	return facts, a.countShown(ctx, id, r.Absorbed)
}

func (a *Authority) isShowable(f LoginTokenFacts, r ShowRequest, fingerprint secret.Fingerprint) bool {
	t, now := f.LoginToken, a.store.Now()
	if r.HasEmail {
		asked, ok := Canonical(r.Email)
		if email, _ := Canonical(f.Subject.Principal.Email); !ok || asked != email {
			return false
		}
	}
	if r.Account != "" && t.Account != r.Account {
		return false
	}
	return t.Fingerprint.Equal(fingerprint) && t.RedeemedAt.IsZero() && now.Before(t.ExpiresAt) && f.Live &&
		!t.Reusable && t.Audience == r.Audience && a.judgeLoginToken(f, now) == ""
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
