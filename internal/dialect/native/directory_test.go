package native_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect/native"
	"github.com/doorward/doorward/internal/testenv"
)

// made creates something, goes where its Location points, and returns the URL and what is there.
func (a api) made(t *testing.T, list, body string) (string, reply) {
	t.Helper()
	created := a.ok(t, http.StatusCreated, http.MethodPost, list, body)
	at := created.Header.Get("Location")
	shown := a.ok(t, http.StatusOK, http.MethodGet, at, "")
	if shown.answer.text != created.answer.text || shown.Header.Get("ETag") != created.Header.Get("ETag") {
		t.Errorf("%s: made %s, shown %s", at, created.answer.text, shown.answer.text)
	}
	return at, shown
}

// changed changes something twice by the version that was seen, of which the second time fails.
func (a api) changed(t *testing.T, at, body string) reply {
	t.Helper()
	tag := a.ok(t, http.StatusOK, http.MethodGet, at, "").Header.Get("ETag")
	changed := a.ok(t, http.StatusOK, http.MethodPatch, at, body, "If-Match: "+tag)
	a.fails(t, "precondition-failed", http.MethodPatch, at, body, "If-Match: "+tag)
	if shown := a.ok(t, http.StatusOK, http.MethodGet, at, ""); shown.answer.text != changed.answer.text || changed.Header.Get("ETag") == tag {
		t.Errorf("%s: changed %s, shown %s", at, changed.answer.text, shown.answer.text)
	}
	return changed
}

// refused makes requests that openapi.yaml does not allow.
func (a api) refused(t *testing.T, code, method, target string, bodies ...string) {
	t.Helper()
	for _, body := range bodies {
		a.fails(t, code, method, target, body)
	}
}

func TestAnOrganisationIsBuiltChangedAndTakenDown(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		a := serveAPI(t, env.Demo(t), native.Options{})
		organisation, _ := a.made(t, "/v1/tenants", `{"kind":"organisation","id":"organisation:New & Co?","parent":"installation"}`)
		const id = `"organisation:New & Co?"`
		if organisation != "/v1/tenants/organisation:New%20&%20Co%3F" {
			t.Error(organisation)
		}
		person, ann := a.made(t, "/v1/persons", `{"organisation":`+id+`,"email":"ann@new.test","name":"Ann","username":"ann"}`)
		_, reseller := a.made(t, "/v1/tenants", `{"kind":"reseller","parent":`+id+`,"name":"Below"}`)
		account, made := a.made(t, "/v1/tenants", `{"kind":"account","parent":"`+reseller.text("id")+`","name":"New","owner":"`+ann.text("id")+`",
			"portal":"https://new.test","profile":{"business_name":"New","customer_service":{"phone":"1"},"whitelabel":{"theme":"dark","sizes":[1,null]}}}`)
		a.made(t, "/v1/tenants", `{"kind":"unit","parent":`+id+`,"name":"Office"}`)
		role, _ := a.made(t, "/v1/roles", `{"organisation":`+id+`,"name":"a/b","permissions":["read"]}`)
		service, _ := a.made(t, "/v1/services", `{"organisation":`+id+`,"name":"ERP / nightly"}`)
		given, _ := a.made(t, "/v1/grants", `{"principal":"`+ann.text("id")+`","tenant":"`+made.text("id")+`","role":"New & Co?/a/b"}`)
		audience, _ := a.made(t, "/v1/audiences", `{"name":"Reports","kind":"api","lifetime":{"default_seconds":30,"min_seconds":5,"max_seconds":60},"resource":"https://reports.test","access_token":{"format":"opaque","lifetime_seconds":60}}`)

		if got := a.changed(t, account, `{"name":"Newer","portal":null,"profile":null}`); got.at("portal") != nil || got.at("profile", "whitelabel") != nil {
			t.Error(got.answer.text)
		}
		a.changed(t, person, `{"email":"other@new.test","username":null,"status":"inactive"}`)
		a.changed(t, service, `{"status":"inactive"}`)
		a.changed(t, role, `{"permissions":["read","write"]}`)
		a.changed(t, audience, `{"name":"Other","resource":null,"access_token":null}`)
		level := "/v1/grants/" + ann.text("id") + "/" + made.text("id") + "/account.owner"
		a.changed(t, level, `{"primary":true}`)

		a.fails(t, "conflict", http.MethodDelete, role, "")
		a.fails(t, "conflict", http.MethodDelete, level, "")
		a.fails(t, "precondition-failed", http.MethodDelete, given, "", `If-Match: "zz"`)
		a.ok(t, http.StatusNoContent, http.MethodDelete, given, "", "If-Match: *")
		a.ok(t, http.StatusNoContent, http.MethodDelete, role, "")
		a.fails(t, "not-found", http.MethodGet, role, "")
		a.ok(t, http.StatusNoContent, http.MethodDelete, service, "")
		a.ok(t, http.StatusNoContent, http.MethodDelete, person, "")
		if got := a.changed(t, person, `{"status":"active"}`); got.text("status") != "active" {
			t.Error(got.answer.text)
		}
	})
}

