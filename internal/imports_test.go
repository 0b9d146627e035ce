// Package internal_test keeps the architecture: the rules on imports, as a table that is checked against the source.
package internal_test

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/doorward/doorward/"

// rule says what one package's files may import of ours, and what else they never do.
// A pattern is a path of a package, or ends in /... for it and everything below.
type rule struct {
	ours  []string // by files of the product and by tests inside the package
	tests []string // of ours, by tests inside the package only
	never []string // by files of the product
}

// Sets that rules are made of.
var (
	leaves  = []string{"internal/fault", "internal/tenant", "internal/grant", "internal/secret", "internal/audit"}
	core    = with(leaves, "internal/authority")
	surface = with(core, "internal/limit", "internal/web")
	dialect = with(surface, "internal/dialect")

	// Everything of ours but what exists for tests.
	product = []string{
		"client", "internal/fault", "internal/tenant", "internal/grant", "internal/secret", "internal/audit",
		"internal/authority", "internal/facts", "internal/limit", "internal/backup", "internal/sqlstore", "internal/web", "internal/dialect",
		"internal/dialect/alephee", "internal/dialect/pulse", "internal/dialect/activeplatform", "internal/dialect/crmcom",
		"internal/dialect/oauth", "internal/dialect/gateway", "internal/dialect/native",
		"internal/handoff", "internal/console", "internal/directory", "internal/server", "internal/config",
	}
	everything = with(product, "demo", "internal/testenv", "internal/sqlstore/storetest", "internal/dialect/dialecttest")

	http      = []string{"net/http/..."}
	sql       = []string{"database/sql/...", "modernc.org/sqlite/...", "github.com/jackc/...", "github.com/pressly/goose/..."}
	crypto    = []string{"crypto/...", "golang.org/x/crypto/...", "github.com/go-crypt/...", "github.com/go-jose/..."}
	looseJSON = []string{"encoding/json/..."}
	pure      = with(http, with(sql, crypto...)...)
	noStore   = with(sql, looseJSON...)
)

// rules has a row for every package, those not built yet included. Who imports testing is for tests.
var rules = map[string]rule{
	"internal": {},

	"internal/fault":  {never: pure},
	"internal/tenant": {ours: []string{"internal/fault"}, never: pure},
	"internal/grant":  {ours: []string{"internal/fault", "internal/tenant"}, never: pure},
	"internal/secret": {ours: []string{"internal/fault", "internal/tenant"}, never: with(http, sql...)},
	"internal/audit":  {ours: []string{"internal/fault", "internal/tenant", "internal/grant", "internal/secret"}, never: with(http, sql...)},

	"internal/authority": {ours: leaves, never: with(pure, looseJSON...)},
	"internal/limit":     {ours: []string{"internal/fault"}, never: http},
	"internal/config":    {ours: []string{"internal/fault", "internal/limit"}, never: with(http, sql...)},
	"internal/directory": {ours: core, never: with(http, sql...)},

	"internal/backup": {ours: core, never: with(http, sql...)},

	"internal/facts": {ours: core, never: with(pure, looseJSON...)},

	"internal/sqlstore":           {ours: core, tests: []string{"internal/sqlstore/storetest"}, never: http},
	"internal/sqlstore/storetest": {ours: core, never: http},

	"internal/web":     {ours: []string{"internal/fault"}, never: noStore},
	"internal/dialect": {ours: surface, never: noStore},
	"internal/handoff": {ours: dialect, never: noStore},
	"internal/console": {ours: dialect, never: noStore},

	"internal/dialect/alephee":        {ours: dialect, never: noStore},
	"internal/dialect/pulse":          {ours: dialect, never: noStore},
	"internal/dialect/activeplatform": {ours: dialect, never: noStore},
	"internal/dialect/crmcom":         {ours: dialect, never: noStore},
	"internal/dialect/oauth":          {ours: dialect, never: noStore},
	"internal/dialect/gateway":        {ours: dialect, never: noStore},
	"internal/dialect/native":         {ours: dialect, never: noStore},
	"internal/dialect/dialecttest":    {ours: everything},

	"internal/testenv":           {ours: everything},
	"internal/bench":             {ours: with(core, "internal/config", "internal/directory", "internal/server")},
	"demo":                       {}, // the demo's directory file, embedded
	"internal/server":            {ours: product},
	"cmd/doorward":               {ours: with(product, "demo", "examples/portal", "internal/bench")},
	"client":                     {},
	"client/clienttest":          {ours: []string{"client"}},
	"examples/portal":            {ours: []string{"client"}},
	"examples/portal/cmd/portal": {ours: []string{"client", "examples/portal"}},

	"examples/gateways": {}, // configurations, with tests that run them
	"examples/clients":  {}, // tests only, on the program from outside

	"internal/crashproof": {}, // tests only, which run the program
	"internal/promises":   {}, // tests only, which build and run those of other packages
}

