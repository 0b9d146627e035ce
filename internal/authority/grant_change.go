package authority

import (
	"context"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
)

// GrantChange says what to change of a grant; nil leaves it as it is.
type GrantChange struct {
	Match    Match // the versions that it was decided by
	Inactive *bool
	Primary  *bool
}

// ChangeGrant changes whether a grant counts and is the primary one. An organisation's role counts when its holder's
// level does. It needs what GiveGrant needs. It fails with NotFound, Denied, and Unmet when the grant is not as it was
// seen or cannot be so.
func (a *Authority) ChangeGrant(ctx context.Context, by Actor, key GrantKey, change GrantChange) (next grant.Grant, err error) {
	primary := change.Primary != nil && *change.Primary
	err = a.amendGrant(ctx, by, audit.PutGrant, key, change.Match, primary, func(w grantWriter, holder Standing, have grant.Grant) error {
		next = have
		if change.Inactive != nil {
			next.Inactive = *change.Inactive
		}
		if change.Primary != nil {
			next.Primary = *change.Primary
		}
		if next == have {
			return nil
		}
		if !next.Role.BuiltIn() {
			return wrongGrant("An organisation's role counts when its holder's level does.")
		}
		if err := checkFlags(next); err != nil {
			return err
		}
		w.follow(holder, next)
		w.onlyPrimary(holder, next)
		w.put(next, by.grantEvent(audit.PutGrant, next, "updated"))
		return nil
	})
	if err != nil {
		return grant.Grant{}, err
	}
	return next, nil
}

// TakeGrant takes a grant away; with a member's level goes what else it has in the account. It needs what GiveGrant
// needs. It fails with NotFound, Denied, Conflict for an account's owner, and Unmet when the grant is not as it was seen.
func (a *Authority) TakeGrant(ctx context.Context, by Actor, key GrantKey, match Match) error {
	return a.amendGrant(ctx, by, audit.DropGrant, key, match, false, func(w grantWriter, holder Standing, have grant.Grant) error {
		if have.Role == grant.AccountOwner {
			return oneOwner()
		}
		for _, g := range at(holder.Grants, have.Tenant) {
			if have.Role.IsLevel() && !g.Role.BuiltIn() {
				w.drop(g)
			}
		}
		w.drop(have)
		return nil
	})
}

// amendGrant is the way to change a grant that exists; primary says that it will be the primary one.
func (a *Authority) amendGrant(ctx context.Context, by Actor, act audit.Act, key GrantKey, match Match, primary bool,
	change func(w grantWriter, holder Standing, have grant.Grant) error,
) error {
	var holder Standing
	var have grant.Grant
	return a.changeDirectory(ctx, by, directoryAct{
		act: act,
		judge: func(ctx context.Context, v View) (err error) {
			if holder, have, err = by.knownGrant(ctx, v, key); err != nil {
				return err
			}
			lineage, err := by.managed(ctx, v, key.Tenant)
			if err == nil {
				err = a.refusedGive(by, key.Role, pathOf(lineage))
			}
			if err == nil && have.Role == grant.RelyingModule {
				err = wrongGrant("An audience's service stays as its audience has it.")
			}
			if err == nil && primary && !have.Primary {
				err = by.refusedPrimary(holder)
			}
			return err
		},
		write: func(_ context.Context, tx Tx, record func(audit.Event)) error {
			if err := match.check(VersionOfGrant(have)); err != nil {
				return err
			}
			return change(grantWriter{by: by, tx: tx, record: record}, holder, have)
		},
	})
}

// knownGrant returns a grant at a tenant where the actor reads the directory.
func (by Actor) knownGrant(ctx context.Context, v View, key GrantKey) (Standing, grant.Grant, error) {
	holder, err := v.Standing(ctx, key.Principal)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return Standing{}, grant.Grant{}, err
	}
	g, ok := find(at(holder.Grants, key.Tenant), key.Role)
	if err != nil || !ok || !by.may(grant.ReadDirectory, holder.Path(key.Tenant)) {
		return Standing{}, grant.Grant{}, fault.New(fault.NotFound, ReasonOutside, "There is no such grant.")
	}
	return holder, g, nil
}