func TestSuspendingByTheAPICountsAtOnce(t *testing.T) {
	env := testenv.New(t, "sqlite").Demo(t)
	a := serveAPI(t, env, native.Options{})
	session := a.with("Bearer " + a.session(t, ownerEmail, "correct-horse-battery-staple"))
	for _, at := range []string{"/v1/tenants/account:1200", "/v1/persons/" + string(a.person(t, ownerEmail))} {
		session.ok(t, http.StatusOK, http.MethodGet, "/v1/session", "")
		if held := a.ok(t, http.StatusOK, http.MethodPost, at+"/suspend", ""); held.at("changed") != true {
			t.Error(held.answer.text)
		}
		if held := a.ok(t, http.StatusOK, http.MethodPost, at+"/suspend", "{}"); held.at("changed") != false {
			t.Error(held.answer.text)
		}
		if shown := a.ok(t, http.StatusOK, http.MethodGet, at, ""); shown.text("suspended_at") == "" || shown.text("status") != "active" {
			t.Error(shown.answer.text)
		}
		if strings.Contains(at, "persons") {
			session.fails(t, "unauthenticated", http.MethodGet, "/v1/session", "")
		}
		a.ok(t, http.StatusOK, http.MethodPost, at+"/resume", "")
	}
	session.ok(t, http.StatusOK, http.MethodGet, "/v1/session", "")
}

func TestListsOfTheDirectoryArePagedAndFiltered(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		a := serveAPI(t, env.Demo(t), native.Options{})
		for i := range 5 {
			a.made(t, "/v1/persons", `{"organisation":"organisation:CRMDEMO","email":"p`+strconv.Itoa(i)+`@new.test","name":"Page"}`)
		}
		for list, filter := range map[string]string{
			"/v1/tenants": "below=organisation:CRMDEMO", "/v1/persons": "organisation=organisation:CRMDEMO", "/v1/services": "",
			"/v1/roles": "organisation=organisation:CRMDEMO", "/v1/grants": "tenant=account:1200", "/v1/audiences": "",
		} {
			whole := a.ok(t, http.StatusOK, http.MethodGet, list+"?limit=200&"+filter, "")
			var parts []any
			query := list + "?limit=2&" + filter
			for next := query; next != ""; {
				part := a.ok(t, http.StatusOK, http.MethodGet, next, "")
				parts, next = append(parts, part.items()...), ""
				if cursor := part.text("next_cursor"); cursor != "" {
					next = query + "&cursor=" + url.QueryEscape(cursor)
				}
			}
			if len(parts) != len(whole.items()) || len(parts) < 2 || whole.text("next_cursor") != "" {
				t.Errorf("%s: %d of %d", list, len(parts), len(whole.items()))
			}
		}
		for query, want := range map[string]int{
			"/v1/persons?name=Page":                                                            5,
			"/v1/persons?email=P3@new.test":                                                    1,
			"/v1/persons?status=deleted&name=Page":                                             0,
			"/v1/tenants?kind=account&parent=reseller:1&status=suspended":                      0,
			"/v1/tenants?kind=organisation":                                                    1,
			"/v1/grants?tenant=account:1200&role=account.owner":                                1,
			"/v1/grants?principal=" + string(a.person(t, ownerEmail)) + "&tenant=account:1200": 2,
		} {
			if got := a.ok(t, http.StatusOK, http.MethodGet, query, ""); len(got.items()) != want {
				t.Errorf("%s: %s", query, got.answer.text)
			}
		}
		a.refused(t, "malformed-request", http.MethodGet, "/v1/tenants?kind=realm", "")
		a.refused(t, "malformed-request", http.MethodGet, "/v1/persons?email=x", "")
		a.refused(t, "malformed-request", http.MethodGet, "/v1/services?status=asleep", "")
	})
}

