package authority

import (
	"context"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
)

// GiveGrant gives a principal a role at a tenant. A member has one level and a manager one role, so another of these
// takes the place of the one before; an account has one owner, so who owned it before becomes a plain user; and a person
// has one primary account and unit. It needs grant.ManageDirectory at the tenant, and of what an operator's role permits
// all that the role does. It fails with NotFound, Denied, Unmet when there can be no such grant, and Conflict when there
// is one.
func (a *Authority) GiveGrant(ctx context.Context, by Actor, g grant.Grant) (given grant.Grant, err error) {
	g.Position = a.store.Now().UnixMicro() // after those of the file
	err = a.changeDirectory(ctx, by, directoryAct{
		act: audit.PutGrant,
		judge: func(ctx context.Context, v View) error {
			lineage, err := by.managed(ctx, v, g.Tenant)
			if err != nil {
				return err
			}
			holder, err := by.knownPrincipal(ctx, v, g.Principal)
			if err == nil {
				err = a.refusedGive(by, g.Role, pathOf(lineage))
			}
			if err == nil && g.Primary {
				err = by.refusedPrimary(holder)
			}
			return err
		},
		write: func(ctx context.Context, tx Tx, record func(audit.Event)) (err error) {
			if given, err = a.give(ctx, by, tx, record, g); err == nil {
				a.made(tx, by, keyOf(given).String())
			}
			return err
		},
	})
	if err != nil {
		return grant.Grant{}, err
	}
	return given, nil
}

// give writes a grant, and all that it changes for others, and returns it as it is kept.
func (a *Authority) give(ctx context.Context, by Actor, tx Tx, record func(audit.Event), g grant.Grant) (grant.Grant, error) {
	lineage, err := tx.Lineage(ctx, g.Tenant)
	if err != nil {
		return g, err
	}
	holder, err := by.knownPrincipal(ctx, tx, g.Principal)
	if err != nil {
		return g, err
	}
	if _, has := find(at(holder.Grants, g.Tenant), g.Role); has {
		return g, fault.New(fault.Conflict, ReasonTaken, "There is this grant already.")
	}
	if err := a.checkGrant(ctx, tx, g, holder, pathOf(lineage)); err != nil {
		return g, err
	}
	w := grantWriter{by: by, tx: tx, record: record}
	if level, ok := levelAt(holder.Grants, g.Tenant); ok && !g.Role.BuiltIn() {
		g.Inactive = level.Inactive // a membership counts as a whole
	}
	if g.Role == grant.AccountOwner {
		if err := w.demoteOwner(ctx, g); err != nil {
			return g, err
		}
	}
	old, replaces := sameChoice(at(holder.Grants, g.Tenant), g.Role)
	if replaces {
		if old.Role == grant.AccountOwner {
			return g, oneOwner()
		}
		g.Position = old.Position
		tx.DropGrant(old)
		w.follow(holder, g)
	}
	w.onlyPrimary(holder, g)
	e := by.grantEvent(audit.PutGrant, g, "created")
	if replaces {
		e.Detail["change"], e.Detail["replaces"] = "updated", string(old.Role)
	}
	w.put(g, e)
	return g, nil
}

func oneOwner() error {
	return fault.New(fault.Conflict, ReasonOneOwner, "An account has one owner; make another one its owner instead.")
}

// grantWriter writes grants with their events and what they change for others.
type grantWriter struct {
	by     Actor
	tx     Tx
	record func(audit.Event)
}

func (w grantWriter) put(g grant.Grant, e audit.Event) {
	w.tx.PutGrant(g)
	w.tx.Publish(FeedPrincipal, string(g.Principal))
	w.record(e)
}

func (w grantWriter) drop(g grant.Grant) {
	w.tx.DropGrant(g)
	w.tx.Publish(FeedPrincipal, string(g.Principal))
	w.record(w.by.grantEvent(audit.DropGrant, g, "dropped"))
}

// demoteOwner makes whoever owns the account until now a plain user of it, before the new owner is written.
func (w grantWriter) demoteOwner(ctx context.Context, next grant.Grant) error {
	owner, err := w.tx.StandingOfOwner(ctx, next.Tenant)
	if err != nil && fault.KindOf(err) == fault.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	was, _ := find(at(owner.Grants, next.Tenant), grant.AccountOwner)
	w.tx.DropGrant(was)
	now := was
	now.Role = grant.AccountUser
	e := w.by.grantEvent(audit.PutGrant, now, "updated")
	e.Detail["replaces"] = string(was.Role)
	w.put(now, e)
	return nil
}

// onlyPrimary ends that another account or unit is the primary one.
func (w grantWriter) onlyPrimary(holder Standing, next grant.Grant) {
	if !next.Primary {
		return
	}
	for _, g := range holder.Grants {
		if g.Primary && g.Tenant != next.Tenant && g.Tenant.Kind() == next.Tenant.Kind() {
			g.Primary = false
			w.put(g, w.by.grantEvent(audit.PutGrant, g, "updated"))
		}
	}
}

// follow makes the organisation's roles of a member count when its level does: a membership counts as a whole.
func (w grantWriter) follow(holder Standing, level grant.Grant) {
	for _, g := range at(holder.Grants, level.Tenant) {
		if level.Role.IsLevel() && !g.Role.BuiltIn() && g.Inactive != level.Inactive {
			g.Inactive = level.Inactive
			w.put(g, w.by.grantEvent(audit.PutGrant, g, "updated"))
		}
	}
}
