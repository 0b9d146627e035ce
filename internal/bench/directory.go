package bench

import (
	"fmt"
	"strings"

	"github.com/doorward/doorward/internal/secret"
)

const (
	shortAudience = 1  // Alephee's portal
	longAudience  = 10 // whose login tokens live as long as any may

	perOrganisation = 20_000 // people, so that one file of the directory stays small
	perReseller     = 20     // accounts

	mostAMinute = 999_999
)

// organisations says how many directory files make up a population.
func (p Population) organisations() int { return (p.Persons + perOrganisation - 1) / perOrganisation }

// accountsOf returns the numbers of the accounts of an organisation, from first up to but without last.
func (p Population) accountsOf(organisation int) (first, last int64) {
	n, all := int64(p.organisations()), int64(p.Tenants)
	return int64(organisation) * all / n, int64(organisation+1) * all / n
}

// directoryOf writes the directory file of one organisation; hash is of everybody's password.
func (p Population) directoryOf(organisation int, hash secret.PasswordHash) string {
	var b strings.Builder
	fmt.Fprintf(&b, "version: 1\naudiences:\n"+
		"  - {id: %d, name: Portal, kind: portal, url: \"{portal}/login?token={token}\", lifetime: {default: 60s, max: 60s}, credential: %s}\n"+
		"  - {id: %d, name: Long portal, kind: portal, url: \"{portal}/long?token={token}\", lifetime: {default: 15m, max: 15m}, credential: %s}\n"+
		"organisations:\n  - name: BENCH%d\n    people:\n",
		p.Portal.Audience, p.Portal.Credential, p.Long.Audience, p.Long.Credential, organisation)
	first, last := p.accountsOf(organisation)
	for account := first; account < last; account++ {
		for person := account; person < int64(p.Persons); person += int64(p.Tenants) {
			fmt.Fprintf(&b, "      - {id: %d, email: %s, name: Person %d, password_hash: %q}\n", person+1, emailOf(person), person+1, hash)
		}
	}
	fmt.Fprintf(&b, "    resellers:\n      - id: %d\n        name: Reseller of BENCH%d\n        resellers:\n", resellerOf(organisation, 0), organisation)
	for account := first; account < last; account++ {
		if n := account - first; n%perReseller == 0 {
			fmt.Fprintf(&b, "          - id: %d\n            name: Reseller %d\n            accounts:\n", resellerOf(organisation, 1+n/perReseller), 1+n/perReseller)
		}
		p.account(&b, account)
	}
	b.WriteString("    api_keys:\n")
	for account := first; account < last; account++ {
		p.keys(&b, account)
	}
	return b.String()
}

func resellerOf(organisation int, n int64) int64 {
	return int64(organisation)*perOrganisation*2 + n + 1
}

func (p Population) account(b *strings.Builder, number int64) {
	fmt.Fprintf(b, "              - id: %d\n                name: Account %d\n                portal: http://a%d.bench.test\n                members:\n",
		number+1, number+1, number+1)
	level := "owner"
	for person := number; person < int64(p.Persons); person += int64(p.Tenants) {
		fmt.Fprintf(b, "                  - {person: %s, level: %s, primary: true}\n", emailOf(person), level)
		level = "user"
	}
}

func (p Population) keys(b *strings.Builder, number int64) {
	a := accountOf(p.Seed, number)
	fmt.Fprintf(b, "      - {name: integrator %d, key: %q, accounts: [%d], limits: {logintoken: %d/min, v1: %[4]d/min}}\n", a.ID, a.Integrator, a.ID, mostAMinute)
	fmt.Fprintf(b, "      - {name: pair, key: %q, secret: %q, person: %s, account: %d}\n", a.Key, a.Secret, a.Email, a.ID)
	fmt.Fprintf(b, "      - {name: single, key: %q, person: %s}\n", a.Single, a.Email)
}
