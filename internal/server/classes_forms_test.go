package server_test

import (
	"context"
	"encoding/base64"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
)

func (h *house) idsOf(t *testing.T, email string) []grant.PrincipalID {
	t.Helper()
	var s authority.Standing
	err := h.env.Store.View(t.Context(), func(ctx context.Context, v authority.View) (err error) {
		s, err = v.StandingByEmail(ctx, email)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return []grant.PrincipalID{s.Principal.ID}
}

const keyPairFailures = 50 // authority.KeyGuessBySource

func alephee(key, account, email string) request {
	query := url.Values{"API_KEY": {key}, "userEmail": {email}}
	return request{method: "GET", target: "/v2/accounts/" + account + "/logintoken?" + query.Encode()}
}

func alepheeForms() []presentation {
	const key, ada = "key-of-the-integrator", "ada@acme.test"
	wrongPair := pulsePair("pair-of-ada", "wrong") // this dialect's own rate would not let so many through
	return []presentation{{
		route: "GET /v2/accounts/{accountId}/logintoken", name: "key, account and user",
		good: asking(alephee(key, "1200", ada)),
		alike: []failing{
			{unknown, "key", authority.ReasonUnknown, asking(alephee("no-such-key", "1200", ada))},
			{unknown, "no key", authority.ReasonUnknown, asking(alephee("", "1200", ada))},
			{unknown, "user", authority.ReasonUnknown, asking(alephee(key, "1200", "nobody@acme.test"))},
			{unknown, "no user", authority.ReasonUnknown, asking(alephee(key, "1200", ""))},
			{unknown, "key and no portal", authority.ReasonUnknown, asking(alephee("no-such-key", "1201", "ina@acme.test"))},
			{wrong, "secret of a pair", authority.ReasonWrong, asking(alephee("pair-of-ada:wrong", "1200", ada))},
			{locked, "pair", authority.ReasonLocked, afterFailures(keyPairFailures, wrongPair, alephee("pair-of-ada:the-secret-of-ada", "1200", ada))},
			{inactive, "user", authority.ReasonInactive, asking(alephee(key, "1200", "ina@acme.test"))},
			{inactive, "person of the key", authority.ReasonInactive, asking(alephee("the-key-of-ina", "1200", ada))},
			{deleted, "user", authority.ReasonDeleted, asking(alephee(key, "1200", "del@acme.test"))},
			{deleted, "person of the key", authority.ReasonDeleted, asking(alephee("pair-of-del:the-secret-of-del", "1200", ada))},
			{expired, "key", authority.ReasonExpired, asking(alephee("key-that-has-expired", "1200", ada))},
			{otherTenant, "account", authority.ReasonOutside, asking(alephee(key, "99", ada))},
			{otherTenant, "no account", authority.ReasonOutside, asking(alephee(key, "98", ada))},
			{otherTenant, "user", authority.ReasonNotMember, asking(alephee(key, "1200", "eve@acme.test"))},
			{noSuchKind, "authentication code for a key", authority.ReasonUnknown, asking(alephee("CODE-ada", "1200", ada))},
			{notAccount, "user", authority.ReasonNotMember, asking(alephee(key, "1200", "ben@acme.test"))},
			{notAccount, "key of a member", authority.ReasonOutside, asking(alephee("pair-of-ada:the-secret-of-ada", "1200", "exp@acme.test"))},
		},
	}}
}

func pulsePair(key, pairSecret string) request {
	return request{method: "POST", target: "/auth/login", body: `{"apiKey":"` + key + `","apiSecret":"` + pairSecret + `"}`}
}

func pulsePassword(email, password string) request {
	return request{method: "POST", target: "/auth/login", body: `{"email":"` + email + `","password":"` + password + `"}`}
}

func pulseForms() []presentation {
	right := pulsePair("pair-of-ada", "the-secret-of-ada")
	return []presentation{{
		route: "POST /auth/login", name: "key pair", good: asking(right),
		none: lacking("the form names no tenant", otherTenant),
		alike: []failing{
			{unknown, "", authority.ReasonUnknown, asking(pulsePair("no-such-pair", "the-secret-of-ada"))},
			{wrong, "", authority.ReasonWrong, asking(pulsePair("pair-of-ada", "wrong"))},
			{locked, "", authority.ReasonLocked, afterFailures(keyPairFailures, pulsePair("pair-of-ada", "wrong"), right)},
			{inactive, "", authority.ReasonInactive, asking(pulsePair("pair-of-ina", "the-secret-of-ina"))},
			{deleted, "", authority.ReasonDeleted, asking(pulsePair("pair-of-del", "the-secret-of-del"))},
			{expired, "", authority.ReasonExpired, asking(pulsePair("pair-of-exp", "the-secret-of-exp"))},
			{noSuchKind, "authentication code for both", authority.ReasonUnknown, asking(pulsePair("CODE-ada", "CODE-ada"))},
			{notAccount, "", authority.ReasonNotMember, asking(pulsePair("pair-of-ben", "the-secret-of-ben"))},
		},
	}, {
		route: "POST /auth/login", name: "e-mail and password", good: asking(pulsePassword("ada@acme.test", "right")),
		none: lacking("the form names no tenant and no account", otherTenant, notAccount),
		alike: []failing{
			{unknown, "", authority.ReasonUnknown, asking(pulsePassword("nobody@acme.test", "right"))},
			{unknown, "user name", authority.ReasonUnknown, asking(pulsePassword("ada", "right"))},
			{unknown, "nobody can have it", authority.ReasonUnknown, asking(pulsePassword(" ada@acme.test", "right"))},
			{wrong, "", authority.ReasonWrong, asking(pulsePassword("ada@acme.test", "wrong"))},
			{locked, "", authority.ReasonLocked, afterFailures(5, pulsePassword("ada@acme.test", "wrong"), pulsePassword("ada@acme.test", "right"))},
			{inactive, "", authority.ReasonInactive, asking(pulsePassword("ina@acme.test", "right"))},
			{deleted, "", authority.ReasonDeleted, asking(pulsePassword("del@acme.test", "right"))},
			{expired, "", authority.ReasonExpired, asking(pulsePassword("exp@acme.test", "right"))},
			{noSuchKind, "", authority.ReasonNoPassword, asking(pulsePassword("nop@acme.test", "right"))},
		},
	}}
}

func owner(key, reseller, account string) request {
	return request{
		method: "GET", target: "/api/v3/resellers/" + reseller + "/user_authentication/token?account_id=" + account,
		header: "X-Api-Token: " + key,
	}
}

func activePlatformForms() []presentation {
	const route, key = "GET /api/v3/resellers/{reseller_id}/user_authentication/token", "the-manager-key-of-ada"
	wrongPair := owner("pair-of-ada:wrong", "1", "1200")
	const elsewhere = "what is not the manager's to see is 404, which WIRE.md §3 lets differ from 401; it is a form of its own"
	return []presentation{{
		route: route, name: "key (401)", good: asking(owner(key, "1", "1200")),
		none: lacking(elsewhere, otherTenant, notAccount),
		alike: []failing{
			{unknown, "", authority.ReasonUnknown, asking(owner("no-such-key", "1", "1200"))},
			{unknown, "and no such account", authority.ReasonUnknown, asking(owner("no-such-key", "1", "98"))},
			{wrong, "secret of a pair", authority.ReasonWrong, asking(wrongPair)},
			{locked, "pair", authority.ReasonLocked, afterFailures(keyPairFailures, wrongPair, owner("pair-of-ada:the-secret-of-ada", "1", "1200"))},
			{inactive, "", authority.ReasonInactive, asking(owner("the-manager-key-of-ina", "1", "1200"))},
			{deleted, "", authority.ReasonDeleted, asking(owner("the-manager-key-of-del", "1", "1200"))},
			{expired, "", authority.ReasonExpired, asking(owner("the-manager-key-of-exp", "1", "1200"))},
			{noSuchKind, "authentication code for a key", authority.ReasonUnknown, asking(owner("CODE-ada", "1", "1200"))},
		},
	}, {
		route: route, name: "reseller and account (404)", good: asking(owner(key, "1", "1200")),
		none: lacking("it fails before the account is looked at, with 401", unknown, wrong, locked, inactive, deleted, expired, noSuchKind),
		alike: []failing{
			{otherTenant, "reseller", authority.ReasonOutside, asking(owner(key, "77", "99"))},
			{otherTenant, "no reseller", authority.ReasonOutside, asking(owner(key, "78", "1200"))},
			{notAccount, "of another reseller", authority.ReasonOutside, asking(owner(key, "1", "99"))},
			{notAccount, "of no reseller", authority.ReasonOutside, asking(owner(key, "1", "98"))},
			{notAccount, "beside its reseller", authority.ReasonOutside, asking(owner(key, "77", "1200"))},
		},
	}}
}

func crm(body string) request {
	return request{method: "POST", target: "/crmapi/rest/v2/authentication/token", body: body}
}

func crmPassword(username, password, organisation string) request {
	return crm(`{"username":"` + username + `","password":"` + password + `","organisation":"` + organisation + `"}`)
}

func crmPassCode(identifier, code, organisation string) request {
	return crm(`{"access_token_identifier":{"identifier":"` + identifier + `","pass_code":"` + code + `"},"organisation":"` + organisation + `"}`)
}

func crmCode(code, organisation string) request {
	return crm(`{"access_token_identifier":{"authentication_code":"` + code + `"},"organisation":"` + organisation + `"}`)
}

func (q request) inUnit(id string) request {
	q.body = strings.Replace(q.body, "{", `{"unit":"`+id+`",`, 1)
	return q
}

func crmcomForms() []presentation {
	const route, units = "POST /crmapi/rest/v2/authentication/token", "the form names no account; units are a form of their own, as INVALID_UNIT is told once the credentials are right"
	right, card, code := crmPassword("ada", "right", "ORG"), crmPassCode("CARD-ada", "right", "ORG"), crmCode("CODE-ada", "ORG")
	return []presentation{{
		route: route, name: "user name and password", good: asking(right), none: lacking(units, notAccount),
		alike: []failing{
			{unknown, "", authority.ReasonUnknown, asking(crmPassword("nobody", "right", "ORG"))},
			{unknown, "organisation", authority.ReasonUnknown, asking(crmPassword("ada", "right", "NONE"))},
			{unknown, "e-mail", authority.ReasonUnknown, asking(crmPassword("nobody@acme.test", "right", "ORG"))},
			{wrong, "", authority.ReasonWrong, asking(crmPassword("ada", "wrong", "ORG"))},
			{wrong, "and a foreign unit", authority.ReasonWrong, asking(crmPassword("ada", "wrong", "ORG").inUnit(branch))},
			{wrong, "by e-mail", authority.ReasonWrong, asking(crmPassword("ada@acme.test", "wrong", "ORG"))},
			{locked, "", authority.ReasonLocked, afterFailures(5, crmPassword("ada", "wrong", "ORG"), right)},
			{locked, "and a foreign unit", authority.ReasonLocked, afterFailures(5, crmPassword("ada", "wrong", "ORG"), right.inUnit(branch))},
			{inactive, "", authority.ReasonInactive, asking(crmPassword("ina", "right", "ORG"))},
			{deleted, "", authority.ReasonDeleted, asking(crmPassword("del", "right", "ORG"))},
			{expired, "", authority.ReasonExpired, asking(crmPassword("exp", "right", "ORG"))},
			{otherTenant, "by user name", authority.ReasonUnknown, asking(crmPassword("eve", "right", "ORG"))},
			{otherTenant, "by e-mail", authority.ReasonOrganisation, asking(crmPassword("eve@acme.test", "right", "ORG"))},
			{noSuchKind, "", authority.ReasonNoPassword, asking(crmPassword("nop", "right", "ORG"))},
		},
	}, {
		route: route, name: "identifier and pass code", good: asking(card), none: lacking(units, notAccount),
		alike: []failing{
			{unknown, "", authority.ReasonUnknown, asking(crmPassCode("CARD-none", "right", "ORG"))},
			{wrong, "", authority.ReasonWrong, asking(crmPassCode("CARD-ada", "wrong", "ORG"))},
			{locked, "", authority.ReasonLocked, afterFailures(5, crmPassCode("CARD-ada", "wrong", "ORG"), card)},
			{locked, "by passwords", authority.ReasonLocked, afterFailures(5, crmPassword("ada", "wrong", "ORG"), card)},
			{inactive, "", authority.ReasonInactive, asking(crmPassCode("CARD-ina", "right", "ORG"))},
			{deleted, "", authority.ReasonDeleted, asking(crmPassCode("CARD-del", "right", "ORG"))},
			{expired, "", authority.ReasonExpired, asking(crmPassCode("CARD-exp", "right", "ORG"))},
			{otherTenant, "", authority.ReasonOrganisation, asking(crmPassCode("CARD-eve", "right", "ORG"))},
			{noSuchKind, "authentication code for identifier", authority.ReasonUnknown, asking(crmPassCode("CODE-ada", "right", "ORG"))},
		},
	}, {
		route: route, name: "authentication code", good: asking(code),
		none: either(lacking(units, notAccount), lacking("the code is found by the whole of it: a wrong one is unknown, and none can be locked", wrong, locked)),
		alike: []failing{
			{unknown, "", authority.ReasonUnknown, asking(crmCode("CODE-none", "ORG"))},
			{inactive, "", authority.ReasonInactive, asking(crmCode("CODE-ina", "ORG"))},
			{deleted, "", authority.ReasonDeleted, asking(crmCode("CODE-del", "ORG"))},
			{expired, "", authority.ReasonExpired, asking(crmCode("CODE-exp", "ORG"))},
			{otherTenant, "", authority.ReasonOrganisation, asking(crmCode("CODE-eve", "ORG"))},
			{noSuchKind, "identifier for authentication code", authority.ReasonUnknown, asking(crmCode("CARD-ada", "ORG"))},
		},
	}, {
		route: route, name: "unit, by the right password", good: asking(right.inUnit(head)),
		none: lacking("it fails before the unit is looked at", unknown, wrong, locked, inactive, deleted, expired, otherTenant, noSuchKind),
		alike: []failing{
			{notAccount, "unit of others", authority.ReasonNotOwnUnit, asking(right.inUnit(branch))},
			{notAccount, "no unit", authority.ReasonNotOwnUnit, asking(right.inUnit(strings.Repeat("0", 32)))},
			{notAccount, "suspended unit", authority.ReasonNotOwnUnit, asking(right.inUnit(closed))},
		},
	}}
}

func redeem(key, token, more string) request {
	return request{
		method: "POST", target: "/v1/login-tokens/redeem", header: "Authorization: Bearer " + key,
		body: `{"login_token":"` + token + `"` + more + `}`,
	}
}

// redeeming mints a token for the portal, does something about it and redeems it.
func redeeming(about func(t *testing.T, h *house, token string), more string) func(t *testing.T, h *house) request {
	return func(t *testing.T, h *house) request {
		token := h.mint(t, "ada@acme.test", 1)
		if about != nil {
			about(t, h, token)
		}
		return redeem("key-of-the-portal", token, more)
	}
}

// redeemingNone redeems a login token of the right form that nobody has.
func redeemingNone(_ *testing.T, h *house) request {
	return redeem("key-of-the-portal", h.env.Keys.MintLoginToken(secret.ShapeNative, h.env.Clock.Now()).Text.Reveal(), "")
}

// repeating asks the same with an idempotency key.
func repeating(ask func(t *testing.T, h *house) request) func(t *testing.T, h *house) request {
	return func(t *testing.T, h *house) request {
		q := ask(t, h)
		q.header += "\nIdempotency-Key: mine"
		return q
	}
}

// whileAda changes Ada's status; the next good redemption is of a whole directory again.
func whileAda(status authority.Status) func(t *testing.T, h *house) request {
	return func(t *testing.T, h *house) request {
		h.setAda(t, authority.Active)
		token := h.mint(t, "ada@acme.test", 1)
		h.setAda(t, status)
		return redeem("key-of-the-portal", token, "")
	}
}

func (h *house) setAda(t *testing.T, status authority.Status) {
	t.Helper()
	h.change(t, func(ctx context.Context, tx authority.Tx) error {
		s, err := tx.StandingByEmail(ctx, "ada@acme.test")
		s.Principal.Status = status
		tx.PutPrincipal(s.Principal)
		return err
	})
}

func v1(authorization string) request {
	return request{method: "GET", target: "/v1/limits", header: "Authorization: " + authorization}
}

// v1Forms are the ways to present a key where /v1 takes a key, a session or an access token.
func v1Forms() []presentation {
	basic := func(user, password string) string {
		return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
	}
	wrongPair := v1(basic("pair-of-ada", "wrong"))
	alike := []failing{
		{unknown, "", authority.ReasonUnknown, asking(v1("Bearer no-such-key"))},
		{wrong, "secret of a pair", authority.ReasonWrong, asking(v1("Bearer pair-of-ada:wrong"))},
		{locked, "pair", authority.ReasonLocked, afterFailures(keyPairFailures, wrongPair, v1("Bearer pair-of-ada:the-secret-of-ada"))},
		{inactive, "", authority.ReasonInactive, asking(v1("Bearer the-key-of-ina"))},
		{deleted, "", authority.ReasonDeleted, asking(v1("Bearer pair-of-del:the-secret-of-del"))},
		{expired, "", authority.ReasonExpired, asking(v1("Bearer key-of-the-panel"))},
		{noSuchKind, "authentication code for a key", authority.ReasonUnknown, asking(v1("Bearer CODE-ada"))},
	}
	return []presentation{{
		route: v1Route, name: "key (401)", good: asking(v1("Bearer key-of-the-portal")), alike: alike,
		none: lacking("this route needs no permission and names no account", otherTenant, notAccount),
	}}
}

func nativeForms() []presentation {
	const route, token = "POST /v1/login-tokens/redeem", "no-token"
	wrongPair := redeem("pair-of-ada:wrong", token, "")
	return []presentation{{
		route: route, name: "the audience's key (401)", good: redeeming(nil, ""),
		none: either(lacking("a key without the permission is 403, whatever the login token is", otherTenant, notAccount)),
		alike: []failing{
			{unknown, "", authority.ReasonUnknown, asking(redeem("no-such-key", token, ""))},
			{wrong, "secret of a pair", authority.ReasonWrong, asking(wrongPair)},
			{locked, "pair", authority.ReasonLocked, afterFailures(keyPairFailures, wrongPair, redeem("pair-of-ada:the-secret-of-ada", token, ""))},
			{inactive, "", authority.ReasonInactive, asking(redeem("the-key-of-ina", token, ""))},
			{deleted, "", authority.ReasonDeleted, asking(redeem("pair-of-del:the-secret-of-del", token, ""))},
			{expired, "", authority.ReasonExpired, asking(redeem("key-of-the-panel", token, ""))},
			{noSuchKind, "authentication code for a key", authority.ReasonUnknown, asking(redeem("CODE-ada", token, ""))},
		},
	}, {
		route: route, name: "login token", good: redeeming(nil, ""),
		none: either(lacking("unknown ones are TooMany by the thousand, and none is locked", locked), lacking("there is one kind of login token that is redeemed", noSuchKind)),
		alike: []failing{
			{unknown, "", authority.ReasonUnknown, redeemingNone},
			{unknown, "with an idempotency key", authority.ReasonUnknown, repeating(redeemingNone)},
			{wrong, "no login token at all", authority.ReasonUnknown, asking(redeem("key-of-the-portal", token, ""))},
			{wrong, "spent", authority.ReasonSpent, redeeming(func(t *testing.T, h *house, token string) { h.send(t, redeem("key-of-the-portal", token, "")) }, "")},
			{wrong, "spent by another key", authority.ReasonSpent, repeating(redeeming(func(t *testing.T, h *house, token string) { h.send(t, redeem("key-of-the-portal", token, "")) }, ""))},
			{expired, "", authority.ReasonExpired, redeeming(func(_ *testing.T, h *house, _ string) { h.env.Clock.Advance(time.Minute) }, "")},
			{otherTenant, "another audience's", authority.ReasonOtherAudience, func(t *testing.T, h *house) request {
				return redeem("key-of-the-portal", h.mint(t, "ada@acme.test", 3), "")
			}},
			{notAccount, "another e-mail", authority.ReasonOtherEmail, redeeming(nil, `,"email":"ben@acme.test"`)},
			{inactive, "", authority.ReasonInactive, whileAda(authority.Inactive)},
			{deleted, "", authority.ReasonDeleted, whileAda(authority.Deleted)},
			{deleted, "with an idempotency key", authority.ReasonDeleted, repeating(whileAda(authority.Deleted))},
		},
	}}
}
