package promises_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const introduction = `# The promises and what guards them

Every promise is kept by certain lines. Here is each of them, and the test that fails when it is taken out: *make prove*
takes them out one after the other, demands that the test then fails, and that it passes with the line in its place.
Where a name has {engine} in it, that is so on SQLite and on PostgreSQL, each by itself. This page is written from
internal/promises; a check fails when a line, its test or this page is no more what the table says.
`

// document is what docs/promises.md says.
func document() string {
	var b strings.Builder
	b.WriteString(strings.ReplaceAll(introduction, "*make prove*", "`make prove`"))
	for _, p := range promises {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n| guard | file | test that fails without it |\n|---|---|---|\n", p.name, p.text)
		for _, g := range p.guards {
			_, name, _ := strings.Cut(g.test, " ")
			folder := strings.TrimPrefix(g.folder(), "internal/")
			fmt.Fprintf(&b, "| %s | `%s` | `%s` %s |\n", g.keeps, strings.TrimPrefix(g.file, "internal/"), folder, strings.ReplaceAll(name, "|", `\|`))
		}
	}
	return b.String()
}

func TestTheDocumentIsWhatTheTablesSay(t *testing.T) {
	file := filepath.Join(root, "docs/promises.md")
	if os.Getenv("DOORWARD_UPDATE") != "" {
		if err := os.WriteFile(file, []byte(document()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; make promises writes it", err)
	}
	if diff := cmp.Diff(document(), string(got)); diff != "" {
		t.Errorf("docs/promises.md is not what the tables say; make promises writes it:\n%s", diff)
	}
}
