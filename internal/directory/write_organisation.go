package directory

import (
	"strings"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

func (w *writer) audience(a authority.Audience) {
	w.line(1, "- id: %d", a.ID)
	w.value(2, "name", a.Name)
	w.line(2, "kind: %s", a.Kind)
	w.value(2, "url", a.URL)
	w.value(2, "home", a.Home)
	w.line(2, "lifetime: {default: %s, min: %s, max: %s}", span(a.Lifetime.Default), span(a.Lifetime.Min), span(a.Lifetime.Max))
	w.value(2, "resource", a.Resource)
	if access := accessFields(a.Access); access != "" {
		w.line(2, "access_token: {%s}", access)
	}
}

func accessFields(a authority.AccessTokens) string {
	lifetime := ""
	if a.Lifetime != 0 {
		lifetime = span(a.Lifetime)
	}
	return fields("format", string(a.Format), "algorithm", string(a.Algorithm), "lifetime", lifetime)
}

// span writes 5m, where Go writes 5m0s.
func span(d time.Duration) string {
	if text := d.String(); strings.HasSuffix(text, "m0s") {
		return strings.TrimSuffix(text, "0s")
	}
	return d.String()
}

func (w *writer) organisation(t authority.Tenant) {
	w.line(1, "- name: %s", quoted(t.Name))
	w.status(2, t.Status)
	var units, resellers []authority.Tenant
	for _, one := range w.below[t.ID] {
		if one.ID.Kind() == tenant.KindUnit {
			units = append(units, one)
		} else {
			resellers = append(resellers, one)
		}
	}
	if w.list(2, "units", len(units)) {
		for _, one := range units {
			w.line(3, "- {%s}", fields("id", quoted(one.ID.Key()), "name", quoted(one.Name), "status", unusual(one.Status)))
		}
	}
	if w.list(2, "roles", len(w.roles[t.ID])) {
		for _, r := range w.roles[t.ID] {
			w.line(3, "- {%s}", fields("name", quoted(r.ID.Name()), "permissions", listed(r.Permissions)))
		}
	}
	if w.list(2, "people", len(w.people[t.ID])) {
		for _, p := range w.people[t.ID] {
			w.person(p)
		}
	}
	if w.list(2, "resellers", len(resellers)) {
		for _, r := range resellers {
			w.reseller(3, r)
		}
	}
	if w.list(2, "api_keys", len(w.keys[t.ID])) {
		for _, c := range w.keys[t.ID] {
			w.apiKey(c)
		}
	}
}

func organisationOf(role grant.RoleID) tenant.ID {
	name, _, _ := strings.Cut(string(role), "/")
	return tenant.Organisation(name)
}

func (w *writer) person(p authority.Principal) {
	w.line(3, "- id: %d", p.ID.Number())
	w.value(4, "email", p.Email)
	w.value(4, "username", p.Username)
	w.value(4, "name", p.Name)
	w.status(4, p.Status)
	var units []string
	var first, role string
	for _, g := range w.grants[p.ID] {
		switch {
		case g.Role == grant.Operator:
			role = g.Role.Name()
		case g.Tenant.Kind() == tenant.KindUnit:
			units = append(units, g.Tenant.Key())
			if g.Primary {
				first = g.Tenant.Key()
			}
		}
	}
	if len(units) > 0 {
		w.line(4, "units: %s", listed(units))
	}
	w.value(4, "default_unit", first)
	if w.list(4, "access_tokens", len(w.passCode[p.ID])) {
		for _, c := range w.passCode[p.ID] {
			w.line(5, "- {identifier: %s}", quoted(c.PublicID))
		}
	}
	w.value(4, "installation_role", role)
}

// fields returns what is written between the brackets of an entry on one line: keys and values that are not empty.
func fields(pairs ...string) string {
	var written []string
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			written = append(written, pairs[i]+": "+pairs[i+1])
		}
	}
	return strings.Join(written, ", ")
}

func unusual(s authority.Status) string {
	if s == authority.Active {
		return ""
	}
	return string(s)
}
