package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"github.com/doorward/doorward/internal/authority"
)

// maxSessions bounds one list: each of its sessions is judged by all that decides whether it counts.
const maxSessions = 1000

type sessionListCommand struct {
	operation
	sessionFlags
	Ended bool  `help:"List those that were closed or are past their lifetime too."`
	Limit int   `default:"100" placeholder:"N" help:"At most so many (default: 100, at most 1000)."`
	After given `placeholder:"ID" help:"Go on after this session, the last one of the list before."`
}

// Help is shown by doorward session list --help.
func (sessionListCommand) Help() string {
	return `Examples:
  doorward session list --data /var/lib/doorward
  doorward session list --data /var/lib/doorward --principal owner@acme.test
  doorward session list --data /var/lib/doorward --tenant reseller:1 --dialect pulse --older-than 24h --json
  doorward session list --data /var/lib/doorward --id 0196d1c2a4f37b21c0ffee00c0ffee00

COUNTS says yes, or why the session would be refused at its next use. The last use is known of sessions with an idle
lifetime only, and lags behind by a minute for each hour of it. Where the tokens of a dialect leave room for the time
the latest come first. A full list ends with how to go on.`
}

// Run lists.
func (c *sessionListCommand) Run(ctx context.Context, log *slog.Logger) error {
	if c.Limit < 1 || c.Limit > maxSessions {
		return usagef("--limit: write a number from 1 to %d", maxSessions)
	}
	after, err := readID("--after", c.After)
	if err != nil {
		return err
	}
	return c.run(ctx, log, func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		filter, err := c.filter(ctx, a, by)
		if err != nil {
			return err
		}
		if !c.Ended && filter.ID.IsZero() {
			filter.LiveAt = a.Now()
		}
		listed, err := a.ListSessions(ctx, by, filter, authority.SessionID(after), c.Limit)
		if err != nil {
			return err
		}
		if len(listed) == 0 && !filter.ID.IsZero() {
			return noSession(filter.ID)
		}
		return c.print(listed)
	})
}

func (c *sessionListCommand) print(listed []authority.ListedSession) error {
	rows := make([][]string, 0, len(listed))
	for _, l := range listed {
		row := rowOf(l)
		if c.JSON {
			if err := printJSON(row); err != nil {
				return err
			}
		}
		rows = append(rows, row.cells())
	}
	if len(listed) == c.Limit && c.ID == "" {
		fmt.Fprintf(os.Stderr, "there may be more: --after %s\n", listed[len(listed)-1].Session.ID)
	}
	if c.JSON {
		return nil
	}
	return printTable(os.Stdout, "ID SUBJECT ACTING AT DIALECT AUDIENCE OPENED USED EXPIRES CREDENTIAL COUNTS", rows)
}

func (r sessionRow) cells() []string {
	at, audience, counts := string(r.Account), "", "yes"
	if at == "" {
		at = string(r.Organisation)
	}
	if r.Audience != 0 {
		audience = fmt.Sprint(r.Audience)
	}
	if !r.Counts {
		counts = "no: " + r.Reason
	}
	return []string{
		r.ID, string(r.Subject), string(r.Acting), at, r.Dialect, audience,
		moment(r.OpenedAt), moment(r.UsedAt), moment(r.ExpiresAt), r.Credential, counts,
	}
}
