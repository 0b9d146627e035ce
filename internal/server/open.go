package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/config"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/sqlstore"
)

// keySetting is the stored setting that proves at boot that the keys are this store's.
const keySetting = "keys"

// Opened is a store with the keys that belong to it.
type Opened struct {
	Store    *sqlstore.Store
	Keys     *secret.Keys
	Migrated sqlstore.Migrated
}

// Open opens the keys and the store that a configuration names, brings the schema up to date and refuses keys that
// are not this store's. New keys are made for a new installation, and said so.
func Open(ctx context.Context, c config.Store, log *slog.Logger) (Opened, error) {
	keys, created, err := secret.OpenKeys(c.Keys)
	if err != nil {
		return Opened{}, fmt.Errorf("open the keys: %w", err)
	}
	if created {
		log.Warn("made the pepper and the sealing key: back them up, apart from the store; without them no credential can be verified",
			"keys", c.Keys)
	}
	store, migrated, err := openStore(ctx, c)
	if err != nil {
		return Opened{}, fmt.Errorf("open the store: %w", err)
	}
	if err := checkKeys(ctx, store, keys); err != nil {
		return Opened{}, errors.Join(err, store.Close())
	}
	return Opened{Store: store, Keys: keys, Migrated: migrated}, nil
}

func openStore(ctx context.Context, c config.Store) (*sqlstore.Store, sqlstore.Migrated, error) {
	if c.Database != "" {
		return sqlstore.OpenPostgres(ctx, c.Database, sqlstore.Options{})
	}
	return sqlstore.OpenSQLite(ctx, c.Data, sqlstore.Options{})
}

// checkKeys stores the proof of the first keys and refuses any others: with them every credential would be unknown.
func checkKeys(ctx context.Context, store authority.Store, keys *secret.Keys) error {
	var check string
	read := func(ctx context.Context, v authority.View) (err error) {
		check, err = v.Setting(ctx, keySetting)
		return err
	}
	if err := store.View(ctx, read); err != nil {
		return err
	}
	if check == "" {
		put := func(_ context.Context, tx authority.Tx) error {
			tx.PutSettingOnce(keySetting, keys.Check())
			return nil
		}
		if err := store.Change(ctx, put); err != nil {
			return err
		}
		if err := store.View(ctx, read); err != nil {
			return err
		}
	}
	return keys.Matches(check)
}
