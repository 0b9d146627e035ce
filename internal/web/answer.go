package web

import (
	"net/http"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
)

// WriteJSON answers with a value as JSON, members of maps in the order of their names; before an error nothing is written.
func WriteJSON(w http.ResponseWriter, status int, mediaType string, v any) error {
	body, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", mediaType)
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that went away is not a failure of the act
	return nil
}

// SetRetryAfter sets Retry-After (RFC 9110 §10.2.3) in whole seconds; without anything to wait for it sets nothing.
func SetRetryAfter(h http.Header, wait time.Duration) {
	if wait > 0 {
		h.Set("Retry-After", strconv.FormatInt(Seconds(wait), 10))
	}
}

// Seconds returns whole seconds, rounded up, so that who waits so long has waited long enough.
func Seconds(wait time.Duration) int64 {
	whole := int64(wait / time.Second)
	if wait%time.Second > 0 {
		whole++
	}
	return whole
}