// testSupport is what may import testing outside of test files.
var testSupport = []string{"internal/testenv", "internal/sqlstore/storetest", "internal/dialect/dialecttest", "client/clienttest"}

// source is one Go file as the rules see it.
type source struct {
	name     string // path from the module's root, with slashes
	test     bool   // a _test.go file
	external bool   // of a package x_test
	imports  []string
}

// violations returns a line for everything in files that rules does not allow.
func violations(files []source, rules map[string]rule) []string {
	var found []string
	missing := map[string]bool{}
	for _, file := range files {
		pkg := file.name[:strings.LastIndexByte(file.name, '/')]
		row, ok := rules[pkg]
		if !ok && !missing[pkg] {
			missing[pkg] = true
			found = append(found, fmt.Sprintf("%s: package %s has no row in internal/imports_test.go", file.name, pkg))
		}
		if !ok || file.external {
			continue
		}
		for _, path := range file.imports {
			if reason := row.forbids(pkg, path, file.test); reason != "" {
				found = append(found, fmt.Sprintf("%s imports %s: %s", file.name, path, reason))
			}
		}
	}
	return found
}

// forbids says why a file of pkg must not import path, or nothing.
func (r rule) forbids(pkg, path string, test bool) string {
	if own, ours := strings.CutPrefix(path+"/", module); ours {
		own = strings.TrimSuffix(own, "/")
		allowed := r.ours
		if test {
			allowed = with(with(r.ours, r.tests...), "internal/testenv")
		}
		if !matches(own, allowed) {
			return pkg + " may not import this of ours"
		}
		return ""
	}
	switch {
	case test:
		return ""
	case matches(path, r.never):
		return pkg + " never imports this"
	case matches(path, []string{"testing/..."}) && !slices.Contains(testSupport, pkg):
		return "only tests and their support import this"
	}
	return ""
}

func matches(path string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		root, deep := strings.CutSuffix(pattern, "/...")
		return path == root || deep && strings.HasPrefix(path, root+"/")
	})
}

func with(list []string, more ...string) []string {
	return slices.Concat(list, more)
}

func TestPackagesImportOnlyWhatTheArchitectureAllows(t *testing.T) {
	files := readTree(t, "..", "internal", "client", "cmd", "examples")
	if len(files) < 2 {
		t.Fatalf("found only %d Go files", len(files))
	}
	for _, line := range violations(files, rules) {
		t.Error(line)
	}
}

