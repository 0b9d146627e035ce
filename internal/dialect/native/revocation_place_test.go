package native_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/dialect/native"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/limit"
	"github.com/doorward/doorward/internal/testenv"
	"github.com/doorward/doorward/internal/web"
)

func TestWhoFollowsTheFeedHoldsNoPlaceOfRequestsAtWork(t *testing.T) {
	env := testenv.New(t, "sqlite").Demo(t)
	env.Follow(t)
	mux, places := http.NewServeMux(), limit.NewPlaces(1, 1, time.Minute)
	dialect.Mount(mux, env.Authority, native.New(env.Authority, native.Options{}))
	refuse := func(_ http.ResponseWriter, _ *http.Request, f *fault.Error) { t.Error(f) }
	s := httptest.NewServer(web.Middleware(web.Chain{Log: slog.New(slog.DiscardHandler), Admit: web.Admit(places, refuse)}, mux))
	t.Cleanup(s.Close)
	w := wire{env: env, base: s.URL, key: portalKey}
	stream := w.events(t, "", nil)
	await(t, stream, "heard")
	if n := places.Taken(); n != 0 {
		t.Fatalf("%d places are held by a stream", n)
	}
	w.poll(t, "")
	await(t, stream, "heard") // it goes on beside
}
