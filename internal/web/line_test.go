package web_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/web"
)

// bothLines writes a record by the log of a server and by the handler whose form it has.
func bothLines(t *testing.T, r slog.Record) (ours, form string) {
	t.Helper()
	var written, wanted bytes.Buffer
	log, flush := web.NewLog(&written)
	if err := errors.Join(log.Handler().Handle(t.Context(), r), slog.NewJSONHandler(&wanted, nil).Handle(t.Context(), r)); err != nil {
		t.Fatal(err)
	}
	flush()
	return written.String(), wanted.String()
}

func TestALineIsAsAHandlerOfJSONWritesIt(t *testing.T) {
	for name, attrs := range map[string][]slog.Attr{
		"nothing":           nil,
		"text and numbers":  {slog.String("route", "/v1/{id}"), slog.Int("status", 200), slog.Int("least", -1<<63), slog.String("none", "")},
		"more than are few": {slog.Int("a", 1), slog.Int("b", 2), slog.Int("c", 3), slog.Int("d", 4), slog.Int("e", 5), slog.Int("f", 6)},
		"a short span":      {slog.String("took", (1500 * time.Nanosecond).String())},
		"a flag":            {slog.Bool("tls", true)},
		"a span":            {slog.Duration("for", time.Second)},
		"a group":           {slog.Group("g", slog.String("a", "b"))},
		"an empty group":    {slog.Group("g")},
		"no attribute":      {{}},
		"no key":            {slog.String("", "x"), slog.Int("", 1)},
		"an error":          {slog.Any("cause", errors.New("line one\nline two"))},
		"after odd ones":    {slog.Any("odd", []int{1}), slog.String("plain", "x")},
	} {
		for _, at := range []time.Time{{}, time.Unix(1, 0), time.Unix(1, 1).UTC(), time.Now()} {
			for _, level := range []slog.Level{slog.LevelInfo, slog.LevelError, slog.LevelWarn + 1} {
				r := slog.NewRecord(at, level, "a line", 0)
				r.AddAttrs(attrs...)
				if ours, form := bothLines(t, r); ours != form {
					t.Errorf("%s:\n%s%s", name, ours, form)
				}
			}
		}
	}
}

// keeping is a handler that keeps the last record.
type keeping struct {
	slog.Handler
	last *slog.Record
}

func (k keeping) Handle(_ context.Context, r slog.Record) error {
	*k.last = r
	return nil
}

func TestALineAboutARequestIsPlain(t *testing.T) {
	var line slog.Record
	log := slog.New(keeping{slog.NewJSONHandler(io.Discard, nil), &line})
	web.Middleware(web.Chain{Log: log}, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		record := web.RecordOf(r.Context())
		record.Surface, record.Route, record.Reason = "native", "/v1/tenants/{id}", "not-permitted"
	})).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/v1/tenants/1", nil))
	if text, plain := web.AppendPlain(nil, line); !plain {
		t.Errorf("%s", text)
	}
}

func FuzzALineIsAsAHandlerOfJSONWritesIt(f *testing.F) {
	for _, text := range []string{"", "plain", `"`, `\`, "<&>", "é", "\xff", "\x00", "\x1f", "\x7f", "\u2028", "\u2029", "\ufffd", "a\nb"} {
		f.Add(text, "key", "value")
		f.Add("message", text, "value")
		f.Add("message", "key", text)
	}
	f.Fuzz(func(t *testing.T, message, key, value string) {
		r := slog.NewRecord(time.Unix(1, 0), slog.LevelInfo, message, 0)
		r.AddAttrs(slog.Int(key, 1), slog.String("between", "x"), slog.String(key, value))
		if ours, form := bothLines(t, r); ours != form {
			t.Errorf("%s%s", ours, form)
		}
	})
}
