package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/backup"
	"github.com/doorward/doorward/internal/config"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/sqlstore"
)

// Restored says what was restored of which backup.
type Restored struct {
	Backup backup.Header
	authority.RestoreReport
}

// Restore fills the empty store that c names with a backup, which it first reads whole. The keys must be there and
// belong to it; none are made. progress is told bytes of the file, twice from the beginning: proved, then loaded.
func Restore(ctx context.Context, c config.Store, from io.ReadSeeker, o authority.RestoreOptions, progress backup.Progress) (Restored, error) {
	keys, _, err := secret.OpenKeys(c.Keys, false)
	if err != nil {
		return Restored{}, err
	}
	file, err := backup.Open(from, keys, progress)
	if err != nil {
		return Restored{}, err
	}
	restored := Restored{Backup: file.Header()}
	if file.Schema() > sqlstore.NewestSchema() {
		return restored, fault.New(fault.Unmet, "backup-newer", fmt.Sprintf(
			"The backup has schema version %d and this program knows %d: restore it with Doorward %s or later.",
			file.Schema(), sqlstore.NewestSchema(), restored.Backup.Program))
	}
	if err := file.Verify(ctx); err != nil {
		return restored, err
	}
	store, _, err := openStore(ctx, c, sqlstore.Options{})
	if err != nil {
		return restored, err
	}
	restored.RestoreReport, err = restore(ctx, Opened{Store: store, Keys: keys}, c, file, o)
	return restored, errors.Join(err, store.Close())
}

func restore(ctx context.Context, opened Opened, c config.Store, file *backup.File, o authority.RestoreOptions) (authority.RestoreReport, error) {
	by := authority.CommandLine(authority.Origin{Dialect: "command-line"})
	b := authority.Backup{Contents: file, MadeAt: file.Header().MadeAt}
	a := NewAuthority(opened, config.Config{Store: c})
	if file.Schema() == sqlstore.NewestSchema() {
		return a.Restore(ctx, by, b, o)
	}
	dir, err := os.MkdirTemp(scratchOf(c), "restore-")
	if err != nil {
		return authority.RestoreReport{}, err
	}
	newer, err := upgrade(ctx, dir, file)
	if err != nil {
		return authority.RestoreReport{}, errors.Join(err, os.RemoveAll(dir))
	}
	b.Contents = newer
	report, err := a.Restore(ctx, by, b, o)
	return report, errors.Join(err, newer.Close(), newer.store.Close(), os.RemoveAll(dir))
}

// scratchOf is where there is room for a store: beside the embedded one, or where the machine keeps temporary files.
func scratchOf(c config.Store) string {
	if c.Database != "" {
		return os.TempDir()
	}
	return c.Data
}

// upgraded is the contents of a store that a backup was brought up to date in.
type upgraded struct {
	authority.Contents
	store *sqlstore.Store
}

// upgrade loads an older backup into an embedded store of its own schema version in dir and migrates that, so that the
// store restored into only ever sees tables of its own version, in one change.
func upgrade(ctx context.Context, dir string, old authority.Contents) (upgraded, error) {
	then, _, err := sqlstore.OpenSQLite(ctx, dir, sqlstore.Options{Schema: old.Schema()})
	if err != nil {
		return upgraded{}, err
	}
	err = then.Change(ctx, func(ctx context.Context, tx authority.Tx) error { return tx.Load(ctx, old) })
	if err := errors.Join(err, then.Close()); err != nil {
		return upgraded{}, err
	}
	now, _, err := sqlstore.OpenSQLite(ctx, dir, sqlstore.Options{})
	if err != nil {
		return upgraded{}, err
	}
	contents, err := now.Snapshot(ctx)
	if err != nil {
		return upgraded{}, errors.Join(err, now.Close())
	}
	return upgraded{contents, now}, nil
}
