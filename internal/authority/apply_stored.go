package authority

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
)

// ReasonMissingSecret is why a directory is refused that has no secret where none is stored either.
const ReasonMissingSecret = "missing-secret"

// MissingSecret is an entry of a directory that has no secret, and nothing is stored that it could mean.
type MissingSecret struct {
	Line   int    // of the directory file; 0: not known
	Name   string // as the operator knows it
	Public bool   // it has a key, but that is the public half of a stored key pair
}

// Text says what is wrong and what to do about it.
func (m MissingSecret) Text() string {
	if m.Public {
		return fmt.Sprintf("%s: this key is the public half of a stored key pair; write the secret too, or neither", m.Name)
	}
	return fmt.Sprintf("%s: its secret is neither here nor stored under this name; write it", m.Name)
}

// MissingSecrets lists all of them. It is the cause of a Conflict.
type MissingSecrets []MissingSecret

// Error returns one line for each.
func (m MissingSecrets) Error() string {
	lines := make([]string, len(m))
	for i, one := range m {
		lines[i] = fmt.Sprintf("line %d: %s", one.Line, one.Text())
	}
	return strings.Join(lines, "\n")
}

func missingSecrets(missing ...MissingSecret) error {
	return &fault.Error{
		Kind: fault.Conflict, Reason: ReasonMissingSecret, Cause: MissingSecrets(missing),
		Message: "The directory lacks a secret that is not stored.",
	}
}

// keyName is what a key is found by whose secret is not in the directory: whose it is and what it is called.
type keyName struct {
	principal grant.PrincipalID
	name      string
}

func nameOf(c Credential) keyName { return keyName{c.Principal, c.Name} }

// hasKeyName reports whether a directory can name it without its secret.
func (c Credential) hasKeyName() bool {
	return (c.Kind == APIKey || c.Kind == KeyPair || c.Kind == PublicKey) && c.Audience == 0 && c.Name != ""
}

// ownMade reports whether somebody made it for themselves: it was never in a directory.
func (c Credential) ownMade() bool { return c.CreatedBy == c.Principal }

// byName reports whether a wanted credential is found by its name. A pass code has an identifier, which is no secret.
func (w wantedCredential) byName() bool { return w.stored && w.Kind != PassCode }

// newestNamed returns the key of a name: the newest that was not revoked, else the newest. After a rotation that is the
// new one; the old one beside it is left alone.
func newestNamed(credentials []Credential, name string) (newest Credential, ok bool) {
	for _, c := range credentials {
		if !c.hasKeyName() || c.Name != name || c.ownMade() && !c.succeedsAnothers(credentials) {
			continue
		}
		if !ok || c.newerThan(newest) {
			newest, ok = c, true
		}
	}
	return newest, ok
}

// succeedsAnothers reports whether it took the place of one that its holder was given.
func (c Credential) succeedsAnothers(credentials []Credential) bool {
	return slices.ContainsFunc(credentials, func(old Credential) bool {
		return old.ReplacedBy == c.ID && (!old.ownMade() || old.succeedsAnothers(credentials))
	})
}

func (c Credential) newerThan(other Credential) bool {
	if live := c.current(); live != other.current() {
		return live
	}
	if !c.CreatedAt.Equal(other.CreatedAt) {
		return c.CreatedAt.After(other.CreatedAt)
	}
	return c.ID.String() > other.ID.String()
}

// current reports whether it was neither revoked nor rotated.
func (c Credential) current() bool { return c.RevokedAt.IsZero() && c.ReplacedBy.IsZero() }

// secretsOf completes a credential whose secret is not in the directory by what is stored.
func (w wantedCredential) secretsOf(have Credential) wantedCredential {
	if w.byName() {
		w.Kind, w.PublicID, w.Lookup, w.Verifier, w.PublicKeys = have.Kind, have.PublicID, have.Lookup, have.Verifier, have.PublicKeys
	}
	return w
}

// checkStored refuses a directory that lacks a secret which is not stored either, before anything is written.
func (p *application) checkStored(ctx context.Context) error {
	var toCheck []wantedCredential
	for i, w := range p.plan.credentials {
		if w.stored {
			toCheck = append(toCheck, w)
		} else if w.Kind == APIKey {
			w.Lookup, w.Kind = p.LookupOf(KeyPair, p.directory.Credentials[i].Key), KeyPair
			toCheck = append(toCheck, w)
		}
	}
	var missing MissingSecrets
	for batch := range slices.Chunk(toCheck, applyBatch) {
		err := p.store.View(ctx, func(ctx context.Context, v View) error {
			stored, err := loadCredentials(ctx, v, batch)
			for _, want := range batch {
				_, exists := stored.find(want)
				if exists != want.stored {
					missing = append(missing, MissingSecret{Line: want.line, Name: want.shown(), Public: exists})
				}
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	if len(missing) > 0 {
		return missingSecrets(missing...)
	}
	return nil
}
