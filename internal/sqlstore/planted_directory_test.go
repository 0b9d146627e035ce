package sqlstore_test

import (
	"context"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

const (
	pagesOfTenants    = "pages of tenants have what a filter selects, by ID"
	pagesOfPrincipals = "pages of principals have what a filter selects, by ID"
	pagesOfGrants     = "pages of grants have what a filter selects, by principal, tenant and role"
	heights           = "the height of a tenant is how many levels are below it, and a circle's is over all bounds"
)

// plantedDirectoryBugs are mistakes in paging through the directory and in dropping of it.
var plantedDirectoryBugs = []planted{
	{"pages through the whole tree", pagesOfTenants, inPages(func(v *pagingView) { v.everywhere = true })},
	{"forgets who was suspended by a command", pagesOfTenants, inPages(func(v *pagingView) { v.unheld = true })},
	{"begins a page with the last of the one before", pagesOfTenants, inPages(func(v *pagingView) { v.again = true })},
	{"pages through the people of every organisation", pagesOfPrincipals, inPages(func(v *pagingView) { v.everywhere = true })},
	{"finds an e-mail in any organisation", pagesOfPrincipals, inPages(func(v *pagingView) { v.anyOrganisation = true })},
	{"pages through everybody's grants", pagesOfGrants, inPages(func(v *pagingView) { v.everywhere = true })},
	{"sees one level only", heights, inPages(func(v *pagingView) { v.flat = true })},
	{"keeps a role that was dropped", "a role that is dropped is gone, and no other", func(s authority.Store) authority.Store { return roleKeeper{s} }},
}

// pagingView is a View whose pages are wrong.
type pagingView struct {
	authority.View
	everywhere, unheld, again, anyOrganisation, flat bool
}

type pagingStore struct {
	authority.Store
	spoil func(v *pagingView)
}

func (s pagingStore) View(ctx context.Context, read func(ctx context.Context, v authority.View) error) error {
	return s.Store.View(ctx, func(ctx context.Context, v authority.View) error {
		p := pagingView{View: v}
		s.spoil(&p)
		return read(ctx, p)
	})
}

func inPages(spoil func(v *pagingView)) func(s authority.Store) authority.Store {
	return func(s authority.Store) authority.Store { return pagingStore{s, spoil} }
}

func (v pagingView) TenantPage(ctx context.Context, f authority.TenantFilter, after tenant.ID, limit int) ([]authority.Tenant, error) {
	if v.everywhere {
		f.Below = ""
	}
	page, err := v.View.TenantPage(ctx, f, after, limit)
	if v.unheld && f.Status == authority.Suspended && len(page) > 1 {
		page = page[:1]
	}
	if v.again && after != "" {
		before, _ := v.Tenants(ctx, []tenant.ID{after})
		page = append(before, page...)[:min(limit, len(page)+1)]
	}
	return page, err
}

func (v pagingView) PrincipalPage(ctx context.Context, f authority.PrincipalFilter, after grant.PrincipalID, limit int) ([]authority.Principal, error) {
	if v.everywhere || v.anyOrganisation && f.Email != "" {
		f.Organisation = ""
	}
	return v.View.PrincipalPage(ctx, f, after, limit)
}

func (v pagingView) GrantPage(ctx context.Context, f authority.GrantFilter, after authority.GrantKey, limit int) ([]grant.Grant, error) {
	if v.everywhere {
		f.Principal, f.Tenant = "", ""
	}
	return v.View.GrantPage(ctx, f, after, limit)
}

func (v pagingView) HeightOf(ctx context.Context, id tenant.ID) (int, error) {
	height, err := v.View.HeightOf(ctx, id)
	if v.flat {
		height = min(height, 1)
	}
	return height, err
}

type roleKeeper struct{ authority.Store }

func (s roleKeeper) Change(ctx context.Context, change func(ctx context.Context, tx authority.Tx) error) error {
	return s.Store.Change(ctx, func(ctx context.Context, tx authority.Tx) error { return change(ctx, roleKeepingTx{tx}) })
}

type roleKeepingTx struct{ authority.Tx }

func (roleKeepingTx) DropRole(grant.RoleID) {}
