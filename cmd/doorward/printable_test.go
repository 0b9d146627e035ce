package main

import (
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/doorward/doorward/internal/audit"
)

// hostile are values that a terminal would act on: erase, colour, reorder, break a line, be no text at all.
var hostile = []string{"\x1b[2J", "a\nb", "a\tb", "\u009b31m", "\u202egnp.exe", "\x7f", "\xff", "a\u2028b", "\U000e0001"}

func TestNothingInAnEventActsOnTheTerminal(t *testing.T) {
	for _, value := range hostile {
		e := audit.Event{
			At: time.Unix(0, 0), Act: audit.Act(value), Outcome: audit.Outcome(value), Reason: value, Dialect: value, Request: value,
			Detail: map[string]string{value: value, "two words": "a=\"b\""},
		}
		line := eventLine(e)
		if at := strings.IndexFunc(line, func(r rune) bool { return !unicode.IsPrint(r) || r == unicode.ReplacementChar }); at >= 0 {
			t.Errorf("%q at %d of %q", value, at, line)
		}
	}
}

func TestEscapedJSONIsTheSameJSON(t *testing.T) {
	for _, value := range append(hostile, "plain", "Zoë ✓", `"quoted"`) {
		text, err := json.Marshal(map[string]string{"x": value}, jsontext.AllowInvalidUTF8(true))
		if err != nil {
			t.Fatal(err)
		}
		shown := escaped(string(text))
		if at := strings.IndexFunc(shown, unshown); at >= 0 {
			t.Errorf("%q at %d of %q", value, at, shown)
		}
		var want, got map[string]string
		if json.Unmarshal(text, &want) != nil || json.Unmarshal([]byte(shown), &got) != nil || want["x"] != got["x"] {
			t.Errorf("%q became %q", want["x"], got["x"])
		}
	}
}

func TestPlainTextIsShownAsItIs(t *testing.T) {
	for _, text := range []string{"", "Zoë ✓", "person:3", "ERP integration", `a "b"`} {
		if printable(text) != text {
			t.Errorf("%q is shown as %q", text, printable(text))
		}
	}
}
