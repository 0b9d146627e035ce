package storetest

import (
	"context"
	"errors"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
)

var contentsCases = []Case{
	{"a snapshot has every row of every table, and nothing that was changed after it was taken", func(t testing.TB, s Subject) {
		s.fixture(t)
		c := s.snapshot(t)
		s.change(t, func(tx authority.Tx) {
			tx.PutSession(s.session(1))
			tx.Append(audit.Event{ID: secret.ID{1}, At: s.Store.Now()})
		})
		before := rowsOf(t, c)
		if len(before["tenants"]) != 5 || len(before["grants"]) != 4 || len(before["sessions"])+len(before["events"]) != 0 {
			t.Errorf("rows: %d tenants, %d grants, %d sessions", len(before["tenants"]), len(before["grants"]), len(before["sessions"]))
		}
		if err := c.Begin(t.Context()); err != nil {
			t.Fatal(err)
		}
		if after := rowsOf(t, c); len(after["sessions"]) != 1 {
			t.Errorf("begun again, it has %d sessions", len(after["sessions"]))
		}
	}},
	{"what is loaded is what the contents are", func(t testing.TB, s Subject) {
		full := s.full(t)
		s.load(t, &full)
		got := s.rows(t)
		if diff := cmp.Diff(rowsOf(t, &full), got); diff != "" {
			t.Error(diff)
		}
	}},
	{"numbering goes on after what was loaded", func(t testing.TB, s Subject) {
		full := s.full(t)
		s.load(t, &full)
		s.change(t, func(tx authority.Tx) { tx.Publish(authority.FeedTenant, "next") })
		s.view(t, func(ctx context.Context, v authority.View) error {
			page, err := v.Feed(ctx, 41, 10, nil)
			entries := page.Entries
			if len(entries) != 2 || entries[0].Sequence != 42 || entries[1].Sequence <= 42 || entries[1].Key != "next" {
				t.Errorf("the feed goes on with %+v", entries)
			}
			return err
		})
	}},
	{"a store that holds something is not loaded into", func(t testing.TB, s Subject) {
		full := s.full(t)
		s.change(t, func(tx authority.Tx) { tx.Append(audit.Event{ID: secret.ID{1}, At: s.Store.Now()}) })
		s.refusesToLoad(t, &full, authority.ReasonNotEmpty)
		if got := s.rows(t); len(got["tenants"]) != 0 || len(got["events"]) != 1 {
			t.Errorf("it was changed: %v", got)
		}
	}},
	{"contents that end in an error leave the store as empty as it was", func(t testing.TB, s Subject) {
		before := s.rows(t)
		full := s.full(t)
		torn := full
		torn.tornAfter = 12
		err := s.Store.Change(t.Context(), func(ctx context.Context, tx authority.Tx) error { return tx.Load(ctx, &torn) })
		if !errors.Is(err, errTorn) {
			t.Fatalf("loading what ends in an error: %v", err)
		}
		if diff := cmp.Diff(before, s.rows(t)); diff != "" {
			t.Error(diff)
		}
		s.load(t, &full)
	}},
	{"contents of another schema version, or with other tables or columns, are not loaded", func(t testing.TB, s Subject) {
		before := s.rows(t)
		full := s.full(t)
		for name, spoil := range map[string]func(c *contents){
			"a newer schema":      func(c *contents) { c.schema++ },
			"a table too many":    func(c *contents) { c.tables = append(c.tables, tableRows{Table: authority.Table{Name: "other"}}) },
			"a table twice":       func(c *contents) { c.tables = append(c.tables, c.tables[0]) },
			"a table too few":     func(c *contents) { c.tables = c.tables[1:] },
			"a column too few":    func(c *contents) { c.tables[0].Columns = c.tables[0].Columns[1:] },
			"a column renamed":    func(c *contents) { c.tables[0].Columns[0].Name = "other" },
			"a column of another": func(c *contents) { c.tables[0].Columns[0].Kind = authority.BytesColumn },
		} {
			spoilt := full.clone()
			spoil(&spoilt)
			want := authority.ReasonOtherTables
			if spoilt.schema != full.schema {
				want = authority.ReasonOtherSchema
			}
			s.refusesToLoad(t, &spoilt, want)
			if diff := cmp.Diff(before, s.rows(t)); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
	}},
	{"closing all sessions ends those that are open and unexpired, and counts them", func(t testing.TB, s Subject) {
		s.fixture(t)
		now := s.Store.Now()
		expired := s.session(3)
		expired.ExpiresAt = now
		s.change(t, func(tx authority.Tx) {
			tx.PutSession(s.session(1))
			tx.PutSession(s.session(2))
			tx.PutSession(expired)
		})
		var ended [2]int64
		s.changeWith(t, func(ctx context.Context, tx authority.Tx) (err error) {
			if _, err := tx.CloseSessions(ctx, []authority.SessionID{{2}}, now.Add(-time.Minute)); err != nil {
				return err
			}
			ended[0], err = tx.CloseAllSessions(ctx, now)
			return err
		})
		s.changeWith(t, func(ctx context.Context, tx authority.Tx) (err error) {
			ended[1], err = tx.CloseAllSessions(ctx, now)
			return err
		})
		if first, second := s.sessionFacts(t, authority.SessionID{1}), s.sessionFacts(t, authority.SessionID{2}); ended != [2]int64{1, 0} ||
			!first.Session.ClosedAt.Equal(now) || !second.Session.ClosedAt.Equal(now.Add(-time.Minute)) {
			t.Errorf("%v ended, at %s and %s", ended, first.Session.ClosedAt, second.Session.ClosedAt)
		}
	}},
	{"a login token is live until it is spent, expired or fenced, and one for validation never", func(t testing.TB, s Subject) {
		s.fixture(t)
		reusable, short := s.token(4), s.token(5)
		reusable.Reusable, short.ExpiresAt = true, s.Store.Now().Add(time.Second)
		for _, l := range []authority.LoginToken{s.token(1), s.token(2), reusable, short} {
			s.mint(t, l)
		}
		s.wantLive(t, 3)
		s.redeem(t, redemptionOf(s.token(1)))
		s.wantLive(t, 2)
		s.Clock.Advance(time.Second)
		s.wantLive(t, 1)
		s.change(t, func(tx authority.Tx) { tx.RaiseFence() })
		s.wantLive(t, 0)
	}},
}

func (s Subject) wantLive(t testing.TB, want int64) {
	t.Helper()
	s.view(t, func(ctx context.Context, v authority.View) error {
		live, err := v.LiveLoginTokens(ctx, s.Store.Now())
		if live != want {
			t.Errorf("%d login tokens are live, not %d", live, want)
		}
		return err
	})
}

func (s Subject) snapshot(t testing.TB) authority.Contents {
	t.Helper()
	c, err := s.Store.Snapshot(t.Context())
	if err != nil {
		t.Fatalf("snapshot: %v", err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Errorf("close the snapshot: %v", err)
		}
	})
	return c
}

