package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

type auditCommand struct {
	Tail auditTailCommand `cmd:"" help:"Print the last events, and follow what comes."`
}

// followEvery is how often a follower looks.
const followEvery = time.Second

// standardLast is how many events are printed when nothing says how many.
const standardLast = 20

type auditTailCommand struct {
	operation
	Follow     bool          `short:"f" help:"Go on with what comes, until interrupted."`
	Last       *int          `placeholder:"N" help:"Print the last so many (default: 20, with --since all)."`
	Since      given         `placeholder:"TIME" help:"Only events since a time in RFC 3339, or since a while ago (90m)."`
	Act        []string      `placeholder:"ACT" help:"Only this act (session.open); several separated by commas."`
	Outcome    audit.Outcome `placeholder:"WORD" help:"Only those done, or denied."`
	Reason     given         `placeholder:"CODE" help:"Only those refused for this reason (wrong-secret)."`
	Principal  given         `placeholder:"NAME" help:"Only what this person or service did, or what was done to it."`
	Tenant     given         `placeholder:"ID" help:"Only what was done at this tenant or below it."`
	Credential given         `placeholder:"ID" help:"Only what was done by this credential, or to it."`
	Session    given         `placeholder:"ID" help:"Only what was done in this session, or to it."`
	Dialect    given         `placeholder:"NAME" help:"Only what came by this dialect (pulse, command-line)."`
	Request    given         `placeholder:"ID" help:"Only what came with this request id."`
	Source     netip.Addr    `placeholder:"ADDRESS" help:"Only what came from this address."`
}

// Help is shown by doorward audit tail --help.
func (auditTailCommand) Help() string {
	return `Examples:
  doorward audit tail --data /var/lib/doorward
  doorward audit tail --data /var/lib/doorward --follow --outcome denied
  doorward audit tail --data /var/lib/doorward --since 2h --principal owner@acme.test --json
  doorward audit tail --data /var/lib/doorward --last 100 --act session.open,session.close --tenant reseller:2

A follower looks every second. Events become visible when their transaction commits, which may be after later ones did:
each is told once, up to a minute late, and then out of order. Values that a terminal would act on are quoted.`
}

// Run prints.
func (c *auditTailCommand) Run(ctx context.Context, log *slog.Logger) error {
	if c.Last != nil && *c.Last < 0 {
		return usagef("--last: write how many events, for example 20")
	}
	if c.Outcome != "" && c.Outcome != audit.Done && c.Outcome != audit.Denied {
		return usagef("--outcome: write done or denied")
	}
	return c.run(ctx, log, func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		since, err := readSince(string(c.Since), a.Now())
		if err != nil {
			return err
		}
		filter, err := c.filter(ctx, a, by)
		if err != nil {
			return err
		}
		tail, err := a.TailEvents(ctx, by, filter, since)
		if err != nil {
			return err
		}
		if !c.JSON {
			fmt.Println(eventHeading)
		}
		if err := c.begin(ctx, tail); err != nil || !c.Follow {
			return err
		}
		return c.follow(ctx, tail, log)
	})
}

// begin prints what is there: the last ones, or all since a time.
func (c *auditTailCommand) begin(ctx context.Context, tail *authority.EventTail) error {
	switch {
	case c.Last != nil:
		return tail.Last(ctx, *c.Last, c.print)
	case c.Since != "":
		return tail.Next(ctx, c.print)
	default:
		return tail.Last(ctx, standardLast, c.print)
	}
}

// follow looks again and again until it is interrupted, which is no failure. A store that cannot be reached is waited for.
func (c *auditTailCommand) follow(ctx context.Context, tail *authority.EventTail, log *slog.Logger) error {
	tick := time.NewTicker(followEvery)
	defer tick.Stop()
	for reachable := true; ; {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		err := tail.Next(ctx, c.print)
		switch {
		case ctx.Err() != nil:
			return nil
		case fault.KindOf(err) == fault.Unavailable && err != nil:
			if reachable {
				log.Warn("the store cannot be reached; nothing is lost, waiting", "cause", err.Error())
			}
		case err != nil:
			return err
		}
		reachable = err == nil
	}
}

func (c *auditTailCommand) print(e audit.Event) error {
	if c.JSON {
		return printJSON(eventInJSON(e))
	}
	_, err := os.Stdout.WriteString(eventLine(e) + "\n")
	return err
}

// readSince reads a time, or how long ago it was; the zero time when nothing is said.
func readSince(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if ago, err := time.ParseDuration(text); err == nil && ago > 0 {
		return now.Add(-ago), nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return at, usagef("--since: write a time as 2026-03-01T22:00:00Z, or how long ago it was, for example 90m")
	}
	return at, nil
}

func (c *auditTailCommand) filter(ctx context.Context, a *authority.Authority, by authority.Actor) (f authority.EventFilter, err error) {
	f = authority.EventFilter{
		Outcome: c.Outcome, Reason: string(c.Reason), Tenant: tenant.ID(c.Tenant),
		Dialect: string(c.Dialect), Request: string(c.Request), Source: c.Source.Unmap(),
	}
	for _, act := range c.Act {
		f.Acts = append(f.Acts, audit.Act(act))
	}
	credential, err := readID("--credential", c.Credential)
	if err != nil {
		return f, err
	}
	session, err := readID("--session", c.Session)
	if err != nil {
		return f, err
	}
	f.Credential, f.Session = authority.CredentialID(credential), authority.SessionID(session)
	f.Principal, err = recordedAs(ctx, a, by, string(c.Principal))
	return f, err
}

// recordedAs returns the ID that events have of a principal. One that is given as an ID may be there no more, or be
// Doorward's own command line.
func recordedAs(ctx context.Context, a *authority.Authority, by authority.Actor, name string) (grant.PrincipalID, error) {
	if _, err := strconv.ParseUint(name, 10, 63); err == nil {
		return grant.PrincipalID("person:" + name), nil
	}
	if name == "" || strings.HasPrefix(name, "person:") || strings.HasPrefix(name, "service:") {
		return grant.PrincipalID(name), nil
	}
	found, err := a.FindPrincipal(ctx, by, name)
	return found.Principal.ID, err
}
