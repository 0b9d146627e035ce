package web_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/web"
)

// served answers one request through the middleware and returns the answer and the log's one line.
func served(t *testing.T, handler http.HandlerFunc, r *http.Request) (*http.Response, map[string]any, string) {
	t.Helper()
	var log bytes.Buffer
	w := httptest.NewRecorder()
	web.Middleware(web.Chain{Log: slog.New(slog.NewJSONHandler(&log, nil))}, handler).ServeHTTP(w, r)
	var line map[string]any
	if err := json.Unmarshal(log.Bytes(), &line); err != nil {
		t.Fatalf("the log is not one line: %q: %v", log.String(), err)
	}
	return w.Result(), line, log.String()
}

func TestALogLineSaysWhatWasAskedByItsPatternAndNothingThatHoldsASecret(t *testing.T) {
	r := httptest.NewRequest("GET", "/v2/canary-path?API_KEY=canary-query", strings.NewReader("canary-body"))
	r.Header.Set("Authorization", "Bearer canary-header")
	r.Header.Set("Referer", "https://x.test/?t=canary-referer")
	r.Header.Set("User-Agent", "canary-agent")
	r.RemoteAddr = "[2001:db8::1%eth0]:4711"
	answer, line, text := served(t, func(w http.ResponseWriter, r *http.Request) {
		record := web.RecordOf(r.Context())
		record.Route, record.Surface = "/v2/{id}", "alephee"
		w.WriteHeader(http.StatusTeapot)
	}, r)
	if line["route"] != "/v2/{id}" || line["surface"] != "alephee" || line["status"] != 418.0 || line["method"] != "GET" ||
		line["source"] != "2001:db8::1" || line["level"] != "INFO" {
		t.Errorf("%s", text)
	}
	if id := answer.Header.Get(web.RequestIDHeader); len(id) != 24 || line["request"] != id {
		t.Errorf("request id %q, logged %v", id, line["request"])
	}
	if strings.Contains(text, "canary") {
		t.Errorf("%s", text)
	}
}

func TestAMadeUpMethodIsNotLogged(t *testing.T) {
	_, line, text := served(t, func(http.ResponseWriter, *http.Request) {}, httptest.NewRequest("CANARY", "/", nil))
	if line["method"] != "other" || strings.Contains(text, "CANARY") || line["status"] != 200.0 {
		t.Errorf("%s", text)
	}
}

func TestAPanicIsABare500AndItsValueIsInNoLog(t *testing.T) {
	answer, line, text := served(t, func(http.ResponseWriter, *http.Request) { panic("canary-value") }, httptest.NewRequest("GET", "/", nil))
	body, _ := io.ReadAll(answer.Body)
	if answer.StatusCode != 500 || len(body) != 0 || line["status"] != 500.0 || line["level"] != "ERROR" || line["reason"] != "panic" ||
		!strings.Contains(text, "panic: string") || strings.Contains(text, "canary-value") {
		t.Errorf("%d %q: %s", answer.StatusCode, body, text)
	}
}

func TestAnAbortedAnswerStaysAborted(t *testing.T) {
	defer func() {
		if recover() != http.ErrAbortHandler {
			t.Error("the abort was swallowed")
		}
	}()
	web.Recover(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })).
		ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
}

func TestTheCauseOfAFailureOfOursIsLoggedWithItsReason(t *testing.T) {
	_, line, _ := served(t, func(_ http.ResponseWriter, r *http.Request) {
		web.RecordOf(r.Context()).Cause = fault.UnknownOutcome(errors.New("the wire broke"))
	}, httptest.NewRequest("GET", "/", nil))
	if line["reason"] != fault.ReasonUnknownOutcome || !strings.Contains(line["cause"].(string), "the wire broke") || line["level"] != "ERROR" {
		t.Errorf("%v", line)
	}
}

func TestTheReasonOfARefusalIsLoggedAsNoErrorOfOurs(t *testing.T) {
	_, line, _ := served(t, func(w http.ResponseWriter, r *http.Request) {
		web.RecordOf(r.Context()).Reason = "a-reason"
		w.WriteHeader(http.StatusForbidden)
	}, httptest.NewRequest("GET", "/", nil))
	if _, caused := line["cause"]; line["reason"] != "a-reason" || line["level"] != "INFO" || line["status"] != 403.0 || caused {
		t.Errorf("%v", line)
	}
}

func TestWhatWentWellHasNoReason(t *testing.T) {
	_, line, _ := served(t, func(http.ResponseWriter, *http.Request) {}, httptest.NewRequest("GET", "/", nil))
	if reason, there := line["reason"]; there {
		t.Errorf("%v", reason)
	}
}

func TestARequestIDIsOursEvenWhenTheClientSendsOne(t *testing.T) {
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set(web.RequestIDHeader, "canary")
	answer, _, _ := served(t, func(http.ResponseWriter, *http.Request) {}, r)
	if answer.Header.Get(web.RequestIDHeader) == "canary" {
		t.Error("a client chose its request id")
	}
}

func TestARequestOutsideTheMiddlewareHasAnEmptyRecord(t *testing.T) {
	if r := web.RecordOf(t.Context()); r == nil || r.ID != "" {
		t.Errorf("%+v", r)
	}
}
