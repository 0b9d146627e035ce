package pulse_test

import (
	"context"
	"testing"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/testenv"
)

// edit is a change of the facts that can be undone.
type edit struct {
	make func(t *testing.T, c client)
	undo func(t *testing.T, c client)
}

const account = tenant.ID("account:6591739253089529")

var owner = grant.Person(3)

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

func editKey(change func(*authority.Credential)) edit {
	return editing(func(ctx context.Context, v authority.View) (authority.Credential, error) {
		all, err := v.CredentialsOf(ctx, []grant.PrincipalID{owner})
		for _, c := range all {
			if c.Kind == authority.KeyPair {
				return c, err
			}
		}
		return authority.Credential{}, err
	}, func(tx authority.Tx, c authority.Credential) {
		tx.PutCredential(c)
		tx.Publish(authority.FeedCredential, c.ID.String())
	}, change)
}

func editOwner(status authority.Status) edit {
	return editing(func(ctx context.Context, v authority.View) (authority.Principal, error) {
		s, err := v.Standing(ctx, owner)
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

func leaveAccount() edit {
	return editing(func(ctx context.Context, v authority.View) (grant.Grant, error) {
		all, err := v.Grants(ctx, []grant.PrincipalID{owner})
		for _, g := range all {
			if g.Tenant == account && g.Role.IsLevel() {
				return g, err
			}
		}
		return grant.Grant{}, err
	}, func(tx authority.Tx, g grant.Grant) {
		tx.PutGrant(g)
		tx.Publish(authority.FeedPrincipal, string(owner))
	}, func(g *grant.Grant) { g.Inactive = true })
}

// otherDialectsSession signs the owner in through another dialect, in the shape of this one's tokens.
func (c client) otherDialectsSession(t *testing.T) string {
	t.Helper()
	from := authority.Origin{Dialect: "crmcom"}
	by, err := c.env.Authority.Authenticate(t.Context(), from, authority.ByPassword("", "owner@acme.test", secret.Of("correct-horse-battery-staple")))
	if err != nil {
		t.Fatal(err)
	}
	opened, err := c.env.Authority.OpenSession(t.Context(), by, authority.SessionRequest{
		Shape: secret.ShapeHex64, Lifetime: authority.Lifetimes{Absolute: 1e15},
	})
	if err != nil {
		t.Fatal(err)
	}
	return opened.Token.Reveal()
}

// lastEvent returns what was recorded last.
func lastEvent(t *testing.T, env *testenv.Env) (last audit.Event) {
	t.Helper()
	err := env.Store.View(t.Context(), func(ctx context.Context, v authority.View) error {
		for {
			events, err := v.Events(ctx, authority.EventFilter{After: last.ID, Limit: 100})
			if err != nil || len(events) == 0 {
				return err
			}
			last = events[len(events)-1]
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return last
}
