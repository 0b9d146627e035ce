package web

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"net/netip"
)

// RequestIDHeader is on every answer; the operator finds the exact reason of a refusal under it.
const RequestIDHeader = "X-Request-Id"

// Record is what is known of a request before anybody has looked at it.
type Record struct {
	ID      string     // request id, made here: a client's own is not trusted to be unique
	Source  netip.Addr // who asks: the address of the connection, or what a trusted proxy says of it
	Route   string     // the pattern that matched, for the log; a path can hold a secret, a pattern cannot
	Surface string     // the dialect or page that answered
	Reason  string     // why it was refused or failed, a stable code and never input, for the log
	Cause   error      // what went wrong on our side, for the log
}

type recordKey struct{}

// RecordOf returns the request's record; a request that did not pass WithRecord has an empty one.
func RecordOf(ctx context.Context) *Record {
	if record, ok := ctx.Value(recordKey{}).(*Record); ok {
		return record
	}
	return &Record{}
}

// WithRecord gives every request its record and every answer the request id.
func WithRecord(trusted ...netip.Prefix) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			record := &Record{ID: newRequestID(), Source: sourceOf(r, trusted)}
			w.Header().Set(RequestIDHeader, record.ID)
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), recordKey{}, record)))
		})
	}
}

func newRequestID() string {
	var id [12]byte
	rand.Read(id[:])
	return hex.EncodeToString(id[:])
}
