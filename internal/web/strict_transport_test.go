package web_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/web"
)

func TestEveryAnswerTellsBrowsersHowLongToComeByHTTPSOnly(t *testing.T) {
	for age, want := range map[time.Duration]string{
		365 * 24 * time.Hour: "max-age=31536000", 90 * time.Second: "max-age=90", 0: "",
	} {
		for _, panics := range []bool{false, true} {
			w := httptest.NewRecorder()
			web.StrictTransport(age)(web.Recover(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
				if panics {
					panic("x")
				}
			}))).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
			if got := w.Header().Get("Strict-Transport-Security"); got != want {
				t.Errorf("%s: %q, not %q", age, got, want)
			}
		}
	}
}
