package authority

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

// writeKeys writes the newest key of each name and the pass codes, without what has to be kept secret of them. What was
// revoked is left out, and what people made for themselves, which never was in a directory.
func (x *export) writeKeys() {
	named := map[keyName][]Credential{}
	for _, c := range x.keys {
		switch {
		case c.hasKeyName():
			named[nameOf(c)] = append(named[nameOf(c)], c)
		case c.current() && !c.ownMade():
			x.writeKey(c, c.isPlain() && c.PublicID != "")
		}
	}
	for _, name := range slices.SortedFunc(maps.Keys(named), keyName.compare) {
		c, ok := newestNamed(named[name], name.name)
		if !ok || !c.current() {
			continue
		}
		if x.writeKey(c, x.saysHolder(c) && c.Restriction.isSayable()) && !c.Principal.IsPerson() {
			x.writeService(c)
		}
	}
	slices.SortStableFunc(x.Credentials, func(a, b DirectoryCredential) int {
		return cmp.Or(cmp.Compare(a.Principal.Number(), b.Principal.Number()), cmp.Compare(a.Name, b.Name), cmp.Compare(a.PublicID, b.PublicID))
	})
}

func (k keyName) compare(other keyName) int {
	return cmp.Or(cmp.Compare(k.name, other.name), cmp.Compare(k.principal, other.principal))
}

// writeKey reports whether a directory can say it.
func (x *export) writeKey(c Credential, says bool) bool {
	if !says || !c.isReadable() {
		x.cannotSay(leftCredential(c))
		return false
	}
	written := DirectoryCredential{Stored: true, Credential: Credential{
		Kind: c.Kind, Principal: c.Principal, Name: c.Name, PublicID: c.PublicID, Restriction: c.Restriction,
		Limits: c.Limits, Status: c.Status, ExpiresAt: c.ExpiresAt,
	}}
	if c.Kind == PassCode {
		written.Key = secret.Of(c.PublicID)
	}
	x.Credentials = append(x.Credentials, written)
	return true
}

// isReadable reports whether a directory file can have its name and identifier: one that cannot be read would make the
// whole file useless. A file's text is always read as NFC, and its names without spaces around them.
func (c Credential) isReadable() bool {
	return norm.NFC.IsNormalString(c.Name+"\n"+c.PublicID) && strings.TrimSpace(c.Name) == c.Name &&
		!strings.ContainsRune(c.Name, utf8.RuneError)
}

// writeService writes the service that an integrator's key is of, and the accounts it hands over at.
func (x *export) writeService(c Credential) {
	delete(x.alone, c.Principal)
	x.Services = append(x.Services, Principal{ID: c.Principal, Organisation: x.homes[c.Principal], Name: c.Name, Status: Active})
	for _, account := range c.Tenants {
		x.Grants = append(x.Grants, grant.Grant{Principal: c.Principal, Tenant: account, Role: grant.Integrator})
	}
}

// leaveAlone names the services that no key of their name brings along: a directory has none but those. An apply leaves
// them as they are.
func (x *export) leaveAlone() {
	for _, id := range slices.Sorted(maps.Keys(x.alone)) {
		x.cannotSay(Leftover{Kind: "principal", Name: string(id)})
	}
}

// saysHolder reports whether a directory can say whose a key is and where it counts: a service's at exactly the accounts
// that are granted to it, a person's at one account or at all.
func (x *export) saysHolder(c Credential) bool {
	for _, account := range c.Tenants {
		if !x.written[account] || account.Kind() != tenant.KindAccount || x.organisation(account) != x.homes[c.Principal] {
			return false
		}
	}
	if c.Principal.IsPerson() {
		return c.Tenants == nil || len(c.Tenants) == 1
	}
	granted, reached := slices.Clone(x.service[c.Principal]), slices.Clone(c.Tenants)
	slices.Sort(granted)
	slices.Sort(reached)
	return x.alone[c.Principal] == Active && c.Principal == grant.Service(x.homes[c.Principal].Key()+"/"+c.Name) && len(reached) > 0 && slices.Equal(granted, reached)
}

// isSayable reports whether a directory can say it: its lists are not empty where they restrict.
func (r Restriction) isSayable() bool {
	return (r.Permissions == nil || len(r.Permissions) > 0) && (r.Dialects == nil || len(r.Dialects) > 0) &&
		(r.Networks == nil || len(r.Networks) > 0)
}

// isPlain reports whether it has none of what only keys have in a directory.
func (c Credential) isPlain() bool {
	return c.Status == Active && c.ExpiresAt.IsZero() && len(c.Limits) == 0 &&
		c.Tenants == nil && c.Permissions == nil && c.Dialects == nil && c.Networks == nil
}
