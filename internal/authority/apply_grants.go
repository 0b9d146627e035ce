package authority

import (
	"context"
	"slices"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

// applyGrants brings what each principal is granted at each tenant of the directory to exactly what it says there:
// a member's level and roles, a manager's role. What was granted where the directory says nothing is for findLeft.
func (p *application) applyGrants(ctx context.Context) error {
	for batch := range slices.Chunk(p.plan.inOrder, applyBatch/2) { // an entry is mostly one or two grants
		err := p.step(ctx, &p.report.Grants, grantsIn(batch), func(ctx context.Context, v View) (difference, error) {
			return p.compareGrants(ctx, v, batch)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func grantsIn(batch []*entry) (n int) {
	for _, e := range batch {
		n += len(e.grants)
	}
	return n
}

// heldGrants is what principals hold at single tenants, and what this batch has dealt with on the way.
type heldGrants map[entryKey]*heldEntry

type heldEntry struct {
	grants []grant.Grant
	dealt  bool // changed together with another's entry
}

func loadGrants(ctx context.Context, v View, principals []grant.PrincipalID) (heldGrants, error) {
	rows, err := v.Grants(ctx, principals)
	held := heldGrants{}
	for _, g := range rows {
		h := held.at(entryKey{g.Principal, g.Tenant})
		h.grants = append(h.grants, g)
	}
	return held, err
}

func (h heldGrants) at(key entryKey) *heldEntry {
	if h[key] == nil {
		h[key] = &heldEntry{}
	}
	return h[key]
}

func (p *application) compareGrants(ctx context.Context, v View, batch []*entry) (d difference, err error) {
	held, err := loadGrants(ctx, v, keysOf(batch, func(e *entry) grant.PrincipalID { return e.principal }))
	if err != nil {
		return d, err
	}
	for _, want := range batch {
		have := held.at(want.entryKey)
		if have.dealt {
			continue
		}
		changes := grantChanges{application: p, want: want, have: have.grants}
		if want.ownership() == 1 && !have.owns() && !p.fresh[string(want.tenant)] {
			if err := p.replaceOwner(ctx, v, &d, held, want); err != nil {
				return d, err
			}
		}
		changes.into(&d)
	}
	return d, nil
}

func (h *heldEntry) owns() bool {
	return slices.ContainsFunc(h.grants, func(g grant.Grant) bool { return g.Role == grant.AccountOwner })
}

// replaceOwner ends the ownership of whoever owns the account until now, in the same transaction and before the
// new owner gets it: an account has one owner. Who left the directory stays a member, with the least level.
func (p *application) replaceOwner(ctx context.Context, v View, d *difference, held heldGrants, want *entry) error {
	owner, err := v.StandingOfOwner(ctx, want.tenant)
	if fault.KindOf(err) == fault.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	key := entryKey{owner.Principal.ID, want.tenant}
	have := heldEntry{}
	for _, g := range owner.Grants {
		if g.Tenant == want.tenant {
			have.grants = append(have.grants, g)
		}
	}
	next := p.plan.entries[key]
	if next == nil {
		next = have.demoted(key)
	}
	grantChanges{application: p, want: next, have: have.grants}.into(d)
	held.at(key).dealt = true
	return nil
}

// demoted is the entry of an owner whom the directory does not know at the account any more.
func (h heldEntry) demoted(key entryKey) *entry {
	e := &entry{entryKey: key}
	for _, g := range h.grants {
		if g.Role == grant.AccountOwner {
			g.Role = grant.AccountUser
		}
		e.grants = append(e.grants, g)
	}
	return e
}

// grantChanges compares what a principal holds at one tenant with what it should.
type grantChanges struct {
	*application
	want *entry
	have []grant.Grant
}

// into adds what differs: what is dropped comes before what is put.
func (c grantChanges) into(d *difference) {
	dropped := c.dropped()
	var puts []edit
	for _, g := range c.want.grants {
		have, exists := find(c.have, g.Role)
		switch old, replaces := sameChoice(dropped, g.Role); {
		case exists && g.Inactive == have.Inactive && g.Primary == have.Primary:
			d.Unchanged++
		case exists:
			d.Updated++
			puts = append(puts, c.put(g, "updated", ""))
		case replaces:
			d.Updated++
			dropped = slices.DeleteFunc(dropped, func(g grant.Grant) bool { return g == old })
			d.edits = append(d.edits, edit{put: func(tx Tx) { tx.DropGrant(old) }})
			puts = append(puts, c.put(g, "updated", string(old.Role)))
		default:
			d.Created++
			puts = append(puts, c.put(g, "created", ""))
		}
	}
	for _, g := range dropped {
		d.add(&d.Ended, c.drop(g))
	}
	d.edits = append(d.edits, puts...)
}

// dropped returns what the principal holds there and should not.
func (c grantChanges) dropped() (dropped []grant.Grant) {
	for _, g := range c.have {
		if _, wanted := find(c.want.grants, g.Role); !wanted {
			dropped = append(dropped, g)
		}
	}
	return dropped
}

func find(grants []grant.Grant, role grant.RoleID) (grant.Grant, bool) {
	i := slices.IndexFunc(grants, func(g grant.Grant) bool { return g.Role == role })
	if i < 0 {
		return grant.Grant{}, false
	}
	return grants[i], true
}

// sameChoice finds the grant whose place a role takes: a member has one level, a manager one role.
func sameChoice(grants []grant.Grant, role grant.RoleID) (grant.Grant, bool) {
	i := slices.IndexFunc(grants, func(g grant.Grant) bool {
		return role.IsLevel() && g.Role.IsLevel() || isManager(role) && isManager(g.Role)
	})
	if i < 0 {
		return grant.Grant{}, false
	}
	return grants[i], true
}

func isManager(role grant.RoleID) bool {
	return slices.ContainsFunc(grant.ManagerNames, func(name string) bool { return role == grant.ManagerRole(name) })
}

func (p *application) put(g grant.Grant, change, replaces string) edit {
	e := p.by.grantEvent(audit.PutGrant, g, change)
	if replaces != "" {
		e.Detail["replaces"] = replaces
	}
	return edit{put: func(tx Tx) { tx.PutGrant(g) }, events: []audit.Event{e}, feed: p.feedOf(g)}
}

func (p *application) drop(g grant.Grant) edit {
	return edit{
		put:    func(tx Tx) { tx.DropGrant(g) },
		events: []audit.Event{p.by.grantEvent(audit.DropGrant, g, "dropped")}, feed: p.feedOf(g),
	}
}

// grantEvent is the record of what an actor did to a grant.
func (by Actor) grantEvent(act audit.Act, g grant.Grant, change string) audit.Event {
	e := by.event(act)
	e.Detail = detail(nil, "change", change, "role", string(g.Role))
	if g.Inactive {
		e.Detail["status"] = string(Inactive)
	}
	e.Subject, e.Tenant = g.Principal, g.Tenant
	return e
}

// feedOf says that a principal's rights changed, unless it is too new for anybody to remember them.
func (p *application) feedOf(g grant.Grant) []FeedEntry {
	if p.fresh[string(g.Principal)] {
		return nil
	}
	return []FeedEntry{{Kind: FeedPrincipal, Key: string(g.Principal)}}
}

// leftAs names a grant for the operator.
func leftAs(g grant.Grant) Leftover {
	return Leftover{Kind: "grant", Name: string(g.Principal) + " " + string(g.Role) + " at " + string(g.Tenant)}
}

// endsWithEntry reports whether a grant is one line of an entry that is still in the directory, so that it ends when
// the line goes: a person's units and installation role, a key's accounts. A membership is an entry of its own, and no
// directory can say that somebody is an operator of a part of the installation, or that a service is one.
func endsWithEntry(g grant.Grant) bool {
	operator := g.Role == grant.Operator && g.Tenant == tenant.Installation && g.Principal.IsPerson()
	return g.Tenant.Kind() == tenant.KindUnit || operator || g.Role == grant.Integrator
}
