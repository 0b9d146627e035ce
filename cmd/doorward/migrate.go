package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/doorward/doorward/internal/server"
)

type migrateCommand struct {
	operation
}

// migratedReport is from which version of the schema to which, in JSON.
type migratedReport struct {
	From int64 `json:"from"`
	To   int64 `json:"to"`
}

// Help is shown by doorward migrate --help.
func (migrateCommand) Help() string {
	return `Examples:
  doorward migrate --data /var/lib/doorward
  doorward migrate --database postgres://doorward@db/doorward --keys /etc/doorward/keys

doorward serve does the same when it starts. Run this before a rolling upgrade: the previous version runs on the new schema.`
}

// Run migrates and says from which version to which.
func (c *migrateCommand) Run(ctx context.Context, log *slog.Logger) error {
	if err := c.Check(); err != nil {
		return usage{err}
	}
	opened, err := server.Open(ctx, c.Store, log)
	if err != nil {
		return err
	}
	m := opened.Migrated
	words := fmt.Sprintf("schema version %d: migrated from %d", m.To, m.From)
	if m.From == m.To {
		words = fmt.Sprintf("schema version %d: up to date", m.To)
	}
	return errors.Join(c.say(migratedReport{m.From, m.To}, words), opened.Store.Close())
}
