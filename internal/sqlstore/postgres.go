package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"github.com/doorward/doorward/internal/fault"
)

const (
	postgresNow  = "(extract(epoch from clock_timestamp()) * 1000000)::bigint"
	maxDrift     = time.Second      // a clock not corrected may be this wrong
	clockEvery   = time.Second      // how often the database's clock is read
	clockTrusted = 10 * time.Second // how long the last reading is good for
	commitBound  = 30 * time.Second // how long a commit is waited for; after it the outcome is unknown
	retryAfter   = time.Second
	maxAttempts  = 4
)

// postgresWords are {now} and {epoch} on PostgreSQL: the epoch is the WAL timeline, which every promotion changes, and
// the counter that doorward restore raises. It cannot be read on a standby, which therefore redeems nothing.
var postgresWords = strings.NewReplacer(
	"{now}", "COALESCE(?::bigint, "+postgresNow+")",
	"{epoch}", "(substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) || '-' || (SELECT value FROM settings WHERE name = 'fence'))",
	"{lock signing keys}", "pg_advisory_xact_lock(1685024627)",
	"{settled}", "pg_snapshot_xmin(pg_current_snapshot())::text::bigint", // every transaction below it has ended
	"{mark}", "pg_current_xact_id()::text::bigint", // higher than that of any transaction that has one already
	"{numbered}", "pg_current_xact_id() IS NOT NULL", // makes the transaction take its number first of all
	"{free}", "0::bigint", // autovacuum does it
	"{lock directory}", mayThink+", pg_advisory_xact_lock(1685024626)", // any number that nobody else in this database uses
)

// mayThink lets a transaction stand still for longer than others: whoever compares a large directory file, or writes a backup
// to somebody slow.
const mayThink = "set_config('idle_in_transaction_session_timeout', '10min', true)"

// postgres is the engine for many stateless nodes on one database.
type postgres struct {
	pool  *pgxpool.Pool
	texts *texts
	trace func(RoundTrip)

	groups *groupCommitter
	shared *sharedCommitter
	quick  *quickReader
	turns  chan struct{} // as many changes of their own may hold a connection: the others are for what cannot be held up by a lock

	offset  atomic.Int64 // of the database's clock to this machine's, in nanoseconds
	readAt  atomic.Int64 // when the offset was measured, in nanoseconds since started
	started time.Time
	stop    context.CancelFunc
	stopped sync.WaitGroup
}

// OpenPostgres opens the store in the database that url names and brings its schema up to date.
func OpenPostgres(ctx context.Context, url string, o Options) (*Store, Migrated, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, Migrated{}, errors.New("the database URL cannot be understood; write postgres://user:password@host:port/database")
	}
	config.MaxConns = 16
	if o.Connections > 0 {
		config.MaxConns = int32(o.Connections)
	}
	// Idle connections are kept: closing and reopening them under load costs more than the load.
	config.MinConns, config.MaxConnIdleTime = config.MaxConns, 24*time.Hour
	config.ConnConfig.OnNotice = keepWarning
	config.AfterConnect = awaitCommits
	for name, value := range settings {
		if _, chosen := config.ConnConfig.RuntimeParams[name]; !chosen {
			config.ConnConfig.RuntimeParams[name] = value
		}
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, Migrated{}, err
	}
	e := &postgres{pool: pool, turns: make(chan struct{}, max(1, config.MaxConns/2)), texts: &texts{words: postgresWords, dollar: true}, started: time.Now()}
	migrated, ready := isUpToDate(ctx, e.run, o)
	e.trace = o.Trace // from here on
	if !ready {
		migrated, err = preparePostgres(ctx, pool, o)
	}
	if err != nil {
		pool.Close()
		return nil, migrated, err
	}
	if err := e.readClock(ctx); err != nil {
		pool.Close()
		return nil, migrated, err
	}
	e.groups, e.shared, e.quick = startGroupCommitter(e), startSharedCommitter(e), startQuickReader(e.runGathered)
	var clockCtx context.Context
	clockCtx, e.stop = context.WithCancel(context.Background())
	e.stopped.Go(func() { e.followClock(clockCtx) })
	return &Store{engine: e, clock: o.Clock}, migrated, nil
}

// awaitCommits raises what a role or database may have lowered: with it off, PostgreSQL acknowledges a commit that a crash
// of the machine still loses (promise G2). Whoever chose to wait for less or more than on keeps the choice.
func awaitCommits(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, `SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'`)
	return err
}

// settings are what a connection is opened with, unless the database's URL chooses otherwise.
var settings = map[string]string{
	// A plan that was made while a table was small, or not analysed yet, must not read all of it ever after: everything we
	// ask for has an index. Penalised plans look expensive enough for JIT, which takes longer than they do.
	"enable_seqscan": "off", "jit": "off",
	// No plan depends on what is asked for, so that each is made once: otherwise most of a redemption is planning it.
	"plan_cache_mode": "force_generic_plan",
	// A node whose machine is gone must not hold its locks for the two hours that TCP takes by itself to notice, nor one that
	// is suspended for as long as it is; and nobody waits for them for longer than somebody waits for an answer.
	"tcp_keepalives_idle": "30", "tcp_keepalives_interval": "10", "tcp_keepalives_count": "3",
	"idle_in_transaction_session_timeout": "30s", "lock_timeout": "10s",
}

