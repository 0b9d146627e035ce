package directory

import (
	"strings"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

func (r *reader) audience(from item) {
	m, ok := r.mapping(from, "an audience", "id", "name", "kind", "url", "home", "lifetime", "credential", "resource", "access_token")
	if !ok {
		return
	}
	m.require("id", "name", "kind", "lifetime")
	id, ok := m.number("id")
	if ok {
		r.unique(m.at("id"), "audience", number(id), "the audience "+number(id), "give each audience an id of its own")
	}
	a := authority.Audience{ID: authority.AudienceID(id), Name: m.optional("name")}
	kind, _ := m.choice("kind", string(authority.Portal), string(authority.API))
	a.Kind = authority.AudienceKind(kind)
	if a.Kind == authority.Portal && !m.has("url") {
		r.problem(m.line, "a portal has no url; add where its login page is, with {token} in it")
	}
	a.URL = r.template(m, "url", authority.LandingPlaceholders)
	if a.URL != "" && !strings.Contains(a.URL, "{token}") {
		r.problem(m.at("url"), "url has no {token}; add it where the page reads the login token")
	}
	a.Home = r.template(m, "home", authority.HomePlaceholders)
	a.Lifetime = r.lifetime(m)
	a.Resource = r.resource(m)
	a.Access = r.accessTokens(m)
	r.directory.Audiences = append(r.directory.Audiences, a)
	r.audienceKey(m, id)
}

// audienceKey reads what the audience's back end redeems with, as a service of its own.
func (r *reader) audienceKey(m mapping, id int64) {
	key, ok := m.secret("credential")
	if !ok {
		return
	}
	service := authority.ServiceOf(authority.AudienceID(id))
	r.directory.Services = append(r.directory.Services, authority.Principal{
		ID: service, Name: m.optional("name"), Status: authority.Active,
	})
	r.grants(grant.Grant{Principal: service, Tenant: tenant.Installation, Role: grant.RelyingModule})
	r.credential(m, "credential", authority.DirectoryCredential{Key: key, Credential: authority.Credential{
		Kind: authority.APIKey, Principal: service, Name: m.optional("name"), Audience: authority.AudienceID(id), Status: authority.Active,
	}}, "")
}

// template reads a URL in which placeholders stand for what is known when a person is sent there.
func (r *reader) template(m mapping, key string, known []string) string {
	text, ok := m.textUpTo(key, maxURL)
	if !ok {
		return ""
	}
	if name := authority.UnknownPlaceholder(text, known); name != "" {
		r.problem(m.at(key), "%s has the placeholder %s, which is not known; it may have %s", key, shown(name), strings.Join(known, " "))
		return ""
	}
	if !authority.IsURLTemplate(text) {
		r.problem(m.at(key), "%s is not a URL; begin it with {portal}, {installation}, https:// or http://", key)
		return ""
	}
	return text
}

func (r *reader) lifetime(from mapping) (l authority.LifetimeRange) {
	v, ok := from.values["lifetime"]
	if !ok {
		return l
	}
	m, ok := r.mapping(v, "lifetime", "default", "min", "max")
	if !ok {
		return l
	}
	before := len(r.problems)
	m.require("default")
	l.Default, _ = m.duration("default")
	l.Min, l.Max = authority.ShortestLifetime, l.Default
	if m.has("min") {
		l.Min, _ = m.duration("min")
	}
	if m.has("max") {
		l.Max, _ = m.duration("max")
	}
	if len(r.problems) == before && !l.InOrder() {
		r.problem(from.at("lifetime"), "lifetime is out of order; it must be that 5s ≤ min ≤ default ≤ max ≤ 15m")
	}
	return l
}
