package directory_test

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

// oddTexts are what a reader of YAML may take for something else.
var oddTexts = []string{
	"true", "No", "~", "null", "y", "007", "0x1f", "1e3", "-1", ".5", ".inf", "12:30:45", "2027-01-31", "=", "<<", "-", "- a", "? a", ": a", "a: b",
	"a #b", "#a", "&a", "*a", "!a", "|", ">", "%a", "@a", "`a", "'", "''", `"`, `"a"`, `a"b`, `\`, `a\nb`, `\u0041`, "{a}", "[a]", "a, b", "{", "]", "---", "...",
	"O'Brien", "名前", "Zoë 🙂", "a\u00a0b", "a\u2028b", "\ufeffa", "a\ufeffb", "e\u0301", "\U000e0001x", "a\u200bb", "a  b", "%", "{{a}}", "$a", "1_000", "0o7", "+1 555",
}

var anyText = rapid.OneOf(rapid.SampledFrom(oddTexts), rapid.String(), rapid.StringMatching(`[A-Za-z0-9 .:#'",{}\[\]-]{1,40}`))

// name is a text that can stand in a directory, another each time it is asked for with another suffix.
func (g *generated) name(label string) string {
	text := anyText.Filter(func(s string) bool { return isText(s) && strings.TrimSpace(s) == s && s != "" && len(s) < 150 }).Draw(g.t, label)
	return norm.NFC.String(text)
}

func isText(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(c rune) bool {
		return unicode.IsControl(c) || c == unicode.ReplacementChar || unicode.Is(unicode.Bidi_Control, c)
	})
}

// generated is a directory that is drawn, and what is known of it meanwhile.
type generated struct {
	authority.Directory
	t      *rapid.T
	number int64
	names  map[string]bool
	people []authority.Principal // of the organisation
	units  []tenant.ID
	roles  []grant.RoleID
}

// newDirectory draws a directory with everything in it that a file can have, in the order that a file is read in.
func newDirectory(t *rapid.T) authority.Directory {
	g := &generated{t: t, names: map[string]bool{}}
	for range g.upTo(2, "audiences") {
		g.audience()
	}
	for range g.upTo(3, "organisations") {
		g.organisation()
	}
	return g.Directory
}

func (g *generated) upTo(n int, label string) int { return rapid.IntRange(0, n).Draw(g.t, label) }
func (g *generated) coin(label string) bool       { return rapid.Bool().Draw(g.t, label) }

func (g *generated) next() int64 {
	g.number++
	return g.number
}

// once returns a name that was not used in a place yet.
func (g *generated) once(place, label string, make func() string) string {
	for {
		name := make()
		if canonical, _ := authority.Canonical(name); !g.names[place+" "+canonical] && !g.names[place+" "+name] {
			g.names[place+" "+canonical], g.names[place+" "+name] = true, true
			return name
		}
	}
}

func (g *generated) status(usual authority.Status, others ...authority.Status) authority.Status {
	return rapid.SampledFrom(append(others, usual, usual)).Draw(g.t, "status")
}

func (g *generated) secret() secret.Text {
	return secret.Of(fmt.Sprintf("generated-secret-%d", g.next()))
}

func (g *generated) grant(to grant.Grant) {
	to.Position = g.next()
	g.Grants = append(g.Grants, to)
}

func (g *generated) audience() {
	seconds := func(from, to int) time.Duration {
		return time.Duration(rapid.IntRange(from, to).Draw(g.t, "seconds")) * time.Second
	}
	a := authority.Audience{ID: authority.AudienceID(g.next()), Name: g.name("audience"), Kind: authority.API}
	if g.coin("portal") {
		a.Kind, a.URL, a.Home = authority.Portal, `{portal}/login?a=#'&token={token}`, "{portal}/e?x=1#y"
	}
	a.Lifetime.Min = seconds(5, 100)
	a.Lifetime.Default = a.Lifetime.Min + seconds(0, 400)
	a.Lifetime.Max = a.Lifetime.Default + seconds(0, 400)
	g.Audiences = append(g.Audiences, a)
}

func (g *generated) organisation() {
	name := g.once("organisation", "organisation", func() string {
		name := strings.ReplaceAll(g.name("organisation"), "/", "-")
		if name == "audience" || name == "doorward" {
			name += " of ours"
		}
		return name
	})
	g.people, g.units, g.roles = nil, nil, nil
	at := tenant.Organisation(name)
	g.Tenants = append(g.Tenants, authority.Tenant{
		ID: at, Parent: tenant.Installation, Name: name, Position: g.next(), Status: g.status(authority.Active, authority.Suspended),
	})
	for range g.upTo(3, "units") {
		id := tenant.Unit(fmt.Sprintf("%032X", g.next()))
		g.units = append(g.units, id)
		g.Tenants = append(g.Tenants, authority.Tenant{
			ID: id, Parent: at, Name: g.name("unit"), Position: g.next(), Status: g.status(authority.Active, authority.Suspended),
		})
	}
	for range g.upTo(3, "roles") {
		id := grant.OrganisationRole(name, g.once("role "+name, "role", func() string { return g.name("role") }))
		g.roles = append(g.roles, id)
		g.Roles = append(g.Roles, grant.Role{ID: id, Permissions: []grant.Permission{"readApplications", "null", "a:b.c-d"}[:1+g.upTo(2, "permissions")]})
	}
	for range g.upTo(5, "people") {
		g.person(at)
	}
	for range g.upTo(3, "resellers") {
		g.reseller(at, 1)
	}
	g.keys(at, name)
}

func (g *generated) person(at tenant.ID) {
	n := g.next()
	p := authority.Principal{
		ID: grant.Person(n), Organisation: at, Name: g.name("person"),
		Email:  fmt.Sprintf("%s.%d@Example.test", rapid.SampledFrom([]string{"ada", "Zoë", "o'brien", "+1", "#x", "true"}).Draw(g.t, "local"), n),
		Status: g.status(authority.Active, authority.Inactive, authority.Deleted),
	}
	if g.coin("username") {
		p.Username = g.once("username "+string(at), "username", func() string { return g.username() })
	}
	g.people = append(g.people, p)
	g.People = append(g.People, p)
	units := rapid.Permutation(g.units).Draw(g.t, "units")[:g.upTo(len(g.units), "units")]
	for i, unit := range units {
		g.grant(grant.Grant{Principal: p.ID, Tenant: unit, Role: grant.UnitMember, Primary: i == 1})
	}
	for range g.upTo(2, "pass codes") {
		identifier := g.once("pass code", "identifier", func() string { return g.name("identifier") })
		g.Credentials = append(g.Credentials, authority.DirectoryCredential{
			Key: secret.Of(identifier), Credential: authority.Credential{
				Kind: authority.PassCode, Principal: p.ID, PublicID: identifier, Status: authority.Active, PasswordHash: someHash,
			},
		})
	}
	if g.coin("code") {
		g.credential(authority.Credential{Kind: authority.AuthenticationCode, Principal: p.ID})
	}
	if g.upTo(4, "operator") == 4 {
		g.grant(grant.Grant{Principal: p.ID, Tenant: tenant.Installation, Role: grant.Operator})
	}
}

// someHash is of nothing in particular.
const someHash = "$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e"

func (g *generated) username() string {
	for {
		name := g.name("username")
		if _, ok := authority.Canonical(name); ok && !authority.IsEmail(name) {
			return name
		}
	}
}

func (g *generated) reseller(parent tenant.ID, depth int) {
	id := tenant.Reseller(g.next())
	g.Tenants = append(g.Tenants, authority.Tenant{
		ID: id, Parent: parent, Name: g.name("reseller"), Position: g.next(), Status: g.status(authority.Active, authority.Suspended),
	})
	for _, p := range g.some("managers") {
		g.grant(grant.Grant{Principal: p.ID, Tenant: id, Role: grant.ManagerRole(rapid.SampledFrom(grant.ManagerNames).Draw(g.t, "role")), Inactive: g.coin("inactive")})
		if !g.names["manager "+string(p.ID)] && g.coin("api_token") {
			g.names["manager "+string(p.ID)] = true
			g.credential(authority.Credential{Kind: authority.ManagerKey, Principal: p.ID, Name: "api_token"})
		}
	}
	for range g.upTo(2, "accounts") {
		g.account(id)
	}
	for range g.upTo(2, "downstream") {
		if depth < 4 {
			g.reseller(id, depth+1)
		}
	}
}

// some draws people of the organisation in some order, or none.
func (g *generated) some(label string) []authority.Principal {
	return rapid.Permutation(g.people).Draw(g.t, label)[:g.upTo(len(g.people), label)]
}

func (g *generated) account(parent tenant.ID) {
	members := g.some("members")
	if len(members) == 0 {
		return
	}
	n := g.next()
	t := authority.Tenant{
		ID: tenant.Account(n), Parent: parent, Name: g.name("account"), Position: g.next(), Status: g.status(authority.Active, authority.Suspended),
	}
	if g.coin("portal") {
		t.Portal = fmt.Sprintf("https://Portal-%d.example.test:8443/a/b", n)
	}
	for _, to := range []*string{
		&t.Profile.BusinessName, &t.Profile.DocType, &t.Profile.DocNumber, &t.Profile.OwnCode, &t.Profile.PickupCode,
		&t.Profile.Repcode, &t.Profile.ServicePhone, &t.Profile.ServiceEmail,
	} {
		if g.coin("profile") {
			*to = g.name("profile")
		}
	}
	if g.coin("whitelabel") {
		t.Profile.Whitelabel = g.free(0, 2).(map[string]any)
	}
	g.Tenants = append(g.Tenants, t)
	for i, p := range members {
		g.member(t.ID, p, i == 0)
	}
}

func (g *generated) member(account tenant.ID, p authority.Principal, owner bool) {
	level := grant.AccountOwner
	if !owner {
		level = rapid.SampledFrom([]grant.RoleID{grant.AccountAdmin, grant.AccountFinance, grant.AccountUser}).Draw(g.t, "level")
	}
	to := grant.Grant{Principal: p.ID, Tenant: account, Role: level, Inactive: g.coin("inactive")}
	if to.Primary = !g.names["primary "+string(p.ID)] && g.coin("primary"); to.Primary {
		g.names["primary "+string(p.ID)] = true
	}
	g.grant(to)
	for _, role := range rapid.Permutation(g.roles).Draw(g.t, "roles")[:g.upTo(len(g.roles), "roles")] {
		g.grant(grant.Grant{Principal: p.ID, Tenant: account, Role: role, Inactive: to.Inactive})
	}
}

// free draws a value of a whitelabel; a mapping at the top.
func (g *generated) free(kind, depth int) any {
	switch kind {
	case 0:
		values := map[string]any{}
		for range g.upTo(3, "keys") {
			values[g.freeText()] = g.free(g.upTo(5, "kind"), depth-1)
		}
		return values
	case 1:
		values := []any{}
		for range g.upTo(3, "values") {
			if depth > 0 {
				values = append(values, g.free(g.upTo(5, "kind"), depth-1))
			}
		}
		return values
	case 2:
		return g.coin("value")
	case 3:
		return rapid.OneOf(rapid.Float64Range(-1e15, 1e15), rapid.Float64Range(-1e-5, 1e-5),
			rapid.SampledFrom([]float64{0, 1, -1, 0.1, 1e-9, 1<<53 - 1, -(1<<53 - 1)})).Draw(g.t, "number")
	case 4:
		return nil
	}
	return g.freeText()
}

func (g *generated) freeText() string {
	return rapid.OneOf(anyText, rapid.SampledFrom([]string{"", " ", " a ", "a ", strings.Repeat("x", 2000)})).
		Filter(isText).Draw(g.t, "text")
}

func (g *generated) credential(c authority.Credential) {
	c.Status = authority.Active
	g.Credentials = append(g.Credentials, authority.DirectoryCredential{Credential: c, Key: g.secret()})
}

func (g *generated) keys(at tenant.ID, organisation string) {
	var accounts []tenant.ID
	for _, t := range g.Tenants {
		if t.ID.Kind() == tenant.KindAccount && g.within(t, at) {
			accounts = append(accounts, t.ID)
		}
	}
	for range g.upTo(4, "keys") {
		if len(accounts) > 0 && g.coin("integrator") {
			name := g.once("service "+organisation, "key", func() string { return g.name("key") })
			service := authority.Principal{ID: grant.Service(organisation + "/" + name), Organisation: at, Name: name, Status: authority.Active}
			reach := rapid.Permutation(accounts).Draw(g.t, "accounts")[:1+g.upTo(len(accounts)-1, "accounts")]
			g.Services = append(g.Services, service)
			for _, account := range reach {
				g.grant(grant.Grant{Principal: service.ID, Tenant: account, Role: grant.Integrator})
			}
			g.key(service, name, reach)
		} else if len(g.people) > 0 {
			holder := rapid.SampledFrom(g.people).Draw(g.t, "holder")
			var reach []tenant.ID
			if len(accounts) > 0 && g.coin("one account") {
				reach = []tenant.ID{rapid.SampledFrom(accounts).Draw(g.t, "account")}
			}
			g.key(holder, g.once("key "+string(holder.ID), "key", func() string { return g.name("key") }), reach)
		}
	}
}

func (g *generated) within(t authority.Tenant, at tenant.ID) bool {
	for t.Parent != tenant.Installation {
		for _, above := range g.Tenants {
			if above.ID == t.Parent {
				t = above
				break
			}
		}
	}
	return t.ID == at
}

func (g *generated) key(holder authority.Principal, name string, reach []tenant.ID) {
	c := authority.DirectoryCredential{Key: g.secret(), Credential: authority.Credential{
		Kind: authority.APIKey, Principal: holder.ID, Name: name, Status: g.status(authority.Active, authority.Disabled),
		Restriction: authority.Restriction{Tenants: reach},
	}}
	if g.coin("pair") {
		c.Kind, c.PublicID, c.Secret = authority.KeyPair, c.Key.Reveal(), g.secret()
	}
	if g.coin("permissions") {
		c.Permissions = []grant.Permission{"readApplications", "yes"}
	}
	if g.coin("dialects") {
		c.Dialects = []string{"pulse", "native"}
	}
	if g.coin("networks") {
		c.Networks = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("2001:db8::/32")}
	}
	if g.coin("limits") {
		c.Limits = map[string]int{"logintoken": 1 + g.upTo(1000, "limit"), "users": 999_999}
	}
	if g.coin("expires") {
		at, _ := strconv.ParseInt("1900000000123456", 10, 64)
		c.ExpiresAt = time.UnixMicro(at + int64(g.upTo(1_000_000_000, "at"))).UTC()
	}
	g.Credentials = append(g.Credentials, c)
}
