package native

import (
	"net/http"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/fault"
)

const (
	idempotencyHeader = "Idempotency-Key"
	maxIdempotencyKey = 255 // characters
)

// once runs a request that makes something: make when it is the first with its Idempotency-Key, or has none, and show
// for the same one again, with the ID of what the first has made. make has answered nothing when it fails.
func (n native) once(c *dialect.Call, make func(by authority.Actor) error, show func(by authority.Actor, made string) error) error {
	key, err := parseIdempotencyKey(c.Request.Header)
	if err != nil {
		return err
	}
	if key == "" {
		return make(c.By)
	}
	asked := authority.Repeatable{Key: key, Route: c.Request.Method + " " + c.Request.URL.EscapedPath(), Body: c.Body}
	by, made, err := n.authority.Repeating(c.Context(), c.By, asked)
	if err != nil {
		return err
	}
	if made == "" {
		failed := make(by)
		if failed == nil || fault.KindOf(failed) != fault.Conflict {
			return failed
		}
		// Perhaps because the same request was made at the same time.
		if by, made, err = n.authority.Repeating(c.Context(), c.By, asked); err != nil || made == "" {
			return failed
		}
	}
	c.ResponseWriter.Header().Set("Idempotency-Replayed", "true")
	return show(by, made)
}

// parseIdempotencyKey reads the optional header: at most once, 1 to 255 visible ASCII characters, compared byte by byte.
func parseIdempotencyKey(header http.Header) (string, error) {
	given := header.Values(idempotencyHeader)
	switch {
	case len(given) == 0:
		return "", nil
	case len(given) > 1:
		return "", fault.BadParameter(idempotencyHeader, "The header is given more than once.")
	case !dialect.IsVisible(given[0]) || len(given[0]) > maxIdempotencyKey:
		return "", fault.BadParameter(idempotencyHeader, "The header must be 1 to 255 visible ASCII characters without spaces.")
	}
	return given[0], nil
}
