package web

import (
	"bytes"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
)

// WriteJSON answers with a value as JSON, members of maps in the order of their names; before an error nothing is written.
func WriteJSON[T any](w http.ResponseWriter, status int, mediaType string, v T) error {
	return writeJSON(w, status, mediaType, &v) // by its address: what comes by value is copied twice more
}

func writeJSON(w http.ResponseWriter, status int, mediaType string, v any) error {
	return writeBody(w, status, mediaType, func(body *bytes.Buffer) error {
		return json.MarshalWrite(body, v, json.Deterministic(true))
	})
}

// WriteAppended answers with what is appended by hand; before an error nothing is written.
func WriteAppended(w http.ResponseWriter, status int, mediaType string, answer func(to []byte) ([]byte, error)) error {
	return writeBody(w, status, mediaType, func(body *bytes.Buffer) error {
		written, err := answer(body.AvailableBuffer())
		body.Write(written)
		return err
	})
}

func writeBody(w http.ResponseWriter, status int, mediaType string, write func(body *bytes.Buffer) error) error {
	body := bodies.Get().(*bytes.Buffer)
	if err := write(body); err != nil {
		return err
	}
	w.Header()["Content-Type"] = []string{mediaType}
	w.WriteHeader(status)
	// A client that went away is not a failure of the act. But HTTP/2 may still be reading what it has not written to its
	// end, so that nobody else may write there.
	if _, err := w.Write(body.Bytes()); err == nil && body.Cap() <= largestKept {
		body.Reset()
		bodies.Put(body)
	}
	return nil
}

// bodies are used again, as making one of the right size costs half as much as writing it. Each is empty.
var bodies = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// largestKept is how many bytes of memory a body may have to be used again.
const largestKept = 16 << 10

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
