package testenv

import (
	"fmt"
	"strings"
)

// LargeHash is of the password of everybody in a LargeDirectory: at the cost that bcrypt has usually, one for all.
const LargeHash = "$2b$12$LQv3c1yqBWVHxkd0LHAkCOYz6TtxMQJqhN8/LewKyNiAYMyzJ/I1K"

// LargeDirectory is a platform of so many people with hashed passwords, who are members of so many accounts, which are
// customers of so many resellers: each reseller but the first is below another, three to each.
func LargeDirectory(people, accounts, resellers int) string {
	var b strings.Builder
	b.WriteString("version: 1\norganisations:\n  - name: LARGE\n    people:\n")
	for i := range people {
		fmt.Fprintf(&b, "      - id: %d\n        email: person%d@large.test\n        username: user%d\n        name: Person %d\n        password_hash: %s\n", i+1, i+1, i+1, i+1, LargeHash)
	}
	b.WriteString("    resellers:\n")
	l := large{people, accounts, resellers}
	l.reseller(&b, 0, "      ")
	return b.String()
}

type large struct{ people, accounts, resellers int }

func (l large) reseller(b *strings.Builder, n int, indent string) {
	fmt.Fprintf(b, "%s- id: %d\n%s  name: Reseller %d\n", indent, n+1, indent, n+1)
	if n < l.accounts {
		fmt.Fprintf(b, "%s  accounts:\n", indent)
	}
	for account := n; account < l.accounts; account += l.resellers {
		l.account(b, account, indent+"    ")
	}
	if 3*n+1 < l.resellers {
		fmt.Fprintf(b, "%s  resellers:\n", indent)
	}
	for below := 3*n + 1; below <= 3*n+3 && below < l.resellers; below++ {
		l.reseller(b, below, indent+"    ")
	}
}

func (l large) account(b *strings.Builder, n int, indent string) {
	fmt.Fprintf(b, "%s- id: %d\n%s  name: Account %d\n%s  members:\n", indent, n+1, indent, n+1, indent)
	level := "owner"
	for person := n; person < l.people; person += l.accounts {
		fmt.Fprintf(b, "%s    - {person: person%d@large.test, level: %s, primary: true}\n", indent, person+1, level)
		level = "user"
	}
}
