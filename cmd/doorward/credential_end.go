package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/doorward/doorward/internal/authority"
)

type credentialRotateCommand struct {
	operation
	ID          string        `arg:"" help:"The credential, as doorward credential list shows it."`
	Overlap     time.Duration `placeholder:"SPAN" help:"How long the old secret goes on, up to 2160h (default: it ends at once)."`
	importFlags `embed:""`
}

// Help is shown by doorward credential rotate --help.
func (credentialRotateCommand) Help() string {
	return `Examples:
  doorward credential rotate --data DIR 01bb99b9c2002e0efd541cdeb187c745 --overlap 168h
  doorward credential list --data DIR --name sync --uses      # who still uses the old one
  doorward credential revoke --data DIR 01bb99b9c2002e0efd541cdeb187c745 --yes    # once nobody does

Keys get a new credential of the same name beside the old one, which ends with all that it made when the overlap is
over. Manager keys, passwords and pass codes are one at a time: the old one ends at once. A later doorward apply of a
file that still has the old key changes nothing of this.`
}

// Run rotates the credential and prints the new secret.
func (c *credentialRotateCommand) Run(ctx context.Context, log *slog.Logger) error {
	id, err := parseCredential(c.ID)
	if err != nil {
		return err
	}
	return c.run(ctx, log, func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		old, _, err := a.WouldEnd(ctx, by, id)
		if err != nil {
			return err
		}
		r := authority.RotateRequest{Overlap: c.Overlap}
		if r.Import, err = c.read(old.Kind); err != nil {
			return err
		}
		issued, err := a.RotateCredential(ctx, by, id, r)
		if err != nil {
			return err
		}
		return c.printSecret(issued, c.importFlags)
	})
}

type credentialRevokeCommand struct {
	operation
	ID  string `arg:"" help:"The credential, as doorward credential list shows it."`
	Yes bool   `env:"-" help:"Do it; without, only what would end is counted."`
}

// Help is shown by doorward credential revoke --help.
func (credentialRevokeCommand) Help() string {
	return `Examples:
  doorward credential revoke --data DIR 01bb99b9c2002e0efd541cdeb187c745          # says what would end
  doorward credential revoke --data DIR 01bb99b9c2002e0efd541cdeb187c745 --yes    # ends it

Every session and login token that the credential made is refused from its next use on, on every node.`
}

// endedAnswer is what a revocation ends, in JSON.
type endedAnswer struct {
	ID          string `json:"id"`
	Sessions    int64  `json:"sessions"`
	LoginTokens int64  `json:"login_tokens"`
}

// Run revokes the credential, or says what that would end.
func (c *credentialRevokeCommand) Run(ctx context.Context, log *slog.Logger) error {
	id, err := parseCredential(c.ID)
	if err != nil {
		return err
	}
	return c.run(ctx, log, func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		credential, made, err := a.WouldEnd(ctx, by, id)
		if err != nil {
			return err
		}
		what := string(credential.Kind) + " of " + string(credential.Principal)
		if credential.Name != "" {
			what += " (" + credential.Name + ")"
		}
		switch {
		case !credential.RevokedAt.IsZero():
			fmt.Printf("%s was revoked at %s already\n", what, when(credential.RevokedAt))
			return nil
		case !c.Yes:
			return unconfirmed{fmt.Sprintf("revoking the %s would end %s", what, counted(made))}
		}
		if made, err = a.RevokeCredential(ctx, by, id); err != nil {
			return err
		}
		if c.JSON {
			return printJSON(endedAnswer{ID: c.ID, Sessions: made.Sessions, LoginTokens: made.LoginTokens})
		}
		fmt.Printf("revoked the %s; ended %s\n", what, counted(made))
		return nil
	})
}

func counted(made authority.Ends) string {
	return fmt.Sprintf("%d sessions and %d login tokens", made.Sessions, made.LoginTokens)
}