// rows reads all that the store holds.
func (s Subject) rows(t testing.TB) map[string][][]any {
	t.Helper()
	c, err := s.Store.Snapshot(t.Context())
	if err != nil {
		t.Fatalf("snapshot: %v", err)
	}
	rows := rowsOf(t, c)
	if err := c.Close(); err != nil {
		t.Errorf("close the snapshot: %v", err)
	}
	return rows
}

func (s Subject) load(t testing.TB, c authority.Contents) {
	t.Helper()
	s.changeWith(t, func(ctx context.Context, tx authority.Tx) error { return tx.Load(ctx, c) })
}

func (s Subject) refusesToLoad(t testing.TB, c authority.Contents, reason string) {
	t.Helper()
	err := s.Store.Change(t.Context(), func(ctx context.Context, tx authority.Tx) error { return tx.Load(ctx, c) })
	if fault.KindOf(err) != fault.Unmet || fault.ReasonOf(err) != reason {
		t.Errorf("got %v; want %s", err, reason)
	}
}

// rowsOf reads contents whole, a table's rows by its name.
func rowsOf(t testing.TB, c authority.Contents) map[string][][]any {
	t.Helper()
	read, err := readAll(t.Context(), c)
	if err != nil {
		t.Fatalf("read the contents: %v", err)
	}
	rows := map[string][][]any{}
	for _, table := range read.tables {
		rows[table.Name] = append([][]any{}, table.rows...)
	}
	return rows
}

