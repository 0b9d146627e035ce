package directory

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

func (w *writer) reseller(depth int, t authority.Tenant) {
	w.line(depth, "- id: %d", t.ID.Number())
	w.value(depth+1, "name", t.Name)
	w.status(depth+1, t.Status)
	if managers := w.members[t.ID]; w.list(depth+1, "managers", len(managers)) {
		for _, g := range managers {
			w.line(depth+2, "- {%s}", fields("person", quoted(w.emails[g.Principal]), "role", g.Role.Name(), "status", inactive(g)))
		}
	}
	var accounts, resellers []authority.Tenant
	for _, one := range w.below[t.ID] {
		if one.ID.Kind() == tenant.KindAccount {
			accounts = append(accounts, one)
		} else {
			resellers = append(resellers, one)
		}
	}
	if w.list(depth+1, "accounts", len(accounts)) {
		for _, one := range accounts {
			w.account(depth+2, one)
		}
	}
	if w.list(depth+1, "resellers", len(resellers)) {
		for _, one := range resellers {
			w.reseller(depth+2, one)
		}
	}
}

func (w *writer) account(depth int, t authority.Tenant) {
	w.line(depth, "- id: %d", t.ID.Number())
	depth++
	w.value(depth, "name", t.Name)
	w.status(depth, t.Status)
	p := t.Profile
	for _, one := range [][2]string{
		{"business_name", p.BusinessName},
		{"doc_type", p.DocType},
		{"doc_number", p.DocNumber},
		{"own_code", p.OwnCode},
		{"pickup_code", p.PickupCode},
		{"repcode", p.Repcode},
		{"portal", t.Portal},
	} {
		w.value(depth, one[0], one[1])
	}
	if p.ServicePhone != "" || p.ServiceEmail != "" {
		w.line(depth, "customer_service: {%s}", fields("phone", quotedOrNone(p.ServicePhone), "email", quotedOrNone(p.ServiceEmail)))
	}
	if len(p.Whitelabel) > 0 {
		w.line(depth, "whitelabel: %s", free(p.Whitelabel))
	}
	if members, roles := w.membersOf(t.ID); w.list(depth, "members", len(members)) {
		for _, g := range members {
			w.line(depth+1, "- {%s}", fields("person", quoted(w.emails[g.Principal]), "level", g.Role.Name(), "status", inactive(g),
				"primary", primary(g), "roles", listedOrNone(roles[g.Principal])))
		}
	}
}

// membersOf returns the grants of the members' levels, and the names of their roles.
func (w *writer) membersOf(account tenant.ID) (levels []grant.Grant, roles map[grant.PrincipalID][]string) {
	roles = map[grant.PrincipalID][]string{}
	for _, g := range w.members[account] {
		if g.Role.IsLevel() {
			levels = append(levels, g)
		} else {
			roles[g.Principal] = append(roles[g.Principal], g.Role.Name())
		}
	}
	return levels, roles
}

func (w *writer) apiKey(c authority.DirectoryCredential) {
	comment := ""
	switch c.Kind {
	case authority.KeyPair:
		comment = " # a key pair, with the key " + oneLine(c.PublicID)
	case authority.PublicKey:
		comment = " # public keys, with the client_id " + oneLine(c.PublicID)
	}
	w.line(3, "- name: %s%s", quoted(c.Name), comment)
	var accounts []string
	for _, id := range c.Tenants {
		accounts = append(accounts, id.Key())
	}
	switch {
	case !c.Principal.IsPerson():
		w.line(4, "accounts: %s", bracketed(accounts))
	case len(accounts) > 0:
		w.line(4, "person: %s", quoted(w.emails[c.Principal]))
		w.line(4, "account: %s", accounts[0])
	default:
		w.line(4, "person: %s", quoted(w.emails[c.Principal]))
	}
	w.restriction(c)
	w.status(4, c.Status)
	if !c.ExpiresAt.IsZero() {
		w.line(4, "expires_at: %s", c.ExpiresAt.UTC().Format(time.RFC3339Nano))
	}
}

func (w *writer) restriction(c authority.DirectoryCredential) {
	var networks []string
	for _, n := range c.Networks {
		networks = append(networks, n.String())
	}
	for _, one := range [][2]string{
		{"permissions", listedOrNone(c.Permissions)},
		{"dialects", listedOrNone(c.Dialects)},
		{"networks", listedOrNone(networks)},
	} {
		if one[1] != "" {
			w.line(4, "%s: %s", one[0], one[1])
		}
	}
	if len(c.Limits) > 0 {
		var limits []string
		for _, route := range slices.Sorted(maps.Keys(c.Limits)) {
			limits = append(limits, route, strconv.Itoa(c.Limits[route])+"/min")
		}
		w.line(4, "limits: {%s}", fields(limits...))
	}
}

func inactive(g grant.Grant) string {
	if g.Inactive {
		return string(authority.Inactive)
	}
	return ""
}

func primary(g grant.Grant) string {
	if g.Primary {
		return "true"
	}
	return ""
}
