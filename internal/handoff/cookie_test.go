package handoff

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
)

func TestCookiesAreSecureWhereverBrowsersKeepThem(t *testing.T) {
	for base, secure := range map[string]bool{
		"":                                   true,
		"https://doorward.example":           true,
		"HTTPS://doorward.example":           true,
		"http://localhost:8080":              true,
		"http://LOCALHOST":                   true,
		"http://acme.localhost:8080":         true,
		"http://127.0.0.1:8080":              true,
		"http://127.8.8.8":                   true,
		"http://[::1]:8080":                  true,
		"http://0.0.0.0:8080":                false,
		"http://192.168.1.4":                 false,
		"http://doorward.example":            false,
		"http://localhost.evil.example":      false,
		"http://notlocalhost":                false,
		"http://127.0.0.1.evil.example:8080": false,
	} {
		var log bytes.Buffer
		h := &handler{options: Options{Log: slog.New(slog.NewTextHandler(&log, nil))}}
		names := h.namesAt(base)
		h.namesAt(base)
		if names.secure != secure || strings.HasPrefix(names.session, "__Host-") != secure || strings.HasPrefix(names.attempt, "__Host-") != secure {
			t.Errorf("%q: %+v", base, names)
		}
		if warned := strings.Count(log.String(), "WARN"); secure && warned != 0 || !secure && warned != 1 {
			t.Errorf("%q: %d warnings", base, warned)
		}
	}
}

func TestAHostThatWouldEndADirectiveIsNoHome(t *testing.T) {
	for host, plain := range map[string]bool{
		"acme.example": true, "acme.example:8443": true, "[::1]:80": true, "xn--gly-goa.example": true,
		"": false, "a;script-src": false, "a,b": false, "a b": false, "a'b": false, "*": false, "ügly.example": false,
	} {
		if isPlainHost(host) != plain {
			t.Errorf("%q: %v", host, !plain)
		}
	}
}
