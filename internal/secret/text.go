package secret

import (
	"fmt"
	"io"
	"log/slog"
)

const redacted = "[secret]"

// Text is a secret in clear, which no verb, encoder or logger ever prints.
//
// Two texts are not comparable with ==; compare fingerprints.
type Text struct {
	// Behind a pointer because fmt prints the unexported fields of a struct
	// that holds a Text without asking the Text; of a pointer it prints the address.
	clear *string
}

// Of wraps a clear-text string that came in or was just made.
func Of(clear string) Text { return Text{clear: &clear} }

// Reveal returns the clear text, for handing it to its owner or hashing it.
func (t Text) Reveal() string {
	if t.clear == nil {
		return ""
	}
	return *t.clear
}

// IsZero reports whether there is no text or an empty one.
func (t Text) IsZero() bool { return t.Len() == 0 }

// Len returns the length of the clear text in bytes.
func (t Text) Len() int { return len(t.Reveal()) }

// String returns "[secret]" and never the clear text.
func (t Text) String() string { return redacted }

// GoString returns "[secret]" for the %#v verb.
func (t Text) GoString() string { return redacted }

// Format writes "[secret]" for every verb and flag.
func (t Text) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, redacted) }

// MarshalJSON encodes the text as "[secret]", so that no answer carries it by accident.
func (t Text) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }

// MarshalText encodes the text as "[secret]" for YAML, XML and map keys.
func (t Text) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// LogValue gives slog "[secret]" in place of the text.
func (t Text) LogValue() slog.Value { return slog.StringValue(redacted) }