func TestAnOperatorOfAPartSeesAndChangesNothingBeside(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		a := serveAPI(t, env.Demo(t), native.Options{})
		a.made(t, "/v1/tenants", `{"kind":"organisation","id":"organisation:OTHER","parent":"installation"}`)
		_, eve := a.made(t, "/v1/persons", `{"organisation":"organisation:OTHER","email":"eve@other.test","name":"Eve"}`)
		a.made(t, "/v1/grants", `{"principal":"`+eve.text("id")+`","tenant":"organisation:OTHER","role":"installation.operator"}`)
		part := a.with("Bearer " + a.key(t, "eve@other.test", authority.Restriction{}))

		for _, list := range []string{"/v1/tenants", "/v1/persons", "/v1/services", "/v1/roles", "/v1/grants"} {
			if got := part.ok(t, http.StatusOK, http.MethodGet, list, ""); strings.Contains(got.answer.text, "CRMDEMO") || strings.Contains(got.answer.text, `"account:`) {
				t.Errorf("%s: %s", list, got.answer.text)
			}
		}
		if own := part.ok(t, http.StatusOK, http.MethodGet, "/v1/tenants/organisation:OTHER", ""); own.at("parent") != nil {
			t.Error(own.answer.text)
		}
		owner := string(a.person(t, ownerEmail))
		for _, beside := range [][2]string{
			{"/v1/tenants/account:1200", "/v1/tenants/account:987654321"},
			{"/v1/persons/" + owner, "/v1/persons/person:987654321"},
			{"/v1/services/service:CRMDEMO%2FERP%20integration", "/v1/services/service:CRMDEMO%2Fnone"},
			{"/v1/roles/CRMDEMO%2Fagent", "/v1/roles/CRMDEMO%2Fnone"},
			{"/v1/grants/" + owner + "/account:1200/account.owner", "/v1/grants/" + owner + "/account:1200/account.user"},
			{"/v1/audiences/1", "/v1/audiences/987654321"},
		} {
			for _, method := range []string{http.MethodGet, http.MethodPatch} {
				body := ""
				if method == http.MethodPatch {
					body = `{}`
					if strings.Contains(beside[0], "roles") {
						body = `{"permissions":["read"]}`
					}
				}
				there, none := part.do(t, method, beside[0], body), part.do(t, method, beside[1], body)
				if there.StatusCode != none.StatusCode || there.text("detail") != none.text("detail") || there.StatusCode < 400 {
					t.Errorf("%s %s: %s\nlike none: %s", method, beside[0], there.answer.text, none.answer.text)
				}
			}
		}
		part.fails(t, "not-found", http.MethodGet, "/v1/persons?organisation=organisation:CRMDEMO", "")
		part.fails(t, "not-found", http.MethodGet, "/v1/grants?principal="+owner, "")
		part.fails(t, "not-found", http.MethodPost, "/v1/grants", `{"principal":"`+owner+`","tenant":"organisation:OTHER","role":"installation.operator"}`)
		part.fails(t, "not-found", http.MethodPost, "/v1/persons", `{"organisation":"organisation:CRMDEMO","email":"x@x.test","name":"X"}`)
		taken := part.fails(t, "conflict", http.MethodPost, "/v1/persons", `{"organisation":"organisation:OTHER","email":"OWNER@acme.test","name":"X"}`)
		if strings.Contains(taken.answer.text, "CRMDEMO") || strings.Contains(taken.answer.text, owner) {
			t.Error(taken.answer.text)
		}
	})
}

