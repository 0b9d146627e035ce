package authority_test

import (
	"context"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

func init() {
	for name, c := range directoryDoors {
		row := zeroActor["Apply"]
		row.call, row.act = c.call, c.act
		zeroActor[name] = row
	}
}

type door struct {
	call func(ctx context.Context, a *authority.Authority, by authority.Actor) error
	act  audit.Act
}

// directoryDoors are the acts on single objects of the directory, and what reads it.
var directoryDoors = map[string]door{
	"CreateTenant": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.CreateTenant(ctx, by, authority.TenantRequest{Kind: tenant.KindReseller, Parent: "reseller:1", Name: "New"})
		return err
	}, audit.PutTenant},
	"ChangeTenant": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.ChangeTenant(ctx, by, acme, authority.TenantChange{})
		return err
	}, audit.PutTenant},
	"CreatePerson": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.CreatePerson(ctx, by, authority.PersonRequest{Organisation: org, Email: "new@org.test", Name: "New"})
		return err
	}, audit.PutPrincipal},
	"CreateService": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.CreateService(ctx, by, authority.ServiceRequest{Organisation: org, Name: "New"})
		return err
	}, audit.PutPrincipal},
	"ChangePrincipal": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.ChangePrincipal(ctx, by, "person:3", authority.PrincipalChange{})
		return err
	}, audit.PutPrincipal},
	"DeletePrincipal": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		return a.DeletePrincipal(ctx, by, "person:3", nil)
	}, audit.PutPrincipal},
	"CreateRole": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.CreateRole(ctx, by, org, "new", []grant.Permission{"read"})
		return err
	}, audit.PutRole},
	"ChangeRole": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.ChangeRole(ctx, by, "ORG/agent", []grant.Permission{"read"}, nil)
		return err
	}, audit.PutRole},
	"DeleteRole": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		return a.DeleteRole(ctx, by, "ORG/agent", nil)
	}, audit.DropRole},
	"GiveGrant": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.GiveGrant(ctx, by, grant.Grant{Principal: "person:7", Tenant: acme, Role: grant.AccountUser})
		return err
	}, audit.PutGrant},
	"ChangeGrant": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.ChangeGrant(ctx, by, userOfACME, authority.GrantChange{})
		return err
	}, audit.PutGrant},
	"TakeGrant": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		return a.TakeGrant(ctx, by, userOfACME, nil)
	}, audit.DropGrant},
	"CreateAudience": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.CreateAudience(ctx, by, newAPI)
		return err
	}, audit.PutAudience},
	"ChangeAudience": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.ChangeAudience(ctx, by, 1, nil, func(a *authority.Audience) { a.Name = "x" })
		return err
	}, audit.PutAudience},
	"ListTenants": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.ListTenants(ctx, by, authority.TenantFilter{}, "", 1)
		return err
	}, audit.ReadDirectory},
	"ListPrincipals": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.ListPrincipals(ctx, by, authority.PrincipalFilter{}, "", 1)
		return err
	}, audit.ReadDirectory},
	"ListGrants": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, _, _, err := a.ListGrants(ctx, by, authority.GrantFilter{Tenant: acme}, authority.GrantKey{}, 1)
		return err
	}, audit.ReadDirectory},
	"ListRoles": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.ListRoles(ctx, by, "", "", 1)
		return err
	}, audit.ReadDirectory},
	"ListAudiences": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.ListAudiences(ctx, by, 0, 1)
		return err
	}, audit.ReadDirectory},
	"ReadPrincipal": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.ReadPrincipal(ctx, by, "person:3")
		return err
	}, audit.ReadDirectory},
	"ReadRole": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.ReadRole(ctx, by, grant.Operator)
		return err
	}, audit.ReadDirectory},
	"ReadGrant": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.ReadGrant(ctx, by, userOfACME)
		return err
	}, audit.ReadDirectory},
	"ReadAudience": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.ReadAudience(ctx, by, 1)
		return err
	}, audit.ReadDirectory},
}
