package main

import (
	"context"
	"log/slog"
	"os"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/tenant"
)

type credentialListCommand struct {
	operation
	Principal given  `placeholder:"WHO" help:"Only of this person or service."`
	At        given  `placeholder:"TENANT" help:"Only of who is granted something at this tenant, as account:1200."`
	Kind      string `enum:"api-key,key-pair,public-key,manager-key,password,pass-code,authentication-code," default:"" placeholder:"KIND" help:"Only of this kind, as public-key."`
	Name      given  `placeholder:"NAME" help:"Only of this name."`
	All       bool   `help:"Those that are revoked or expired as well."`
	Uses      bool   `help:"A line for every dialect and network it was used from within 30 days, not only the last."`
	After     given  `placeholder:"ID" help:"Only those made after this one: the next page."`
	Limit     int    `default:"100" help:"At most so many (default: 100)."`
}

// Help is shown by doorward credential list --help.
func (credentialListCommand) Help() string {
	return `Examples:
  doorward credential list --data DIR
  doorward credential list --data DIR --principal owner@acme.test --all
  doorward credential list --data DIR --name sync --uses      # who still uses the old secret, and from where
  doorward credential list --data DIR --json | jq -r 'select(.uses == null) | .id'    # never used

STATUS is active, disabled, revoked, expired, or replaced: rotated, and working until EXPIRES. A use is stored within a
few seconds, to the minute; where people sign in from is in the audit log only.`
}

// Run prints the credentials, a page of them.
func (c *credentialListCommand) Run(ctx context.Context, log *slog.Logger) error {
	after, err := c.after()
	if err != nil {
		return err
	}
	return c.run(ctx, log, func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		f, err := c.filter(ctx, a, by)
		if err != nil {
			return err
		}
		listed, err := a.ListCredentials(ctx, by, f, after, c.Limit)
		if err != nil {
			return err
		}
		return c.print(listed)
	})
}

func (c *credentialListCommand) after() (after authority.CredentialID, err error) {
	if c.Limit < 1 || c.Limit > 10_000 {
		return after, usagef("--limit %d is out of range: write 1 to 10000", c.Limit)
	}
	if c.After == "" {
		return after, nil
	}
	return parseCredential(string(c.After))
}

func (c *credentialListCommand) filter(ctx context.Context, a *authority.Authority, by authority.Actor) (authority.CredentialFilter, error) {
	f := authority.CredentialFilter{At: tenant.ID(c.At), Kind: authority.CredentialKind(c.Kind), Name: string(c.Name)}
	if !c.All {
		f.LiveAt = a.Now()
	}
	if c.Principal == "" {
		return f, nil
	}
	who, err := a.FindPrincipal(ctx, by, string(c.Principal))
	f.Principal = who.Principal.ID
	return f, err
}

func (c *credentialListCommand) print(listed []authority.ListedCredential) error {
	var rows [][]string
	for _, credential := range listed {
		if c.JSON {
			if err := printJSON(showCredential(credential)); err != nil {
				return err
			}
		}
		rows = append(rows, c.rows(credential)...)
	}
	if c.JSON {
		return nil
	}
	if len(listed) == c.Limit {
		defer os.Stderr.WriteString("There may be more: go on with --after " + listed[len(listed)-1].ID.String() + "\n")
	}
	return printTable(os.Stdout, "ID KIND PRINCIPAL NAME STATUS EXPIRES LAST-USED DIALECT FROM", rows)
}

func (c *credentialListCommand) rows(one authority.ListedCredential) (rows [][]string) {
	uses := one.Uses
	if len(uses) == 0 {
		uses = []authority.CredentialUse{{}}
	}
	if !c.Uses {
		uses = uses[:1]
	}
	for _, use := range uses {
		rows = append(rows, []string{
			one.ID.String(), string(one.Kind), string(one.Principal), one.Name, statusOf(one), when(one.ExpiresAt),
			when(use.At), use.Dialect, use.Source,
		})
	}
	return rows
}
