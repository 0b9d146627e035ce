package authority

import (
	"context"
	"strconv"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/tenant"
)

// LiveLoginTokens counts the login tokens that RaiseFence would end now. It needs grant.ManageDirectory at the installation.
func (a *Authority) LiveLoginTokens(ctx context.Context, by Actor) (live int64, err error) {
	if refused := by.refusedDirectory(); refused != nil || by.IsZero() {
		return 0, a.actMany(ctx, by, audit.RaiseFence, refused, nil)
	}
	err = a.store.View(ctx, func(ctx context.Context, v View) (err error) {
		live, err = v.LiveLoginTokens(ctx, a.store.Now())
		return err
	})
	return live, err
}

// RaiseFence makes every login token minted so far unredeemable and returns how many live ones that ended. It is for a
// store that may have a copy beside it, in which the same tokens are unspent. It needs grant.ManageDirectory at the
// installation.
func (a *Authority) RaiseFence(ctx context.Context, by Actor) (ended int64, err error) {
	err = a.act(ctx, by, audit.RaiseFence, by.refusedDirectory(), func(ctx context.Context, tx Tx, e *audit.Event) (err error) {
		if ended, err = tx.LiveLoginTokens(ctx, a.store.Now()); err != nil {
			return err
		}
		tx.RaiseFence()
		tx.Publish(FeedEverything, "")
		e.Tenant, e.Detail = tenant.Installation, detail(nil, "login_tokens", strconv.FormatInt(ended, 10))
		return nil
	})
	return ended, err
}
