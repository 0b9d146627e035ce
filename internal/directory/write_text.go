package directory

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// bareShape is text that no reader of YAML takes for anything else, in brackets or not.
var bareShape = regexp.MustCompile(`^[A-Za-z]([A-Za-z0-9 ._@/+-]*[A-Za-z0-9])?$`)

// notText are words that some version of YAML takes for a truth value or for nothing.
var notText = []string{"true", "false", "yes", "no", "on", "off", "y", "n", "null"}

// quoted returns a text as YAML, in quotes where it could be taken for anything else.
func quoted(text string) string {
	if bareShape.MatchString(text) && !slices.Contains(notText, strings.ToLower(text)) {
		return text
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range text {
		switch {
		case c == '"' || c == '\\':
			b.WriteRune('\\')
			b.WriteRune(c)
		case c == ' ' || unicode.IsPrint(c):
			b.WriteRune(c)
		case c > 0xffff:
			fmt.Fprintf(&b, `\U%08X`, c)
		default:
			fmt.Fprintf(&b, `\u%04X`, c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func quotedOrNone(text string) string {
	if text == "" {
		return ""
	}
	return quoted(text)
}

// listed returns texts as a list in brackets.
func listed[T ~string](texts []T) string {
	written := make([]string, len(texts))
	for i, text := range texts {
		written[i] = quoted(string(text))
	}
	return bracketed(written)
}

func listedOrNone[T ~string](texts []T) string {
	if len(texts) == 0 {
		return ""
	}
	return listed(texts)
}

func bracketed(written []string) string { return "[" + strings.Join(written, ", ") + "]" }

// oneLine returns a text for a comment, which must not go on in the next line.
func oneLine(text string) string {
	if strings.ContainsFunc(text, func(c rune) bool { return !unicode.IsPrint(c) }) {
		return strconv.QuoteToASCII(text)
	}
	return text
}

// free returns a value whose keys are the platform's own, on one line.
func free(value any) string {
	switch v := value.(type) {
	case nil:
		return "null"
	case string:
		return quoted(v)
	case float64:
		return number64(v)
	case []any:
		written := make([]string, len(v))
		for i, one := range v {
			written[i] = free(one)
		}
		return bracketed(written)
	case map[string]any:
		written := make([]string, 0, len(v))
		for _, key := range slices.Sorted(maps.Keys(v)) {
			written = append(written, quoted(key)+": "+free(v[key]))
		}
		return "{" + strings.Join(written, ", ") + "}"
	}
	return fmt.Sprint(value) // true or false
}

// number64 writes the shortest number that is read back as the same.
func number64(v float64) string {
	if v == float64(int64(v)) {
		return strconv.FormatInt(int64(v), 10)
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}
