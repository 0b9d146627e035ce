package pulse_test

import (
	"net/http"
	"os"
	"regexp"
	"testing"

	"github.com/doorward/doorward/internal/dialect/pulse"
	"github.com/doorward/doorward/internal/testenv"
)

// shop is a directory of three who may do different things with keys. None has a primary account, and the first
// account in the file is not the one with the lowest number.
const shop = `version: 1
organisations:
  - name: SHOP
    roles:
      - {name: reader, permissions: [readApiKeys]}
      - {name: writer, permissions: [writeApiKeys]}
    people:
      - {id: 1, email: owner@shop.test, name: Owner, password: a-password-of-the-owner}
      - {id: 2, email: admin@shop.test, name: Admin, password: a-password-of-the-admin}
      - {id: 3, email: finance@shop.test, name: Finance, password: a-password-of-the-finance}
    resellers:
      - id: 1
        name: R
        accounts:
          - id: 20
            name: First in the file
            members:
              - {person: owner@shop.test, level: owner}
              - {person: admin@shop.test, level: admin, roles: [writer]}
              - {person: finance@shop.test, level: finance, roles: [reader]}
          - id: 10
            name: Second in the file
            members:
              - {person: owner@shop.test, level: owner}
              - {person: admin@shop.test, level: admin}
              - {person: finance@shop.test, level: finance}
`

func newShop(t *testing.T, env *testenv.Env) client {
	t.Helper()
	env.Apply(t, shop)
	return client{base: env.Serve(t, pulse.New(env.Authority, pulse.Options{})), env: env}
}

func shopBody(who string) string {
	return `{"email":"` + who + `@shop.test","password":"a-password-of-the-` + who + `"}`
}

func TestTheFirstAccountOfTheFileIsPrimaryAndOwnersAndAdminsAreAdmins(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		c := newShop(t, env)
		for who, admin := range map[string]bool{"owner": true, "admin": true, "finance": false} {
			primary := decode(t, c.call(t, "POST", "/auth/login", shopBody(who)))["primaryAccount"].(map[string]any)
			if primary["accountId"] != "20" || primary["accountAdmin"] != admin {
				t.Errorf("%s: %v", who, primary)
			}
		}
	})
}

func TestWhoMayReadOrWriteKeysListsThemAndOnlyWhoMayWriteMakesThem(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		c := newShop(t, env)
		for who, want := range map[string][2]int{
			"owner":   {http.StatusForbidden, http.StatusForbidden},
			"admin":   {http.StatusOK, http.StatusCreated},
			"finance": {http.StatusOK, http.StatusForbidden},
		} {
			bearer := []string{"Authorization", "Bearer " + c.login(t, shopBody(who))}
			if a := c.call(t, "GET", "/apikeys", "", bearer...); a.status != want[0] {
				t.Errorf("%s lists: %d %s", who, a.status, a.body)
			}
			made := c.call(t, "POST", "/apikeys", `{"name":"new","permissions":["writeApiKeys"]}`, bearer...)
			if made.status != want[1] {
				t.Errorf("%s makes: %d %s", who, made.status, made.body)
			}
			if key, _ := decode(t, made)["apiKey"].(string); made.status == http.StatusCreated && !regexp.MustCompile(`\AapiKey-[0-9a-f]{12}\z`).MatchString(key) {
				t.Errorf("the key is %q", key)
			}
		}
	})
}

func TestAnyNumberOfRightLogInsIsNeverTooMany(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		c := newClient(t, env, pulse.Options{})
		for n := range 200 {
			if a := c.call(t, "POST", "/auth/login", keyBody); a.status != http.StatusOK {
				t.Fatalf("log-in %d: %d %s", n+1, a.status, a.body)
			}
		}
	})
}

func TestTheSpecificationIsServedAsItIs(t *testing.T) {
	env := testenv.New(t, "sqlite")
	want, err := os.ReadFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	a := newClient(t, env, pulse.Options{}).call(t, "GET", "/apikeys/swagger.yaml", "")
	if a.status != http.StatusOK || a.body != string(want) {
		t.Errorf("%d with %d bytes, not %d", a.status, len(a.body), len(want))
	}
}
