package facts

import (
	"context"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
)

// On this node, to write a row is to say that it has changed, whether or not others are told of it by the feed. So what
// is remembered here is never older than what was written here.

func (t changing) note(kind authority.FeedKind, key string) {
	t.noted.changed = append(t.noted.changed, changedOf(kind, key))
	t.noted.everything = t.noted.everything || kind == authority.FeedEverything
}

func (t changing) Publish(kind authority.FeedKind, key string) {
	t.note(kind, key)
	t.Tx.Publish(kind, key)
}

func (t changing) PutTenant(w authority.Tenant) {
	t.note(authority.FeedTenant, string(w.ID))
	t.Tx.PutTenant(w)
}

func (t changing) PutRole(r grant.Role) {
	t.note(authority.FeedRole, string(r.ID))
	t.Tx.PutRole(r)
}

func (t changing) DropRole(id grant.RoleID) {
	t.note(authority.FeedRole, string(id))
	t.Tx.DropRole(id)
}

func (t changing) PutPrincipal(p authority.Principal) {
	t.note(authority.FeedPrincipal, string(p.ID))
	t.Tx.PutPrincipal(p)
}

func (t changing) PutGrant(g grant.Grant) {
	t.note(authority.FeedPrincipal, string(g.Principal))
	t.Tx.PutGrant(g)
}

func (t changing) DropGrant(g grant.Grant) {
	t.note(authority.FeedPrincipal, string(g.Principal))
	t.Tx.DropGrant(g)
}

func (t changing) PutAudience(a authority.Audience) {
	t.note(authority.FeedAudience, a.ID.String())
	t.Tx.PutAudience(a)
}

func (t changing) PutCredential(c authority.Credential) {
	t.note(authority.FeedCredential, c.ID.String())
	t.Tx.PutCredential(c)
}

func (t changing) ReplacePasswordHash(ctx context.Context, id authority.CredentialID, was, now secret.PasswordHash) (bool, error) {
	t.note(authority.FeedCredential, id.String())
	return t.Tx.ReplacePasswordHash(ctx, id, was, now)
}

func (t changing) CloseSessions(ctx context.Context, ids []authority.SessionID, at time.Time) ([]authority.SessionID, error) {
	for _, id := range ids {
		t.note(authority.FeedSession, id.String())
	}
	return t.Tx.CloseSessions(ctx, ids, at)
}

func (t changing) CloseAllSessions(ctx context.Context, at time.Time) (int64, error) {
	t.note(authority.FeedEverything, "")
	return t.Tx.CloseAllSessions(ctx, at)
}

// TouchSession is no change of a fact, and known here all the same: else every use would be stored again and again.
func (t changing) TouchSession(id authority.SessionID, usedAt time.Time) {
	if t.noted.used == nil {
		t.noted.used = map[authority.SessionID]time.Time{}
	}
	t.noted.used[id] = usedAt
	t.Tx.TouchSession(id, usedAt)
}
