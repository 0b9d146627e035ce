package directory

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

// The bounds of a login token's lifetime. Beyond the longest, a copied store could spend one twice for too long.
const (
	shortestLifetime = 5 * time.Second
	longestLifetime  = 15 * time.Minute
)

// hostShape is a host in ASCII, or an address, with an optional port.
var hostShape = regexp.MustCompile(`^([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(:[1-9][0-9]{0,4})?$`)

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
	a.URL = r.template(m, "url", "{portal}", "{installation}", "{token}", "{email}", "{account}")
	if a.URL != "" && !strings.Contains(a.URL, "{token}") {
		r.problem(m.at("url"), "url has no {token}; add it where the page reads the login token")
	}
	a.Home = r.template(m, "home", "{portal}", "{installation}", "{account}")
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
	service := grant.Service("audience/" + number(id))
	r.directory.Services = append(r.directory.Services, authority.Principal{
		ID: service, Name: m.optional("name"), Status: authority.Active,
	})
	r.grants(grant.Grant{Principal: service, Tenant: tenant.Installation, Role: grant.RelyingModule})
	r.credential(m, "credential", authority.DirectoryCredential{Key: key, Credential: authority.Credential{
		Kind: authority.APIKey, Principal: service, Name: m.optional("name"), Audience: authority.AudienceID(id), Status: authority.Active,
	}}, "")
}

var placeholder = regexp.MustCompile(`\{[^{}]*\}`)

// template reads a URL in which placeholders stand for what is known when a person is sent there.
func (r *reader) template(m mapping, key string, known ...string) string {
	text, ok := m.textUpTo(key, maxURL)
	if !ok {
		return ""
	}
	for _, name := range placeholder.FindAllString(text, -1) {
		if !slices.Contains(known, name) {
			r.problem(m.at(key), "%s has the placeholder %s, which is not known; it may have %s", key, shown(name), strings.Join(known, " "))
			return ""
		}
	}
	if !isTemplate(text) {
		r.problem(m.at(key), "%s is not a URL; begin it with {portal}, {installation}, https:// or http://", key)
		return ""
	}
	return text
}

func isTemplate(text string) bool {
	at, rest := "", text
	for _, base := range []string{"{portal}", "{installation}"} {
		if after, ok := strings.CutPrefix(text, base); ok {
			at, rest = "https://portal.example", after
			if after != "" && !strings.ContainsRune("/?#", rune(after[0])) {
				return false // it would become a part of the host
			}
		}
	}
	filled := at + placeholder.ReplaceAllString(rest, "x")
	_, host, _ := strings.Cut(rest, "://")
	if end := strings.IndexAny(host, "/?#{"); at == "" && end >= 0 && host[end] == '{' {
		return false // a placeholder within the host
	}
	base, _, _ := strings.Cut(filled, "?")
	base, _, _ = strings.Cut(base, "#")
	_, ok := baseURL(base)
	return ok && !strings.ContainsAny(filled, "\\ {}\"<>")
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
	l.Min, l.Max = shortestLifetime, l.Default
	if m.has("min") {
		l.Min, _ = m.duration("min")
	}
	if m.has("max") {
		l.Max, _ = m.duration("max")
	}
	if len(r.problems) == before && (l.Min < shortestLifetime || l.Min > l.Default || l.Default > l.Max || l.Max > longestLifetime) {
		r.problem(from.at("lifetime"), "lifetime is out of order; it must be that 5s ≤ min ≤ default ≤ max ≤ 15m")
	}
	return l
}
