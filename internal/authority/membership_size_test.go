package authority_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/doorward/doorward/internal/testenv"
)

// integratorOf is a directory with an integrator of so many accounts.
func integratorOf(accounts int) string {
	var list, all strings.Builder
	for i := range accounts {
		fmt.Fprintf(&list, "          - {id: %d, name: A, members: [{person: a@org.test, level: owner}]}\n", i+1)
		fmt.Fprintf(&all, "%d, ", i+1)
	}
	return "version: 1\norganisations:\n  - name: ORG\n    people: [{id: 1, name: Ann, email: a@org.test}]\n" +
		"    resellers:\n      - id: 1\n        name: R\n        accounts:\n" + list.String() +
		"    api_keys:\n      - {name: i, key: key-of-the-integrator, accounts: [" + all.String() + "]}\n" +
		"      - {name: own, key: key-of-ann, person: a@org.test}\n"
}

// TestWhatAMembershipCostsDoesNotGrowWithTheirNumber: an integrator of thousands of accounts must not stop a node by
// listing them. Memory stands for time here, which a test cannot demand.
func TestWhatAMembershipCostsDoesNotGrowWithTheirNumber(t *testing.T) {
	const accounts, most = 1000, 8 << 10 // bytes each; looking at all of them for each took ten times as much
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Apply(t, integratorOf(accounts))
		for _, key := range []string{"key-of-the-integrator", "key-of-ann"} {
			by := as(t, env, byKey(key))
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			found := env.Authority.Memberships(by)
			runtime.ReadMemStats(&after)
			if each := (after.TotalAlloc - before.TotalAlloc) / accounts; len(found) != accounts || each > most {
				t.Errorf("%s: %d accounts took %d bytes each", key, len(found), each)
			}
		}
	})
}
