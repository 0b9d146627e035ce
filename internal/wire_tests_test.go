package internal_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	proof     = regexp.MustCompile("`([a-z/]+) (Test[A-Za-z0-9]+|testdata/[a-z0-9_-]+\\.txtar)`")
	otherwise = regexp.MustCompile("(?:decided otherwise|not built yet): .*`([a-z/]+)` README")
	tableHead = regexp.MustCompile(`^\|(-|\s*row\s*\|)`)
)

// TestEveryRowOfTheWireContractsNamesATestThatExists keeps docs/wire-tests.md true as tests are renamed and moved.
func TestEveryRowOfTheWireContractsNamesATestThatExists(t *testing.T) {
	text, err := os.ReadFile("../docs/wire-tests.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for number, line := range strings.Split(string(text), "\n") {
		if !strings.HasPrefix(line, "|") || tableHead.MatchString(line) {
			continue
		}
		rows++
		for _, wrong := range unproved(t, line) {
			t.Errorf("docs/wire-tests.md:%d: %s", number+1, wrong)
		}
	}
	if rows < 100 {
		t.Errorf("only %d rows", rows)
	}
}

// unproved returns what is wrong with one row.
func unproved(t *testing.T, line string) (wrong []string) {
	t.Helper()
	cells := strings.Split(strings.Trim(line, "|"), " | ")
	last := cells[len(cells)-1]
	named := proof.FindAllStringSubmatch(last, -1)
	for _, name := range named {
		if !proofExists(t, name[1], name[2]) {
			wrong = append(wrong, "there is no "+name[2]+" in internal/"+name[1])
		}
	}
	switch readme := otherwise.FindStringSubmatch(last); {
	case readme != nil:
		if _, err := os.Stat(filepath.Join(filepath.FromSlash(readme[1]), "README.md")); err != nil {
			wrong = append(wrong, err.Error())
		}
	case len(named) == 0:
		wrong = append(wrong, "it names no test: "+line)
	case len(named)*2 != strings.Count(last, "`"):
		wrong = append(wrong, "not everything in it is a test: "+last)
	}
	return wrong
}

func proofExists(t *testing.T, pkg, name string) bool {
	t.Helper()
	folder := filepath.FromSlash(pkg)
	if strings.HasPrefix(pkg, "cmd/") {
		folder = filepath.Join("..", folder)
	}
	if strings.HasPrefix(name, "testdata/") {
		_, err := os.Stat(filepath.Join(folder, filepath.FromSlash(name)))
		return err == nil
	}
	files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range parsed.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == name {
				return true
			}
		}
	}
	return false
}

func TestARowThatNamesNothingRealIsFound(t *testing.T) {
	for line, want := range map[string]int{
		"| a | b | `dialect/pulse testdata/apikeys.txtar` |":                                0,
		"| a | b | `dialect/pulse TestUselessTokensAreAnsweredAlike` · `web TestNothing` |": 1,
		"| a | b | `dialect/pulse testdata/none.txtar` |":                                   1,
		"| a | b | `nowhere TestUselessTokensAreAnsweredAlike` |":                           1,
		"| a | b | it is so |": 1,
		"| a | b | `web TestJSONIsTakenStrictly` · `web JSONIsTakenStrictly` |":      1,
		"| a | b | decided otherwise: never answered, `dialect/alephee` README, 6 |": 0,
		"| a | b | decided otherwise: never answered, `dialect/nobody` README, 6 |":  1,
	} {
		if got := unproved(t, line); len(got) != want {
			t.Errorf("%s: %q", line, got)
		}
	}
}
