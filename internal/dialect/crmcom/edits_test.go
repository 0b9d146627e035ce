package crmcom_test

import (
	"context"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

// edit is a change of the facts that can be undone.
type edit struct {
	make func(t *testing.T, c client)
	undo func(t *testing.T, c client)
}

var (
	mary    = grant.Person(7)
	nothing = edit{make: func(*testing.T, client) {}, undo: func(*testing.T, client) {}}
)

// editing reads a fact, edits a copy and writes it; undo writes what was read.
func editing[T any](read func(context.Context, authority.View) (T, error), write func(authority.Tx, T), change func(*T)) edit {
	var before T
	return edit{
		make: func(t *testing.T, c client) {
			t.Helper()
			c.change(t, func(ctx context.Context, tx authority.Tx) (err error) {
				if before, err = read(ctx, tx); err != nil {
					return err
				}
				after := before
				change(&after)
				write(tx, after)
				return nil
			})
		},
		undo: func(t *testing.T, c client) {
			t.Helper()
			c.change(t, func(_ context.Context, tx authority.Tx) error {
				write(tx, before)
				return nil
			})
		},
	}
}

func editCredential(kind authority.CredentialKind, change func(*authority.Credential)) edit {
	return editCredentialOf(func(c authority.Credential) bool { return c.Kind == kind }, change)
}

// editCredentialOf edits the first of Mary's credentials that is meant.
func editCredentialOf(isMeant func(authority.Credential) bool, change func(*authority.Credential)) edit {
	return editing(func(ctx context.Context, v authority.View) (authority.Credential, error) {
		all, err := v.CredentialsOf(ctx, []grant.PrincipalID{mary})
		for _, c := range all {
			if isMeant(c) {
				return c, err
			}
		}
		return authority.Credential{}, err
	}, func(tx authority.Tx, c authority.Credential) {
		tx.PutCredential(c)
		tx.Publish(authority.FeedCredential, c.ID.String())
	}, change)
}

func disabled(c *authority.Credential) { c.Status = authority.Disabled }
func revoked(c *authority.Credential)  { c.RevokedAt = time.Unix(1, 0) }
func expired(c *authority.Credential)  { c.ExpiresAt = time.Unix(1, 0) }

func editMary(status authority.Status) edit {
	return editing(func(ctx context.Context, v authority.View) (authority.Principal, error) {
		s, err := v.Standing(ctx, mary)
		return s.Principal, err
	}, func(tx authority.Tx, p authority.Principal) {
		tx.PutPrincipal(p)
		tx.Publish(authority.FeedPrincipal, string(p.ID))
	}, func(p *authority.Principal) { p.Status = status })
}

func suspend(id tenant.ID) edit {
	return editing(func(ctx context.Context, v authority.View) (authority.Tenant, error) {
		lineage, err := v.Lineage(ctx, id)
		return *lineage[0], err
	}, func(tx authority.Tx, t authority.Tenant) {
		tx.PutTenant(t)
		tx.Publish(authority.FeedTenant, string(t.ID))
	}, func(t *authority.Tenant) { t.Status = authority.Suspended })
}

// otherDialectsSession signs Mary in through another dialect, in the shape of this one's tokens.
func (c client) otherDialectsSession(t *testing.T) string {
	t.Helper()
	from := authority.Origin{Dialect: "pulse"}
	by, err := c.env.Authority.Authenticate(t.Context(), from, authority.ByPassword("", "mp@crmdemo.test", secret.Of("1234")))
	if err != nil {
		t.Fatal(err)
	}
	opened, err := c.env.Authority.OpenSession(t.Context(), by, authority.SessionRequest{
		Shape: secret.ShapeUpperHex32, Lifetime: authority.Lifetimes{Absolute: time.Hour},
	})
	if err != nil {
		t.Fatal(err)
	}
	return opened.Token.Reveal()
}
