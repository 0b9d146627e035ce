package sqlstore

import (
	"fmt"
	"net/netip"
	"reflect"
	"time"

	"github.com/go-json-experiment/json"
)

// The kinds of column below are sql.Scanners: they take what a driver has, which is theirs only until they return.

// instant is a time, zero for NULL.
type instant time.Time

// Scan takes microseconds since 1970.
func (i *instant) Scan(from any) error {
	switch v := from.(type) {
	case nil:
		*i = instant{}
		return nil
	case int64:
		*i = instant(time.UnixMicro(v).UTC())
		return nil
	}
	return noColumn(from, "a time")
}

// span is a duration.
type span time.Duration

// Scan takes microseconds.
func (s *span) Scan(from any) error {
	v, ok := from.(int64)
	if !ok {
		return noColumn(from, "a duration")
	}
	*s = span(time.Duration(v) * time.Microsecond)
	return nil
}

// flagged is a yes or no.
type flagged bool

// Scan takes 0 for no.
func (f *flagged) Scan(from any) error {
	v, ok := from.(int64)
	if !ok {
		return noColumn(from, "a flag")
	}
	*f = v != 0
	return nil
}

// address is an IP address, none for an empty text.
type address netip.Addr

// Scan takes its text.
func (a *address) Scan(from any) error {
	v, ok := from.(string)
	if !ok {
		return noColumn(from, "an address")
	}
	*a = address{}
	if v == "" {
		return nil
	}
	parsed, err := netip.ParseAddr(v)
	*a = address(parsed)
	return err
}

// maybe is a text, empty for NULL.
type maybe[T ~string] struct{ to *T }

// Scan takes a text or NULL.
func (m *maybe[T]) Scan(from any) error {
	v, ok := from.(string)
	if !ok && from != nil {
		return noColumn(from, "a text")
	}
	*m.to = T(v)
	return nil
}

// fixed is a fixed number of bytes, all zero for NULL.
type fixed struct{ to []byte }

// Scan takes bytes or NULL.
func (f *fixed) Scan(from any) error {
	v, ok := from.([]byte)
	switch {
	case from == nil:
		clear(f.to)
		return nil
	case !ok:
		return noColumn(from, "a key")
	case len(v) != len(f.to):
		return fmt.Errorf("a stored key has %d bytes instead of %d", len(v), len(f.to))
	}
	copy(f.to, v)
	return nil
}

// document is JSON, the zero value for NULL.
type document struct{ to any }

// Scan takes its text or NULL.
func (d *document) Scan(from any) error {
	v, ok := from.(string)
	switch {
	case from == nil:
		reflect.ValueOf(d.to).Elem().SetZero()
		return nil
	case !ok:
		return noColumn(from, "JSON")
	}
	return json.Unmarshal([]byte(v), d.to)
}

func noColumn(from any, what string) error { return fmt.Errorf("a stored %T is not %s", from, what) }
