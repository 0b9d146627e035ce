package main

import (
	"context"
	"log/slog"
	"os"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
)

type signingKeyCommand struct {
	List   signingKeyListCommand   `cmd:"" help:"List the keys that sign access tokens."`
	Rotate signingKeyRotateCommand `cmd:"" help:"Let the next key sign."`
	Kill   signingKeyKillCommand   `cmd:"" help:"Make nothing count that a key has signed, at once."`
}

type signingKeyListCommand struct {
	operation
	Ended bool `help:"List those that were killed or are not published any more, too."`
}

// Help is shown by doorward signing-key list --help.
func (signingKeyListCommand) Help() string {
	return `Examples:
  doorward signing-key list --data /var/lib/doorward
  doorward signing-key list --data /var/lib/doorward --ended --json

next is published and signs later; current signs; retired signs no more and stays published while something that it
signed may live; gone is what was retired so long ago that nothing does; of killed ones nothing counts.`
}

// Run lists.
func (c *signingKeyListCommand) Run(ctx context.Context, log *slog.Logger) error {
	return c.run(ctx, log, func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		keys, err := a.SigningKeys(ctx, by)
		if err != nil {
			return err
		}
		return c.printKeys(keys, c.Ended)
	})
}

type signingKeyRotateCommand struct {
	operation
	Algorithm string `enum:"ES256,EdDSA,RS256,all" default:"all" help:"Of which algorithm: ${enum}."`
}

// Help is shown by doorward signing-key rotate --help.
func (signingKeyRotateCommand) Help() string {
	return `Examples:
  doorward signing-key rotate --data /var/lib/doorward
  doorward signing-key rotate --data /var/lib/doorward --algorithm ES256

The next key, which verifiers know, signs from now on; what the one before has signed goes on to count. A next key that
is younger than 10 minutes signs once it is that old, so that every cache has it. Servers rotate by themselves
(--signing-key-lifetime). When a key may have leaked this is not enough: kill it.`
}

// Run rotates and lists what there is then.
func (c *signingKeyRotateCommand) Run(ctx context.Context, log *slog.Logger) error {
	alg := secret.Algorithm(c.Algorithm)
	if c.Algorithm == "all" {
		alg = ""
	}
	return c.run(ctx, log, func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		keys, err := a.RotateSigningKeys(ctx, by, alg)
		if err != nil {
			return err
		}
		return c.printKeys(keys, false)
	})
}

type signingKeyKillCommand struct {
	operation
	ID  string `arg:"" name:"kid" help:"The key, as doorward signing-key list shows it; the kid in the header of what it signed."`
	Yes bool   `env:"-" help:"Do it; without, only what would happen is said."`
}

// Help is shown by doorward signing-key kill --help.
func (signingKeyKillCommand) Help() string {
	return `Examples:
  doorward signing-key kill --data /var/lib/doorward 01bb99b9c2002e0efd541cdeb187c745
  doorward signing-key kill --data /var/lib/doorward 01bb99b9c2002e0efd541cdeb187c745 --yes

For a key that may have leaked. Every server refuses what it signed within five seconds, and verifiers that follow the
feed are told; others go on until the published keys they keep are older than five minutes. The next key signs at once.
Clients get new access tokens as they do when one expires. docs/signing-keys.md says what else to do.`
}

// killedReport is what killing a key did, or would do, in JSON.
type killedReport struct {
	Done  bool          `json:"done"`
	Key   signingKeyRow `json:"key"`
	Signs string        `json:"signs,omitzero"` // the key of the algorithm that signs
}

// Run kills the key, or says what that would do.
func (c *signingKeyKillCommand) Run(ctx context.Context, log *slog.Logger) error {
	id, err := readID("KID", given(c.ID))
	if err != nil {
		return err
	}
	return c.run(ctx, log, func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		keys, err := a.SigningKeys(ctx, by)
		if err != nil {
			return err
		}
		key, ok := keyOf(keys, authority.SigningKeyID(id))
		switch {
		case !ok:
			return fault.New(fault.NotFound, authority.ReasonUnknown, "There is no signing key "+c.ID+".")
		case key.State == authority.KilledKey:
			return c.say(killedReport{Done: true, Key: signingKeyRowOf(key)}, "the signing key "+c.ID+" was killed at "+moment(key.KilledAt)+" already")
		case c.Yes:
			return c.kill(ctx, a, by, key)
		}
		if err := c.say(killedReport{Key: signingKeyRowOf(key)}, ""); err != nil {
			return err
		}
		return unconfirmed{"killing the signing key " + c.ID + " (" + string(key.Algorithm) + ", " + string(key.State) + ") would make nothing count that it signed"}
	})
}

func (c *signingKeyKillCommand) kill(ctx context.Context, a *authority.Authority, by authority.Actor, key authority.ListedSigningKey) error {
	keys, _, err := a.KillSigningKey(ctx, by, key.ID)
	if err != nil {
		return err
	}
	key, _ = keyOf(keys, key.ID)
	report, words := killedReport{Done: true, Key: signingKeyRowOf(key)}, "killed the signing key "+c.ID
	for _, k := range keys {
		if k.Algorithm == key.Algorithm && k.State == authority.CurrentKey {
			report.Signs = k.ID.String()
			words += "; " + report.Signs + " signs " + string(key.Algorithm)
		}
	}
	return c.say(report, words)
}

func keyOf(keys []authority.ListedSigningKey, id authority.SigningKeyID) (authority.ListedSigningKey, bool) {
	for _, k := range keys {
		if k.ID == id {
			return k, true
		}
	}
	return authority.ListedSigningKey{}, false
}

// signingKeyRow is a signing key in JSON; an empty member is left out.
type signingKeyRow struct {
	ID             string                    `json:"id"`
	Algorithm      secret.Algorithm          `json:"algorithm"`
	State          authority.SigningKeyState `json:"state"`
	CreatedAt      time.Time                 `json:"created_at"`
	SignsAt        time.Time                 `json:"signs_at"`
	RetiredAt      time.Time                 `json:"retired_at,omitzero"`
	PublishedUntil time.Time                 `json:"published_until,omitzero"`
	KilledAt       time.Time                 `json:"killed_at,omitzero"`
}

func signingKeyRowOf(k authority.ListedSigningKey) signingKeyRow {
	return signingKeyRow{
		ID: k.ID.String(), Algorithm: k.Algorithm, State: k.State, CreatedAt: k.CreatedAt, SignsAt: k.SignsAt,
		RetiredAt: k.RetiredAt, PublishedUntil: k.PublishedUntil, KilledAt: k.KilledAt,
	}
}

func (o *operation) printKeys(keys []authority.ListedSigningKey, ended bool) error {
	var rows [][]string
	for _, k := range keys {
		if !ended && (k.State == authority.KilledKey || k.State == authority.GoneKey) {
			continue
		}
		row := signingKeyRowOf(k)
		if o.JSON {
			if err := printJSON(row); err != nil {
				return err
			}
		}
		rows = append(rows, []string{
			row.ID, string(row.Algorithm), string(row.State), moment(row.SignsAt), moment(row.RetiredAt), moment(row.PublishedUntil), moment(row.KilledAt),
		})
	}
	if o.JSON {
		return nil
	}
	return printTable(os.Stdout, "KID ALGORITHM STATE SIGNS RETIRED PUBLISHED-UNTIL KILLED", rows)
}
