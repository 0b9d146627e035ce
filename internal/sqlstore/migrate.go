package sqlstore

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations
var migrations embed.FS

// Migrated is what a migration did.
type Migrated struct {
	From, To int64 // schema versions
}

// migrate brings the schema up to this binary's version. A schema that is newer is left alone: migrations
// expand first and contract a release later, so the previous binary runs on it.
func migrate(ctx context.Context, db *sql.DB, engine goose.Dialect, folder string) (Migrated, error) {
	scripts, err := fs.Sub(migrations, "migrations/"+folder)
	if err != nil {
		return Migrated{}, err
	}
	options := []goose.ProviderOption{goose.WithVerbose(false)}
	if engine == goose.DialectPostgres {
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return Migrated{}, err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	provider, err := goose.NewProvider(engine, db, scripts, options...)
	if err != nil {
		return Migrated{}, err
	}
	from, err := provider.GetDBVersion(ctx)
	if err != nil {
		return Migrated{}, err
	}
	if _, err := provider.Up(ctx); err != nil {
		return Migrated{}, fmt.Errorf("migrate the schema from version %d: %w", from, err)
	}
	to, err := provider.GetDBVersion(ctx)
	return Migrated{From: from, To: to}, err
}
