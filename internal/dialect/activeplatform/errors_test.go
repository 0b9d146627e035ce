package activeplatform

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/fault"
)

func TestEveryKindOfFailureHasAStatus(t *testing.T) {
	for kind := fault.Internal; kind <= fault.Unavailable; kind++ {
		if statuses[kind] < 400 {
			t.Errorf("%s has none", kind)
		}
	}
}

func TestRetryAfterIsInWholeSecondsRoundedUp(t *testing.T) {
	for after, want := range map[time.Duration]string{0: "", time.Millisecond: "1", time.Second: "1", 90*time.Second + 1: "91"} {
		w := httptest.NewRecorder()
		fail(w, nil, &fault.Error{Kind: fault.TooMany, RetryAfter: after})
		if got := w.Header().Get("Retry-After"); got != want {
			t.Errorf("%v: %q, want %q", after, got, want)
		}
	}
}

func TestAReasonForTheOperatorIsNotTold(t *testing.T) {
	w := httptest.NewRecorder()
	cause := fault.New(fault.Malformed, "the-cause", "for the log")
	fail(w, nil, fault.As(ours(cause)))
	if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "cause") || strings.Contains(w.Body.String(), "log") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