// readTree reads the imports of every Go file below the folders, whatever its build constraints.
func readTree(t *testing.T, root string, folders ...string) []source {
	t.Helper()
	var files []source
	for _, folder := range folders {
		err := filepath.WalkDir(filepath.Join(root, folder), func(path string, entry fs.DirEntry, err error) error {
			switch {
			case os.IsNotExist(err):
				return nil
			case err != nil:
				return err
			case entry.IsDir() && (entry.Name() == "testdata" || strings.HasPrefix(entry.Name(), "_")):
				return fs.SkipDir
			case entry.IsDir() || !strings.HasSuffix(path, ".go"):
				return nil
			}
			file, err := readSource(root, path)
			files = append(files, file)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return files
}

func readSource(root, path string) (source, error) {
	parsed, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
	if err != nil {
		return source{}, err
	}
	name, err := filepath.Rel(root, path)
	if err != nil {
		return source{}, err
	}
	file := source{name: filepath.ToSlash(name), test: strings.HasSuffix(name, "_test.go")}
	file.external = file.test && strings.HasSuffix(parsed.Name.Name, "_test")
	for _, spec := range parsed.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return source{}, err
		}
		file.imports = append(file.imports, imported)
	}
	return file, nil
}

func TestAPlantedImportIsCaught(t *testing.T) {
	for _, c := range []struct {
		file, imports string
		caught        bool
	}{
		{"internal/authority/mint.go", "net/http", true},
		{"internal/authority/mint.go", "net/http/httptest", true},
		{"internal/authority/mint.go", "database/sql", true},
		{"internal/authority/mint.go", "encoding/json", true},
		{"internal/authority/mint.go", "crypto/rand", true},
		{"internal/authority/mint.go", "crypto", true},
		{"internal/authority/mint.go", "net/url", false},
		{"internal/authority/mint.go", module + "internal/secret", false},
		{"internal/authority/mint.go", module + "internal/limit", true},
		{"internal/authority/mint.go", module + "internal/testenv", true},
		{"internal/authority/mint_test.go", module + "internal/testenv", false},
		{"internal/authority/mint_test.go", module + "internal/sqlstore", true},
		{"internal/authority/mint_test.go", "net/http", false},
		{"internal/tenant/tree.go", "crypto/sha256", true},
		{"internal/tenant/tree.go", module + "internal/grant", true},
		{"internal/secret/hash.go", "crypto/hmac", false},
		{"internal/audit/chain.go", "crypto/sha256", false},
		{"internal/fault/fault.go", "testing", true},
		{"internal/limit/rate.go", "net/http", true},
		{"internal/limit/rate.go", module + "internal/authority", true},
		{"internal/sqlstore/open.go", "net/http", true},
		{"internal/sqlstore/open.go", module + "internal/sqlstore/storetest", true},
		{"internal/sqlstore/open_test.go", module + "internal/sqlstore/storetest", false},
		{"internal/sqlstore/storetest/run.go", module + "internal/sqlstore", true},
		{"internal/sqlstore/storetest/run.go", "testing", false},
		{"internal/web/mux.go", module + "internal/authority", true},
		{"internal/config/check.go", module + "internal/authority", true},
		{"internal/directory/read.go", module + "internal/sqlstore", true},
		{"internal/dialect/pulse/dialect.go", module + "internal/dialect", false},
		{"internal/dialect/pulse/dialect.go", module + "internal/dialect/alephee", true},
		{"internal/dialect/pulse/dialect.go", module + "internal/sqlstore", true},
		{"internal/dialect/pulse/dialect.go", "encoding/json", true},
		{"internal/dialect/dialecttest/story.go", module + "internal/dialect/alephee", false},
		{"internal/handoff/page.go", module + "internal/sqlstore", true},
		{"internal/console/page.go", module + "internal/dialect/native", true},
		{"internal/server/server.go", module + "internal/sqlstore", false},
		{"internal/server/server.go", module + "internal/testenv", true},
		{"client/client.go", module + "internal/fault", true},
		{"cmd/doorward/serve.go", module + "internal/server", false},
		{"internal/helpers/helpers.go", "fmt", true},
	} {
		file := source{name: c.file, test: strings.HasSuffix(c.file, "_test.go"), imports: []string{c.imports}}
		if got := violations([]source{file}, rules); (len(got) == 1) != c.caught || len(got) > 1 {
			t.Errorf("%s importing %s: %q", c.file, c.imports, got)
		}
	}
	external := source{name: "internal/authority/mint_test.go", test: true, external: true, imports: []string{module + "internal/sqlstore"}}
	if got := violations([]source{external}, rules); got != nil {
		t.Errorf("an external test: %q", got)
	}
}
