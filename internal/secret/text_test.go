package secret_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/doorward/doorward/internal/secret"
)

const canary = "canary-7f3a"

func TestTextNeverPrints(t *testing.T) {
	type outer struct {
		Shown  secret.Text
		hidden secret.Text
		keyed  map[string]secret.Text
		lined  []secret.Text
	}
	text := secret.Of(canary)
	values := []any{text, &text, []secret.Text{text}, outer{text, text, map[string]secret.Text{"k": text}, []secret.Text{text}}}
	for _, value := range values {
		for _, verb := range strings.Fields("%v %+v %#v %s %q %x %X %d %t %p %10s %-10v %U %c %T") {
			mustHide(t, verb, fmt.Sprintf(verb, value))
		}
		encoded, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		mustHide(t, "json", string(encoded))
		var log bytes.Buffer
		slog.New(slog.NewJSONHandler(&log, nil)).Info("m", "v", value)
		slog.New(slog.NewTextHandler(&log, nil)).Info("m", "v", value)
		mustHide(t, "slog", log.String())
	}
	encoded, err := json.Marshal(map[string]any{"a": text})
	if string(encoded) != `{"a":"[secret]"}` || err != nil {
		t.Errorf("json gave %s, %v", encoded, err)
	}
	encoded, err = json.Marshal(map[secret.Text]string{text: "a"})
	if string(encoded) != `{"[secret]":"a"}` || err != nil {
		t.Errorf("as a name, json gave %s, %v", encoded, err)
	}
	mustHide(t, "asked for its text", text.String()+text.GoString())
	mustHide(t, "error", fmt.Errorf("open %v: %w", text, fmt.Errorf("inner %s", text)).Error())
}

func mustHide(t *testing.T, where, output string) {
	t.Helper()
	for _, form := range []string{canary, fmt.Sprintf("%x", canary), fmt.Sprintf("%X", canary), "99 97 110"} {
		if strings.Contains(output, form) {
			t.Errorf("%s prints the clear text: %s", where, output)
		}
	}
}

func TestTextGivesItselfBackOnlyByReveal(t *testing.T) {
	if got := secret.Of(canary); got.Reveal() != canary || got.Len() != len(canary) || got.IsZero() {
		t.Errorf("Of(%q) reveals %q, length %d", canary, got.Reveal(), got.Len())
	}
	var zero secret.Text
	if !zero.IsZero() || zero.Reveal() != "" || !secret.Of("").IsZero() {
		t.Error("a text that was never set is not zero")
	}
}

func TestKeysNeverPrint(t *testing.T) {
	keys := secret.KeysFrom([32]byte{1: 0xAB, 2: 0xCD}, [32]byte{3: 0xEF})
	holder := struct{ keys *secret.Keys }{keys}
	for _, verb := range strings.Fields("%v %+v %#v %s %x %d") {
		for _, value := range []any{keys, *keys, holder} {
			out := fmt.Sprintf(verb, value)
			raw := strings.Contains(out, "\xAB\xCD")
			out = strings.ToLower(out)
			if raw || strings.Contains(out, "abcd") || strings.Contains(out, "171 205") || strings.Contains(out, "0xab, 0xcd") {
				t.Errorf("%s prints key bytes: %s", verb, out)
			}
		}
	}
}
