package server_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

const (
	acme   = tenant.ID("account:1200")
	head   = "EE63A82C4FEBE02FF34E90DD1EBA5ABE"
	branch = "0C1D2E3F405162738495A6B7C8D9EAFB"
	closed = "1D2E3F405162738495A6B7C8D9EAFB0C"
)

// The people, each with all that can be had but for nop, who has nothing to log in with.
var people = []struct{ name, more, of string }{
	{"ada", fmt.Sprintf(", units: [%s, %s], default_unit: %s", head, closed, head), "ORG"},
	{"ina", ", status: inactive", "ORG"},
	{"del", ", status: deleted", "ORG"},
	{"exp", "", "ORG"}, // whose credentials are made to have expired
	{"ben", "", "ORG"}, // a member of no account
	{"zoé", "", "ORG"}, // who can be spelt in many ways
	{"eve", "", "OTHER"},
}

// houseHash is of "right", hashed once for all tests.
var houseHash = sync.OnceValues(func() (secret.PasswordHash, error) { return secret.HashPassword(secret.Of("right")) })

// houseDirectory has one of every class of person, and of every kind of credential one for each.
func houseDirectory(t *testing.T) string {
	t.Helper()
	hash, err := houseHash()
	if err != nil {
		t.Fatal(err)
	}
	persons, keys, managers := map[string]string{}, map[string]string{}, ""
	for i, p := range people {
		persons[p.of] += fmt.Sprintf("      - {id: %d, name: %s, email: %s@acme.test, username: %s, password_hash: %q, "+
			"access_tokens: [{identifier: CARD-%s, pass_code: right}, {authentication_code: CODE-%s}]%s}\n",
			i+1, p.name, p.name, p.name, hash, p.name, p.name, p.more)
		account := ", account: 1200"
		if p.of == "OTHER" {
			account = ""
		}
		keys[p.of] += fmt.Sprintf("      - {name: pair-%s, key: pair-of-%s, secret: the-secret-of-%s, person: %s@acme.test%s}\n",
			p.name, p.name, p.name, p.name, account)
		if p.of == "ORG" {
			managers += fmt.Sprintf("          - {person: %s@acme.test, role: admin, api_token: the-manager-key-of-%s}\n", p.name, p.name)
		}
	}
	return strings.NewReplacer("PEOPLE\n", persons["ORG"], "KEYS\n", keys["ORG"], "MANAGERS\n", managers,
		"OTHERS\n", persons["OTHER"], "OTHERKEYS\n", keys["OTHER"]).Replace(houseTemplate)
}

const houseTemplate = `
version: 1
audiences:
  - {id: 1, name: portal, kind: portal, url: "{portal}/login?token={token}", lifetime: {default: 30s, min: 5s, max: 60s}, credential: key-of-the-portal}
  - {id: 2, name: api, kind: api, lifetime: {default: 30s, min: 5s, max: 60s}}
  - {id: 3, name: panel, kind: portal, url: "{installation}/?user_email={email}&user_token={token}", lifetime: {default: 5m, min: 5s, max: 15m}, credential: key-of-the-panel}
organisations:
  - name: ORG
    units:
      - {id: EE63A82C4FEBE02FF34E90DD1EBA5ABE, name: Head office}
      - {id: 0C1D2E3F405162738495A6B7C8D9EAFB, name: Branch}
      - {id: 1D2E3F405162738495A6B7C8D9EAFB0C, name: Closed, status: suspended}
    people:
      - {id: 99, name: nop, email: nop@acme.test, username: nop}
PEOPLE
    resellers:
      - id: 1
        name: North
        managers:
MANAGERS
        accounts:
          - id: 1200
            name: ACME
            portal: http://acme.test
            members:
              - {person: ada@acme.test, level: owner}
              - {person: ina@acme.test, level: user}
              - {person: del@acme.test, level: user}
              - {person: exp@acme.test, level: user}
          - id: 1201
            name: No portal and no active owner
            members:
              - {person: ina@acme.test, level: owner}
      - id: 77
        name: South
        accounts:
          - id: 99
            name: Outside
            members: [{person: ada@acme.test, level: owner}]
    api_keys:
      - {name: integrator, key: key-of-the-integrator, accounts: [1200, 1201]}
      - {name: expired, key: key-that-has-expired, accounts: [1200], expires_at: "2029-12-31T00:00:00Z"}
      - {name: of ina, key: the-key-of-ina, person: ina@acme.test}
KEYS
  - name: OTHER
    people:
OTHERS
    api_keys:
OTHERKEYS
`
