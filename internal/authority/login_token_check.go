package authority

import (
	"context"
	"time"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

// CheckRequest says what a validation token must be for.
type CheckRequest struct {
	Token    secret.Text
	Account  tenant.ID
	Audience AudienceID
}

// CheckLoginToken lets pass a validation token that counts now, for whoever minted it and at the account and audience
// that it was minted for, as often as it is presented. Whatever is wrong with it, it fails alike, with Unauthenticated.
func (a *Authority) CheckLoginToken(ctx context.Context, by Actor, r CheckRequest) (LoginTokenFacts, error) {
	e := by.event(audit.CheckLoginToken)
	if by.IsZero() {
		return LoginTokenFacts{}, a.refuse(ctx, e, fault.New(fault.Unauthenticated, ReasonNobody, "Authentication is required."))
	}
	facts, presented, err := a.findPresented(ctx, r.Token)
	if err != nil {
		return LoginTokenFacts{}, err
	}
	if reason := a.invalidFor(by, r, facts, presented.Fingerprint, a.store.Now()); reason != "" {
		e.Subject, e.Tenant, e.Audience, e.LoginToken = facts.LoginToken.Subject, r.Account, int64(r.Audience), presented.ID
		return LoginTokenFacts{}, a.refuse(ctx, e, fault.New(fault.Unauthenticated, reason, "The login token is not valid."))
	}
	return facts, nil
}

// findPresented returns what a presented login token is, nothing for one that nobody has. What is no token at all is
// looked up too, under no ID: its time must not tell.
func (a *Authority) findPresented(ctx context.Context, token secret.Text) (facts LoginTokenFacts, presented secret.Presented, err error) {
	presented, _ = a.keys.ParseLoginToken(token)
	err = a.store.View(ctx, func(ctx context.Context, v View) (err error) {
		facts, err = v.LoginTokenFacts(ctx, LoginTokenID(presented.ID))
		return err
	})
	if err != nil && fault.KindOf(err) == fault.NotFound {
		err = nil
	}
	return facts, presented, err
}

// PretendToCheckLoginToken looks up what a check is decided by, and tells nothing of it: for a dialect whose answer to
// who is nobody is the same as to whose token does not count, so that the time of it does not tell which.
func (a *Authority) PretendToCheckLoginToken(ctx context.Context, r CheckRequest) error {
	_, _, err := a.findPresented(ctx, r.Token)
	return err
}

// invalidFor returns why a validation token does not count, or "".
func (a *Authority) invalidFor(by Actor, r CheckRequest, f LoginTokenFacts, fingerprint secret.Fingerprint, now time.Time) string {
	t := f.LoginToken
	switch {
	case t.ID.IsZero() || !t.Fingerprint.Equal(fingerprint):
		return ReasonUnknown
	case !t.Reusable:
		return ReasonNotReusable
	case !now.Before(t.ExpiresAt):
		return ReasonExpired
	case !f.Live:
		return ReasonFenced
	case t.Credential != by.credential().ID || t.Parent != by.session:
		return ReasonOtherCredential
	case t.Audience != r.Audience:
		return ReasonOtherAudience
	case t.Account != r.Account:
		return ReasonOutside
	}
	return a.judgeLoginToken(f, now)
}
