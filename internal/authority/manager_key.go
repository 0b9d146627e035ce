package authority

import (
	"context"
	"errors"
	"slices"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

// RegenerateManagerKey gives a manager of a reseller a new personal key, shown this once. The one until now, and with
// it all that came from it, ends in the same transaction; what it was restricted to, in time too, holds for the new one. Managers do
// it for themselves, and for another who may manage credentials there and has no less than the other has anywhere. It
// fails with NotFound for a manager outside the actor's reach as for one that does not exist, and with Denied.
func (a *Authority) RegenerateManagerKey(ctx context.Context, by Actor, at tenant.ID, manager grant.PrincipalID) (secret.Text, Credential, error) {
	refused, err := a.refuseRegenerate(ctx, by, at, manager)
	if err != nil {
		return secret.Text{}, Credential{}, err
	}
	var text secret.Text
	var made Credential
	err = a.actMany(ctx, by, audit.IssueCredential, refused, func(ctx context.Context, tx Tx, record func(audit.Event)) error {
		if err := tx.LockDirectory(ctx); err != nil {
			return err
		}
		owned, err := tx.CredentialsOf(ctx, []grant.PrincipalID{manager, by.Principal().ID})
		if err != nil {
			return err
		}
		if !a.stillCounts(by, owned) {
			return errKeyEnded
		}
		minted := a.keys.MintManagerKey(a.store.Now())
		text, made = minted.Text, a.newManagerKey(by, manager, minted)
		for _, old := range owned {
			if old.Kind == ManagerKey && old.Principal == manager && old.RevokedAt.IsZero() {
				made.Restriction, made.Limits = old.Restriction, old.Limits
				if old.ExpiresAt.After(made.CreatedAt) {
					made.ExpiresAt = old.ExpiresAt
				}
				old.ReplacedBy, old.RevokedAt, old.UpdatedAt = made.ID, made.CreatedAt, made.CreatedAt
				tx.PutCredential(old)
				tx.Publish(FeedCredential, old.ID.String())
				record(by.managerKeyEvent(audit.RevokeCredential, old, at))
			}
		}
		tx.PutCredential(made)
		record(by.managerKeyEvent(audit.IssueCredential, made, at))
		return nil
	})
	if errors.Is(err, errKeyEnded) {
		err = a.refuse(ctx, by.event(audit.IssueCredential), err)
	}
	if err != nil {
		return secret.Text{}, Credential{}, err // no secret of a key that may not exist
	}
	return text, made, nil
}

// errKeyEnded refuses an actor whose own credential ended after it had been authenticated: of two who hold the same
// key, the one who came second must not end the key that the first was given.
var errKeyEnded = fault.New(fault.Unauthenticated, ReasonRevoked, "The credentials are not valid.")

func (a *Authority) stillCounts(by Actor, owned []Credential) bool {
	return by.own || slices.ContainsFunc(owned, func(c Credential) bool {
		return c.ID == by.credential().ID && c.ended(a.store.Now()) == "" && c.SecretAt.Equal(by.credential().SecretAt)
	})
}

func (a *Authority) newManagerKey(by Actor, manager grant.PrincipalID, minted secret.Minted) Credential {
	now := a.store.Now()
	return Credential{
		ID: CredentialID(minted.ID), Kind: ManagerKey, Principal: manager, Name: "api_token", Lookup: minted.Fingerprint,
		Status: Active, SecretAt: now, CreatedAt: now, UpdatedAt: now, CreatedBy: by.Principal().ID,
	}
}

func (by Actor) managerKeyEvent(act audit.Act, c Credential, at tenant.ID) audit.Event {
	e := by.credentialEvent(act, c, nil)
	e.Tenant = at
	return e
}

// refuseRegenerate loads and judges: refused says why it may not be, err that it could not be decided.
func (a *Authority) refuseRegenerate(ctx context.Context, by Actor, at tenant.ID, manager grant.PrincipalID) (refused, err error) {
	if refused := by.refuseKeysOf(manager); refused != nil {
		return refused, nil
	}
	var lineage []*Tenant
	var of Standing
	err = a.store.View(ctx, func(ctx context.Context, v View) (err error) {
		if lineage, err = v.Lineage(ctx, at); err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		if of, err = v.Standing(ctx, manager); err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case !by.mayRead(lineage), !of.isManagerAt(at):
		return fault.New(fault.NotFound, ReasonOutside, "There is no such manager."), nil
	case manager != by.Principal().ID && !by.hasNoLessThan(of, a.heldOf(&of)):
		return fault.New(fault.Denied, ReasonNoPermission, "The role does not allow this."), nil
	}
	return nil, nil
}

// refuseKeysOf returns why an actor may regenerate nobody's key or only its own, whatever exists.
func (by Actor) refuseKeysOf(manager grant.PrincipalID) error {
	own := manager == by.Principal().ID
	switch {
	case by.actingBy != "":
		return fault.New(fault.Denied, ReasonActing, "Who acts for somebody else cannot issue credentials.")
	case by.credential().narrow() && !(own && by.credential().Kind == ManagerKey):
		// A key without those bounds would free its holder of them.
		return fault.New(fault.Denied, ReasonNoPermission, "A restricted credential cannot issue another.")
	case !own && !by.own && !by.MayAnywhere(grant.ManageCredential):
		return fault.New(fault.Denied, ReasonNoPermission, "The role does not allow this.")
	}
	return nil
}

// narrow reports whether a credential does less, or for a shorter time, than its principal could.
func (c Credential) narrow() bool {
	return c.Tenants != nil || c.Permissions != nil || c.Dialects != nil || c.Networks != nil || !c.ExpiresAt.IsZero()
}

func (s *Standing) isManagerAt(at tenant.ID) bool {
	return s.Principal.Status != Deleted && slices.ContainsFunc(s.Grants, func(g grant.Grant) bool {
		return g.Tenant == at && isManager(g.Role)
	})
}

// hasNoLessThan reports whether, wherever somebody is granted anything, the actor may manage credentials and do all
// that the other may. The inactive grants count: what is given back later must not have been taken before. Who manages
// the directory there could give itself the rest anyway.
func (by Actor) hasNoLessThan(other Standing, held []grant.Held) bool {
	return !slices.ContainsFunc(held, func(h grant.Held) bool {
		path := other.Path(h.Tenant)
		needed := append([]grant.Permission{grant.ManageCredential}, h.RoleOf.Permissions...)
		if h.Role.IsLevel() {
			needed = append(needed, grant.ActAsOwner) // a member's level is no permission of ours
		}
		lacks := func(p grant.Permission) bool { return !by.may(p, path) }
		return lacks(grant.ManageDirectory) && slices.ContainsFunc(needed, lacks)
	})
}
