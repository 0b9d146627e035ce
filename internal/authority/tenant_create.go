package authority

import (
	"context"
	"time"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

// TenantRequest says what tenant to create.
type TenantRequest struct {
	Kind    tenant.Kind
	Key     string // an organisation's name; of other kinds "" is one made here
	Parent  tenant.ID
	Name    string // an organisation's is its key
	Portal  string
	Profile Profile
	Owner   grant.PrincipalID // of an account, which has exactly one from the beginning
}

// CreateTenant adds an organisation, reseller, account or unit to the tree. It needs grant.ManageDirectory at the parent.
// It fails with NotFound, Denied, Malformed, Unmet when it cannot be there, and Conflict when there is one with its ID
// or portal.
func (a *Authority) CreateTenant(ctx context.Context, by Actor, r TenantRequest) (made Tenant, err error) {
	if made, err = r.tenant(a.store.Now()); err != nil {
		return Tenant{}, a.malformed(ctx, by, audit.PutTenant, err)
	}
	var parent []*Tenant
	err = a.changeDirectory(ctx, by, directoryAct{
		act: audit.PutTenant,
		judge: func(ctx context.Context, v View) (err error) {
			parent, err = by.managed(ctx, v, made.Parent)
			return err
		},
		write: func(ctx context.Context, tx Tx, record func(audit.Event)) error {
			if err := checkPlace(r.Kind, 0, pathOf(parent)); err != nil {
				return err
			}
			if err := newTenant(ctx, tx, made); err != nil {
				return err
			}
			tx.PutTenant(made)
			a.made(tx, by, string(made.ID))
			record(by.tenantEvent(made, "created", ""))
			if r.Owner == "" {
				return nil
			}
			owner := grant.Grant{Principal: r.Owner, Tenant: made.ID, Role: grant.AccountOwner}
			_, err := a.give(ctx, by, tx, record, owner)
			return err
		},
	})
	if err != nil {
		return Tenant{}, err
	}
	return made, nil
}

// tenant returns what is asked for, as it is kept.
func (r TenantRequest) tenant(now time.Time) (Tenant, error) {
	id, err := r.id(now)
	if err != nil {
		return Tenant{}, err
	}
	if r.Kind == tenant.KindOrganisation && r.Name == "" {
		r.Name = id.Key()
	}
	t := Tenant{
		ID: id, Parent: r.Parent, Name: r.Name, Status: Active, Position: now.UnixMicro(), // after those of the file
		Portal: r.Portal, Profile: r.Profile,
	}
	t.CreatedAt = nextUpdatedAt(time.Time{}, now)
	t.UpdatedAt = t.CreatedAt
	if err := checkTenantText(&t); err != nil {
		return Tenant{}, err
	}
	switch {
	case r.Kind == tenant.KindOrganisation && t.Name != id.Key():
		return Tenant{}, organisationsName()
	case (r.Kind == tenant.KindAccount) == (r.Owner == ""):
		return Tenant{}, fault.BadParameter("owner", "An account has one owner, and nothing else has.")
	}
	return t, nil
}

func organisationsName() error {
	return fault.BadParameter("name", "An organisation is known by its name, which stays.")
}

func (r TenantRequest) id(now time.Time) (tenant.ID, error) {
	switch r.Kind {
	case tenant.KindOrganisation:
		name, err := checkText("id", r.Key)
		if err != nil {
			return "", err
		}
		if wrong := CheckOrganisationName(name); wrong != "" {
			return "", fault.BadParameter("id", "An organisation's name has no slash and is not one of Doorward's own.")
		}
		return tenant.Organisation(name), nil
	case tenant.KindReseller, tenant.KindAccount:
		if r.Key == "" {
			return numberedTenant(r.Kind, newNumber(now)), nil
		}
		if n, ok := numberOf(r.Key); ok {
			return numberedTenant(r.Kind, n), nil
		}
		return "", fault.BadParameter("id", "A reseller and an account have a number from 1.")
	case tenant.KindUnit:
		if r.Key == "" {
			return tenant.Unit(newUnitKey(now)), nil
		}
		if IsUnitKey(r.Key) {
			return tenant.Unit(r.Key), nil
		}
		return "", fault.BadParameter("id", "A unit has 32 upper-case hexadecimal digits.")
	}
	return "", fault.BadParameter("kind", "A tenant is an organisation, a reseller, an account or a unit.")
}

func numberedTenant(kind tenant.Kind, n int64) tenant.ID {
	if kind == tenant.KindAccount {
		return tenant.Account(n)
	}
	return tenant.Reseller(n)
}

// newTenant refuses what is there already. IDs are of the installation: who manages a part of it learns so that one is
// taken, though not where.
func newTenant(ctx context.Context, v View, t Tenant) error {
	rows, err := v.Tenants(ctx, []tenant.ID{t.ID})
	if err != nil {
		return err
	}
	if len(rows) > 0 {
		return taken("id", "There is a tenant with this ID already.")
	}
	return freePortal(ctx, v, t)
}

// malformed answers input that cannot be understood; to nobody it says nothing of it.
func (a *Authority) malformed(ctx context.Context, by Actor, act audit.Act, err error) error {
	if by.IsZero() {
		return a.actMany(ctx, by, act, nil, nil)
	}
	return err
}
