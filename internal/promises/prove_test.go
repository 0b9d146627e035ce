package promises_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestEveryGuardIsInItsFileAndItsTestExists(t *testing.T) {
	for _, p := range promises {
		if len(p.guards) == 0 {
			t.Errorf("%s has no guard", p.name)
		}
		for _, g := range p.guards {
			if _, err := mutated(g); err != nil {
				t.Errorf("%s, %q: %v", p.name, g.keeps, err)
			}
			if name, _, _ := strings.Cut(g.tests()[0], "/"); !hasTest(t, g.folder(), name) {
				t.Errorf("%s, %q: there is no test %s in %s", p.name, g.keeps, name, g.folder())
			}
		}
	}
}

func hasTest(t *testing.T, folder, name string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, folder, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	return slices.ContainsFunc(files, func(file string) bool {
		text, err := os.ReadFile(file)
		return err == nil && strings.Contains(string(text), "\nfunc "+name+"(t *testing.T) {")
	})
}

// TestTakingAGuardOutFailsItsTest is the proof: make prove, which takes a while.
func TestTakingAGuardOutFailsItsTest(t *testing.T) {
	if os.Getenv("DOORWARD_PROVE") == "" {
		t.Skip("make prove runs it")
	}
	began, proven, all := time.Now(), 0, 0
	for _, p := range promises {
		t.Run(p.name, func(t *testing.T) {
			for _, g := range p.guards {
				all++
				t.Run(g.keeps, func(t *testing.T) {
					if wrong := prove(t, g); wrong != "" {
						t.Fatal(wrong)
					}
					proven++
				})
			}
		})
	}
	fmt.Printf("promises: %d of %d guards proven in %s\n", proven, all, time.Since(began).Round(time.Second))
}

// TestWithEveryGuardInItsPlaceTheTestsPass is the other half: what fails without a guard passes with it.
func TestWithEveryGuardInItsPlaceTheTestsPass(t *testing.T) {
	if os.Getenv("DOORWARD_PROVE") == "" {
		t.Skip("make prove runs it")
	}
	named := map[string][]string{}
	for _, p := range promises {
		for _, g := range p.guards {
			for _, name := range g.tests() {
				if !slices.Contains(named[g.folder()], name) {
					named[g.folder()] = append(named[g.folder()], name)
				}
			}
		}
	}
	for folder, names := range named {
		t.Run(folder, func(t *testing.T) {
			program, err := build(t, folder, "")
			if err != nil {
				t.Fatal(err)
			}
			got, written := run(program, folder, "", names)
			for _, name := range names {
				if got[name] != "PASS" {
					t.Errorf("%s ends in %q\n%s", name, got[name], last(written))
				}
			}
		})
	}
}

// A proof that cannot fail proves nothing.
func TestAProofThatIsNoneIsToldApart(t *testing.T) {
	if os.Getenv("DOORWARD_PROVE") == "" {
		t.Skip("make prove runs it")
	}
	within := guard{
		file: "internal/tenant/tenant.go", line: "if node.Suspended {", instead: "if false {",
		test: "internal/tenant TestASuspendedTenantSuspendsAllBelowItAndNothingElse",
	}
	if wrong := prove(t, within); wrong != "" {
		t.Errorf("a guard that is tested: %s", wrong)
	}
	for name, c := range map[string]struct {
		spoil func(g *guard)
		want  string
	}{
		"a test that passes all the same": {func(g *guard) { g.instead = "if node.Suspended == true {" }, `ends in "PASS"`},
		"a test that looks elsewhere":     {func(g *guard) { g.test = "internal/tenant TestAnIDHasItsKindKeyAndNumber" }, `ends in "PASS"`},
		"a test that does not exist":      {func(g *guard) { g.test += "/never" }, `ends in ""`},
		"what does not build":             {func(g *guard) { g.instead = "if {" }, "does not build"},
		"a line that is there twice":      {func(g *guard) { g.line = "node" }, "exactly once"},
		"a line that is gone":             {func(g *guard) { g.line = "if node.Gone {" }, "exactly once"},
	} {
		g := within
		c.spoil(&g)
		if wrong := prove(t, g); !strings.Contains(wrong, c.want) {
			t.Errorf("%s: told %q", name, wrong)
		}
	}
}
