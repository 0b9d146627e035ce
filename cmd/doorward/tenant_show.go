package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

type tenantShowCommand struct {
	operation
	ID string `arg:"" help:"account:1200, reseller:2, organisation:NAME, unit:KEY or installation."`
}

// Help is shown by doorward tenant show --help.
func (tenantShowCommand) Help() string {
	return `Examples:
  doorward tenant show account:1200 --data /var/lib/doorward
  doorward tenant show organisation:CRMDEMO --data /var/lib/doorward --json

The first table is the tenant and all above it: one that is suspended suspends all below. The second is who manages it.`
}

// Run shows.
func (c *tenantShowCommand) Run(ctx context.Context, log *slog.Logger) error {
	return c.run(ctx, log, func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		r, err := a.ShowTenant(ctx, by, tenant.ID(c.ID))
		if err != nil {
			return err
		}
		shown := shownTenant(r)
		if c.JSON {
			return printJSON(shown)
		}
		return shown.print()
	})
}

// tenantShown is a tenant in JSON; an empty member is left out.
type tenantShown struct {
	tenantNode
	Counts      bool                  `json:"counts"`
	SuspendedBy tenant.ID             `json:"suspended_by,omitzero"` // the nearest one, itself included
	Portal      string                `json:"portal,omitzero"`
	Owner       *personShown          `json:"owner,omitzero"`
	Children    map[tenant.Kind]int64 `json:"children"`
	Above       []tenantNode          `json:"above"` // nearest first
	ManagedBy   []caretakerShown      `json:"managed_by"`
	Sessions    int64                 `json:"sessions"`
	LoginTokens int64                 `json:"login_tokens"`
}

type tenantNode struct {
	ID          tenant.ID        `json:"id"`
	Name        string           `json:"name"`
	Status      authority.Status `json:"status"` // by the directory
	SuspendedAt time.Time        `json:"suspended_at,omitzero"`
}

type personShown struct {
	ID     grant.PrincipalID `json:"id"`
	Name   string            `json:"name"`
	Email  string            `json:"email,omitzero"`
	Status authority.Status  `json:"status"`

	SuspendedAt time.Time `json:"suspended_at,omitzero"`
}

type caretakerShown struct {
	personShown
	Role     grant.RoleID `json:"role"`
	Tenant   tenant.ID    `json:"tenant"`
	Inactive bool         `json:"inactive,omitzero"`
}

func shownTenant(r authority.TenantReport) tenantShown {
	shown := tenantShown{
		tenantNode: nodeOf(*r.Lineage[0]), Counts: r.SuspendedBy == "", SuspendedBy: r.SuspendedBy, Portal: r.Lineage[0].Portal,
		Children: r.Children, Sessions: r.Live.Sessions, LoginTokens: r.Live.LoginTokens,
	}
	if r.Owner.ID != "" {
		owner := personOf(r.Owner)
		shown.Owner = &owner
	}
	for _, above := range r.Lineage[1:] {
		shown.Above = append(shown.Above, nodeOf(*above))
	}
	for _, c := range r.ManagedBy {
		shown.ManagedBy = append(shown.ManagedBy, caretakerShown{personOf(c.Principal), c.Grant.Role, c.Grant.Tenant, c.Grant.Inactive})
	}
	return shown
}

func nodeOf(t authority.Tenant) tenantNode { return tenantNode{t.ID, t.Name, t.Status, t.HeldAt} }

func personOf(p authority.Principal) personShown {
	return personShown{p.ID, p.Name, p.Email, p.Status, p.HeldAt}
}

func (s tenantShown) print() error {
	counts, owner := "yes", ""
	if !s.Counts {
		counts = "no: " + string(s.SuspendedBy) + " is suspended"
	}
	if s.Owner != nil {
		owner = strings.TrimSpace(fmt.Sprintf("%s %s %s, %s", s.Owner.ID, s.Owner.Name, s.Owner.Email, statusInWords(s.Owner.Status, s.Owner.SuspendedAt)))
	}
	var children []string
	for _, kind := range []tenant.Kind{tenant.KindOrganisation, tenant.KindReseller, tenant.KindAccount, tenant.KindUnit} {
		if n := s.Children[kind]; n > 0 {
			children = append(children, plural(n, string(kind)))
		}
	}
	err := printFields(os.Stdout, [][]string{
		{"id", string(s.ID)},
		{"name", s.Name},
		{"status", statusInWords(s.Status, s.SuspendedAt)},
		{"counts", counts},
		{"portal", s.Portal},
		{"owner", owner},
		{"children", strings.Join(children, ", ")},
		{"live", inWords(authority.Ends{Sessions: s.Sessions, LoginTokens: s.LoginTokens})},
	})
	if err != nil {
		return err
	}
	return s.printTables()
}

func (s tenantShown) printTables() error {
	var lineage, managers [][]string
	for _, t := range append([]tenantNode{s.tenantNode}, s.Above...) {
		lineage = append(lineage, []string{string(t.ID), t.Name, statusInWords(t.Status, t.SuspendedAt)})
	}
	for _, m := range s.ManagedBy {
		status := statusInWords(m.Status, m.SuspendedAt)
		if m.Inactive {
			status = "inactive there"
		}
		managers = append(managers, []string{string(m.ID), m.Name, string(m.Role), string(m.Tenant), status})
	}
	fmt.Println()
	if err := printTable(os.Stdout, "TENANT NAME STATUS", lineage); err != nil {
		return err
	}
	fmt.Println()
	return printTable(os.Stdout, "MANAGER NAME ROLE AT STATUS", managers)
}
