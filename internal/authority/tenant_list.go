package authority

import (
	"context"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/tenant"
)

// TenantSet names the tenants of one kind below another tenant.
type TenantSet struct {
	Below  tenant.ID
	Kind   tenant.Kind
	Levels Levels
}

// Levels says how far below.
type Levels int

// The levels: what is below at all, directly below, or below with something of the same tree in between.
const (
	AllLevels Levels = iota
	NextLevel
	FurtherLevels
)

// ListedTenant is a tenant as a list shows it, an account with its owner.
type ListedTenant struct {
	Tenant
	Owner Principal // zero for other kinds and where there is none
}

// TenantPage is one page of a set of tenants.
type TenantPage struct {
	Tenants []ListedTenant
	Total   int64 // in all pages
}

// Tenants lists a set of tenants to who may read the directory at the tenant they are below. It fails with NotFound
// for one outside the actor's reach as for one that does not exist, and with Malformed for a page that cannot be.
func (a *Authority) Tenants(ctx context.Context, by Actor, set TenantSet, p Page) (listed TenantPage, err error) {
	window, err := p.window()
	if err != nil {
		return TenantPage{}, err
	}
	err = a.read(ctx, by, set.Below, set.Below.Kind(), func(ctx context.Context, v View, _ []*Tenant) error {
		found, total, err := v.TenantsIn(ctx, set, window)
		if err != nil {
			return err
		}
		listed.Total = total
		listed.Tenants, err = withOwners(ctx, v, found)
		return err
	})
	if err != nil {
		return TenantPage{}, err
	}
	return listed, nil
}

// Tenant shows one tenant to who may read the directory there. It fails with NotFound for one outside the actor's
// reach as for one that does not exist. Its parent is told only to who may read there too.
func (a *Authority) Tenant(ctx context.Context, by Actor, id tenant.ID) (ListedTenant, error) {
	var shown []ListedTenant
	err := a.read(ctx, by, id, id.Kind(), func(ctx context.Context, v View, lineage []*Tenant) (err error) {
		it := *lineage[0]
		if !by.mayRead(lineage[1:]) {
			it.Parent = ""
		}
		shown, err = withOwners(ctx, v, []Tenant{it})
		return err
	})
	if err != nil {
		return ListedTenant{}, err
	}
	return shown[0], nil
}

// TenantIn shows one tenant of a set. It fails with NotFound like Tenants, and for a tenant that is none of the set.
func (a *Authority) TenantIn(ctx context.Context, by Actor, set TenantSet, id tenant.ID) (ListedTenant, error) {
	var shown []ListedTenant
	err := a.read(ctx, by, set.Below, set.Kind, func(ctx context.Context, v View, _ []*Tenant) error {
		lineage, err := v.Lineage(ctx, id)
		if err == nil && !set.has(pathOf(lineage)) {
			err = fault.New(fault.NotFound, ReasonOutside, "")
		}
		if err != nil {
			return err
		}
		shown, err = withOwners(ctx, v, []Tenant{*lineage[0]})
		return err
	})
	if err != nil {
		return ListedTenant{}, err
	}
	return shown[0], nil
}

// has reports whether the tenant of a path belongs to the set.
func (s TenantSet) has(path tenant.Path) bool {
	if path.ID().Kind() != s.Kind || path.ID() == s.Below || !path.Within(s.Below) {
		return false
	}
	switch s.Levels {
	case NextLevel:
		return path[0].Parent == s.Below
	case FurtherLevels:
		return path[0].Parent != s.Below
	}
	return true
}

func withOwners(ctx context.Context, v View, tenants []Tenant) ([]ListedTenant, error) {
	var accounts []tenant.ID
	for _, t := range tenants {
		if t.ID.Kind() == tenant.KindAccount {
			accounts = append(accounts, t.ID)
		}
	}
	owners, err := v.OwnersOf(ctx, accounts)
	listed := make([]ListedTenant, len(tenants))
	for i, t := range tenants {
		listed[i] = ListedTenant{Tenant: t, Owner: owners[t.ID]}
	}
	return listed, err
}

// StatusNow returns the tenant's own status with what an operator's command has done to it. What is above it may be
// suspended all the same.
func (t Tenant) StatusNow() Status {
	if t.node().Suspended {
		return Suspended
	}
	return Active
}
