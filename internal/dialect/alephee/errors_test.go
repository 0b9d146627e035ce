package alephee

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/fault"
)

func TestEveryKindOfFailureHasItsShape(t *testing.T) {
	tooMany := &fault.Error{Kind: fault.TooMany, Message: "Too many.", RetryAfter: 1500 * time.Millisecond}
	for want, err := range map[string]error{
		`400 {"Status":400,"Message":"ttl: Bad."}`:                                            fault.BadParameter("ttl", "Bad."),
		`400 {"Status":400,"Message":"body: Large."}`:                                         &fault.Error{Kind: fault.TooLarge, Message: "Large.", Parameter: "body"},
		`401 {"Status":401,"Message":"The API key, the account or the user is not valid."}`:   fault.New(fault.Denied, "x", "May not."),
		`404 {"Status":404,"Message":"There is nothing at this path."}`:                       fault.New(fault.NotFound, "unknown-path", "There is nothing at this path."),
		`405 {"Status":405,"Message":"No."}`:                                                  fault.New(fault.Unsupported, "x", "No."),
		`412 {"Status":412,"Message":"No portal."}`:                                           fault.New(fault.Unmet, "x", "No portal."),
		`429 {"Status":429,"Message":"Too many."}`:                                            tooMany,
		`500 "Something went wrong on our side."`:                                             errors.New("a secret cause"),
		`503 {"Status":503,"Message":"The outcome is not known; check before trying again."}`: fault.UnknownOutcome(errors.New("a secret cause")),
	} {
		w := httptest.NewRecorder()
		wire{limits: limits{perMinute: 30}}.fail(w, httptest.NewRequest(http.MethodGet, "/v2", nil), fault.As(err))
		if got := http.StatusText(w.Code); want[:3] != w.Result().Status[:3] || want[4:] != w.Body.String() {
			t.Errorf("%v is %s %s, not %s", err, got, w.Body, want)
		}
		if w.Header().Get("X-Ratelimit-Limit") != "30" || w.Header().Get("Content-Type") != mediaType {
			t.Errorf("%v: %v", err, w.Header())
		}
		if err == error(tooMany) && (w.Header().Get("Retry-After") != "2" || w.Header().Get("X-Ratelimit-Retryafter") != "2") {
			t.Errorf("%v: %v", err, w.Header())
		}
	}
}
