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
		if byKind[kind].Status == 0 {
			t.Errorf("%s has none", kind)
		}
	}
	for _, row := range problems() {
		if row.Status < 400 || row.Code == "" || row.Title == "" || row.Meaning == "" || row.Next == "" || codes[row.Code] {
			t.Errorf("%+v", row)
		}
		codes[row.Code] = true
	}
	if len(codes) != len(byKind)+len(byReason) {
		t.Errorf("the codes are %v", codes)
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
