package sqlstore

import (
	"context"
	"strings"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

// factsMemory is what the writer of an SQLite store has read of the directory and knows to be so still: nothing has
// written to it since. It is looked at within the transaction, under the lock that every writer needs, so that it is as
// good as reading. Redemptions are mostly about the same few tenants, audiences and credentials.
type factsMemory struct {
	standings   map[grant.PrincipalID]authority.Standing
	lineages    map[tenant.ID][]authority.Tenant
	credentials map[authority.CredentialID]authority.Credential
	audiences   map[authority.AudienceID]authority.Audience
	version     int64           // of the file, as the commits of others change it
	beside      map[string]bool // statements, by whether they leave all of this as it is
}

// remembered bounds each of the maps.
const remembered = 2000

func newFactsMemory() *factsMemory {
	m := &factsMemory{beside: map[string]bool{}}
	m.forget()
	return m
}

func (m *factsMemory) forget() {
	m.standings, m.lineages = map[grant.PrincipalID]authority.Standing{}, map[tenant.ID][]authority.Tenant{}
	m.credentials, m.audiences = map[authority.CredentialID]authority.Credential{}, map[authority.AudienceID]authority.Audience{}
}

// begun forgets all when another process has committed since the last time.
func (m *factsMemory) begun(version int64) {
	if version != m.version {
		m.forget()
	}
	m.version = version
}

// written forgets all when a statement may have changed the directory.
func (m *factsMemory) written(text string) {
	beside, known := m.beside[text]
	if !known {
		beside = isBeside(text)
		m.beside[text] = beside
	}
	if !beside {
		m.forget()
	}
}

// besideDirectory are the tables that no fact of factsMemory is in; a statement on any other may change one.
var besideDirectory = map[string]bool{
	"sessions": true, "events": true, "login_tokens": true, "feed": true, "credential_uses": true, "once": true, "repeats": true,
}

// isBeside reports whether a statement only reads, or writes to a table beside the directory.
func isBeside(text string) bool {
	switch words := strings.Fields(text); words[0] {
	case "INSERT", "DELETE": // INTO, FROM
		return besideDirectory[words[2]]
	case "UPDATE":
		return besideDirectory[words[1]]
	}
	return !isWrite(text)
}

// about completes the facts of a token from what is remembered, reading the rest.
func (m *factsMemory) about(ctx context.Context, v view, f *authority.LoginTokenFacts) (err error) {
	t := f.LoginToken
	if f.Credential, err = recall(m.credentials, t.Credential, func() (c authority.Credential, err error) {
		err = v.run(ctx, credentialQuery(`c.id = ?`, []any{t.Credential[:]}, &c))
		return c, err
	}); err != nil {
		return err
	}
	for _, who := range []struct {
		id grant.PrincipalID
		to *authority.Standing
	}{{t.Subject, &f.Subject}, {t.Actor, &f.Actor}, {f.Credential.Principal, &f.Minter}} {
		if *who.to, err = recall(m.standings, who.id, func() (authority.Standing, error) { return v.Standing(ctx, who.id) }); err != nil {
			return err
		}
	}
	if f.Account, err = recall(m.lineages, t.Account, func() ([]authority.Tenant, error) { return v.Lineage(ctx, t.Account) }); err != nil {
		return err
	}
	f.Audience, err = recall(m.audiences, t.Audience, func() (authority.Audience, error) { return v.Audience(ctx, t.Audience) })
	return err
}

// recall returns what is remembered under a key, or loads it; what there is not is the zero value.
func recall[K comparable, V any](memory map[K]V, key K, load func() (V, error)) (value V, err error) {
	var none K
	if value, ok := memory[key]; ok || key == none {
		return value, nil
	}
	if value, err = load(); fault.KindOf(err) == fault.NotFound {
		err = nil
	}
	if err == nil {
		if len(memory) >= remembered {
			clear(memory)
		}
		memory[key] = value
	}
	return value, err
}
