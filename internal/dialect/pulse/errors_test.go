package pulse_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/doorward/doorward/internal/dialect/pulse"
	"github.com/doorward/doorward/internal/fault"
)

func TestEveryKindOfFailureHasItsStatus(t *testing.T) {
	for kind := fault.Internal; kind <= fault.Unavailable; kind++ {
		w := httptest.NewRecorder()
		pulse.New(nil, pulse.Options{}).Fail(w, httptest.NewRequest("GET", "/", nil), fault.New(kind, "any", "Any."))
		if w.Code < 400 || http.StatusText(w.Code) == "" || w.Header().Get("Content-Type") != "application/json" {
			t.Errorf("%s is answered %d %s", kind, w.Code, w.Body)
		}
	}
}
