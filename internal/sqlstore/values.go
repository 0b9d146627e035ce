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

// instant scans a time.
type instant struct{ to *time.Time }

func (i instant) set(v *int64) {
	*i.to = time.Time{}
	if v != nil {
		*i.to = time.UnixMicro(*v).UTC()
	}
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

// row collects what to scan and what to do with it afterwards.
type row struct {
	dest  []any
	after []func() error
}

func (r *row) plain(dest ...any) *row {
	r.dest = append(r.dest, dest...)
	return r
}

func (r *row) time(to *time.Time) *row {
	var v *int64
	return r.then(&v, func() error { instant{to}.set(v); return nil })
}

func (r *row) span(to *time.Duration) *row {
	var v int64
	return r.then(&v, func() error { *to = time.Duration(v) * time.Microsecond; return nil })
}

func (r *row) flag(to *bool) *row {
	var v int64
	return r.then(&v, func() error { *to = v != 0; return nil })
}

func (r *row) json(to any) *row {
	var v string
	return r.then(&v, func() error { return json.Unmarshal([]byte(v), to) })
}

// list scans a list that may be NULL, which is none.
func list[T any](r *row, to *[]T) *row {
	var v *string
	return r.then(&v, func() error {
		*to = nil
		if v == nil {
			return nil
		}
		return json.Unmarshal([]byte(*v), to)
	})
}

func (r *row) addr(to *netip.Addr) *row {
	var v string
	return r.then(&v, func() error {
		*to = netip.Addr{}
		if v == "" {
			return nil
		}
		var err error
		*to, err = netip.ParseAddr(v)
		return err
	})
}

// optional scans a text that may be NULL.
func optional[T ~string](r *row, to *T) *row {
	var v *string
	return r.then(&v, func() error {
		*to = ""
		if v != nil {
			*to = T(*v)
		}
		return nil
	})
}

// bytes scans a fixed number of bytes, all zero for NULL.
func bytes(r *row, to []byte) *row {
	var v []byte
	return r.then(&v, func() error {
		clear(to)
		if v == nil {
			return nil
		}
		if len(v) != len(to) {
			return fmt.Errorf("a stored key has %d bytes instead of %d", len(v), len(to))
		}
		copy(to, v)
		return nil
	})
}

func (r *row) then(dest any, do func() error) *row {
	r.dest = append(r.dest, dest)
	r.after = append(r.after, do)
	return r
}

func (r *row) scan(scan func(dest ...any) error) error {
	if err := scan(r.dest...); err != nil {
		return err
	}
	for _, do := range r.after {
		if err := do(); err != nil {
			return err
		}
	}
	return nil
}

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
