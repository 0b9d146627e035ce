package authority

import (
	"context"

	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

// Manager is a person of a reseller's staff with what makes it one there.
type Manager struct {
	Person Principal
	Grant  grant.Grant
}

// StatusNow returns Active when the manager counts at this reseller now, as far as the person and the grant decide it.
func (m Manager) StatusNow() Status {
	if m.Person.Status == Active && m.Person.HeldAt.IsZero() && !m.Grant.Inactive {
		return Active
	}
	return Inactive
}

// ManagerPage is one page of a reseller's staff.
type ManagerPage struct {
	Managers []Manager
	Total    int64 // in all pages
}

// Managers lists the staff of a reseller, the inactive included, to who may read the directory there. It fails like Tenants.
func (a *Authority) Managers(ctx context.Context, by Actor, reseller tenant.ID, p Page) (listed ManagerPage, err error) {
	window, err := p.window()
	if err != nil {
		return ManagerPage{}, err
	}
	err = a.read(ctx, by, reseller, tenant.KindReseller, func(ctx context.Context, v View, _ []*Tenant) (err error) {
		listed.Managers, listed.Total, err = v.ManagersOf(ctx, reseller, window)
		return err
	})
	if err != nil {
		return ManagerPage{}, err
	}
	return listed, nil
}