// preparePostgres migrates what is there, unless it is to stay as it is.
func preparePostgres(ctx context.Context, pool *pgxpool.Pool, o Options) (Migrated, error) {
	if o.AsItIs {
		var there bool
		err := pool.QueryRow(ctx, `SELECT to_regclass('`+gooseTable+`') IS NOT NULL`).Scan(&there)
		if err == nil && !there {
			err = noStore(nil)
		}
		return Migrated{}, translate(err)
	}
	config := pool.Config().ConnConfig.Copy()
	for _, name := range []string{"lock_timeout", "idle_in_transaction_session_timeout"} {
		if config.RuntimeParams[name] == settings[name] { // while others use the store, a migration may have to wait
			delete(config.RuntimeParams, name)
		}
	}
	db := sql.OpenDB(stdlib.GetConnector(*config))
	defer db.Close()
	return migrate(ctx, db, goose.DialectPostgres, "postgres", o.Schema)
}

func (e *postgres) view(ctx context.Context, read func(ctx context.Context, v view) error) error {
	return translate(read(ctx, view{func(ctx context.Context, queries ...query) error { return e.quick.quickly(ctx, queries, e.run) }}))
}

// run makes one round trip.
func (e *postgres) run(ctx context.Context, queries ...query) error {
	return e.runGathered(ctx, func() []query { return queries })
}

// runGathered makes one round trip of what has been gathered when there is a connection, which is given back even when a
// row's reader panics.
func (e *postgres) runGathered(ctx context.Context, gather func() []query) error {
	conn, err := e.pool.Acquire(ctx)
	if err != nil {
		return unavailable(err)
	}
	defer conn.Release()
	batch := &pgx.Batch{}
	for _, q := range gather() {
		e.queueQuery(batch, q)
	}
	e.traceBatch(batch)
	return conn.SendBatch(ctx, batch).Close()
}

func (e *postgres) queueQuery(batch *pgx.Batch, q query) {
	batch.Queue(e.texts.of(q.text), q.args...).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			if err := q.row(rows.Scan); err != nil {
				return err
			}
		}
		return rows.Err()
	})
}

func (e *postgres) change(ctx context.Context, change func(ctx context.Context, t *tx) error) error {
	alone := false
	for attempt := 1; ; attempt++ {
		err := e.changeOnce(ctx, change, alone)
		if !alone && errors.Is(err, errAlone) {
			alone = true
			continue
		}
		if err == nil || attempt >= maxAttempts || !isRollback(err) {
			return translate(err)
		}
	}
}

// isRollback reports whether the database itself undid the change because of others beside it, so that it can run again.
func isRollback(err error) bool {
	return hasCode(err, "40001", "40P01")
}

// isLocked reports whether a row was locked elsewhere for longer than it may be waited for.
func isLocked(err error) bool { return hasCode(err, lockNotAvailable) }

// hasCode reports whether the database refused something, and so did nothing, with one of these codes.
func hasCode(err error, codes ...string) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && slices.Contains(codes, e.Code) && fault.ReasonOf(err) != fault.ReasonUnknownOutcome
}

// transaction is what a change runs in: one of its own, or one that it shares.
type transaction interface {
	send(ctx context.Context, writes []statement, queries []query) error
	commit(ctx context.Context, writes []statement) error
	fail(err error) error // returns what the change is told, which may be errAlone
}

func (e *postgres) changeOnce(ctx context.Context, change func(ctx context.Context, t *tx) error, alone bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	own := &postgresChange{engine: e, turn: e.turns}
	defer own.release()
	var in transaction = own
	asked, ended := false, false
	t := &tx{loader: own, catalogue: postgresCatalogue}
	t.run = func(ctx context.Context, queries ...query) error {
		writes := t.takeQueued()
		if !asked && !alone && len(writes) == 0 && isSharable(queries) {
			in = e.shared.change()
		}
		asked = true
		return in.send(ctx, writes, queries)
	}
	defer func() {
		if !ended { // it panicked
			_ = in.fail(nil)
		}
	}()
	err := change(ctx, t)
	ended = true
	if err != nil {
		return in.fail(err)
	}
	writes := t.takeQueued()
	if !asked && onlyNewRows(writes) {
		return e.groups.submit(ctx, writes)
	}
	return in.commit(ctx, writes)
}

func (e *postgres) ready(ctx context.Context) error {
	if drift := e.sinceReading(); drift > clockTrusted {
		return unavailable(fmt.Errorf("the database's clock has not been read for %s", drift.Round(time.Second)))
	}
	var writable bool
	err := e.pool.QueryRow(ctx, `SELECT NOT pg_is_in_recovery() AND current_setting('transaction_read_only') = 'off'
		AND has_table_privilege('events', 'INSERT')`).Scan(&writable)
	if err == nil && !writable {
		err = unavailable(errors.New("the database can be read only: it is a standby, set to read only, or its role may not INSERT"))
	}
	return translate(err)
}

func (e *postgres) close() error {
	e.groups.stop()
	e.shared.stop()
	e.quick.stop()
	e.stop()
	e.stopped.Wait()
	e.pool.Close()
	return nil
}

func (e *postgres) traceBatch(batch *pgx.Batch) {
	if e.trace == nil {
		return
	}
	var texts []string
	for _, q := range batch.QueuedQueries {
		texts = append(texts, q.SQL)
	}
	e.trace(RoundTrip{Statements: texts})
}
