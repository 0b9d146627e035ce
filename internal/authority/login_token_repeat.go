package authority

import (
	"context"

	"github.com/doorward/doorward/internal/secret"
)

// repeat answers the redeemer that already got this token's session and asks again with the same idempotency key,
// for as long as the session counts.
func (a *Authority) repeat(ctx context.Context, r RedeemRequest, spent LoginTokenFacts) (RedeemedLoginToken, bool, error) {
	minted := a.keys.DeriveSession(r.Token, int64(r.Audience), r.IdempotencyKey, secret.ID(spent.LoginToken.Session))
	v, err := a.verifySession(ctx, SignedIn, spent.LoginToken.Session, minted.Fingerprint)
	if err != nil || !v.Valid() {
		return RedeemedLoginToken{}, false, err
	}
	return RedeemedLoginToken{Token: minted.Text, SessionFacts: v.SessionFacts, Audience: *spent.Audience}, true, nil
}

// wasSpentBy reports whether it was this redeemer, with this key, for this person.
func (f LoginTokenFacts) wasSpentBy(try Redemption) bool {
	t := f.LoginToken
	if t.ID.IsZero() {
		return false
	}
	email, _ := Canonical(f.Subject.Principal.Email)
	return t.Fingerprint.Equal(try.Fingerprint) && !t.RedeemedAt.IsZero() && !t.Session.IsZero() &&
		t.RedeemedBy == try.By && t.Audience == try.Audience && t.RedeemKey.Equal(try.Key) &&
		(try.CanonicalEmail == "" || try.CanonicalEmail == email)
}
