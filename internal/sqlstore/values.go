package sqlstore

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/doorward/doorward/internal/secret"
)

// micros is how a time is stored: microseconds since 1970, NULL for none.
func micros(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// text is how an optional name is stored where it is unique or refers: NULL for none.
func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// key is how an ID is stored: its 16 bytes, NULL for none.
func key[T ~[16]byte](id T) any {
	if id == (T{}) {
		return nil
	}
	return id[:]
}

func fingerprint(f secret.Fingerprint) any {
	if f == (secret.Fingerprint{}) {
		return nil
	}
	return f[:]
}

// row collects what to scan into. The columns that are no plain texts and numbers are sql.Scanners over what they fill:
// a session has sixteen of them, and is read at every miss of what is remembered.
type row struct{ dest []any }

// widestRow is of the table with the most columns.
const widestRow = 24

func (r *row) plain(dest ...any) *row {
	if r.dest == nil {
		r.dest = make([]any, 0, widestRow)
	}
	r.dest = append(r.dest, dest...)
	return r
}

func (r *row) time(to *time.Time) *row     { return r.plain((*instant)(to)) }
func (r *row) span(to *time.Duration) *row { return r.plain((*span)(to)) }
func (r *row) flag(to *bool) *row          { return r.plain((*flagged)(to)) }
func (r *row) addr(to *netip.Addr) *row    { return r.plain((*address)(to)) }
func (r *row) json(to any) *row            { return r.plain(&document{to}) }

// list scans a list that may be NULL, which is none.
func list[T any](r *row, to *[]T) *row { return r.plain(&document{to}) }

// optional scans a text that may be NULL.
func optional[T ~string](r *row, to *T) *row { return r.plain(&maybe[T]{to}) }

// bytes scans a fixed number of bytes, all zero for NULL.
func bytes(r *row, to []byte) *row { return r.plain(&fixed{to}) }

func (r *row) scan(scan func(dest ...any) error) error { return scan(r.dest...) }

func asJSON(v any) string {
	text, err := json.Marshal(v, json.Deterministic(true), json.FormatNilSliceAsNull(true), json.FormatNilMapAsNull(true))
	if err != nil {
		panic(fmt.Sprintf("sqlstore: %T cannot be written as JSON: %v", v, err)) // our own types only
	}
	return string(text)
}

// listOrNull is how a list is stored where none and an empty one differ: NULL for none.
func listOrNull[T any](list []T) any {
	if list == nil {
		return nil
	}
	return asJSON(list)
}
