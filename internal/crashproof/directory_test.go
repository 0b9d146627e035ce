package crashproof_test

import (
	"fmt"
	"strings"
)

// What the clients prove themselves with.
const (
	memberKey  = "crash-alephee-key-000000000000001"
	managerKey = "crash-manager-key-000000000000001"
	pairKey    = "apiKey-crash0000001"
	pairSecret = "crash-pair-secret-0000000000000001"
	codeOfUser = "C0DE0000C0DE0000"
	member     = "buyer@crash.test"
	portal     = 1000 // the account with a portal
	owned      = 2000 // and on, one account for each client, whose owner tokens replace each other
)

// audienceKeys are what each audience redeems with.
var audienceKeys = map[int64]string{1: "crash-portal-redeem-key-0001", 3: "crash-panel-redeem-key-0003"}

// directoryFile has nobody with a password, whose slow hash would be most of the time.
func directoryFile() []byte {
	var people, accounts strings.Builder
	for i := range clients {
		fmt.Fprintf(&people, "      - {id: %d, name: Owner %d, email: owner%d@crash.test}\n", 100+i, i, i)
		fmt.Fprintf(&accounts, "          - {id: %d, name: Account %d, members: [{person: owner%d@crash.test, level: owner}]}\n", owned+i, i, i)
	}
	return fmt.Appendf(nil, `version: 1
audiences:
  - {id: 1, name: Portal, kind: portal, url: "{portal}/login?token={token}", lifetime: {default: 60s, min: 5s, max: 60s}, credential: %q}
  - {id: 3, name: Panel, kind: portal, url: "{installation}/?user_email={email}&user_token={token}", lifetime: {default: 5m, min: 5s, max: 15m}, credential: %q}
organisations:
  - name: CRASH
    roles: [{name: admin, permissions: [readApplications, readApiKeys, writeApiKeys]}]
    people:
      - {id: 1, name: Buyer, email: %s}
      - {id: 2, name: Owner, email: owner@crash.test}
      - {id: 3, name: Manager, email: manager@crash.test}
      - {id: 4, name: User, email: user@crash.test, username: user, access_tokens: [{authentication_code: %q}]}
%s
    resellers:
      - id: 1
        name: Reseller
        managers: [{person: manager@crash.test, role: admin, api_token: %q}]
        accounts:
          - id: %d
            name: Portal account
            portal: http://crash.localhost
            members:
              - {person: owner@crash.test, level: owner, roles: [admin]}
              - {person: %s, level: user}
%s
    api_keys:
      - {name: Handing over, key: %q, accounts: [%d], dialects: [alephee]}
      - {name: Logging in, key: %q, secret: %q, account: %d, person: owner@crash.test, permissions: [readApplications, readApiKeys, writeApiKeys], dialects: [pulse]}
`, audienceKeys[1], audienceKeys[3], member, codeOfUser, people.String(), managerKey, portal, member, accounts.String(),
		memberKey, portal, pairKey, pairSecret, portal)
}
