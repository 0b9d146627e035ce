package authority

import (
	"context"

	"github.com/doorward/doorward/internal/secret"
)

// Verify says whether a session of any dialect or an access token counts now, whoever presents it. It is for who checks
// on behalf of others: the caller looks at Kind, Audience and Thumbprint of the session, and at where it may come from.
func (a *Authority) Verify(ctx context.Context, _ Origin, text secret.Text) (Verdict, error) {
	if presented, ok := a.keys.ParseSession(text); ok {
		v, err := a.verifySession(ctx, SignedIn, SessionID(presented.ID), presented.Fingerprint)
		return v.orNothing(), err
	}
	return a.verifyAccess(ctx, text)
}

func (a *Authority) verifyAccess(ctx context.Context, text secret.Text) (Verdict, error) {
	if presented, ok := a.keys.ParseAccessToken(text); ok {
		v, err := a.verifySession(ctx, AccessToken, SessionID(presented.ID), presented.Fingerprint)
		return v.orNothing(), err
	}
	id, ok, err := a.signedAccess(ctx, text)
	if err != nil || !ok {
		return refusedBy(ReasonUnknown), err
	}
	v, err := a.verifySession(ctx, AccessToken, id, a.keys.Fingerprint(secret.PurposeAccessToken, text))
	return v.orNothing(), err
}

// orNothing returns a verdict that tells nothing but its reason when it is a no.
func (v *Verdict) orNothing() Verdict {
	if v.Valid() {
		return *v
	}
	return refusedBy(v.Reason)
}