func TestARepeatedCreationMakesNothingMore(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		a := serveAPI(t, env.Demo(t), native.Options{})
		for list, body := range map[string]string{
			"/v1/tenants":   `{"kind":"reseller","parent":"organisation:CRMDEMO","name":"Twice"}`,
			"/v1/persons":   `{"organisation":"organisation:CRMDEMO","email":"twice@new.test","name":"Twice"}`,
			"/v1/services":  `{"organisation":"organisation:CRMDEMO","name":"Twice"}`,
			"/v1/roles":     `{"organisation":"organisation:CRMDEMO","name":"twice","permissions":["read"]}`,
			"/v1/grants":    `{"principal":"` + string(a.person(t, ownerEmail)) + `","tenant":"reseller:1","role":"reseller.sales"}`,
			"/v1/audiences": `{"name":"Twice","kind":"api","lifetime":{"default_seconds":30,"min_seconds":5,"max_seconds":60}}`,
		} {
			first := a.ok(t, http.StatusCreated, http.MethodPost, list, body, "Idempotency-Key: once")
			again := a.ok(t, http.StatusCreated, http.MethodPost, list, body, "Idempotency-Key: once")
			if again.answer.text != first.answer.text || again.Header.Get("Location") != first.Header.Get("Location") || again.Header.Get("Idempotency-Replayed") != "true" {
				t.Errorf("%s: %s\n%s", list, first.answer.text, again.answer.text)
			}
		}
	})
}

func TestOfTwoWritersWhoHaveSeenTheSameOneWins(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		a := serveAPI(t, env.Demo(t), native.Options{})
		tag := a.ok(t, http.StatusOK, http.MethodGet, "/v1/tenants/account:1200", "").Header.Get("ETag")
		var both sync.WaitGroup
		statuses := make([]int, 2)
		for i := range statuses {
			both.Go(func() {
				statuses[i] = a.do(t, http.MethodPatch, "/v1/tenants/account:1200", `{"name":"Writer `+strconv.Itoa(i)+`"}`, "If-Match: "+tag).StatusCode
			})
		}
		both.Wait()
		if statuses[0]+statuses[1] != http.StatusOK+http.StatusPreconditionFailed {
			t.Error(statuses)
		}
	})
}

func TestWhatTheDirectoryCannotReadIsMalformed(t *testing.T) {
	a := serveAPI(t, testenv.New(t, "sqlite").Demo(t), native.Options{})
	a.refused(t, "malformed-request", http.MethodPost, "/v1/tenants", `{}`, `null`, `[]`, `{"kind":"reseller","parent":"organisation:CRMDEMO","name":"x","realm":1}`,
		`{"kind":"reseller","parent":"organisation:CRMDEMO","name":"x","id":"account:5"}`, `{"kind":"reseller","parent":"a\u0000b","name":"x"}`,
		`{"kind":"reseller","parent":"organisation:CRMDEMO","name":"x\u0000"}`, `{"kind":"account","parent":"reseller:1","name":"x"}`)
	a.refused(t, "malformed-request", http.MethodPost, "/v1/persons", `{"id":"person:03","organisation":"organisation:CRMDEMO","email":"a@b.test","name":"x"}`,
		`{"organisation":"organisation:CRMDEMO","email":"a","name":"x"}`, `{"organisation":"","email":"a@b.test","name":"x"}`)
	a.refused(t, "malformed-request", http.MethodPost, "/v1/roles", `{"organisation":"organisation:CRMDEMO","name":"x","permissions":["directory.manage"]}`)
	a.refused(t, "malformed-request", http.MethodPost, "/v1/grants", `{"principal":"person:3","tenant":"account:1200","role":"account.user","status":"asleep"}`)
	a.refused(t, "malformed-request", http.MethodPost, "/v1/audiences", `{"name":"x","kind":"api"}`, `{"name":"x","kind":"api","lifetime":{"default_seconds":9223372036854775807,"min_seconds":5,"max_seconds":60}}`)
	a.refused(t, "malformed-request", http.MethodPatch, "/v1/tenants/account:1200", `{"status":"deleted"}`)
	a.refused(t, "unmet", http.MethodPatch, "/v1/tenants/account:1200", `{"parent":"installation"}`)
	a.refused(t, "not-found", http.MethodGet, "/v1/persons/service:CRMDEMO%2FERP%20integration", "")
	a.refused(t, "not-found", http.MethodGet, "/v1/services/person:3", "")
}
