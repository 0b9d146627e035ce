package gateway

import (
	"net/url"
	"slices"
	"strings"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/web"
)

// demand is what a gateway's configuration asks of each request, as it stands in the path.
type demand struct {
	from        form
	audience    authority.AudienceID
	permissions []grant.Permission
	inAccount   bool
	acting      authority.ActingRule
	cookie      string // its name; empty: none is looked at
	query       string // name of the parameter of the client's URL; empty: none is looked at
	signIn      string
}

// defaultCookie is the one that the hand-off page sets.
const defaultCookie = "__Host-doorward-session"

// setters is every option there is, with what takes its value and says whether it is a right one.
var setters = map[string]func(d *demand, value string) bool{
	"from": func(d *demand, value string) bool {
		d.from = forms[value]
		return d.from.method != nil
	},
	"audience": func(d *demand, value string) bool {
		n, ok := web.ParseNumber(value)
		d.audience = authority.AudienceID(n)
		return ok && n > 0
	},
	"permission": func(d *demand, value string) bool {
		d.permissions = append(d.permissions, grant.Permission(value))
		return value != ""
	},
	"account": func(d *demand, value string) bool {
		d.inAccount = value == "required"
		return d.inAccount || value == "optional"
	},
	"acting": func(d *demand, value string) (known bool) {
		d.acting, known = actingRules[value]
		return known
	},
	"cookie": func(d *demand, value string) bool {
		if d.cookie = value; value == "none" {
			d.cookie = ""
		}
		return isName(value)
	},
	"query": func(d *demand, value string) bool {
		d.query = value
		return isName(value)
	},
	"sign-in": func(d *demand, value string) bool {
		d.signIn = value
		return value != ""
	},
}

var actingRules = map[string]authority.ActingRule{
	"read-only": authority.ActingReads, "allow": authority.ActingAllowed, "refuse": authority.ActingRefused,
}

// repeatable is the one option that may be given more than once.
const repeatable = "permission"

// parseDemand reads the segment of the path that holds the options: name=value, separated by commas, each at most once but
// for permission; values are percent-encoded. from is required, so that no client's path is ever taken for options.
func parseDemand(segment string) (demand, error) {
	d := demand{cookie: defaultCookie}
	var seen []string
	for option := range strings.SplitSeq(segment, ",") {
		name, raw, _ := strings.Cut(option, "=")
		set, known := setters[name]
		if !known {
			return d, misconfigured("There is an option that is not known; README.md of the gateway dialect lists all.")
		}
		if name != repeatable && slices.Contains(seen, name) {
			return d, misconfigured(name + " is given more than once.")
		}
		seen = append(seen, name)
		value, err := url.PathUnescape(raw)
		if err != nil || !web.Clean(value) || !set(&d, value) {
			return d, misconfigured(name + " does not have a value that it may have.")
		}
	}
	if d.from.method == nil {
		return d, misconfigured("from is missing: it says where the method of the client's request stands.")
	}
	return d, nil
}

// misconfigured is a mistake in the gateway's configuration, which no client can make.
func misconfigured(message string) error { return fault.BadParameter("options", message) }

// isName accepts what a cookie can be called (RFC 9110 §5.6.2), which is more than enough for a parameter.
func isName(text string) bool {
	const others = "!#$&'*+-.^_`|~"
	return text != "" && !strings.ContainsFunc(text, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune(others, r)
	})
}
