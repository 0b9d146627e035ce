package web_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/web"
)

// place is one place, refused at once when it is taken.
type place struct{ taken bool }

func (p *place) Take(context.Context) error {
	if p.taken {
		return fault.New(fault.Unavailable, "busy", "")
	}
	p.taken = true
	return nil
}

func (p *place) Free() {
	if !p.taken {
		panic("freed twice")
	}
	p.taken = false
}

func refuse(w http.ResponseWriter, _ *http.Request, f *fault.Error) {
	w.Header().Set("X-Reason", f.Reason)
	w.WriteHeader(http.StatusServiceUnavailable)
}

func TestARequestWithoutAPlaceIsRefusedWithItsIDAndWithoutALine(t *testing.T) {
	var log bytes.Buffer
	h := web.Middleware(web.Chain{Log: slog.New(slog.NewJSONHandler(&log, nil)), Admit: web.Admit(&place{taken: true}, refuse)},
		http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was let in") }))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("X-Reason") != "busy" || w.Header().Get(web.RequestIDHeader) == "" || log.Len() > 0 {
		t.Errorf("%d %v %s", w.Code, w.Header(), log.String())
	}
}

func TestAPlaceIsFreeAgainHoweverARequestEnds(t *testing.T) {
	for name, handle := range map[string]http.HandlerFunc{
		"well":                func(http.ResponseWriter, *http.Request) {},
		"with a panic":        func(http.ResponseWriter, *http.Request) { panic("x") },
		"aborted":             func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"after leaving early": func(_ http.ResponseWriter, r *http.Request) { web.Leave(r.Context()) },
		"after leaving twice": func(_ http.ResponseWriter, r *http.Request) { web.Leave(r.Context()); web.Leave(r.Context()) },
	} {
		t.Run(name, func(t *testing.T) {
			var p place
			h := web.Middleware(web.Chain{Log: slog.New(slog.DiscardHandler), Admit: web.Admit(&p, refuse)},
				http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if !p.taken {
						t.Error("it has no place")
					}
					handle(w, r)
				}))
			func() {
				defer func() { _ = recover() }()
				h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
			}()
			if p.taken {
				t.Error("its place is taken for ever")
			}
		})
	}
}

func TestWhoLeavesGivesThePlaceToOthersAtOnce(t *testing.T) {
	var p place
	h := web.WithRecord()(web.Admit(&p, refuse)(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if web.Leave(r.Context()); p.taken {
			t.Error("it is taken while nothing is done")
		}
	})))
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
}

func TestLeavingWithoutAPlaceIsNothing(t *testing.T) { web.Leave(t.Context()) }
