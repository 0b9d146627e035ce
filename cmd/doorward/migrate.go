package main

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/doorward/doorward/internal/config"
	"github.com/doorward/doorward/internal/server"
)

type migrateCommand struct {
	config.Store
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
	if opened.Migrated.From == opened.Migrated.To {
		fmt.Printf("schema version %d: up to date\n", opened.Migrated.To)
	} else {
		fmt.Printf("schema version %d: migrated from %d\n", opened.Migrated.To, opened.Migrated.From)
	}
	return opened.Store.Close()
}
