package web

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"net/netip"
	"sync"
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

	place Places // that the request holds, or nil
}

type recordKey struct{}

// recorded is a request's context with its record, the value of the header that shows its id and what remembers the status
// of its answer: one piece of memory.
type recorded struct {
	context.Context
	record Record
	shown  [1]string
	status statusWriter
}

// Value returns the record under its key, and what the context around it has under others.
func (c *recorded) Value(key any) any {
	if key == (recordKey{}) {
		return &c.record
	}
	return c.Context.Value(key)
}

// RecordOf returns the request's record; a request that did not pass WithRecord has an empty one.
func RecordOf(ctx context.Context) *Record {
	if record, ok := ctx.Value(recordKey{}).(*Record); ok {
		return record
	}
	return &Record{}
}

// WithRecord gives every request its record and every answer the request id.
func WithRecord(trusted ...netip.Prefix) func(http.Handler) http.Handler {
	var ids requestIDs
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx := &recorded{
				Context: r.Context(), record: Record{ID: ids.next(), Source: sourceOf(r, trusted)},
				status: statusWriter{ResponseWriter: w, status: http.StatusOK},
			}
			ctx.shown[0] = ctx.record.ID
			w.Header()[RequestIDHeader] = ctx.shown[:]
			next.ServeHTTP(&ctx.status, r.WithContext(ctx))
		})
	}
}

const (
	// idBytes is how many random bytes a request id is made of.
	idBytes = 12
	// idsAtOnce are made together. An id that somebody keeps keeps the text of all of them.
	idsAtOnce = 64
)

// requestIDs makes many request ids at once: asking the system for each costs more than all else of one.
type requestIDs struct {
	mu   sync.Mutex
	left string // ids that were not given out yet, one behind the other
}

func (i *requestIDs) next() string {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.left == "" {
		var random [idsAtOnce * idBytes]byte
		rand.Read(random[:])
		i.left = hex.EncodeToString(random[:])
	}
	id := i.left[:2*idBytes]
	i.left = i.left[2*idBytes:]
	return id
}
