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

// recorded is a request's context with its record and the value of the header that shows its id: one piece of memory.
type recorded struct {
	context.Context
	record Record
	shown  [1]string
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
			ctx := &recorded{Context: r.Context(), record: Record{ID: ids.next(), Source: sourceOf(r, trusted)}}
			ctx.shown[0] = ctx.record.ID
			w.Header()[RequestIDHeader] = ctx.shown[:]
			next.ServeHTTP(w, r.WithContext(ctx))
		})
	}
}

// idBytes is how many random bytes a request id is made of.
const idBytes = 12

// requestIDs makes request ids out of blocks of randomness: asking the system for each costs more than all else of one.
type requestIDs struct {
	mu    sync.Mutex
	block [256 * idBytes]byte
	left  int // at the end of the block, not given out yet
}

func (i *requestIDs) next() string {
	var text [2 * idBytes]byte
	i.mu.Lock()
	if i.left == 0 {
		rand.Read(i.block[:])
		i.left = len(i.block)
	}
	hex.Encode(text[:], i.block[len(i.block)-i.left:][:idBytes])
	i.left -= idBytes
	i.mu.Unlock()
	return string(text[:])
}
