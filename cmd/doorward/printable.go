package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"
)

// printable returns text as it is when a terminal shows it as it is, otherwise quoted, so that nothing stored can move
// the cursor, colour, reorder or break a line.
func printable(text string) string {
	for _, r := range text {
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			return strconv.Quote(text)
		}
	}
	return text
}

// escaped returns JSON text with what a terminal would act on as \u escapes; outside of strings JSON has none of it.
func escaped(text string) string {
	if strings.IndexFunc(text, unshown) < 0 {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		switch {
		case !unshown(r):
			b.WriteRune(r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

func unshown(r rune) bool { return !unicode.IsPrint(r) }

// moment is how a table shows a time: RFC 3339 in UTC, to the second; empty for none.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// plural counts things in words: "1 session", "2 sessions".
func plural(n int64, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return strconv.FormatInt(n, 10) + " " + thing
}
