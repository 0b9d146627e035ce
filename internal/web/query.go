package web

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/doorward/doorward/internal/fault"
)

// Query is a query string taken strictly: every parameter at most once.
type Query map[string]string

// ParseQuery reads the query of a request. It fails, naming the parameter, on broken escapes, bytes that are not
// UTF-8, control characters and repeated parameters. fold, when not nil, maps each name to the one it counts as. A
// parameter that is not among the known ones is called "query": a made-up name may be a secret in the wrong place.
func ParseQuery(r *http.Request, fold func(name string) string, known ...string) (Query, error) {
	return ParseForm(r.URL.RawQuery, fold, known...)
}

// ParseForm is ParseQuery for what is written like a query elsewhere.
func ParseForm(text string, fold func(name string) string, known ...string) (Query, error) {
	called := func(name string) string {
		if slices.Contains(known, name) {
			return name
		}
		return "query"
	}
	q := Query{}
	for pair := range strings.SplitSeq(text, "&") {
		if pair == "" {
			continue
		}
		rawName, rawValue, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(rawName)
		if err != nil || !Clean(name) {
			return nil, fault.BadParameter("query", "A parameter name in the query is not valid.")
		}
		if fold != nil {
			name = fold(name)
		}
		value, err := url.QueryUnescape(rawValue)
		if err != nil || !Clean(value) {
			return nil, fault.BadParameter(called(name), "The parameter is not valid UTF-8 text in valid escapes.")
		}
		if _, twice := q[name]; twice {
			return nil, fault.BadParameter(called(name), "The parameter is given more than once.")
		}
		q[name] = value
	}
	return q, nil
}

// Has reports whether the parameter is present, even if empty.
func (q Query) Has(name string) bool {
	_, ok := q[name]
	return ok
}

// DecodeBase64 reads the base64 of HTTP Basic in its one spelling: the decoder alone would skip line breaks.
func DecodeBase64(text string) (decoded string, ok bool) {
	raw, err := base64.StdEncoding.Strict().DecodeString(text)
	return string(raw), err == nil && !strings.ContainsAny(text, "\r\n")
}

// Clean reports whether text is valid UTF-8 without control characters (NUL among them), which no store and no log should see.
func Clean(text string) bool {
	if isPrintableASCII(text) { // as nearly everything is
		return true
	}
	return utf8.ValidString(text) && !strings.ContainsFunc(text, unicode.IsControl)
}

func isPrintableASCII(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}

// ParseNumber reads a decimal number between 0 and the largest int64, written the one canonical way: no sign, no
// leading zero, no point, no exponent, no space, ASCII digits only.
func ParseNumber(text string) (int64, bool) {
	if text == "" || len(text) > 1 && text[0] == '0' {
		return 0, false
	}
	for _, c := range []byte(text) {
		if c < '0' || c > '9' {
			return 0, false
		}
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil
}
