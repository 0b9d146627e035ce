package authority

import (
	"context"
	"strconv"
	"time"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/tenant"
)

// Backup is what is restored: the contents of a store and when they were that.
type Backup struct {
	Contents Contents
	MadeAt   time.Time
}

// RestoreOptions are an operator's choices; the zero value is the safe one.
type RestoreOptions struct {
	// KeepSessions lets the sessions of the backup live on, those closed since it was made included.
	KeepSessions bool
}

// RestoreReport says what was restored.
type RestoreReport struct {
	Sessions int64 // open in the backup: ended, unless kept
}

// Restore fills an empty store with a backup, in one change with its event. Nothing says which login tokens were
// redeemed since the backup was made, so that none of those in it can be redeemed ever again (promise G1); nothing
// says which sessions were closed and which signing keys killed since, so that all end unless the operator keeps them. It needs
// grant.ManageDirectory at the installation, and fails with Unmet when the store is not empty.
func (a *Authority) Restore(ctx context.Context, by Actor, b Backup, o RestoreOptions) (report RestoreReport, err error) {
	err = a.act(ctx, by, audit.RestoreStore, by.refusedDirectory(), func(ctx context.Context, tx Tx, e *audit.Event) (err error) {
		if err := tx.Load(ctx, b.Contents); err != nil {
			return err
		}
		tx.RaiseFence()
		tx.Publish(FeedEverything, "")
		if report, err = a.endSessions(ctx, tx, o); err != nil {
			return err
		}
		e.Tenant = tenant.Installation
		e.Detail = detail(nil, "made_at", b.MadeAt.UTC().Format(time.RFC3339), "sessions_ended", strconv.FormatInt(report.Sessions, 10))
		killed, err := a.killSigningKeys(ctx, tx, o)
		detail(e.Detail, "signing_keys_killed", strconv.Itoa(killed))
		return err
	})
	return report, err
}

// killSigningKeys makes nothing count that was signed before a restore, as no session does: nothing says which keys
// were killed since the backup was made. New ones are made at the next start.
func (a *Authority) killSigningKeys(ctx context.Context, tx Tx, o RestoreOptions) (killed int, err error) {
	keys, err := tx.SigningKeys(ctx)
	for _, k := range keys {
		if !o.KeepSessions && k.KilledAt.IsZero() {
			k.KilledAt = a.store.Now()
			tx.PutSigningKey(k)
			tx.Publish(FeedSigningKey, k.ID.String())
			killed++
		}
	}
	return killed, err
}

func (a *Authority) endSessions(ctx context.Context, tx Tx, o RestoreOptions) (RestoreReport, error) {
	if o.KeepSessions {
		return RestoreReport{}, nil
	}
	ended, err := tx.CloseAllSessions(ctx, a.store.Now())
	return RestoreReport{Sessions: ended}, err
}
