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

// ByBoundToken proves a principal by an access token for the installation itself that is bound to a key, with the
// possession of that key; nothing else can be presented so.
func ByBoundToken(text secret.Text, held Possession) Proof {
	return Proof{kind: APIKey, lookup: text, bearer: true, held: held}
}

// Proved returns the proof for asking again while the request goes on that it was presented with: a proof of possession
// counts once, and has been counted.
func (p Proof) Proved() Proof {
	p.proved = true
	return p
}

// bySession returns the actor of a session or access token that was presented as a bearer; known is false for what is
// neither, which is then tried as a key, so that made-up tokens are counted and cost like made-up keys. No key comes with
// a proof of possession, so that what is made up then is counted here.
func (a *Authority) bySession(ctx context.Context, from Origin, p Proof) (by Actor, known bool, err error) {
	v, err := a.verifyBearer(ctx, from, p.lookup)
	unknown, bound := v.Reason == ReasonUnknown, !p.held.Proof.IsZero()
	refusal := fault.New(fault.Unauthenticated, v.Reason, "The session is not valid.")
	switch {
	case err != nil:
		return Actor{}, true, err
	case unknown && bound:
		return Actor{}, true, a.unknownToken(ctx, from, refusal)
	case unknown:
		return Actor{}, false, nil
	case !v.Valid():
		return Actor{}, true, refusal
	}
	if !p.proved || !bound {
		err = a.prove(&v, p.lookup, p.held)
	}
	if err != nil {
		return Actor{}, true, err
	}
	return a.actorOf(from, &v.SessionFacts), true, nil
}

func (a *Authority) verifyBearer(ctx context.Context, from Origin, text secret.Text) (Verdict, error) {
	if _, ok := a.keys.ParseSession(text); ok {
		return a.VerifySession(ctx, from, text)
	}
	v, err := a.verifyAccess(ctx, text)
	if err == nil && v.Valid() && v.Session.Audience != 0 {
		return refusedBy(ReasonOtherAudience), nil
	}
	return v, err
}
