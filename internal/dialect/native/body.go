package native

import (
	"bytes"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/web"
)

// decode reads the body of a request without a query: one JSON object whose members are all known.
func decode(c *dialect.Call, dst any) error {
	if err := refuseQuery(c.Request); err != nil {
		return err
	}
	if bytes.Equal(bytes.TrimSpace(c.Body), []byte("null")) {
		return fault.BadParameter("body", "The body must be a JSON object.")
	}
	return web.DecodeJSON(c.Body, dst, true)
}

// nullable is a member that may be left out, null, or have a value: in a change, left out is as it was, and null is
// none (RFC 7396).
type nullable[T any] struct {
	given bool
	value *T
}

// UnmarshalJSON reads the member, which is there when it is called.
func (n *nullable[T]) UnmarshalJSON(text []byte) error {
	n.given = true
	return json.Unmarshal(text, &n.value, json.RejectUnknownMembers(true))
}

// names are a list that is null where there is no restriction.
type names []string

// MarshalJSON writes null for none.
func (n names) MarshalJSON() ([]byte, error) {
	return json.Marshal([]string(n), json.FormatNilSliceAsNull(true))
}

// perMinutes are limits by name, null where there are none.
type perMinutes map[string]int

// MarshalJSON writes null for none.
func (p perMinutes) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]int(p), json.FormatNilMapAsNull(true), json.Deterministic(true))
}

// parseTime reads an instant as RFC 3339 writes it, and nothing that no calendar has.
func parseTime(parameter, text string) (time.Time, error) {
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil || at.Year() < 1970 || len(text) > 35 {
		return time.Time{}, fault.BadParameter(parameter, "The parameter must be a time as RFC 3339 writes it, from 1970 on.")
	}
	return at.UTC().Truncate(time.Microsecond), nil
}

// formatTime writes an instant in UTC with what fractions of a second it has; null is none.
func formatTime(at time.Time) *string {
	if at.IsZero() {
		return nil
	}
	text := at.UTC().Format(time.RFC3339Nano)
	return &text
}

// optional returns a text, or null for none.
func optional[T ~string](text T) *string {
	if text == "" {
		return nil
	}
	s := string(text)
	return &s
}
