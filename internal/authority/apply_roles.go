package authority

import (
	"context"
	"slices"
	"strings"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/grant"
)

func (p *application) applyRoles(ctx context.Context) error {
	for batch := range slices.Chunk(p.directory.Roles, applyBatch) {
		err := p.step(ctx, &p.report.Roles, len(batch), func(ctx context.Context, v View) (difference, error) {
			return p.compareRoles(ctx, v, batch)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *application) compareRoles(ctx context.Context, v View, batch []grant.Role) (d difference, err error) {
	rows, err := v.Roles(ctx, keysOf(batch, roleID))
	if err != nil {
		return d, err
	}
	stored := keyed(rows, roleID)
	for _, want := range batch {
		have, exists := stored[want.ID]
		put := edit{put: func(tx Tx) { tx.PutRole(want) }}
		switch {
		case !exists:
			put.events = []audit.Event{p.by.roleEvent(audit.PutRole, want, "created")}
			d.add(&d.Created, put)
		case slices.Equal(want.Permissions, have.Permissions):
			d.Unchanged++
		default:
			put.events = []audit.Event{p.by.roleEvent(audit.PutRole, want, "updated")}
			put.feed = []FeedEntry{{Kind: FeedRole, Key: string(want.ID)}}
			d.add(&d.Updated, put)
		}
	}
	return d, nil
}

// roleEvent is the record of what an actor did to a role.
func (by Actor) roleEvent(act audit.Act, r grant.Role, change string) audit.Event {
	permissions := make([]string, len(r.Permissions))
	for i, permission := range r.Permissions {
		permissions[i] = string(permission)
	}
	e := by.event(act)
	e.Tenant = OrganisationOf(r.ID)
	e.Detail = detail(nil, "change", change, "role", string(r.ID), "permissions", strings.Join(permissions, " "))
	return e
}

func roleID(r grant.Role) grant.RoleID { return r.ID }

func (p *application) applyAudiences(ctx context.Context) error {
	return p.step(ctx, &p.report.Audiences, len(p.directory.Audiences), p.compareAudiences)
}

func (p *application) compareAudiences(ctx context.Context, v View) (d difference, err error) {
	rows, err := v.Audiences(ctx)
	if err != nil {
		return d, err
	}
	stored, now := keyed(rows, audienceID), p.store.Now()
	for _, want := range p.directory.Audiences {
		have, exists := stored[want.ID]
		want.CreatedAt, want.UpdatedAt = have.CreatedAt, have.UpdatedAt
		if exists && want == have {
			d.Unchanged++
			continue
		}
		want.UpdatedAt = nextUpdatedAt(have.UpdatedAt, now)
		if !exists {
			want.CreatedAt = now
			d.add(&d.Created, p.putAudience(want, "created", nil))
			continue
		}
		d.add(&d.Updated, p.putAudience(want, "updated", []FeedEntry{{Kind: FeedAudience, Key: want.ID.String()}}))
	}
	return d, nil
}

func (p *application) putAudience(want Audience, change string, feed []FeedEntry) edit {
	return edit{put: func(tx Tx) { tx.PutAudience(want) }, events: []audit.Event{p.by.audienceEvent(want, change)}, feed: feed}
}

// audienceEvent is the record of what an actor did to an audience.
func (by Actor) audienceEvent(a Audience, change string) audit.Event {
	e := by.event(audit.PutAudience)
	e.Audience, e.Detail = int64(a.ID), detail(nil, "change", change)
	return e
}

func audienceID(a Audience) AudienceID { return a.ID }
