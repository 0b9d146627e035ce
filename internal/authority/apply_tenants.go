package authority

import (
	"context"
	"reflect"
	"slices"
	"strings"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/tenant"
)

// applyTenants writes parents before children, so that at no time anything hangs in the air or in a circle.
func (p *application) applyTenants(ctx context.Context) error {
	root := Tenant{ID: tenant.Installation, Name: string(tenant.Installation), Status: Active}
	for batch := range slices.Chunk(append([]Tenant{root}, p.directory.Tenants...), applyBatch) {
		err := p.step(ctx, &p.report.Tenants, len(batch), func(ctx context.Context, v View) (difference, error) {
			return p.compareTenants(ctx, v, batch)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *application) compareTenants(ctx context.Context, v View, batch []Tenant) (d difference, err error) {
	rows, err := v.Tenants(ctx, keysOf(batch, tenantID))
	if err != nil {
		return d, err
	}
	stored := keyed(rows, tenantID)
	var moved bool
	var writes []edit
	for _, want := range batch {
		have, exists := stored[want.ID]
		changed := want.changes(have)
		if want.Status == Active && !have.HeldAt.IsZero() {
			d.held = append(d.held, Leftover{Kind: "tenant", Name: string(want.ID)})
		}
		switch {
		case !exists:
			d.Created++
			writes = append(writes, p.newTenant(want))
			d.fresh = append(d.fresh, string(want.ID))
		case len(changed) == 0 || want.ID == tenant.Installation:
			d.Unchanged++
		default:
			moved = moved || want.Parent != have.Parent
			d.Updated++
			if want.Portal != have.Portal && have.Portal != "" {
				d.edits = append(d.edits, releasePortal(have))
			}
			writes = append(writes, p.changedTenant(want, have, changed))
		}
	}
	d.edits = append(d.edits, writes...)
	if moved {
		err = checkMoves(ctx, v, batch)
	}
	return d, err
}

// releasePortal frees an account's portal host for another in the same transaction, before anybody takes one.
func releasePortal(have Tenant) edit {
	have.Portal = ""
	return edit{put: func(tx Tx) { tx.PutTenant(have) }}
}

func (p *application) newTenant(want Tenant) edit {
	want.CreatedAt = p.store.Now()
	want.UpdatedAt = want.CreatedAt
	return edit{put: func(tx Tx) { tx.PutTenant(want) }, events: []audit.Event{p.by.tenantEvent(want, "created", "")}}
}

func (p *application) changedTenant(want, have Tenant, changed []string) edit {
	want.CreatedAt, want.UpdatedAt, want.HeldAt = have.CreatedAt, nextUpdatedAt(have.UpdatedAt, p.store.Now()), have.HeldAt
	return edit{
		put:    func(tx Tx) { tx.PutTenant(want) },
		events: []audit.Event{p.by.tenantEvent(want, "updated", strings.Join(changed, ","))},
		feed:   []FeedEntry{{Kind: FeedTenant, Key: string(want.ID)}},
	}
}

// tenantEvent is the record of what an actor did to a tenant.
func (by Actor) tenantEvent(t Tenant, change, changed string) audit.Event {
	e := by.event(audit.PutTenant)
	e.Detail = detail(nil, "change", change, "status", string(t.Status), "parent", string(t.Parent))
	if changed != "" {
		e.Detail["changed"] = changed
	}
	e.Tenant = t.ID
	return e
}

// changes names what differs. The order of the file is kept from when an entry was first applied: one new line in the
// middle of a file is not a change to everything below it.
func (t Tenant) changes(have Tenant) (names []string) {
	if t.Parent != have.Parent {
		names = append(names, "parent")
	}
	if t.Name != have.Name {
		names = append(names, "name")
	}
	if t.Status != have.Status {
		names = append(names, "status")
	}
	if t.Portal != have.Portal {
		names = append(names, "portal")
	}
	if !t.Profile.equal(have.Profile) {
		names = append(names, "profile")
	}
	return names
}

func (f Profile) equal(other Profile) bool {
	if len(f.Whitelabel) == 0 && len(other.Whitelabel) == 0 {
		f.Whitelabel, other.Whitelabel = nil, nil
	}
	return reflect.DeepEqual(f, other)
}

// checkMoves refuses a batch after which a tenant would be below itself or too deep. One file cannot do that: it
// takes another apply at the same time that moves other tenants the other way round.
func checkMoves(ctx context.Context, v View, batch []Tenant) error {
	nodes := map[tenant.ID]tenant.Node{}
	inBatch := keyed(batch, tenantID)
	for _, t := range batch {
		if _, ok := inBatch[t.Parent]; ok || t.Parent == "" || nodes[t.Parent].ID != "" {
			continue
		}
		lineage, err := v.Lineage(ctx, t.Parent)
		if err != nil {
			return err
		}
		for _, above := range lineage {
			nodes[above.ID] = above.node()
		}
	}
	for _, t := range batch {
		nodes[t.ID] = t.node()
	}
	for _, t := range batch {
		if _, err := tenant.Climb(t.ID, nodes); err != nil {
			return &fault.Error{
				Kind: fault.Conflict, Reason: "tenant-cycle", Cause: err,
				Message: "Another apply moved tenants at the same time; apply this directory again.",
			}
		}
	}
	return nil
}

func tenantID(t Tenant) tenant.ID { return t.ID }
