package server_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

// keyFailures are the ways for a key to fail wherever there is room for one string. The failures that lock it come by
// another dialect, since some have a rate of their own.
func keyFailures(ask func(key string) request) []failing {
	return []failing{
		{unknown, "key", authority.ReasonUnknown, asking(ask("no-such-key"))},
		{wrong, "secret of a pair", authority.ReasonWrong, asking(ask("pair-of-ada:wrong"))},
		{locked, "pair", authority.ReasonLocked, afterFailures(keyPairFailures, pulsePair("pair-of-ada", "wrong"), ask("pair-of-ada:the-secret-of-ada"))},
		{inactive, "person of the key", authority.ReasonInactive, asking(ask("the-manager-key-of-ina"))},
		{deleted, "person of the key", authority.ReasonDeleted, asking(ask("the-manager-key-of-del"))},
		{expired, "key", authority.ReasonExpired, asking(ask("the-manager-key-of-exp"))},
		{noSuchKind, "authentication code for a key", authority.ReasonUnknown, asking(ask("CODE-ada"))},
	}
}

// listForms are the forms of the routes that list and show for a key.
func listForms() (all []presentation) {
	const key, manager = "key-of-the-integrator", "the-manager-key-of-ada"
	accounts := func(key string) request {
		return request{method: "GET", target: "/v2/accounts?accountId=1200&API_KEY=" + key}
	}
	all = append(all, presentation{
		route: "GET /v2/accounts", name: "key and account", good: asking(accounts(key)),
		none: lacking("the account is the tenant that is asked for", otherTenant),
		alike: append(keyFailures(accounts), failing{
			notAccount, "account", authority.ReasonOutside, asking(request{method: "GET", target: "/v2/accounts?accountId=99&API_KEY=" + key}),
		}, failing{
			notAccount, "no account", authority.ReasonOutside, asking(request{method: "GET", target: "/v2/accounts?accountId=98&API_KEY=" + key}),
		}),
	}, usersForm(key))
	for route, target := range map[string]string{
		"GET /api/v3/resellers/{reseller_id}":                                  "/api/v3/resellers/R",
		"GET /api/v3/resellers/{reseller_id}/child_resellers":                  "/api/v3/resellers/R/child_resellers",
		"GET /api/v3/resellers/{reseller_id}/accounts":                         "/api/v3/resellers/R/accounts",
		"GET /api/v3/resellers/{reseller_id}/accounts/{account_id}":            "/api/v3/resellers/R/accounts/1200",
		"GET /api/v3/resellers/{reseller_id}/child_reseller_accounts":          "/api/v3/resellers/R/child_reseller_accounts",
		"GET /api/v3/resellers/{reseller_id}/managers":                         "/api/v3/resellers/R/managers",
		"POST /api/v3/resellers/{reseller_id}/managers/{manager_id}/api_token": "/api/v3/resellers/R/managers/5/api_token",
	} {
		all = append(all, resellerForms(route, target, manager)...)
	}
	return all
}

// usersForm is of the list that needs a validation token beside the key.
func usersForm(key string) presentation {
	users := func(key, account, token string) request {
		return request{method: "GET", target: "/v2/accounts/" + account + "/users?API_KEY=" + key + "&token=" + token}
	}
	withToken := func(q func(token string) request) func(t *testing.T, h *house) request {
		return func(t *testing.T, h *house) request { return q(h.validationToken(t, key)) }
	}
	return presentation{
		route: "GET /v2/accounts/{accountId}/users", name: "key, account and validation token",
		good: withToken(func(token string) request { return users(key, "1200", token) }),
		none: lacking("the account is the tenant that is asked for", otherTenant),
		alike: append(keyFailures(func(key string) request { return users(key, "1200", "none") }),
			failing{notAccount, "account", authority.ReasonOutside, withToken(func(token string) request { return users(key, "99", token) })},
			failing{unknown, "token", authority.ReasonUnknown, asking(users(key, "1200", strings.Repeat("A", 22)))},
			failing{unknown, "no token", authority.ReasonUnknown, asking(users(key, "1200", ""))},
			failing{unknown, "key beside a token", authority.ReasonUnknown, withToken(func(token string) request { return users("no-such-key", "1200", token) })},
		),
	}
}

func (h *house) validationToken(t *testing.T, key string) string {
	t.Helper()
	by, err := h.env.Authority.Authenticate(t.Context(), authority.Origin{Dialect: "alephee"}, authority.ByKey(secret.Of(key)))
	if err != nil {
		t.Fatal(err)
	}
	minted, err := h.env.Authority.MintLoginToken(t.Context(), by, authority.MintRequest{
		Account: tenant.Account(1200), Email: "ada@acme.test", Audience: 2,
	})
	if err != nil {
		t.Fatal(err)
	}
	return minted.Text.Reveal()
}

// resellerForms are a key's failures, and what is not below the manager's own reseller.
func resellerForms(route, target, key string) []presentation {
	method, _, _ := strings.Cut(route, " ")
	at := func(reseller, key string) request {
		return request{method: method, target: strings.Replace(target, "/R", "/"+reseller, 1), header: "X-Api-Token: " + key}
	}
	return []presentation{{
		route: route, name: "key (401)", good: asking(at("1", key)),
		none:  lacking("what is not the manager's to see is 404, which WIRE.md §3 lets differ from 401; it is a form of its own", otherTenant, notAccount),
		alike: keyFailures(func(key string) request { return at("1", key) }),
	}, {
		route: route, name: "reseller (404)", good: asking(at("1", key)),
		none: lacking("it fails before the reseller is looked at, with 401, or no account is asked for",
			unknown, wrong, locked, inactive, deleted, expired, noSuchKind, notAccount),
		alike: []failing{
			{otherTenant, "another's", authority.ReasonOutside, asking(at("77", key))},
			{otherTenant, "none", authority.ReasonOutside, asking(at("78", key))},
		},
	}}
}

// basicForm is CRM.COM's log-in by a key as the user name of HTTP Basic.
func basicForm() presentation {
	ask := crmKey
	return presentation{
		route: "POST /crmapi/rest/v2/authentication/web_api_key/token", name: "key", good: asking(ask("the-manager-key-of-ada")),
		none: lacking("the key names no tenant and no account", otherTenant, notAccount),
		alike: append(keyFailures(ask),
			failing{wrong, "key with a password", authority.ReasonUnknown, asking(ask("the-manager-key-of-ada:x"))},
			failing{wrong, "key with itself", authority.ReasonUnknown, asking(ask("the-manager-key-of-ada:the-manager-key-of-ada"))}),
	}
}

// crmKey logs in by a key as the user name, or by a pair.
func crmKey(key string) request {
	if !strings.Contains(key, ":") {
		key += ":"
	}
	return request{
		method: "POST", target: "/crmapi/rest/v2/authentication/web_api_key/token",
		header: "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(key)),
	}
}
