package server_test

import (
	"slices"
	"strings"
)

// leniency is a class of bad input that some surface takes on purpose; the answer must then be that to the right request.
type leniency struct {
	surface string // or surface and operationId; "*" is every one
	class   string // ends in "*": all that begin so
	reason  string
	used    bool
}

// leniencies is every leniency there is. One that nothing uses fails.
func leniencies() []*leniency {
	return []*leniency{
		{surface: "*", class: "absolute form", reason: "RFC 9112 §3.2.2: a server must accept it; the host in it chooses nothing"},
		{surface: "*", class: "a letter in an escape", reason: "RFC 3986 §6.2.2.2: the same path"},
		{surface: "*", class: "scheme in other letter case", reason: "RFC 9110 §11.1: schemes have no letter case"},
		{surface: "*", class: "a body", reason: "RFC 9110 §9.3.1: of a GET it means nothing; activeplatform/README.md"},
		{surface: "*", class: "a method override", reason: "nobody believes it"},
		{surface: "*", class: "another host forwarded", reason: "nobody believes it"},
		{surface: "*", class: "an unacceptable answer", reason: "RFC 9110 §12.5.1: Accept may be disregarded"},
		{surface: "*", class: "a long header", reason: "an unknown header means nothing"},
		{surface: "*", class: "64 KiB", reason: "THREATS.md: the bound itself"},

		{surface: "alephee", class: "other letter case of the name", reason: "WIRE.md §1 [C]"},
		{surface: "alephee", class: "an unknown parameter", reason: "WIRE.md §5: the unknown is ignored in the vendor dialects"},
		{surface: "alephee", class: "a long query", reason: "WIRE.md §5: the unknown is ignored in the vendor dialects"},

		{surface: "pulse", class: "an unknown*", reason: "WIRE.md §5: the unknown is ignored in the vendor dialects"},
		{surface: "pulse", class: "beside it in other letter case", reason: "WIRE.md §5: the unknown is ignored in the vendor dialects"},
		{surface: "pulse", class: "a long query", reason: "WIRE.md §5: the unknown is ignored in the vendor dialects"},
		{surface: "pulse", class: "32 levels deep", reason: "WIRE.md §5: the unknown is ignored in the vendor dialects"},
		{surface: "pulse", class: "content type *", reason: "pulse/README.md: any Content-Type"},
		{surface: "pulse", class: "two spaces", reason: "RFC 9110 §11.4: one or more spaces between scheme and token"},

		{surface: "activeplatform", class: "an unknown parameter", reason: "WIRE.md §5: the unknown is ignored in the vendor dialects"},
		{surface: "activeplatform", class: "a long query", reason: "WIRE.md §5: the unknown is ignored in the vendor dialects"},
		{surface: "activeplatform", class: "twice, once in other letter case", reason: "WIRE.md §5: names are case-sensitive, so it is unknown"},

		{surface: "crmcom", class: "an unknown*", reason: "WIRE.md §5: the unknown is ignored in the vendor dialects"},
		{surface: "crmcom", class: "beside it in other letter case", reason: "WIRE.md §5: the unknown is ignored in the vendor dialects"},
		{surface: "crmcom", class: "a long query", reason: "WIRE.md §5: the unknown is ignored in the vendor dialects"},
		{surface: "crmcom", class: "32 levels deep", reason: "WIRE.md §5: the unknown is ignored in the vendor dialects"},
		{surface: "crmcom", class: "twice, once in other letter case", reason: "WIRE.md §5: names are case-sensitive, so it is unknown"},
		{surface: "crmcom keyLogin", class: "no body", reason: "WIRE.md §4 [C]: an empty body"},
		{surface: "crmcom keyLogin", class: "only spaces", reason: "WIRE.md §4 [C]: an empty body"},
		{surface: "crmcom keyLogin", class: "null", reason: "WIRE.md §4 [C]: an empty body"},
		{surface: "crmcom keyLogin", class: "no colon", reason: "WIRE.md §4 [C]: Basic without the trailing colon"},
		{surface: "crmcom keyLogin", class: "two spaces", reason: "RFC 9110 §11.4: one or more spaces between scheme and credentials"},
		{surface: "crmcom", class: "content type *", reason: "WIRE.md §4 [C]: a misspelt Content-Type"},

		{surface: "gateway", class: "an unknown*", reason: "gateway/README.md: Envoy appends its client's query"},
		{surface: "gateway", class: "a long query", reason: "gateway/README.md: Envoy appends its client's query"},

		{surface: "oauth", class: "an unknown parameter", reason: "RFC 6749 §3.2: unrecognised parameters are ignored"},
		{surface: "oauth", class: "twice, once in other letter case", reason: "RFC 6749 §3.2: names are case-sensitive, so it is unrecognised"},
		{surface: "oauth", class: "empty", reason: "RFC 6749 §3.2: a parameter without a value is none"},
		{surface: "oauth", class: "a byte order mark", reason: "RFC 6749 §3.2: it makes the first name another, which is unrecognised"},
		{surface: "oauth", class: "two spaces", reason: "RFC 9110 §11.4: one or more spaces between scheme and credentials"},

		{surface: "native", class: "content type *", reason: "native/README.md: Content-Type is not looked at"},
		{surface: "native showDocs", class: "an unknown*", reason: "a page for people, not /v1"},
		{surface: "native showDocs", class: "a long query", reason: "a page for people, not /v1"},
		{surface: "native showSpecification", class: "an unknown*", reason: "a page for people, not /v1"},
		{surface: "native showSpecification", class: "a long query", reason: "a page for people, not /v1"},
		{surface: "native showAsset", class: "an unknown*", reason: "a page for people, not /v1"},
		{surface: "native showAsset", class: "a long query", reason: "a page for people, not /v1"},
		{surface: "native listProblems", class: "an unknown*", reason: "a page for people, not /v1"},
		{surface: "native listProblems", class: "a long query", reason: "a page for people, not /v1"},
		{surface: "native showProblem", class: "an unknown*", reason: "a page for people, not /v1"},
		{surface: "native showProblem", class: "a long query", reason: "a page for people, not /v1"},
	}
}

// lenient returns the leniency that a class falls under, or nil.
func (m *matrix) lenient(o operation, class string) *leniency {
	for _, l := range m.leniencies {
		prefix, all := strings.CutSuffix(l.class, "*")
		if slices.Contains([]string{"*", o.surface, o.surface + " " + o.id}, l.surface) && (l.class == class || all && strings.HasPrefix(class, prefix)) {
			return l
		}
	}
	return nil
}
