package main

import (
	"context"
	"log/slog"

	"github.com/doorward/doorward/internal/authority"
)

type personCommand struct {
	Show    personShowCommand    `cmd:"" help:"Show a person or service: status, grants, credentials, sessions."`
	Suspend personSuspendCommand `cmd:"" help:"Deactivate a person or service at once, whatever the directory says."`
	Resume  personResumeCommand  `cmd:"" help:"End what suspend began."`
}

type personSuspendCommand struct {
	operation
	Name string `arg:"" help:"person:3, 3, an e-mail, or service:ORGANISATION/NAME."`
	Yes  bool   `env:"-" help:"Do it; without, only say what it would end."`
}

// Help is shown by doorward person suspend --help.
func (personSuspendCommand) Help() string {
	return `Examples:
  doorward person suspend owner@acme.test --data /var/lib/doorward
  doorward person suspend owner@acme.test --data /var/lib/doorward --yes
  doorward person suspend 'service:CRMDEMO/ERP integration' --data /var/lib/doorward --yes

From the next use on nothing of the person counts: no credential, session or login token, nor what it handed over.
Without --yes it counts, changes nothing and exits with 4. doorward apply neither resumes nor forgets it.`
}

// Run suspends.
func (c *personSuspendCommand) Run(ctx context.Context, log *slog.Logger) error {
	return c.run(ctx, log, func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		found, err := a.ShowPrincipal(ctx, by, c.Name)
		if err != nil {
			return err
		}
		id := string(found.Principal.ID)
		report := holdReport{ID: id, Counts: found.Refusal == "", Reason: found.Refusal}.with(found.Live)
		if !c.Yes && found.Principal.HeldAt.IsZero() {
			return c.unconfirmed(report)
		}
		changed, ends, err := a.SuspendPrincipal(ctx, by, id)
		if err != nil {
			return err
		}
		report = holdReport{ID: id, Done: true, Changed: changed, Reason: authority.ReasonInactive}.with(ends)
		return report.print(c.JSON, report.suspended("--principal"))
	})
}

// unconfirmed says what suspending would end, and fails.
func (o *operation) unconfirmed(r holdReport) error {
	if o.JSON {
		if err := printJSON(r); err != nil {
			return err
		}
	}
	return unconfirmed{"suspending " + r.ID + " would end " + inWords(authority.Ends{Sessions: r.Sessions, LoginTokens: r.LoginTokens})}
}

type personResumeCommand struct {
	operation
	Name string `arg:"" help:"person:3, 3, an e-mail, or service:ORGANISATION/NAME."`
}

// Help is shown by doorward person resume --help.
func (personResumeCommand) Help() string {
	return `Examples:
  doorward person resume owner@acme.test --data /var/lib/doorward
  doorward person resume person:3 --database postgres://doorward@db/doorward --keys /etc/doorward/keys

Sessions that have not ended meanwhile count again. What the directory file says of the person stays: it is told when
that still keeps the person out.`
}

// Run resumes.
func (c *personResumeCommand) Run(ctx context.Context, log *slog.Logger) error {
	return c.run(ctx, log, func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		changed, ends, err := a.ResumePrincipal(ctx, by, c.Name)
		if err != nil {
			return err
		}
		now, err := a.ShowPrincipal(ctx, by, c.Name)
		if err != nil {
			return err
		}
		report := holdReport{ID: string(now.Principal.ID), Done: true, Changed: changed, Counts: now.Refusal == "", Reason: now.Refusal}.with(ends)
		obstacle := "the organisation is suspended: doorward tenant show " + string(now.Principal.Organisation)
		if now.Principal.Status != authority.Active {
			obstacle = "by the directory it is " + string(now.Principal.Status) + "; change the file and apply it"
		}
		return report.print(c.JSON, report.resumed(obstacle))
	})
}
