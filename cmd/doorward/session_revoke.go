package main

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/doorward/doorward/internal/authority"
)

type sessionRevokeCommand struct {
	operation
	sessionFlags
	All bool `env:"-" help:"All sessions of the installation, when nothing else selects some."`
	Yes bool `env:"-" help:"Do it; without, only say how many would end."`
}

// Help is shown by doorward session revoke --help.
func (sessionRevokeCommand) Help() string {
	return `Examples:
  doorward session revoke --data /var/lib/doorward --principal owner@acme.test
  doorward session revoke --data /var/lib/doorward --principal owner@acme.test --yes
  doorward session revoke --data /var/lib/doorward --tenant account:1200 --opened-before 2026-03-01T00:00:00Z --yes
  doorward session revoke --data /var/lib/doorward --all --yes

Without --yes it counts, changes nothing and exits with 4. What came from a session ends with it, login tokens that
nobody has spent yet too. Sessions that do not count for the moment, because somebody is suspended, are ended as well.
It goes through the store once, 200 sessions at a time, while servers run; sessions opened meanwhile may stay. To keep
somebody out, suspend the person or revoke the credential first. Interrupted, it has ended a part: run it again.`
}

// endsReport is what a command ended, or would have, in JSON.
type endsReport struct {
	Done        bool  `json:"done"`
	Sessions    int64 `json:"sessions"`
	LoginTokens int64 `json:"login_tokens"`
}

// Run counts, and ends when told to.
func (c *sessionRevokeCommand) Run(ctx context.Context, log *slog.Logger) error {
	if c.none() != c.All {
		return usagef("say which sessions to end, for example --principal owner@acme.test, or --all")
	}
	return c.run(ctx, log, func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		filter, err := c.filter(ctx, a, by)
		if err != nil {
			return err
		}
		if err := mustExist(ctx, a, by, filter.ID); err != nil {
			return err
		}
		if c.Yes {
			ended, err := a.RevokeSessions(ctx, by, filter)
			if err != nil {
				return fmt.Errorf("stopped after %s, which stay ended; run it again for the rest: %w", plural(ended.Sessions, "session"), err)
			}
			return c.report(true, ended)
		}
		ends, err := a.CountSessions(ctx, by, filter)
		if err != nil {
			return err
		}
		return c.report(ends.Sessions == 0, ends)
	})
}

// mustExist fails when an ID is given that no session has.
func mustExist(ctx context.Context, a *authority.Authority, by authority.Actor, id authority.SessionID) error {
	if id.IsZero() {
		return nil
	}
	found, err := a.ListSessions(ctx, by, authority.SessionFilter{ID: id}, authority.SessionID{}, 1)
	if err == nil && len(found) == 0 {
		return noSession(id)
	}
	return err
}

// report says what was ended; when nothing was done and something would end, it fails.
func (c *sessionRevokeCommand) report(done bool, ends authority.Ends) error {
	if c.JSON {
		if err := printJSON(endsReport{done, ends.Sessions, ends.LoginTokens}); err != nil {
			return err
		}
	}
	if !done {
		return unconfirmed{"this would end " + inWords(ends)}
	}
	if !c.JSON {
		fmt.Println("ended " + inWords(ends))
	}
	return nil
}

func inWords(ends authority.Ends) string {
	return plural(ends.Sessions, "session") + " and " + plural(ends.LoginTokens, "login token")
}
