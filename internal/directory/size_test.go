package directory_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/doorward/doorward/internal/directory"
)

// largeDirectory is a platform of so many people, each the owner of an account.
func largeDirectory(people int) string {
	var b strings.Builder
	b.WriteString("version: 1\norganisations:\n  - name: LARGE\n    people:\n")
	for i := 1; i <= people; i++ {
		fmt.Fprintf(&b, "      - {id: %d, email: person%d@large.test, username: user%d, name: Person %d}\n", i, i, i, i)
	}
	b.WriteString("    resellers:\n      - id: 1\n        name: R\n        accounts:\n")
	for i := 1; i <= people; i++ {
		fmt.Fprintf(&b, "          - {id: %d, name: Account %d, members: [{person: person%d@large.test, level: owner}]}\n", i, i, i)
	}
	return b.String()
}

func TestALargeDirectoryIsReadWhole(t *testing.T) {
	d, err := directory.Read("large.yaml", []byte(largeDirectory(2_000)))
	if err != nil {
		t.Fatal(err)
	}
	if len(d.People) != 2_000 || len(d.Grants) != 2_000 || len(d.Tenants) != 2_002 {
		t.Errorf("%d people, %d grants, %d tenants", len(d.People), len(d.Grants), len(d.Tenants))
	}
}

func TestWhatIsTooLargeOrTooDeepIsRefusedBeforeItIsParsed(t *testing.T) {
	for text, want := range map[string]string{
		strings.Repeat("#", directory.MaxSize+1): "more than 64 MiB",
		strings.Repeat("[", 100_000):             "levels within each other",
		strings.Repeat("{a: ", 100_000):          "levels within each other",
		strings.Repeat("- ", 100_000):            "levels within each other",
		strings.Repeat("? ", 100_000):            "levels within each other",
		strings.Repeat("&a ", 100_000):           "levels within each other",
		strings.Repeat("!a ", 100_000):           "levels within each other",
		"version: \x001":                         "not UTF-8",
		"version: 1\n# \xff":                     "d.yaml:2: a character that is not UTF-8",
	} {
		_, err := directory.Read("d.yaml", []byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20q…: %v", text, err)
		}
	}
}

func BenchmarkRead100000People(b *testing.B) {
	text := []byte(largeDirectory(100_000))
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := directory.Read("large.yaml", text); err != nil {
			b.Fatal(err)
		}
	}
}
