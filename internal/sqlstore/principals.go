package sqlstore

import (
	"context"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

const principalColumns = `p.id, p.organisation_id, p.email, p.username, p.name, p.status, p.held_at, p.created_at, p.updated_at, p.created_by, p.updated_by`

func scanPrincipal(scan func(...any) error, p *authority.Principal) error {
	return (&row{}).principal(p).scan(scan)
}

func (r *row) principal(p *authority.Principal) *row {
	r.plain(&p.ID)
	optional(r, &p.Organisation)
	return r.plain(&p.Email, &p.Username, &p.Name, &p.Status).time(&p.HeldAt).time(&p.CreatedAt).time(&p.UpdatedAt).
		plain(&p.CreatedBy, &p.UpdatedBy)
}

const grantColumns = `g.principal_id, g.tenant_id, g.role, g.inactive, g.is_primary, g.position`

func scanGrant(scan func(...any) error, g *grant.Grant) error {
	return (&row{}).grant(g).scan(scan)
}

func (r *row) grant(g *grant.Grant) *row {
	return r.plain(&g.Principal, &g.Tenant, &g.Role).flag(&g.Inactive).flag(&g.Primary).plain(&g.Position)
}

// standings collects the standing of several principals at once; their tenants are shared.
type standings struct {
	of      map[grant.PrincipalID]*authority.Standing
	roles   map[grant.RoleID]grant.Role
	tenants map[tenant.ID]*authority.Tenant
}

// queries returns the four statements that load the principals that set selects.
func (s *standings) queries(set string, args ...any) []query {
	*s = standings{
		of: map[grant.PrincipalID]*authority.Standing{}, roles: map[grant.RoleID]grant.Role{},
		tenants: map[tenant.ID]*authority.Tenant{},
	}
	return []query{
		ask(`SELECT `+principalColumns+` FROM principals p WHERE p.id IN (`+set+`)`, args, s.addPrincipal),
		ask(`SELECT `+grantColumns+` FROM grants g WHERE g.principal_id IN (`+set+`) ORDER BY g.position, g.tenant_id, g.role`, args, s.addGrant),
		ask(`SELECT id, permissions FROM roles WHERE id IN (SELECT role FROM grants WHERE principal_id IN (`+set+`))`, args, s.addRole),
		ask(`WITH RECURSIVE up (id) AS (
				SELECT x.id FROM (
					SELECT tenant_id AS id FROM grants WHERE principal_id IN (`+set+`)
					UNION SELECT organisation_id FROM principals WHERE id IN (`+set+`)) x
				UNION SELECT t.parent_id FROM tenants t JOIN up ON t.id = up.id)
			SELECT `+tenantColumns+` FROM up JOIN tenants t ON t.id = up.id`,
			append(append([]any{}, args...), args...), s.addTenant),
	}
}

func (s *standings) addPrincipal(scan func(...any) error) error {
	standing := &authority.Standing{}
	if err := scanPrincipal(scan, &standing.Principal); err != nil {
		return err
	}
	s.of[standing.Principal.ID] = standing
	return nil
}

func (s *standings) addGrant(scan func(...any) error) error {
	var g grant.Grant
	if err := scanGrant(scan, &g); err != nil {
		return err
	}
	if standing := s.of[g.Principal]; standing != nil {
		standing.Grants = append(standing.Grants, g)
	}
	return nil
}

func (s *standings) addRole(scan func(...any) error) error {
	var r grant.Role
	err := scanRole(scan, &r)
	s.roles[r.ID] = r
	return err
}

func (s *standings) addTenant(scan func(...any) error) error {
	t := &authority.Tenant{}
	err := scanTenant(scan, t)
	s.tenants[t.ID] = t
	return err
}

// get returns one of the standings, zero when the principal was not found.
func (s *standings) get(id grant.PrincipalID) *authority.Standing {
	standing := s.of[id]
	if standing == nil {
		return &authority.Standing{}
	}
	standing.Roles, standing.Tenants = s.roles, s.tenants
	return standing
}

// only returns the one standing that was loaded.
func (s *standings) only() (*authority.Standing, error) {
	for id := range s.of {
		return s.get(id), nil
	}
	return nil, notFound("principal")
}

func (v view) standing(ctx context.Context, set string, args ...any) (authority.Standing, error) {
	var s standings
	if err := v.run(ctx, s.queries(set, args...)...); err != nil {
		return authority.Standing{}, err
	}
	found, err := s.only()
	if err != nil {
		return authority.Standing{}, err
	}
	return *found, nil
}

// Standing returns a principal with all that decides what it may do.
func (v view) Standing(ctx context.Context, id grant.PrincipalID) (authority.Standing, error) {
	return v.standing(ctx, `?`, string(id))
}

// StandingByEmail finds the person by canonical e-mail.
func (v view) StandingByEmail(ctx context.Context, canonical string) (authority.Standing, error) {
	return v.standing(ctx, byEmail, canonical)
}

// StandingOfOwner finds the owner of an account.
func (v view) StandingOfOwner(ctx context.Context, account tenant.ID) (authority.Standing, error) {
	return v.standing(ctx, `SELECT principal_id FROM grants WHERE tenant_id = ? AND role = 'account.owner'`, string(account))
}

const (
	byEmail    = `SELECT id FROM principals WHERE email_key = ?`
	byUsername = `SELECT id FROM principals WHERE organisation_id = ? AND username_key = ?`
)

// Principals returns those of ids that exist.
func (v view) Principals(ctx context.Context, ids []grant.PrincipalID) (principals []authority.Principal, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	in, args := placeholders(ids, stringArg)
	err = v.run(ctx, ask(`SELECT `+principalColumns+` FROM principals p WHERE p.id IN `+in, args,
		func(scan func(...any) error) error {
			var p authority.Principal
			err := scanPrincipal(scan, &p)
			principals = append(principals, p)
			return err
		}))
	return principals, err
}

// Grants returns all grants of these principals.
func (v view) Grants(ctx context.Context, ids []grant.PrincipalID) (grants []grant.Grant, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	in, args := placeholders(ids, stringArg)
	err = v.run(ctx, ask(`SELECT `+grantColumns+` FROM grants g WHERE g.principal_id IN `+in+` ORDER BY g.position`, args,
		func(scan func(...any) error) error {
			var g grant.Grant
			err := scanGrant(scan, &g)
			grants = append(grants, g)
			return err
		}))
	return grants, err
}

// PrincipalIDs returns up to limit IDs after one, in byte order.
func (v view) PrincipalIDs(ctx context.Context, after grant.PrincipalID, limit int) ([]grant.PrincipalID, error) {
	return ids[grant.PrincipalID](ctx, v, `SELECT id FROM principals WHERE id > ? ORDER BY id LIMIT ?`, string(after), limit)
}

// PutPrincipal adds or replaces a principal.
func (t *tx) PutPrincipal(p authority.Principal) {
	email, _ := authority.Canonical(p.Email)
	username, _ := authority.Canonical(p.Username)
	t.queueRow(1, `
		INSERT INTO principals (id, organisation_id, email, email_key, username, username_key, name, status,
			held_at, created_at, updated_at, created_by, updated_by)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET organisation_id = excluded.organisation_id, email = excluded.email,
			email_key = excluded.email_key, username = excluded.username, username_key = excluded.username_key,
			name = excluded.name, status = excluded.status, held_at = excluded.held_at,
			updated_at = excluded.updated_at, updated_by = excluded.updated_by`,
		string(p.ID), text(string(p.Organisation)), p.Email, text(email), p.Username, text(username), p.Name, string(p.Status),
		micros(p.HeldAt), micros(p.CreatedAt), micros(p.UpdatedAt), string(p.CreatedBy), string(p.UpdatedBy))
}

// PutGrant gives or changes a grant.
func (t *tx) PutGrant(g grant.Grant) {
	t.queueRow(3, `
		INSERT INTO grants (principal_id, tenant_id, role, inactive, is_primary, position) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (principal_id, tenant_id, role) DO UPDATE SET inactive = excluded.inactive,
			is_primary = excluded.is_primary, position = excluded.position`,
		string(g.Principal), string(g.Tenant), string(g.Role), flag(g.Inactive), flag(g.Primary), g.Position)
}

// DropGrant takes away a grant, if there is one.
func (t *tx) DropGrant(g grant.Grant) {
	t.queue(`DELETE FROM grants WHERE principal_id = ? AND tenant_id = ? AND role = ?`,
		string(g.Principal), string(g.Tenant), string(g.Role))
}
