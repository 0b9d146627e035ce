package directory

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

// Heading says at the top of a file where it is from.
type Heading struct {
	Source  string // the store, as the operator knows it; without secrets
	At      time.Time
	Omitted []authority.Leftover // stored, but no directory can say it
}

// writer writes a directory as text. The first error is kept and ends it.
type writer struct {
	out *bufio.Writer

	emails   map[grant.PrincipalID]string
	below    map[tenant.ID][]authority.Tenant
	roles    map[tenant.ID][]grant.Role
	people   map[tenant.ID][]authority.Principal
	homes    map[grant.PrincipalID]tenant.ID
	grants   map[grant.PrincipalID][]grant.Grant // at the installation and at units
	members  map[tenant.ID][]grant.Grant         // at accounts and resellers
	keys     map[tenant.ID][]authority.DirectoryCredential
	passCode map[grant.PrincipalID][]authority.DirectoryCredential
}

// Write writes a directory as a file that Read understands, without any secret that the directory may have: it can be
// applied where they are stored. The order is that of the directory.
func Write(w io.Writer, d authority.Directory, h Heading) error {
	out := newWriter(w, d)
	out.heading(h)
	out.line(0, "version: 1")
	out.line(0, "without_secrets: true")
	out.list(0, "audiences", len(d.Audiences))
	for _, a := range d.Audiences {
		out.audience(a)
	}
	organisations := slices.DeleteFunc(slices.Clone(out.below[tenant.Installation]), func(t authority.Tenant) bool {
		return t.ID.Kind() != tenant.KindOrganisation
	})
	out.list(0, "organisations", len(organisations))
	for _, t := range organisations {
		out.organisation(t)
	}
	return out.out.Flush()
}

func newWriter(w io.Writer, d authority.Directory) *writer {
	out := &writer{
		out: bufio.NewWriterSize(w, 1<<16), emails: map[grant.PrincipalID]string{}, below: map[tenant.ID][]authority.Tenant{},
		roles: map[tenant.ID][]grant.Role{}, people: map[tenant.ID][]authority.Principal{}, homes: map[grant.PrincipalID]tenant.ID{},
		grants: map[grant.PrincipalID][]grant.Grant{}, members: map[tenant.ID][]grant.Grant{},
		keys: map[tenant.ID][]authority.DirectoryCredential{}, passCode: map[grant.PrincipalID][]authority.DirectoryCredential{},
	}
	for _, t := range d.Tenants {
		out.below[t.Parent] = append(out.below[t.Parent], t)
	}
	for _, r := range d.Roles {
		at := organisationOf(r.ID)
		out.roles[at] = append(out.roles[at], r)
	}
	for _, p := range d.People {
		out.people[p.Organisation] = append(out.people[p.Organisation], p)
		out.emails[p.ID], out.homes[p.ID] = p.Email, p.Organisation
	}
	for _, p := range d.Services {
		out.homes[p.ID] = p.Organisation
	}
	for _, g := range d.Grants {
		switch g.Tenant.Kind() {
		case tenant.KindAccount, tenant.KindReseller:
			if g.Role != grant.Integrator {
				out.members[g.Tenant] = append(out.members[g.Tenant], g)
			}
		default:
			out.grants[g.Principal] = append(out.grants[g.Principal], g)
		}
	}
	for _, c := range d.Credentials {
		switch {
		case c.Kind == authority.PassCode:
			out.passCode[c.Principal] = append(out.passCode[c.Principal], c)
		case (c.Kind == authority.APIKey || c.Kind == authority.KeyPair || c.Kind == authority.PublicKey) && c.Audience == 0:
			out.keys[out.homes[c.Principal]] = append(out.keys[out.homes[c.Principal]], c)
		}
	}
	return out
}

// line writes one line, so many levels deep.
func (w *writer) line(depth int, format string, args ...any) {
	for range depth {
		_, _ = w.out.WriteString("  ") // the writer keeps its first error for Flush
	}
	_, _ = fmt.Fprintf(w.out, format, args...)
	_ = w.out.WriteByte('\n')
}

// list begins a list and reports whether anything is in it: nothing is written of an empty one.
func (w *writer) list(depth int, key string, n int) bool {
	if n > 0 {
		w.line(depth, "%s:", key)
	}
	return n > 0
}

// value writes a text where there is one.
func (w *writer) value(depth int, key, text string) {
	if text != "" {
		w.line(depth, "%s: %s", key, quoted(text))
	}
}

// status writes a status that is not the usual one.
func (w *writer) status(depth int, s authority.Status) {
	if s != authority.Active && s != "" {
		w.line(depth, "status: %s", s)
	}
}

func (w *writer) heading(h Heading) {
	w.line(0, "# The directory of %s,", oneLine(h.Source))
	w.line(0, "# written by doorward export at %s. docs/directory.md explains every key.", h.At.UTC().Format(time.RFC3339))
	w.line(0, "#")
	w.line(0, "# No secret is in it: applied to the same store it changes nothing; elsewhere the secrets have to be added.")
	w.line(0, "#  * An api_key without key, and an identifier without pass_code, mean the one that is stored.")
	w.line(0, "#  * Passwords, api_tokens of managers and credentials of audiences stay as they are stored.")
	w.line(0, "#  * Left out: authentication codes, revoked keys, keys that people made for themselves, of keys of one name all")
	w.line(0, "#    but the newest, and what an operator's command suspended: that is not the directory's.")
	for _, l := range h.Omitted {
		w.line(0, "#  * Left out, because it cannot be written here: %s %s", l.Kind, oneLine(l.Name))
	}
}
