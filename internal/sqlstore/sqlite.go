package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // registers the driver
)

// sqliteFile is the name of the embedded store within the data directory.
const sqliteFile = "doorward.db"

// sqliteWords are {now} and {epoch} on SQLite, whose clock is this machine's.
var sqliteWords = strings.NewReplacer(
	"{now}", "COALESCE(?, CAST(unixepoch('subsec') * 1000000 AS INTEGER))",
	"{epoch}", "(SELECT value FROM settings WHERE name = 'fence')",
	"{lock signing keys}", "1",
	"{lock directory}", "1", // there is one writer
	// More than a megabyte and an eighth of the file, where the file was made to give them back.
	"{free}", `(SELECT CASE WHEN a.auto_vacuum = 2 AND f.freelist_count > 256 AND f.freelist_count > p.page_count / 8 THEN 1 ELSE 0 END
		FROM pragma_freelist_count f, pragma_page_count p, pragma_auto_vacuum a)`,
	"{settled}", "0", "{mark}", "0", "{numbered}", "1", // and so the feed's numbers are committed in order
)

// embedded is the SQLite engine: one writer that commits in groups, and readers beside it.
type embedded struct {
	file    string
	writer  *groupWriter
	readers *readers
	texts   *texts
	trace   func(RoundTrip)
}

// OpenSQLite opens the embedded store in a directory, which it makes, readable by its owner only, and brings its
// schema up to date.
func OpenSQLite(ctx context.Context, dir string, o Options) (*Store, Migrated, error) {
	file := filepath.Join(dir, sqliteFile)
	e := &embedded{file: file, texts: &texts{words: sqliteWords}, trace: o.Trace}
	e.readers = newReaders(file, e.texts, max(4, 2*runtime.NumCPU()))
	migrated, ready := isUpToDate(ctx, func(ctx context.Context, queries ...query) error { return e.readers.read(ctx, queries) }, o)
	var err error
	if !ready {
		migrated, err = prepareSQLite(ctx, dir, file, o)
	}
	if err != nil {
		return nil, migrated, errors.Join(err, e.readers.close())
	}
	if e.writer, err = startGroupWriter(file, e.texts, o.Trace); err != nil {
		return nil, migrated, errors.Join(err, e.readers.close())
	}
	return &Store{engine: e, clock: o.Clock}, migrated, nil
}

var (
	// sqlitePragmas ask for WAL with FULL: with NORMAL, acknowledged commits are lost at power loss.
	sqlitePragmas = []string{"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)"}
	// What a burst has made the log grow by is given back.
	writerPragmas = []string{"journal_size_limit(67108864)", "cache_size(-8192)"}
	// Counts only for a file without a table yet: one that is there would have to be written anew.
	makePragma    = "auto_vacuum(INCREMENTAL)"
	readerPragmas = []string{"query_only(1)"}
)

// sqliteURI names the file as SQLite reads URIs.
func sqliteURI(file string) string {
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: file}).EscapedPath()}).String()
}

// sqliteDSN is for database/sql, which migrations and snapshots use.
func sqliteDSN(file string, more ...string) string {
	return sqliteURI(file) + "?" + url.Values{"_pragma": slices.Concat(more, sqlitePragmas)}.Encode()
}

// prepareSQLite makes what is not there and migrates what is, unless it is to stay as it is.
func prepareSQLite(ctx context.Context, dir, file string, o Options) (Migrated, error) {
	if o.AsItIs {
		if _, err := os.Stat(file); err != nil {
			return Migrated{}, noStore(err)
		}
		return Migrated{}, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return Migrated{}, fmt.Errorf("make the data directory: %w", err)
	}
	return migrateSQLite(ctx, dir, file, o.Schema)
}

// migrateSQLite holds a lock file, since two processes may open the same directory at once.
func migrateSQLite(ctx context.Context, dir, file string, version int64) (Migrated, error) {
	lock, err := os.OpenFile(filepath.Join(dir, "migrate.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return Migrated{}, err
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return Migrated{}, err
	}
	// Made here first, so that nobody else can read it for even a moment.
	created, err := os.OpenFile(file, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return Migrated{}, err
	}
	if err := created.Close(); err != nil {
		return Migrated{}, err
	}
	db, err := sql.Open("sqlite", sqliteDSN(file, makePragma))
	if err != nil {
		return Migrated{}, err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	return migrate(ctx, db, goose.DialectSQLite3, "sqlite", version)
}

func (e *embedded) view(ctx context.Context, read func(ctx context.Context, v view) error) error {
	return translate(read(ctx, view{e.read}))
}

// read runs queries one after the other: there is no round trip to save.
func (e *embedded) read(ctx context.Context, queries ...query) error {
	e.traceRead(queries)
	return e.readers.read(ctx, queries)
}

func (e *embedded) traceRead(queries []query) {
	if e.trace == nil {
		return
	}
	texts := make([]string, len(queries))
	for i, q := range queries {
		texts[i] = q.text
	}
	e.trace(RoundTrip{Statements: texts})
}

func scanEach(rows *sql.Rows, q query) error {
	defer rows.Close()
	for rows.Next() {
		if err := q.row(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (e *embedded) change(ctx context.Context, change func(ctx context.Context, t *tx) error) error {
	return translate(e.writer.submit(ctx, change))
}

func (e *embedded) now() time.Time { return time.Now() }

// ready takes the writer's turn: a store that can only be read cannot serve. After a commit that failed it writes, so
// that a full disk is not ready until there is room again.
func (e *embedded) ready(ctx context.Context) error {
	return e.change(ctx, func(_ context.Context, t *tx) error {
		if e.writer.failing.Load() {
			t.queue(`UPDATE settings SET value = value WHERE name = 'fence'`)
		}
		return nil
	})
}

func (e *embedded) close() error {
	return errors.Join(e.writer.stop(), e.readers.close(), e.writer.copies.closeFile())
}
