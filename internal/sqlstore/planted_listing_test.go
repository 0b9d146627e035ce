package sqlstore_test

import (
	"context"
	"time"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

// plantedListingBugs are mistakes in listing the directory.
var plantedListingBugs = []planted{
	{"forgets the levels", "a set of tenants has those of the kind at the levels, by position and ID", inSet(func(s *authority.TenantSet, _ *authority.Window) { s.Levels = authority.AllLevels })},
	{"lists children only", "a set of tenants has those of the kind at the levels, by position and ID", inSet(func(s *authority.TenantSet, _ *authority.Window) { s.Levels = authority.NextLevel })},
	{"lists another kind", "a set of tenants has those of the kind at the levels, by position and ID", inSet(func(s *authority.TenantSet, _ *authority.Window) { s.Kind = tenant.KindReseller })},
	{"lists the whole tree", "a set of tenants has those of the kind at the levels, by position and ID", inSet(func(s *authority.TenantSet, _ *authority.Window) { s.Below = tenant.Installation })},
	{"forgets where the window begins", "a window shows its part of a set and the number of all", inSet(func(_ *authority.TenantSet, w *authority.Window) { w.Offset = 0 })},
	{"forgets where the window ends", "a window shows its part of a set and the number of all", inSet(func(_ *authority.TenantSet, w *authority.Window) { w.Limit = 1000 })},
	{"counts the page", "a window shows its part of a set and the number of all", inView(func(b *buggyView) { b.countPage = true })},
	{"lists the deleted", "a reseller's staff are its managers by position and ID, without the deleted", inView(func(b *buggyView) { b.withDeleted = true })},
	{"finds deleted owners", "owners are found for the accounts that have one who is not deleted", inView(func(b *buggyView) { b.withDeleted = true })},
}

// buggyView is a View with some of its methods broken.
type buggyView struct {
	authority.View
	set                                          func(s *authority.TenantSet, w *authority.Window)
	countPage, withDeleted                       bool
	childless, undead, gaps, everywhere, strides bool
	nearest                                      bool
}

type buggyViews struct {
	authority.Store
	spoil func(b *buggyView)
}

func (s buggyViews) View(ctx context.Context, read func(ctx context.Context, v authority.View) error) error {
	return s.Store.View(ctx, func(ctx context.Context, v authority.View) error {
		b := buggyView{View: v}
		s.spoil(&b)
		return read(ctx, b)
	})
}

func inView(spoil func(b *buggyView)) func(s authority.Store) authority.Store {
	return func(s authority.Store) authority.Store { return buggyViews{s, spoil} }
}

func inSet(set func(s *authority.TenantSet, w *authority.Window)) func(s authority.Store) authority.Store {
	return inView(func(b *buggyView) { b.set = set })
}

func (b buggyView) TenantsIn(ctx context.Context, s authority.TenantSet, w authority.Window) ([]authority.Tenant, int64, error) {
	if b.set != nil {
		b.set(&s, &w)
	}
	page, total, err := b.View.TenantsIn(ctx, s, w)
	if b.countPage {
		total = int64(len(page))
	}
	return page, total, err
}

func (b buggyView) ManagersOf(ctx context.Context, reseller tenant.ID, w authority.Window) ([]authority.Manager, int64, error) {
	page, total, err := b.View.ManagersOf(ctx, reseller, w)
	if b.withDeleted {
		gone, _ := b.Principals(ctx, []grant.PrincipalID{"person:67"})
		page, total = append(page, authority.Manager{Person: gone[0], Grant: grant.Grant{Principal: gone[0].ID, Tenant: reseller}}), total+1
	}
	return page, total, err
}

func (b buggyView) OwnersOf(ctx context.Context, accounts []tenant.ID) (map[tenant.ID]authority.Principal, error) {
	owners, err := b.View.OwnersOf(ctx, accounts)
	if b.withDeleted && len(accounts) > 0 {
		gone, _ := b.Principals(ctx, []grant.PrincipalID{"person:60"})
		owners["account:3"] = gone[0]
	}
	return owners, err
}

func (v buggyView) Sessions(ctx context.Context, f authority.SessionFilter, below authority.SessionID, limit int) ([]authority.Session, error) {
	if v.undead {
		f.LiveAt = time.Time{}
	}
	if v.gaps && below[0] > 1 {
		below[0]-- // as if one were left out between two pages
	}
	return v.View.Sessions(ctx, f, below, limit)
}

func (v buggyView) SessionFacts(ctx context.Context, id authority.SessionID) (authority.SessionFacts, error) {
	f, err := v.View.SessionFacts(ctx, id)
	if v.nearest {
		f.Above = f.Above[:min(len(f.Above), 1)]
	}
	return f, err
}

func (v buggyView) CountSessions(ctx context.Context, f authority.SessionFilter) (authority.Ends, error) {
	ends, err := v.View.CountSessions(ctx, f)
	if v.childless {
		ends.Sessions = min(ends.Sessions, 1)
	}
	return ends, err
}

func (v buggyView) Events(ctx context.Context, f authority.EventFilter) ([]audit.Event, error) {
	if v.everywhere {
		f.Tenant = ""
	}
	return v.View.Events(ctx, f)
}
