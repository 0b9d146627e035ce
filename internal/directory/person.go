package directory

import (
	"slices"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

func (o *organisation) person(from item) {
	m, ok := o.mapping(from, "a person", "id", "email", "username", "name", "status", "password", "password_hash",
		"units", "default_unit", "access_tokens", "installation_role")
	if !ok {
		return
	}
	m.require("id", "email", "name")
	n, ok := m.number("id")
	id := grant.Person(n)
	if !ok {
		id = grant.PrincipalID(placeholderName(m)) // so that references to it are no further problems
	} else {
		o.unique(m.at("id"), "person", string(id), "the person "+number(n), "give each person an id of its own")
	}
	o.directory.People = append(o.directory.People, authority.Principal{
		ID: id, Organisation: o.id(), Email: o.email(m, id), Username: o.username(m, id), Name: m.optional("name"),
		Status: m.status(authority.Active, authority.Inactive, authority.Deleted),
	})
	o.password(m, id)
	o.unitsOf(m, id)
	for one := range m.list("access_tokens") {
		o.accessToken(one, id)
	}
	if _, ok := m.choice("installation_role", grant.Operator.Name()); ok {
		o.grants(grant.Grant{Principal: id, Tenant: tenant.Installation, Role: grant.Operator})
	}
}

func (o *organisation) email(m mapping, id grant.PrincipalID) string {
	email, ok := m.text("email")
	if !ok {
		return ""
	}
	canonical, ok := authority.CheckEmail(email)
	if !ok {
		o.problem(m.at("email"), "%s is not an e-mail; write it as name@example.com", shown(email))
		return ""
	}
	if o.unique(m.at("email"), "email", canonical, "the e-mail "+shown(email), "e-mails are unique in the installation, in upper or lower case") {
		o.people[canonical] = id
	}
	return email
}

func (o *organisation) username(m mapping, id grant.PrincipalID) string {
	name, ok := m.text("username")
	if !ok {
		return ""
	}
	canonical, ok := authority.CheckUsername(name)
	if !ok {
		o.problem(m.at("username"), "%s cannot be a user name; write one without @ and control characters", shown(name))
		return ""
	}
	if o.unique(m.at("username"), "username "+o.name, canonical, "the user name "+shown(name), "user names are unique in an organisation, in upper or lower case") {
		o.people[canonical] = id
	}
	return name
}

func (o *organisation) password(m mapping, id grant.PrincipalID) {
	if !m.exclusive("password", "password_hash") {
		return
	}
	c := authority.DirectoryCredential{Credential: authority.Credential{Kind: authority.Password, Principal: id, Status: authority.Active}}
	if m.has("password_hash") {
		text, ok := m.secret("password_hash")
		if !ok {
			return
		}
		hash, err := secret.ParsePasswordHash(text.Reveal())
		if err != nil {
			o.problem(m.at("password_hash"), "password_hash is not one that can be verified here; write an encoded argon2id, argon2i, bcrypt, pbkdf2 or scrypt hash within the documented cost")
			return
		}
		c.PasswordHash = hash
	} else {
		var ok bool
		if c.Secret, ok = m.secret("password"); !ok {
			return
		}
	}
	o.directory.Credentials = append(o.directory.Credentials, c)
}

func (o *organisation) unitsOf(m mapping, id grant.PrincipalID) {
	units, _ := m.words("units", func(v item) (string, bool) { return o.ownUnit(v, "a unit") })
	var first string
	if v, ok := m.values["default_unit"]; ok {
		if first, ok = o.unitKey(v, "default_unit"); ok && !slices.Contains(units, first) {
			o.problem(v.line, "default_unit is not among the person's units; add it there, or choose one of them")
		}
	}
	for _, unit := range units {
		o.grants(grant.Grant{Principal: id, Tenant: tenant.Unit(unit), Role: grant.UnitMember, Primary: unit == first})
	}
}

func (o *organisation) ownUnit(v item, what string) (string, bool) {
	unit, ok := o.unitKey(v, what)
	if ok && !o.units[unit] {
		o.problem(v.line, "there is no unit %s in the organisation %s; add it under units", unit, shown(o.name))
		return "", false
	}
	return unit, ok
}

// accessToken reads a consumer's credential: an identifier with its pass code, or one code that is enough alone.
func (o *organisation) accessToken(from item, id grant.PrincipalID) {
	m, ok := o.mapping(from, "an access token", "identifier", "pass_code", "authentication_code")
	if !ok || !m.exclusive("authentication_code", "identifier") || !m.exclusive("authentication_code", "pass_code") {
		return
	}
	c := authority.DirectoryCredential{Credential: authority.Credential{
		Kind: authority.AuthenticationCode, Principal: id, Status: authority.Active,
	}}
	if m.has("authentication_code") {
		if c.Key, ok = m.secret("authentication_code"); ok {
			o.credential(m, "authentication_code", c, "")
		}
		return
	}
	if !m.require("identifier") {
		return
	}
	c.Kind, c.PublicID = authority.PassCode, m.optional("identifier")
	c.Key, c.Stored = secret.Of(c.PublicID), !m.has("pass_code")
	if c.Secret, ok = m.secret("pass_code"); (ok || c.Stored) && c.PublicID != "" {
		o.credential(m, "identifier", c, " "+shown(c.PublicID))
	}
}

// credential adds what is found by a key, which is unique among those of its kind. public names it, if that is no secret.
func (r *reader) credential(m mapping, key string, c authority.DirectoryCredential, public string) {
	c.Line = m.at(key)
	if c.Stored && c.Kind != authority.PassCode || r.unique(c.Line, string(c.Kind), c.Key.Reveal(), "this "+key+public, "use each once") {
		r.directory.Credentials = append(r.directory.Credentials, c)
	}
}
