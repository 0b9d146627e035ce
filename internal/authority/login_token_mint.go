package authority

import (
	"context"
	"time"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

// MintRequest says what login token to mint.
type MintRequest struct {
	Account  tenant.ID
	Within   tenant.ID // the account must be at or below it, and it within the actor's reach; empty: anywhere the actor reaches
	Email    string    // the member to hand over
	AsOwner  bool      // instead: hand the actor over as the account's owner
	Audience AudienceID
	Lifetime time.Duration // 0: the audience's default
	Shape    secret.Shape
	Replace  bool // cancel the older unused one of this person, account and audience
}

// MintedLoginToken is a login token with its secret, which is shown this once.
type MintedLoginToken struct {
	Text       secret.Text
	LoginToken LoginToken
	Subject    Principal
	URL        string // where to send the person; empty for an audience that is no portal
}

// MintLoginToken makes a one-time hand-off of a person at an account. It fails with NotFound for an account
// outside the actor's reach and for a person that is not an active member, with Unmet (no-portal, no-active-owner,
// tenant-suspended, unknown-audience), with Denied, and with Malformed for a lifetime outside the audience's range.
func (a *Authority) MintLoginToken(ctx context.Context, by Actor, r MintRequest) (MintedLoginToken, error) {
	plan, refused, err := a.planMint(ctx, &by, r)
	if err != nil {
		return MintedLoginToken{}, err
	}
	var minted MintedLoginToken
	err = a.act(ctx, by, audit.MintLoginToken, refused, func(_ context.Context, tx Tx, e *audit.Event) error {
		now := a.store.Now()
		text := a.minting(by).MintLoginToken(r.Shape, now)
		t := LoginToken{
			ID: LoginTokenID(text.ID), Fingerprint: text.Fingerprint,
			Audience: r.Audience, Subject: plan.subject.Principal.ID, Account: r.Account,
			Actor: plan.actor.Principal.ID, Credential: by.credential().ID, SecretAt: by.credential().SecretAt, Parent: by.session,
			Dialect: by.origin.Dialect, Reusable: plan.audience.Kind == API,
			MintedAt: now, ExpiresAt: now.Add(plan.lifetime),
		}
		if r.Replace {
			t.Slot = string(t.Subject) + " " + string(t.Account) + " " + t.Audience.String()
		}
		tx.PutLoginToken(t)
		a.made(tx, by, t.ID.String())
		e.Subject, e.Tenant, e.Audience = t.Subject, t.Account, int64(t.Audience)
		e.LoginToken = secret.ID(t.ID)
		if t.Actor != "" {
			e.Actor, e.ActingFor = t.Actor, t.Subject
		}
		minted = MintedLoginToken{Text: text.Text, LoginToken: t, Subject: plan.subject.Principal}
		return nil
	})
	if err != nil {
		return MintedLoginToken{}, err // no secret of a token that may not exist
	}
	minted.URL = a.landingURL(plan, minted.Text)
	return minted, nil
}

// PretendToMintLoginToken looks up all that a mint is decided by, and tells nothing of it: for a dialect whose answer to
// who is nobody is the same as to who may not mint, so that the time of it does not tell which.
func (a *Authority) PretendToMintLoginToken(ctx context.Context, r MintRequest) error {
	_, _, err := a.planMint(ctx, &Actor{}, r)
	return err
}

// mintPlan is what a mint is decided by.
type mintPlan struct {
	handover
	audience Audience
	lifetime time.Duration
}

// planMint loads and judges; refused says why it may not be, err that it could not be decided. A yes may be from memory;
// a no is decided by the store, so that its time does not tell who is known here.
func (a *Authority) planMint(ctx context.Context, by *Actor, r MintRequest) (plan mintPlan, refused, err error) {
	plan, refused, err = a.planMintBy(ctx, a.store.Recall, by, r)
	if err != nil || refused != nil {
		return a.planMintBy(ctx, a.ask, by, r)
	}
	return plan, nil, nil
}

func (a *Authority) planMintBy(ctx context.Context, look looking, by *Actor, r MintRequest) (plan mintPlan, refused, err error) {
	plan.handover = handover{subject: &Standing{}, actor: noStanding, minter: by.standing(), credential: by.credential()}
	var noAudience error
	err = look(ctx, func(ctx context.Context, f Facts) (err error) {
		if plan.account, err = f.Lineage(ctx, r.Account); err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		if *plan.subject, err = findSubject(ctx, f, r); err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		if plan.audience, noAudience = f.Audience(ctx, r.Audience); fault.KindOf(noAudience) == fault.NotFound {
			return nil // told only to who may mint here (WIRE.md §1, status)
		}
		return noAudience
	})
	if err != nil {
		return plan, nil, err
	}
	if by.Principal().ID.IsPerson() && by.Principal().ID != plan.subject.Principal.ID {
		plan.actor = by.standing()
	}
	if noAudience == nil {
		if plan.lifetime, refused = plan.audience.lifetimeFor(r.Lifetime); refused != nil {
			return plan, refused, nil
		}
	}
	if refused = a.refuseMint(by, r, plan); refused == nil && noAudience != nil {
		refused = fault.New(fault.Unmet, ReasonUnknownAudience, "This installation has no such audience.")
	}
	return plan, refused, nil
}

func findSubject(ctx context.Context, f Facts, r MintRequest) (Standing, error) {
	if r.AsOwner {
		return f.StandingOfOwner(ctx, r.Account)
	}
	canonical, _ := Canonical(r.Email)
	return f.StandingByEmail(ctx, canonical)
}

// refuseMint returns why an actor may not mint, or nil. What is outside the actor's reach is told apart from what
// does not exist by nothing (promise G8).
func (a *Authority) refuseMint(by *Actor, r MintRequest, plan mintPlan) error {
	path := pathOf(plan.account)
	permission := grant.MintLoginToken
	if r.AsOwner {
		permission = grant.ActAsOwner
	}
	if refused := by.refusedHandOver(permission, path); refused != nil {
		return refused
	}
	if r.Within != "" && !by.may(permission, path.From(r.Within)) {
		return noSuchAccount()
	}
	if _, suspended := path.Suspended(); suspended {
		return fault.New(fault.Unmet, ReasonTenantSuspended, "The account is suspended.")
	}
	if reason := a.judgeHandover(plan.handover, a.store.Now()); reason != "" {
		return refusedSubject(r, reason)
	}
	if plan.audience.needsPortal() && plan.account[0].Portal == "" {
		return fault.New(fault.Unmet, ReasonNoPortal, "The account has no portal.")
	}
	return nil
}

// refusedHandOver returns why the actor may hand nobody over at the account of path, or nil.
func (by Actor) refusedHandOver(p grant.Permission, path tenant.Path) error {
	switch {
	case by.actingBy != "":
		return fault.New(fault.Denied, ReasonActing, "Who acts for somebody else cannot hand over.")
	case by.handedOver:
		// Ending a session ends what came from it, one level down: depth one keeps that whole.
		return fault.New(fault.Denied, ReasonHandedOver, "Who was handed over cannot hand over again.")
	case !by.may(p, path):
		return noSuchAccount()
	}
	return nil
}

func noSuchAccount() error {
	return fault.New(fault.NotFound, ReasonOutside, "There is no such account.")
}

func refusedSubject(r MintRequest, reason string) error {
	if r.AsOwner {
		return fault.New(fault.Unmet, ReasonNoOwner, "The account has no active owner.")
	}
	return fault.New(fault.NotFound, reason, "There is no such member.")
}

func (a Audience) lifetimeFor(asked time.Duration) (time.Duration, error) {
	switch {
	case asked == 0:
		return a.Lifetime.Default, nil
	case asked < a.Lifetime.Min || asked > a.Lifetime.Max:
		return 0, fault.BadParameter("lifetime", "The lifetime is outside the audience's range of "+
			a.Lifetime.Min.String()+" to "+a.Lifetime.Max.String()+".")
	}
	return asked, nil
}
