package handoff_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/handoff"
	"github.com/doorward/doorward/internal/web"
)

func TestTheReasonOfEveryFailedPageIsKeptForTheLogAndTheCauseOfOurs(t *testing.T) {
	openTroubled(t, func(h house, store *troubled) {
		for _, c := range []struct {
			method, target, reason string
			away                   bool
		}{
			{"GET", "/login?token=AAAAAAAAAAAAAAAAAAAAAA", authority.ReasonUnknown, false},
			{"GET", "/nothing", "unknown-path", false},
			{"PUT", "/", "method-not-allowed", false},
			{"GET", "/", "", false},
			{"GET", "/", "store-away", true},
		} {
			store.away.Store(c.away)
			var record *web.Record
			page := handoff.New(h.env.Authority, handoff.Options{InstallationURL: "http://" + panel})
			r := httptest.NewRequest(c.method, c.target, nil)
			r.Host = acmeHost
			web.WithRecord()(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				record = web.RecordOf(r.Context())
				page.ServeHTTP(w, r)
			})).ServeHTTP(httptest.NewRecorder(), r)
			caused := fault.KindOf(errAway) == fault.KindOf(record.Cause) && errors.Is(record.Cause, errAway)
			if record.Reason != c.reason || caused != c.away || !c.away && record.Cause != nil {
				t.Errorf("%s %s: reason %q, cause %v", c.method, c.target, record.Reason, record.Cause)
			}
		}
	})
}
