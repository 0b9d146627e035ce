package alephee

import (
	"net/http"
	"strings"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/web"
)

// The parameters, as the vendor's document spells them.
const (
	parameterKey     = "API_KEY"
	parameterEmail   = "userEmail"
	parameterModule  = "module"
	parameterTTL     = "ttl"
	parameterAccount = "accountId"
	parameterToken   = "token"
	parameterOffset  = "offset"
	parameterLimit   = "limit"
	parameterSort    = "sort"
	parameterNumber  = "documentNumber"
)

var parameterNames = []string{
	parameterKey, parameterEmail, parameterModule, parameterTTL, parameterAccount,
	parameterToken, parameterOffset, parameterLimit, parameterSort, parameterNumber,
}

// The range of ttl, in seconds (WIRE.md §1, query).
const minTTL, maxTTL = 5, 60

// The modules; module n is audience n.
const defaultModule, lastModule = 1, 2

// mintParameters is what a well-formed request for a login token says.
type mintParameters struct {
	caller
	account  int64
	email    string // as given, perhaps none and perhaps nobody's
	audience authority.AudienceID
	lifetime time.Duration // 0: the audience's default
}

// parseMint reads the request of WIRE.md §1: names in any letter case, each at most once; accountId in the path and,
// if at all, the same in the query; module 1 or 2; ttl 5 to 60 s. Numbers are plain ASCII digits without sign, leading
// zero, point, exponent or space. It fails with Malformed, naming the parameter. Key and e-mail may be anything.
func parseMint(r *http.Request) (p mintParameters, err error) {
	query, err := web.ParseQuery(r, foldName, parameterNames...)
	if err != nil {
		return p, err
	}
	if p.key, err = presentedKey(r, query); err != nil {
		return p, err
	}
	if p.account, err = parseAccount(r, query); err != nil {
		return p, err
	}
	if p.audience, err = parseModule(query); err != nil {
		return p, err
	}
	p.email = query[parameterEmail]
	p.lifetime, err = parseTTL(query)
	return p, err
}

// parseAccount reads the account of the path, which the query may repeat.
func parseAccount(r *http.Request, query web.Query) (int64, error) {
	account, err := number(parameterAccount, r.PathValue(parameterAccount), accountForm)
	if err != nil || !query.Has(parameterAccount) {
		return account, err
	}
	again, err := number(parameterAccount, query[parameterAccount], accountForm)
	if err == nil && again != account {
		err = fault.BadParameter(parameterAccount, "The account in the query is not the one in the path.")
	}
	return account, err
}

const accountForm = "a number above 0"

func parseModule(query web.Query) (authority.AudienceID, error) {
	text, ok := query[parameterModule]
	if !ok {
		return defaultModule, nil
	}
	const form = "1 (B2B portal) or 2 (WebAPI)"
	n, err := number(parameterModule, text, form)
	if err == nil && n > lastModule {
		err = wants(parameterModule, form)
	}
	return authority.AudienceID(n), err
}

func parseTTL(query web.Query) (time.Duration, error) {
	text, ok := query[parameterTTL]
	if !ok {
		return 0, nil
	}
	const form = "a whole number of seconds from 5 to 60"
	n, err := number(parameterTTL, text, form)
	if err == nil && (n < minTTL || n > maxTTL) {
		err = wants(parameterTTL, form)
	}
	if err != nil {
		return 0, err
	}
	return time.Duration(n) * time.Second, nil
}

func number(parameter, text, form string) (int64, error) {
	n, ok := web.ParseNumber(text)
	if !ok || n == 0 {
		return 0, wants(parameter, form)
	}
	return n, nil
}

func wants(parameter, form string) error {
	return fault.BadParameter(parameter, "It must be "+form+", in digits only.")
}

// foldName returns the parameter that a name in any letter case means. Only ASCII letters have case: to Unicode the
// Kelvin sign is a k, and a second API_KEY would hide behind it.
func foldName(name string) string {
	for _, known := range parameterNames {
		if len(known) == len(name) && strings.EqualFold(known, name) { // of the same length in bytes: all ASCII, as known is
			return known
		}
	}
	return strings.Map(asciiLower, name)
}

func asciiLower(r rune) rune {
	if 'A' <= r && r <= 'Z' {
		return r + ('a' - 'A')
	}
	return r
}
