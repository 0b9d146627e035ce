package authority

import (
	"context"
	"strconv"
	"time"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

// SessionLoad says which sessions to open at once for a load test: Count of them, numbered from First, dealt out to
// Openers by their number.
type SessionLoad struct {
	Seed         string // with the number, what the secret of each is made of
	First, Count int64
	Openers      []SessionOpener
	Dialect      string
	OpenedAt     time.Time // of all of them; not later than now
	Lifetime     time.Duration
}

// SessionOpener is by whom a loaded session was opened, with what, and where.
type SessionOpener struct {
	Principal             grant.PrincipalID
	Organisation, Account tenant.ID
	Credential            CredentialID
	SecretAt              time.Time // the credential's
}

// LoadSessions opens many sessions in one change with one event, for load tests into a store made for them. They are
// judged at use like all others; that their holders may open them is not asked here, so that only the operator at the
// machine may do it. Their secrets are those of secret.Keys.NumberedSession.
func (a *Authority) LoadSessions(ctx context.Context, by Actor, l SessionLoad) error {
	var refused error
	if !by.own {
		refused = fault.New(fault.Denied, ReasonNoPermission, "Sessions are loaded at the machine only.")
	}
	return a.act(ctx, by, audit.OpenSession, refused, func(_ context.Context, tx Tx, e *audit.Event) error {
		for number := l.First; number < l.First+l.Count; number++ {
			tx.PutSession(l.session(number, a.keys.NumberedSession(l.Seed, number, l.OpenedAt)))
		}
		e.Tenant, e.Count = tenant.Installation, l.Count
		e.Detail = detail(nil, "loaded_from", strconv.FormatInt(l.First, 10))
		return nil
	})
}

func (l SessionLoad) session(number int64, minted secret.Minted) Session {
	by := l.Openers[number%int64(len(l.Openers))]
	return Session{
		ID: SessionID(minted.ID), Kind: SignedIn, Fingerprint: minted.Fingerprint,
		Subject: by.Principal, Organisation: by.Organisation, Account: by.Account,
		Credential: by.Credential, SecretAt: by.SecretAt, Dialect: l.Dialect,
		OpenedAt: l.OpenedAt, ExpiresAt: l.OpenedAt.Add(l.Lifetime), UsedAt: l.OpenedAt,
	}
}
