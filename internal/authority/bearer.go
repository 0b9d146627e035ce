package authority

import (
	"context"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
)

// ByBearer proves a principal where a wire takes whatever is presented as a bearer: a session token of any dialect, an
// access token for the installation itself, or a key as ByKey takes it.
func ByBearer(text secret.Text) Proof {
	p := ByKey(text)
	p.bearer = true
	return p
}

// bySession returns the actor of a session or access token that was presented as a bearer; known is false for what is
// neither, which is then tried as a key, so that made-up tokens are counted and cost like made-up keys.
func (a *Authority) bySession(ctx context.Context, from Origin, text secret.Text) (by Actor, known bool, err error) {
	v, err := a.verifyBearer(ctx, from, text)
	switch {
	case err != nil:
		return Actor{}, true, err
	case v.Reason == ReasonUnknown:
		return Actor{}, false, nil
	case !v.Valid():
		return Actor{}, true, fault.New(fault.Unauthenticated, v.Reason, "The session is not valid.")
	}
	return a.actorOf(from, v.SessionFacts), true, nil
}

func (a *Authority) verifyBearer(ctx context.Context, from Origin, text secret.Text) (Verdict, error) {
	if _, ok := a.keys.ParseSession(text); ok {
		return a.VerifySession(ctx, from, text)
	}
	v, err := a.verifyAccess(ctx, text)
	if !v.Valid() || err != nil {
		return v, err
	}
	switch {
	case v.Session.Audience != 0:
		return Verdict{Reason: ReasonOtherAudience}, nil
	case v.Session.Thumbprint != "":
		return Verdict{Reason: ReasonNotPossessed}, nil
	}
	return v, nil
}