func readAll(ctx context.Context, c authority.Contents) (contents, error) {
	read := contents{schema: c.Schema()}
	if m, inMemory := c.(*contents); inMemory {
		return *m, nil
	}
	for {
		table, err := c.NextTable(ctx)
		if errors.Is(err, io.EOF) {
			return read, nil
		}
		if err != nil {
			return read, err
		}
		rows := tableRows{Table: table}
		for {
			row, err := c.NextRow(ctx)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return read, err
			}
			rows.rows = append(rows.rows, slices.Clone(row))
		}
		read.tables = append(read.tables, rows)
	}
}

// contents are a store's in memory.
type contents struct {
	schema    int64
	tables    []tableRows
	tornAfter int // rows, after which reading fails; 0: never

	table, row, given int
}

type tableRows struct {
	authority.Table
	rows [][]any
}

var errTorn = errors.New("the contents are torn")

// full is contents with a row in every table: an empty store's, with rows made for the columns.
func (s Subject) full(t testing.TB) contents {
	t.Helper()
	empty, err := s.Store.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	full, err := readAll(t.Context(), empty)
	if err := errors.Join(err, empty.Close()); err != nil {
		t.Fatal(err)
	}
	child := map[string]map[string]any{ // refers to what comes after it
		"tenants": {"id": "account:1", "parent_id": "installation", "status": "active", "portal_host": "acme.test"},
	}
	for i, table := range full.tables {
		rows := [][]any{rowFor(table.Table, given[table.Name])}
		if more := child[table.Name]; more != nil {
			rows = append([][]any{rowFor(table.Table, more)}, rows...)
			slices.SortFunc(rows, func(a, b []any) int { return cmpText(a[0], b[0]) })
		}
		if table.Name != "settings" {
			full.tables[i].rows = rows
		}
	}
	return full
}

func cmpText(a, b any) int {
	if a.(string) < b.(string) {
		return -1
	}
	return 1
}

// given are values that the schema demands; any other column has one by its kind.
var given = map[string]map[string]any{
	"tenants":         {"id": "installation", "parent_id": nil, "status": "active"},
	"principals":      {"organisation_id": "installation", "status": "active"},
	"grants":          {"principal_id": "text", "tenant_id": "account:1"},
	"credentials":     {"principal_id": "text", "status": "active"},
	"audiences":       {"kind": "api"},
	"feed":            {"sequence": int64(42)},
	"credential_uses": {},
}

func rowFor(t authority.Table, values map[string]any) (row []any) {
	kinds := map[authority.ColumnKind]any{
		authority.IntegerColumn: int64(1) << 60, authority.TextColumn: "text", authority.BytesColumn: []byte{0, 255, '\n'},
	}
	for _, column := range t.Columns {
		value, is := values[column.Name]
		if !is {
			value = kinds[column.Kind]
		}
		row = append(row, value)
	}
	return row
}

func (c *contents) clone() contents {
	cloned := *c
	cloned.tables = slices.Clone(c.tables)
	for i, table := range cloned.tables {
		cloned.tables[i].Columns = slices.Clone(table.Columns)
	}
	return cloned
}

func (c *contents) Begin(context.Context) error {
	c.table, c.row, c.given = 0, 0, 0
	return nil
}

func (c *contents) Schema() int64 { return c.schema }

func (c *contents) Close() error { return nil }

func (c *contents) NextTable(context.Context) (authority.Table, error) {
	if c.table == len(c.tables) {
		return authority.Table{}, io.EOF
	}
	c.table, c.row = c.table+1, 0
	return c.tables[c.table-1].Table, nil
}

func (c *contents) NextRow(context.Context) ([]any, error) {
	if c.given++; c.tornAfter != 0 && c.given > c.tornAfter {
		return nil, errTorn
	}
	rows := c.tables[c.table-1].rows
	if c.row == len(rows) {
		return nil, io.EOF
	}
	c.row++
	return rows[c.row-1], nil
}
