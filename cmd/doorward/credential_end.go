package main

import (
	"context"
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
			return c.say(endsReport{Done: true}, what+" was revoked at "+when(credential.RevokedAt)+" already")
		case c.Yes:
			if made, err = a.RevokeCredential(ctx, by, id); err != nil {
				return err
			}
			return c.say(endsReport{true, made.Sessions, made.LoginTokens}, "revoked the "+what+"; ended "+inWords(made))
		}
		if err := c.say(endsReport{false, made.Sessions, made.LoginTokens}, ""); err != nil {
			return err
		}
		return unconfirmed{"revoking the " + what + " would end " + inWords(made)}
	})
}
