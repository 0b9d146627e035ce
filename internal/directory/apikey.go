package directory

import (
	"regexp"
	"strconv"

	"github.com/goccy/go-yaml/ast"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

// Dialects are the names of the protocols that a key can be restricted to, built yet or not.
var Dialects = authority.Dialects

// LimitedRoutes are the routes that a key can have a limit of its own on.
var LimitedRoutes = authority.LimitedRoutes

func (o *organisation) apiKey(from item) {
	m, ok := o.mapping(from, "an API key", "name", "key", "secret", "jwks", "accounts", "account", "person", "permissions",
		"dialects", "limits", "networks", "status", "expires_at")
	if !ok {
		return
	}
	m.require("name")
	name, named := m.text("name")
	if !named {
		name = placeholderName(m)
	}
	c := authority.DirectoryCredential{Credential: authority.Credential{
		Kind: authority.APIKey, Name: name, Status: m.status(authority.Active, authority.Disabled),
		ExpiresAt: m.instant("expires_at"), Limits: o.limits(m),
	}}
	c.Networks = m.networks("networks")
	c.Dialects, _ = m.words("dialects", func(v item) (string, bool) { return o.word(v, "the dialect", Dialects) })
	permissions, _ := m.words("permissions", o.permission)
	for _, p := range permissions {
		c.Permissions = append(c.Permissions, grant.Permission(p))
	}
	ok = o.keySecrets(m, &c)
	held := o.holder(m, &c)
	if named {
		ok = o.unique(m.at("name"), "api_key "+o.name+" "+holderKey(c), name, "the API key "+shown(name), "give each key of one holder a name of its own") && ok
	}
	if held && ok {
		o.credential(m, "key", c, "")
	}
}

// holderKey is within what a key's name is unique: a person's keys, or all that are of services.
func holderKey(c authority.DirectoryCredential) string {
	if c.Principal.IsPerson() {
		return string(c.Principal)
	}
	return ""
}

// keySecrets reads what proves a key. Without it the key is the one that its holder has under this name in the store.
func (o *organisation) keySecrets(m mapping, c *authority.DirectoryCredential) bool {
	if !m.has("key") {
		c.Stored = true
		if m.has("secret") {
			o.problem(m.at("secret"), "an API key has a secret but no key; add the key, or remove both for the one stored under this name")
		}
		if m.has("jwks") {
			o.problem(m.at("jwks"), "an API key has jwks but no key; add the client_id as key, or remove both for the one stored under this name")
		}
		return !m.has("secret") && !m.has("jwks")
	}
	var ok bool
	if c.Key, ok = m.secret("key"); m.has("jwks") {
		return o.publicKeys(m, c) && ok
	}
	if m.has("secret") {
		var whole bool
		c.Kind, c.PublicID = authority.KeyPair, c.Key.Reveal()
		c.Secret, whole = m.secret("secret")
		ok = ok && whole
	}
	return ok
}

// publicKeys reads what a client that proves itself by signing signs with; its key is its client_id.
func (o *organisation) publicKeys(m mapping, c *authority.DirectoryCredential) bool {
	text, ok := m.textUpTo("jwks", maxJWKS)
	if !ok || !m.exclusive("jwks", "secret") {
		return false
	}
	if _, err := secret.ParseClientKeys([]byte(text)); err != nil {
		o.problem(m.at("jwks"), "jwks is no JWK set of public keys; write it as JSON in single quotes, with 1 to 16 keys that have no private member")
		return false
	}
	c.Kind, c.PublicID, c.PublicKeys = authority.PublicKey, c.Key.Reveal(), text
	return true
}

// holder finds whose the key is: of a service of its own that hands over at several accounts, or of a person, and
// then for one account or all of the person's.
func (o *organisation) holder(m mapping, c *authority.DirectoryCredential) bool {
	switch {
	case !m.exclusive("accounts", "account") || !m.exclusive("accounts", "person"):
		return false
	case m.has("accounts"):
		return o.integrator(m, c)
	case !m.has("person"):
		o.problem(m.line, "an API key has neither accounts nor person; add accounts for an integrator, or person and account for somebody's own")
		return false
	}
	var ok bool
	if c.Principal, ok = o.find(m, "person"); !ok || !m.has("account") {
		return ok
	}
	n, ok := m.number("account")
	if !ok || !o.ownAccount(m.at("account"), n) {
		return false
	}
	c.Tenants = []tenant.ID{tenant.Account(n)}
	return true
}

func (o *organisation) integrator(m mapping, c *authority.DirectoryCredential) bool {
	accounts, ok := m.words("accounts", func(v item) (string, bool) {
		n, ok := o.wholeNumber(v, "an account")
		return number(n), ok && o.ownAccount(v.line, n)
	})
	if !ok {
		return false
	}
	c.Principal = grant.Service(o.name + "/" + c.Name)
	o.directory.Services = append(o.directory.Services, authority.Principal{
		ID: c.Principal, Organisation: o.id(), Name: c.Name, Status: authority.Active,
	})
	for _, account := range accounts {
		n, _ := strconv.ParseInt(account, 10, 64)
		c.Tenants = append(c.Tenants, tenant.Account(n))
		o.grants(grant.Grant{Principal: c.Principal, Tenant: tenant.Account(n), Role: grant.Integrator})
	}
	return true
}

func (o *organisation) ownAccount(line int, n int64) bool {
	if !o.accounts[n] {
		o.problem(line, "there is no account %d in the organisation %s; add it under a reseller", n, shown(o.name))
	}
	return o.accounts[n]
}

var limitShape = regexp.MustCompile(`^([1-9][0-9]{0,5})/min$`)

// limits reads requests a minute by route, such as {logintoken: 30/min}.
func (o *organisation) limits(m mapping) map[string]int {
	v, ok := m.values["limits"]
	if !ok {
		return nil
	}
	routes, ok := o.mapping(v, "limits", LimitedRoutes...)
	if !ok {
		return nil
	}
	limits := map[string]int{}
	for _, route := range LimitedRoutes {
		v, ok := routes.values[route]
		if !ok {
			continue
		}
		text, _ := v.node.(*ast.StringNode)
		if text == nil || !limitShape.MatchString(text.Value) {
			o.problem(v.line, "%s must be a number of requests a minute from 1 to 999999; write it as 30/min", route)
			continue
		}
		limits[route], _ = strconv.Atoi(limitShape.FindStringSubmatch(text.Value)[1])
	}
	return limits
}
