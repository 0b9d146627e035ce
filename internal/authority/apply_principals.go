package authority

import (
	"context"
	"slices"
	"strings"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/grant"
)

// applyPrincipals writes those first whose log-in names change, in one transaction where possible,
// so that two people can swap theirs.
func (p *application) applyPrincipals(ctx context.Context) error {
	renamed, others, err := p.splitRenamed(ctx)
	if err != nil {
		return err
	}
	for _, group := range [][]Principal{renamed, others} {
		for batch := range slices.Chunk(group, applyBatch) {
			err := p.step(ctx, &p.report.Principals, len(batch), func(ctx context.Context, v View) (difference, error) {
				return p.comparePrincipals(ctx, v, batch)
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *application) splitRenamed(ctx context.Context) (renamed, others []Principal, err error) {
	for batch := range slices.Chunk(p.everybody(), applyBatch) {
		err := p.store.View(ctx, func(ctx context.Context, v View) error {
			stored, err := storedPrincipals(ctx, v, batch)
			for _, want := range batch {
				if have, ok := stored[want.ID]; ok && want.renames(have) {
					renamed = append(renamed, want)
				} else {
					others = append(others, want)
				}
			}
			return err
		})
		if err != nil {
			return nil, nil, err
		}
	}
	return renamed, others, nil
}

func storedPrincipals(ctx context.Context, v View, batch []Principal) (map[grant.PrincipalID]Principal, error) {
	rows, err := v.Principals(ctx, keysOf(batch, principalID))
	return keyed(rows, principalID), err
}

func (p *application) comparePrincipals(ctx context.Context, v View, batch []Principal) (d difference, err error) {
	stored, err := storedPrincipals(ctx, v, batch)
	if err != nil {
		return d, err
	}
	var writes []edit
	for _, want := range batch {
		have, exists := stored[want.ID]
		changed := want.changes(have)
		if want.Status == Active && !have.HeldAt.IsZero() {
			d.held = append(d.held, Leftover{Kind: "principal", Name: string(want.ID)})
		}
		switch {
		case !exists:
			d.Created++
			d.fresh = append(d.fresh, string(want.ID))
			writes = append(writes, p.newPrincipal(want))
		case len(changed) == 0:
			d.Unchanged++
		default:
			d.Updated++
			if want.renames(have) {
				d.edits = append(d.edits, releaseNames(have))
			}
			writes = append(writes, p.changedPrincipal(want, have, changed))
		}
	}
	d.edits = append(d.edits, writes...)
	return d, nil
}

// releaseNames frees a person's log-in names for others in the same transaction, before anybody takes one.
func releaseNames(have Principal) edit {
	have.Email, have.Username = "", ""
	return edit{put: func(tx Tx) { tx.PutPrincipal(have) }}
}

func (p *application) newPrincipal(want Principal) edit {
	want.CreatedAt, want.CreatedBy = p.store.Now(), p.by.Principal().ID
	want.UpdatedAt, want.UpdatedBy = want.CreatedAt, want.CreatedBy
	return edit{
		put:    func(tx Tx) { tx.PutPrincipal(want) },
		events: []audit.Event{p.by.principalEvent(want, "created", "")},
	}
}

func (p *application) changedPrincipal(want, have Principal, changed []string) edit {
	want.CreatedAt, want.CreatedBy, want.HeldAt = have.CreatedAt, have.CreatedBy, have.HeldAt
	want.UpdatedAt, want.UpdatedBy = nextUpdatedAt(have.UpdatedAt, p.store.Now()), p.by.Principal().ID
	return edit{
		put:    func(tx Tx) { tx.PutPrincipal(want) },
		events: []audit.Event{p.by.principalEvent(want, "updated", strings.Join(changed, ","))},
		feed:   []FeedEntry{{Kind: FeedPrincipal, Key: string(want.ID)}},
	}
}

// principalEvent is the record of what an actor did to a principal.
func (by Actor) principalEvent(one Principal, change, changed string) audit.Event {
	e := by.event(audit.PutPrincipal)
	e.Detail = detail(nil, "change", change, "status", string(one.Status))
	if changed != "" {
		e.Detail["changed"] = changed
	}
	e.Subject, e.Tenant = one.ID, one.Organisation
	return e
}

func (p Principal) renames(have Principal) bool {
	return p.Email != have.Email || p.Username != have.Username
}

// changes names what differs.
func (p Principal) changes(have Principal) (names []string) {
	if p.Organisation != have.Organisation {
		names = append(names, "organisation")
	}
	if p.Email != have.Email {
		names = append(names, "email")
	}
	if p.Username != have.Username {
		names = append(names, "username")
	}
	if p.Name != have.Name {
		names = append(names, "name")
	}
	if p.Status != have.Status {
		names = append(names, "status")
	}
	return names
}

func principalID(p Principal) grant.PrincipalID { return p.ID }
