package main

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/tenant"
)

type personShowCommand struct {
	operation
	Name string `arg:"" help:"person:3, 3, an e-mail, or service:ORGANISATION/NAME."`
}

// Help is shown by doorward person show --help.
func (personShowCommand) Help() string {
	return `Examples:
  doorward person show owner@acme.test --data /var/lib/doorward
  doorward person show 3 --data /var/lib/doorward --json
  doorward person show 'service:CRMDEMO/ERP integration' --data /var/lib/doorward

COUNTS says yes, or why not. A secret or its hash is never shown.`
}

// Run shows.
func (c *personShowCommand) Run(ctx context.Context, log *slog.Logger) error {
	return c.run(ctx, log, func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		r, err := a.ShowPrincipal(ctx, by, c.Name)
		if err != nil {
			return err
		}
		shown := shownPrincipal(r)
		if c.JSON {
			return printJSON(shown)
		}
		return shown.print()
	})
}

// principalShown is a principal in JSON; an empty member is left out.
type principalShown struct {
	ID           grant.PrincipalID `json:"id"`
	Name         string            `json:"name"`
	Email        string            `json:"email,omitzero"`
	Username     string            `json:"username,omitzero"`
	Organisation tenant.ID         `json:"organisation,omitzero"`
	Status       authority.Status  `json:"status"` // by the directory
	SuspendedAt  time.Time         `json:"suspended_at,omitzero"`
	Counts       bool              `json:"counts"`
	Reason       string            `json:"reason,omitzero"` // why not
	CreatedAt    time.Time         `json:"created_at"`
	UpdatedAt    time.Time         `json:"updated_at"`
	UpdatedBy    grant.PrincipalID `json:"updated_by,omitzero"`
	Sessions     int64             `json:"sessions"`
	LoginTokens  int64             `json:"login_tokens"`
	Grants       []grantShown      `json:"grants"`
	Credentials  []credentialShown `json:"credentials"`
}

type grantShown struct {
	Role     grant.RoleID `json:"role"`
	Tenant   tenant.ID    `json:"tenant"`
	Primary  bool         `json:"primary,omitzero"`
	Inactive bool         `json:"inactive,omitzero"`
	Counts   bool         `json:"counts"`
	Reason   string       `json:"reason,omitzero"`
}

type credentialShown struct {
	ID        string                   `json:"id"`
	Kind      authority.CredentialKind `json:"kind"`
	Name      string                   `json:"name,omitzero"`
	Status    authority.Status         `json:"status"`
	Counts    bool                     `json:"counts"`
	Reason    string                   `json:"reason,omitzero"`
	ExpiresAt time.Time                `json:"expires_at,omitzero"`
	RevokedAt time.Time                `json:"revoked_at,omitzero"`
	Uses      []useShown               `json:"uses,omitzero"` // the latest first
}

type useShown struct {
	At      time.Time `json:"at"`
	Dialect string    `json:"dialect"`
	Source  string    `json:"source,omitzero"`
}

func shownPrincipal(r authority.PrincipalReport) principalShown {
	p := r.Principal
	shown := principalShown{
		ID: p.ID, Name: p.Name, Email: p.Email, Username: p.Username, Organisation: p.Organisation, Status: p.Status,
		SuspendedAt: p.HeldAt, Counts: r.Refusal == "", Reason: r.Refusal, CreatedAt: p.CreatedAt, UpdatedAt: p.UpdatedAt,
		UpdatedBy: p.UpdatedBy, Sessions: r.Live.Sessions, LoginTokens: r.Live.LoginTokens,
	}
	for _, g := range r.Grants {
		reason := r.GrantRefusal(g)
		shown.Grants = append(shown.Grants, grantShown{g.Role, g.Tenant, g.Primary, g.Inactive, reason == "", reason})
	}
	for _, c := range r.Credentials {
		reason := cmp.Or(c.Refusal, r.Refusal)
		one := credentialShown{
			ID: c.ID.String(), Kind: c.Kind, Name: c.Name, Status: c.Status, Counts: reason == "", Reason: reason,
			ExpiresAt: c.ExpiresAt, RevokedAt: c.RevokedAt,
		}
		for _, u := range c.Uses {
			one.Uses = append(one.Uses, useShown{u.At, u.Dialect, u.Source})
		}
		shown.Credentials = append(shown.Credentials, one)
	}
	return shown
}

func (s principalShown) print() error {
	fields := [][]string{
		{"id", string(s.ID)},
		{"name", s.Name},
		{"e-mail", s.Email},
		{"user name", s.Username},
		{"organisation", string(s.Organisation)},
		{"status", statusInWords(s.Status, s.SuspendedAt)},
		{"counts", yesOr(s.Reason)},
		{"live", inWords(authority.Ends{Sessions: s.Sessions, LoginTokens: s.LoginTokens})},
		{"changed", moment(s.UpdatedAt) + " by " + string(s.UpdatedBy)},
	}
	if err := printFields(os.Stdout, fields); err != nil {
		return err
	}
	var grants, credentials [][]string
	for _, g := range s.Grants {
		grants = append(grants, []string{string(g.Role), string(g.Tenant), flagged(g.Primary, "primary"), yesOr(g.Reason)})
	}
	for _, c := range s.Credentials {
		credentials = append(credentials, []string{string(c.Kind), c.Name, c.ID, string(c.Status), moment(c.ExpiresAt), c.lastUse(), yesOr(c.Reason)})
	}
	fmt.Println()
	if err := printTable(os.Stdout, "ROLE AT PRIMARY COUNTS", grants); err != nil {
		return err
	}
	fmt.Println()
	return printTable(os.Stdout, "CREDENTIAL NAME ID STATUS EXPIRES LAST-USE COUNTS", credentials)
}

func (c credentialShown) lastUse() string {
	if len(c.Uses) == 0 {
		return ""
	}
	words := moment(c.Uses[0].At) + " " + c.Uses[0].Dialect
	if c.Uses[0].Source != "" {
		words += " from " + c.Uses[0].Source
	}
	return words
}

func yesOr(reason string) string {
	if reason == "" {
		return "yes"
	}
	return "no: " + reason
}

func flagged(set bool, word string) string {
	if set {
		return word
	}
	return ""
}
