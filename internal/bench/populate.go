package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/config"
	"github.com/doorward/doorward/internal/directory"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/server"
	"github.com/doorward/doorward/internal/tenant"
)

const (
	sessionBatch    = 5000
	sessionLifetime = 7 * 24 * time.Hour
)

// Progress is told what is made, how much of it is there, and how much there will be.
type Progress func(stage string, done, total int)

// populator fills one store.
type populator struct {
	authority *authority.Authority
	by        authority.Actor
	keys      *secret.Keys
	progress  Progress
	tokens    string // file
}

// populate makes what p describes in a store that must be empty, or adds sessions to one that it has filled before, and
// writes p down in dir.
func populate(ctx context.Context, store config.Store, dir, tokens string, p *Population, sessions int64, progress Progress) (err error) {
	opened, err := server.Open(ctx, store, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, opened.Store.Close()) }()
	f := populator{
		authority: server.NewAuthority(opened, config.Config{Store: store}), keys: opened.Keys,
		by: authority.CommandLine(authority.Origin{Dialect: "command-line"}), progress: progress, tokens: tokens,
	}
	if p.LoadedAt.IsZero() {
		if err := f.makeDirectory(ctx, *p); err != nil {
			return err
		}
		p.LoadedAt = f.authority.Now().Truncate(time.Millisecond)
		if err := p.write(dir); err != nil {
			return err
		}
	}
	if p.Sessions < sessions {
		if err := f.loadSessions(ctx, p, sessions); err != nil {
			return err
		}
		if err := p.write(dir); err != nil {
			return err
		}
	}
	return f.writeTokens(ctx, *p)
}

func (f populator) tell(stage string, done, total int) {
	if f.progress != nil {
		f.progress(stage, done, total)
	}
}

func (f populator) makeDirectory(ctx context.Context, p Population) error {
	listed, err := f.authority.ListCredentials(ctx, f.by, authority.CredentialFilter{}, authority.CredentialID{}, 1)
	if err != nil {
		return err
	}
	if len(listed) > 0 {
		return errors.New("the store is not empty, and no load test made it: name another --data or --database")
	}
	hash, err := secret.HashPassword(secret.Of(passwordOf(p.Seed)))
	if err != nil {
		return err
	}
	for organisation := range p.organisations() {
		f.tell("directory", organisation, p.organisations())
		d, err := directory.Read(fmt.Sprintf("organisation %d", organisation), []byte(p.directoryOf(organisation, hash)))
		if err != nil {
			return err
		}
		if _, err := f.authority.Apply(ctx, f.by, d, authority.ApplyOptions{}); err != nil {
			return err
		}
	}
	return nil
}

// loadSessions opens sessions of those that p says, in turn.
func (f populator) loadSessions(ctx context.Context, p *Population, sessions int64) error {
	load := authority.SessionLoad{Seed: p.Seed, Dialect: "pulse", OpenedAt: p.LoadedAt, Lifetime: sessionLifetime}
	var err error
	if load.Openers, err = f.openers(ctx, *p); err != nil {
		return err
	}
	for load.First = p.Sessions; load.First < sessions; load.First += load.Count {
		f.tell("sessions", int(load.First), int(sessions))
		load.Count = min(sessionBatch, sessions-load.First)
		if err := f.authority.LoadSessions(ctx, f.by, load); err != nil {
			return err
		}
		p.Sessions = load.First + load.Count
	}
	return nil
}

func (p Population) organisationOf(account int64) int {
	for organisation := range p.organisations() {
		if _, last := p.accountsOf(organisation); account < last {
			return organisation
		}
	}
	return 0
}

// openers returns who opens sessions, by their numbers: the owners of the accounts that p lists, each with the key pair, or
// all people, each with the password.
func (f populator) openers(ctx context.Context, p Population) ([]authority.SessionOpener, error) {
	kind, openers := authority.KeyPair, make([]authority.SessionOpener, len(p.Accounts))
	if p.OfPeople {
		kind, openers = authority.Password, make([]authority.SessionOpener, p.Persons)
	}
	found := 0
	for after := (authority.CredentialID{}); ; {
		page, err := f.authority.ListCredentials(ctx, f.by, authority.CredentialFilter{Kind: kind}, after, 500)
		if err != nil {
			return nil, err
		}
		if len(page) == 0 {
			break
		}
		for _, c := range page {
			number := c.Principal.Number() - 1
			if number < 0 || number >= int64(len(openers)) {
				continue
			}
			account := number % int64(p.Tenants)
			openers[number] = authority.SessionOpener{
				Principal: c.Principal, Organisation: tenant.Organisation(fmt.Sprintf("BENCH%d", p.organisationOf(account))),
				Account: tenant.Account(account + 1), Credential: c.ID, SecretAt: c.SecretAt,
			}
			found++
		}
		after = page[len(page)-1].ID
		f.tell("openers", found, len(openers))
	}
	if found != len(openers) {
		return nil, fmt.Errorf("the store has %d who open sessions, not %d: it is not the one of %s", found, len(openers), populationFile)
	}
	return openers, nil
}

// writeTokens writes the secrets of all sessions again where they are not all there: they follow from pepper and seed.
func (f populator) writeTokens(ctx context.Context, p Population) error {
	first := f.keys.NumberedSession(p.Seed, 0, p.LoadedAt).Text
	if info, err := os.Stat(f.tokens); err == nil && info.Size() == p.Sessions*int64(first.Len()+1) {
		return nil
	}
	file, err := os.OpenFile(f.tokens, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(file, 1<<20)
	for number := range p.Sessions {
		if number%100_000 == 0 {
			f.tell("tokens", int(number), int(p.Sessions))
			if err := ctx.Err(); err != nil {
				return errors.Join(err, file.Close())
			}
		}
		_, _ = out.WriteString(f.keys.NumberedSession(p.Seed, number, p.LoadedAt).Text.Reveal())
		_ = out.WriteByte('\n') // Flush tells what went wrong
	}
	return errors.Join(out.Flush(), file.Close())
}

// storeOf is where a population in dir is stored.
func storeOf(dir string, p Population) config.Store {
	if p.Engine == "postgres" {
		return config.Store{Database: p.Database, Keys: filepath.Join(dir, "keys")}
	}
	return config.Store{Data: filepath.Join(dir, "data"), Keys: filepath.Join(dir, "keys")}
}
