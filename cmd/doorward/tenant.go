package main

import (
	"context"
	"log/slog"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/tenant"
)

type tenantCommand struct {
	Show    tenantShowCommand    `cmd:"" help:"Show a tenant: status, all above it, owner, who manages it, sessions."`
	Suspend tenantSuspendCommand `cmd:"" help:"Suspend a tenant and all below it at once, whatever the directory says."`
	Resume  tenantResumeCommand  `cmd:"" help:"End what suspend began."`
}

type tenantSuspendCommand struct {
	operation
	ID  string `arg:"" help:"account:1200, reseller:2, organisation:NAME, unit:KEY or installation."`
	Yes bool   `env:"-" help:"Do it; without, only say what it would end."`
}

// Help is shown by doorward tenant suspend --help.
func (tenantSuspendCommand) Help() string {
	return `Examples:
  doorward tenant suspend account:1200 --data /var/lib/doorward
  doorward tenant suspend reseller:2 --data /var/lib/doorward --yes

From the next use on nothing at the tenant or below it counts: nobody of a suspended organisation signs in, nobody is
handed over to a suspended account or to one below a suspended reseller, and sessions there are refused.
Without --yes it counts, changes nothing and exits with 4. doorward apply neither resumes nor forgets it.`
}

// Run suspends.
func (c *tenantSuspendCommand) Run(ctx context.Context, log *slog.Logger) error {
	return c.run(ctx, log, func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		found, err := a.ShowTenant(ctx, by, tenant.ID(c.ID))
		if err != nil {
			return err
		}
		if !c.Yes && found.Lineage[0].HeldAt.IsZero() {
			return c.unconfirmed(tenantReport(found).with(found.Live))
		}
		changed, ends, err := a.SuspendTenant(ctx, by, tenant.ID(c.ID))
		if err != nil {
			return err
		}
		report := holdReport{ID: c.ID, Done: true, Changed: changed, Reason: authority.ReasonTenantSuspended}.with(ends)
		return report.print(c.JSON, report.suspended("--tenant"))
	})
}

func tenantReport(r authority.TenantReport) holdReport {
	report := holdReport{ID: string(r.Lineage[0].ID), Counts: r.SuspendedBy == ""}
	if !report.Counts {
		report.Reason = authority.ReasonTenantSuspended
	}
	return report
}

type tenantResumeCommand struct {
	operation
	ID string `arg:"" help:"account:1200, reseller:2, organisation:NAME, unit:KEY or installation."`
}

// Help is shown by doorward tenant resume --help.
func (tenantResumeCommand) Help() string {
	return `Examples:
  doorward tenant resume account:1200 --data /var/lib/doorward
  doorward tenant resume reseller:2 --database postgres://doorward@db/doorward --keys /etc/doorward/keys

Sessions that have not ended meanwhile count again. What the directory file says of the tenant, and what is suspended
above it, stays: it is told when that still keeps it out.`
}

// Run resumes.
func (c *tenantResumeCommand) Run(ctx context.Context, log *slog.Logger) error {
	return c.run(ctx, log, func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		changed, ends, err := a.ResumeTenant(ctx, by, tenant.ID(c.ID))
		if err != nil {
			return err
		}
		now, err := a.ShowTenant(ctx, by, tenant.ID(c.ID))
		if err != nil {
			return err
		}
		report := tenantReport(now).with(ends)
		report.Done, report.Changed = true, changed
		obstacle := string(now.SuspendedBy) + " above it is suspended"
		if now.Lineage[0].Status != authority.Active {
			obstacle = "by the directory it is " + string(now.Lineage[0].Status) + "; change the file and apply it"
		}
		return report.print(c.JSON, report.resumed(obstacle))
	})
}
