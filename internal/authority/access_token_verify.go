package authority

import (
	"context"

	"github.com/doorward/doorward/internal/fault"
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

// AuthenticateAccess returns the actor that an access token for the installation itself stands for. thumbprint is of
// the key whose possession was proved with the request, or empty. It fails like AuthenticateSession.
func (a *Authority) AuthenticateAccess(ctx context.Context, from Origin, text secret.Text, thumbprint string) (Actor, Verdict, error) {
	v, err := a.verifyAccess(ctx, text)
	if err != nil {
		return Actor{}, v, err
	}
	if v.Valid() && v.Session.Audience != 0 {
		v = Verdict{Reason: ReasonOtherAudience}
	}
	if v.Valid() && v.Session.Thumbprint != thumbprint {
		v = Verdict{Reason: ReasonNotPossessed}
	}
	if !v.Valid() {
		refusal := fault.New(fault.Unauthenticated, v.Reason, "The access token is not valid.")
		if v.Reason == ReasonUnknown {
			return Actor{}, v, a.unknownToken(ctx, from, refusal)
		}
		return Actor{}, v, refusal
	}
	return a.actorOf(from, v.SessionFacts), v, nil
}

func (a *Authority) verifyAccess(ctx context.Context, text secret.Text) (Verdict, error) {
	if presented, ok := a.keys.ParseAccessToken(text); ok {
		v, err := a.verifySession(ctx, AccessToken, SessionID(presented.ID), presented.Fingerprint)
		return v.orNothing(), err
	}
	id, ok, err := a.signedAccess(ctx, text)
	if err != nil || !ok {
		return Verdict{Reason: ReasonUnknown}, err
	}
	v, err := a.verifySession(ctx, AccessToken, id, a.keys.Fingerprint(secret.PurposeAccessToken, text))
	return v.orNothing(), err
}

// orNothing returns a verdict that tells nothing but its reason when it is a no.
func (v Verdict) orNothing() Verdict {
	if v.Valid() {
		return v
	}
	return Verdict{Reason: v.Reason}
}
