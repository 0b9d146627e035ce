package server_test

import (
	"crypto/rand"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/testenv"
)

// valid says what to put in for a parameter so that the request succeeds over the demo directory.
type valid struct {
	make func(w *world) string // as text; for a member that is no string as JSON
	// opaque: nothing but an equal text is right, so that wrong input may be answered like a wrong credential.
	opaque bool
	secret bool // must not be seen in a failure or in the log
	// leftOut: the parameter is not tried here; its own tests do.
	leftOut bool
}

func is(text string) valid { return valid{make: func(*world) string { return text }} }

func opaque(text string) valid {
	v := is(text)
	v.opaque = true
	return v
}

func key(text string) valid {
	v := opaque(text)
	v.secret = true
	return v
}

func made(how func(w *world) string) valid { return valid{make: how, opaque: true, secret: true} }

// validValues is what no openapi.yaml can say, by surface and parameter, or by surface, operationId and parameter.
// Whatever has an example, a default or an enum there needs no entry.
var validValues = map[string]valid{
	"alephee API_KEY":   key("6F9619FF-8B86-D011-B42D-00C04FC964FF"),
	"alephee X-API-Key": key("6F9619FF-8B86-D011-B42D-00C04FC964FF"),
	"alephee accountId": is("1200"),
	"alephee userEmail": is("owner@acme.test"),
	"alephee token":     made(validationToken),

	"alephee listAccounts accountId":      is("1200"),
	"alephee listAccounts documentNumber": is("CY10259033P"),

	"pulse apiKey":        opaque("apiKey-3f9a1c2b7d4e"),
	"pulse apiSecret":     key("demo-secret-0123456789abcdef"),
	"pulse email":         is("owner@acme.test"),
	"pulse password":      key("correct-horse-battery-staple"),
	"pulse Authorization": made(pulseSession),
	"pulse X-Account-ID":  opaque("6591739253089529"),
	"pulse id":            {make: pulseKey, opaque: true},

	"activeplatform X-Api-Token": key("vY5fwetestK3gJXZH5uHCw"),
	"activeplatform reseller_id": is("1"),
	"activeplatform account_id":  is("505"),

	"activeplatform showChildResellerAccount account_id": is("1200"),
	"activeplatform regenerateManagerKey X-Api-Token":    made(managerKey),
	"activeplatform regenerateManagerKey reseller_id":    is("2"),
	"activeplatform regenerateManagerKey manager_id":     is("9"),

	"crmcom organisation": is("CRMDEMO"),
	"crmcom unit":         is("EE63A82C4FEBE02FF34E90DD1EBA5ABE"),
	"crmcom username":     is("mpadministrator"),
	"crmcom password":     opaque("1234"),
	"crmcom access_token_identifier/authentication_code": key("5E0D93A1C7B84F62"),
	"crmcom access_token_identifier/identifier":          opaque("CARD-1001"),
	"crmcom access_token_identifier/pass_code":           key("9Q4T7Z"),
	"crmcom token":                  made(crmcomSession),
	"crmcom keyLogin Authorization": key("C0FFEE00C0FFEE00C0FFEE00C0FFEE00"),

	"oauth Authorization":      key("apiKey-3f9a1c2b7d4e:demo-secret-0123456789abcdef"),
	"oauth client_id":          opaque("apiKey-3f9a1c2b7d4e"),
	"oauth client_secret":      key("demo-secret-0123456789abcdef"),
	"oauth client_assertion":   made(signedAssertion),
	"oauth resource":           is("https://orders.demo.test/"),
	"oauth audience":           is("https://orders.demo.test/"),
	"oauth subject_token":      made(pulseSession),
	"oauth subject_token_type": is("urn:doorward:token-type:session"),
	"oauth token":              {make: pulseSession, secret: true}, // any text is a token, if of nobody
	"oauth id":                 opaque("2"),

	"native redeemLoginToken Authorization": key("demo-b2b-portal-redeem-key"),
	"native showSession Authorization":      made(pulseSession),
	"native mintLoginToken Authorization":   made(kept("integrator", keyOf("service:CRMDEMO/ERP integration"))),
	"native Authorization":                  made(kept("operator", keyOf("operator@doorward.test"))),
	"native login_token":                    made(portalLoginToken),
	"native email":                          is("owner@acme.test"),
	"native Idempotency-Key":                is("attempt-1"),
	"native code":                           is("malformed-request"),

	"gateway options":       is("from=request"),
	"gateway Authorization": made(pulseSession),
	"gateway X-Account-ID":  opaque("6591739253089529"),
}

func pulseSession(w *world) string {
	by := w.actor("pulse", "Ada", authority.ByPassword("", "owner@acme.test", secret.Of("correct-horse-battery-staple")))
	return w.session(by, authority.SessionRequest{Shape: secret.ShapeHex64, Lifetime: authority.Lifetimes{Absolute: time.Hour}})
}

// signedAssertion is what the demo's client that signs proves itself by, once.
func signedAssertion(w *world) string {
	return testenv.Assertion(w, map[string]any{
		"iss": "signed-reports", "sub": "signed-reports", "aud": testenv.InstallationURL, "jti": rand.Text(), "exp": w.authority.Now().Add(time.Minute).Unix(),
	})
}

// pulseKey is a new key of the account.
func pulseKey(w *world) string {
	by := w.actor("pulse", "Ada", authority.ByPassword("", "owner@acme.test", secret.Of("correct-horse-battery-staple")))
	issued, err := w.authority.IssueAccountKey(w.Context(), by, authority.AccountKeyRequest{
		Account: tenant.Account(6591739253089529), Name: "Nightly sync", Permissions: []grant.Permission{"readApplications"},
	})
	if err != nil {
		w.Fatal(err)
	}
	return issued.Credential.ID.String()
}

// managerKey is a new key of the manager whose key the request replaces: the one that it had has ended.
func managerKey(w *world) string {
	text, _, err := w.authority.RegenerateManagerKey(w.Context(), authority.CommandLine(authority.Origin{}), tenant.Reseller(2), grant.Person(9))
	if err != nil {
		w.Fatal(err)
	}
	return text.Reveal()
}

func validationToken(w *world) string {
	by := w.actor("alephee", "ERP", authority.ByKey(secret.Of("6F9619FF-8B86-D011-B42D-00C04FC964FF")))
	return w.loginToken(by, authority.MintRequest{Account: tenant.Account(1200), Email: "owner@acme.test", Audience: 2})
}

func crmcomSession(w *world) string {
	by := w.actor("crmcom", "Mary", authority.ByKey(secret.Of("C0FFEE00C0FFEE00C0FFEE00C0FFEE00")))
	return w.session(by, authority.SessionRequest{
		Shape: secret.ShapeUpperHex32, Lifetime: authority.Lifetimes{Absolute: time.Hour}, InUnit: true,
	})
}

func portalLoginToken(w *world) string {
	by := w.actor("alephee", "ERP", authority.ByKey(secret.Of("6F9619FF-8B86-D011-B42D-00C04FC964FF")))
	return w.loginToken(by, authority.MintRequest{Account: tenant.Account(1200), Email: "owner@acme.test", Audience: 1})
}
