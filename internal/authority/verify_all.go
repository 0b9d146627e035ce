package authority

import (
	"context"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
)

// VerifyAll says of each of these sessions and access tokens whether it counts now, in their order. It tells an actor of
// those that are made for the audience of its credential, and of all in the subtree where it has grant.VerifySession;
// any other looks like one that nobody has. It fails with Denied for an actor that may verify nothing at all.
func (a *Authority) VerifyAll(ctx context.Context, by Actor, texts []secret.Text) ([]Verdict, error) {
	if refused := by.refusedVerdicts(); refused != nil {
		return nil, a.refuseRead(ctx, by, grant.VerifySession, "", refused)
	}
	verdicts := make([]Verdict, len(texts))
	for i, text := range texts {
		v, err := a.verifyFor(ctx, by, text)
		if err != nil {
			return nil, err
		}
		verdicts[i] = v
	}
	return verdicts, nil
}

// refusedVerdicts returns why an actor may verify nothing that others present, or nil.
func (by Actor) refusedVerdicts() error {
	switch {
	case by.IsZero():
		return fault.New(fault.Unauthenticated, ReasonNobody, "Authentication is required.")
	case by.actingBy != "":
		return fault.New(fault.Denied, ReasonActing, "Who acts for somebody else cannot verify sessions.")
	case by.credential().Audience == 0 && !by.MayAnywhere(grant.VerifySession):
		return fault.New(fault.Denied, ReasonNoPermission, "The role does not allow this.")
	}
	return nil
}

// verifyFor is Verify for who may know of it. Whose the session is, is looked up whether it counts or not.
func (a *Authority) verifyFor(ctx context.Context, by Actor, text secret.Text) (Verdict, error) {
	v, err := a.Verify(ctx, by.origin, text)
	if err != nil || !v.Valid() {
		return v, err
	}
	if v.isOwnAudience(by) {
		return v, nil
	}
	if _, ok, err := a.reaches(ctx, by, grant.VerifySession, v.SessionFacts); err != nil || ok {
		return v, err
	}
	return refusedBy(ReasonOutside), a.inVain(ctx, &v)
}

// DependsOn returns the facts that a verdict holds as long as the feed names none of them.
func (f SessionFacts) DependsOn() []string { return f.dependsOn() }
