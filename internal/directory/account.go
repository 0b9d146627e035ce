package directory

import (
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

func (o *organisation) account(from item, path above) {
	m, ok := o.mapping(from, "an account", "id", "name", "status", "business_name", "doc_type", "doc_number", "own_code",
		"pickup_code", "portal", "repcode", "customer_service", "whitelabel", "members")
	if !ok {
		return
	}
	m.require("id", "name")
	n, ok := m.number("id")
	if ok {
		o.unique(m.at("id"), "account", number(n), "the account "+number(n), "give each account an id of its own")
	}
	if o.tooDeep(m, path) {
		return
	}
	o.accounts[n] = true
	t := authority.Tenant{
		ID: tenant.Account(n), Parent: path[len(path)-1], Name: m.optional("name"), Position: o.next(),
		Status: m.status(authority.Active, authority.Suspended), Portal: o.portal(m),
		Profile: authority.Profile{
			BusinessName: m.optional("business_name"), DocType: m.optional("doc_type"), DocNumber: m.optional("doc_number"),
			OwnCode: m.optional("own_code"), PickupCode: m.optional("pickup_code"), Repcode: m.optional("repcode"),
			Whitelabel: o.whitelabel(m),
		},
	}
	if v, ok := m.values["customer_service"]; ok {
		if service, ok := o.mapping(v, "customer_service", "phone", "email"); ok {
			t.Profile.ServicePhone, t.Profile.ServiceEmail = service.optional("phone"), service.optional("email")
		}
	}
	o.directory.Tenants = append(o.directory.Tenants, t)
	o.members(m, n)
}

func (o *organisation) members(account mapping, n int64) {
	lines := map[grant.PrincipalID]int{}
	owner := 0
	for one := range account.list("members") {
		m, ok := o.mapping(one, "a member", "person", "level", "status", "primary", "roles")
		if !ok || !m.require("person", "level") {
			owner = max(owner, 1) // not known: no second problem about it
			continue
		}
		level, known := m.choice("level", grant.LevelNames...)
		switch {
		case !known:
			owner = max(owner, 1)
		case level == grant.AccountOwner.Name() && owner > 1:
			o.problem(m.at("level"), "the account already has an owner on line %d; it has exactly one", owner)
			continue
		case level == grant.AccountOwner.Name():
			owner = m.at("level")
		}
		if person, ok := o.find(m, "person"); ok && known && o.once(m, lines, person, "member of this account") {
			o.member(m, grant.Grant{Principal: person, Tenant: tenant.Account(n), Role: grant.AccountLevel(level)})
		}
	}
	if owner == 0 {
		o.problem(account.line, "the account has no owner; give one member the level owner")
	}
}

func (o *organisation) member(m mapping, g grant.Grant) {
	g.Inactive = m.status(authority.Active, authority.Inactive) == authority.Inactive
	g.Primary = m.flag("primary")
	if g.Primary && !o.unique(m.at("primary"), "primary", string(g.Principal), "the primary account of this person", "choose one") {
		return
	}
	o.grants(g)
	roles, _ := m.words("roles", func(v item) (string, bool) {
		name, ok := o.plain(v, "a role", maxText)
		if ok && !o.roles[name] {
			o.problem(v.line, "there is no role %s in the organisation %s; add it under roles", shown(name), shown(o.name))
			return "", false
		}
		return name, ok
	})
	for _, name := range roles {
		g.Role, g.Primary = grant.OrganisationRole(o.name, name), false
		o.grants(g)
	}
}

// portal reads the base URL of an account's own portal. Each host is of one account, because it is how a request for
// the hand-off page is known.
func (o *organisation) portal(m mapping) string {
	text, ok := m.textUpTo("portal", maxURL)
	if !ok {
		return ""
	}
	line := m.at("portal")
	host, ok := authority.PortalHost(text)
	if !ok {
		o.problem(line, "portal is not a base URL; write it as https://portal.example.com, with nothing but host, port and path")
		return ""
	}
	if !o.unique(line, "portal", host, "the portal host "+shown(host), "each account has a host of its own") {
		return ""
	}
	return text
}
