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

// Open opens the store and the keys that a configuration names, brings the schema up to date and refuses keys that are
// not this store's. New keys are made for a new store only, and said so.
func Open(ctx context.Context, c config.Store, log *slog.Logger) (Opened, error) {
	store, migrated, err := openStore(ctx, c, sqlstore.Options{})
	if err != nil {
		return Opened{}, err
	}
	keys, err := openKeys(ctx, c, store, log)
	if err != nil {
		return Opened{}, errors.Join(err, store.Close())
	}
	return Opened{Store: store, Keys: keys, Migrated: migrated}, nil
}

// OpenAsItIs opens a store that is there and its keys, and makes or changes nothing.
func OpenAsItIs(ctx context.Context, c config.Store) (Opened, error) {
	store, _, err := openStore(ctx, c, sqlstore.Options{AsItIs: true})
	if err != nil {
		return Opened{}, err
	}
	keys, err := theirKeys(ctx, c, store)
	if err != nil {
		return Opened{}, errors.Join(err, store.Close())
	}
	return Opened{Store: store, Keys: keys}, nil
}

func theirKeys(ctx context.Context, c config.Store, store authority.Store) (*secret.Keys, error) {
	check, err := storedCheck(ctx, store)
	if err != nil {
		return nil, err
	}
	keys, _, err := secret.OpenKeys(c.Keys, false)
	if err != nil {
		return nil, err
	}
	return keys, keys.Matches(check)
}

func openStore(ctx context.Context, c config.Store, o sqlstore.Options) (store *sqlstore.Store, migrated sqlstore.Migrated, err error) {
	where := "the store in " + c.Data
	if c.Database != "" {
		where = "the PostgreSQL of --database" // its URL may hold a password
		store, migrated, err = sqlstore.OpenPostgres(ctx, c.Database, o)
	} else {
		store, migrated, err = sqlstore.OpenSQLite(ctx, c.Data, o)
	}
	if err != nil {
		err = fmt.Errorf("%s cannot be opened: %w", where, err)
	}
	return store, migrated, err
}

// openKeys stores the proof of a new store's first keys and refuses any others: with them every credential would be unknown.
func openKeys(ctx context.Context, c config.Store, store authority.Store, log *slog.Logger) (*secret.Keys, error) {
	check, err := storedCheck(ctx, store)
	if err != nil {
		return nil, err
	}
	keys, created, err := secret.OpenKeys(c.Keys, check == "")
	if err != nil {
		return nil, err
	}
	if created {
		log.Warn("made the pepper and the sealing key: back them up, apart from the store; without them no credential can be verified",
			"keys", c.Keys)
	}
	if check == "" {
		if check, err = putCheck(ctx, store, keys); err != nil {
			return nil, err
		}
	}
	return keys, keys.Matches(check)
}

func storedCheck(ctx context.Context, store authority.Store) (check string, err error) {
	err = store.View(ctx, func(ctx context.Context, v authority.View) (err error) {
		check, err = v.Setting(ctx, keySetting)
		return err
	})
	return check, err
}

// putCheck returns what is stored then: another node may have been first.
func putCheck(ctx context.Context, store authority.Store, keys *secret.Keys) (string, error) {
	err := store.Change(ctx, func(_ context.Context, tx authority.Tx) error {
		tx.PutSettingOnce(keySetting, keys.Check())
		return nil
	})
	if err != nil {
		return "", err
	}
	return storedCheck(ctx, store)
}
