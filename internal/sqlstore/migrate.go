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

// NewestSchema returns the schema version that this program's migrations lead to.
func NewestSchema() (newest int64) {
	scripts, err := fs.Glob(migrations, "migrations/sqlite/*.sql")
	if err != nil {
		panic(err) // the pattern is ours
	}
	for _, script := range scripts {
		if version, err := goose.NumericComponent(script); err == nil {
			newest = max(newest, version)
		}
	}
	return newest
}

// isUpToDate reads whether a store needs no migration, so that starting does not wait for one to find that out. What
// cannot be read is for migrate to say.
func isUpToDate(ctx context.Context, run runner, o Options) (Migrated, bool) {
	version, err := schemaVersion(ctx, run)
	return Migrated{From: version, To: version}, err == nil && o.Schema == 0 && version >= NewestSchema()
}

// migrate brings the schema up to this binary's version. A schema that is newer is left alone: migrations
// expand first and contract a release later, so the previous binary runs on it. A version other than 0 is where to stop.
func migrate(ctx context.Context, db *sql.DB, engine goose.Dialect, folder string, version int64) (Migrated, error) {
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
	if version == 0 {
		version = NewestSchema()
	}
	if _, err := provider.UpTo(ctx, version); err != nil {
		return Migrated{}, fmt.Errorf("migrate the schema from version %d: %w", from, err)
	}
	to, err := provider.GetDBVersion(ctx)
	return Migrated{From: from, To: to}, err
}
