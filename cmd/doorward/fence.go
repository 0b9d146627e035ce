package main

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/doorward/doorward/internal/authority"
)

type fenceCommand struct {
	operation
	Yes bool `env:"-" help:"Do it; without this the live login tokens are only counted."`
}

// Help is shown by doorward fence --help.
func (fenceCommand) Help() string {
	return `Examples:
  doorward fence --data /var/lib/doorward --yes
  doorward fence --database postgres://doorward@db/doorward --keys /etc/doorward/keys --yes

Run it on a store that was copied by other means than doorward backup (a snapshot of the disk, rsync, a copy of the data
directory), before it serves: a login token spent in one copy is unspent in the other. doorward restore and the fail-over
of PostgreSQL need none. Servers may run on the store; hand-overs under way start again.`
}

// fenceReport is what raising the fence ended, or would have, in JSON.
type fenceReport struct {
	Done        bool  `json:"done"`
	LoginTokens int64 `json:"login_tokens"`
}

// Run counts the live login tokens and ends them.
func (c *fenceCommand) Run(ctx context.Context, log *slog.Logger) error {
	return c.run(ctx, log, func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		if !c.Yes {
			live, err := a.LiveLoginTokens(ctx, by)
			if err != nil {
				return err
			}
			if err := c.say(fenceReport{false, live}, ""); err != nil {
				return err
			}
			return unconfirmed{fmt.Sprintf("login tokens that would become unredeemable: %d", live)}
		}
		ended, err := a.RaiseFence(ctx, by)
		if err != nil {
			return err
		}
		return c.say(fenceReport{true, ended}, fmt.Sprintf("login tokens that became unredeemable: %d", ended))
	})
}
