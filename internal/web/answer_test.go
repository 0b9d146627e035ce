package web_test

import (
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/web"
)

func TestRetryAfterIsInWholeSecondsRoundedUp(t *testing.T) {
	for wait, want := range map[time.Duration]string{
		-time.Second: "", 0: "", 1: "1", time.Second: "1", time.Second + 1: "2", 1500 * time.Millisecond: "2",
		time.Minute: "60", math.MaxInt64: "9223372037",
	} {
		h := http.Header{}
		if web.SetRetryAfter(h, wait); h.Get("Retry-After") != want || len(h) > 1 {
			t.Errorf("%v: %v, not %q", wait, h, want)
		}
	}
}

func TestAnAnswerInJSONHasItsTypeStatusAndOneOrder(t *testing.T) {
	w := httptest.NewRecorder()
	err := web.WriteJSON(w, http.StatusTeapot, "application/x+json", map[string]any{"b": 1, "a": "<é>", "c": nil})
	if got := w.Body.String(); err != nil || got != `{"a":"<é>","b":1,"c":null}` {
		t.Errorf("%s, %v", got, err)
	}
	if w.Code != http.StatusTeapot || w.Header().Get("Content-Type") != "application/x+json" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
}

// broken is an answer that breaks off while somebody still reads what was to be written.
type broken struct {
	http.ResponseWriter
	reading []byte
}

func (b *broken) Write(body []byte) (int, error) {
	b.reading = body
	return 0, io.ErrClosedPipe
}

func TestWhatBreaksOffIsNotWrittenOverByOthers(t *testing.T) {
	for range 100 {
		first := &broken{ResponseWriter: httptest.NewRecorder()}
		if err := web.WriteJSON(first, http.StatusOK, "application/json", "mine"); err != nil {
			t.Fatal(err)
		}
		if err := web.WriteJSON(httptest.NewRecorder(), http.StatusOK, "application/json", "another's"); err != nil {
			t.Fatal(err)
		}
		if string(first.reading) != `"mine"` {
			t.Fatalf("%s", first.reading)
		}
	}
}

func TestWhatIsNoJSONIsNotHalfAnswered(t *testing.T) {
	w := httptest.NewRecorder()
	if err := web.WriteJSON(w, http.StatusOK, "application/json", []any{"whole", func() {}}); err == nil || w.Body.Len() > 0 || len(w.Header()) > 0 {
		t.Errorf("%v, %q, %v", err, w.Body, w.Header())
	}
}
