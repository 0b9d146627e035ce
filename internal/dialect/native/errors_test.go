package native

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/fault"
)

func TestEveryKindOfFailureHasARow(t *testing.T) {
	codes := map[string]bool{}
	for kind := fault.Internal; kind <= fault.Unavailable; kind++ {
		row := byKind[kind]
		if row.status < 400 || row.code == "" || row.title == "" || codes[row.code] {
			t.Errorf("%s: %+v", kind, row)
		}
		codes[row.code] = true
	}
}

func TestRetryAfterIsInWholeSecondsRoundedUp(t *testing.T) {
	for after, want := range map[time.Duration]string{0: "", time.Millisecond: "1", time.Second: "1", 90*time.Second + 1: "91"} {
		w := httptest.NewRecorder()
		fail(w, &http.Request{}, &fault.Error{Kind: fault.TooMany, RetryAfter: after})
		if got := w.Header().Get("Retry-After"); got != want {
			t.Errorf("%v: %q, want %q", after, got, want)
		}
	}
}

func TestAnUnknownOutcomeIsNeverSuccess(t *testing.T) {
	w := httptest.NewRecorder()
	fail(w, &http.Request{}, fault.UnknownOutcome(nil))
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
}
