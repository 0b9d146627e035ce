package promises_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
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
			if _, _, err := mutated(g); err != nil {
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

// TestTakingAGuardOutFailsItsTest is the proof: make prove, which takes a while. What fails without a guard must pass
// with all of them in their places. DOORWARD_PROVE selects guards, by an expression for promise, guard, file and test.
func TestTakingAGuardOutFailsItsTest(t *testing.T) {
	if os.Getenv("DOORWARD_PROVE") == "" {
		t.Skip("make prove runs it")
	}
	selected, err := regexp.Compile(os.Getenv("DOORWARD_PROVE"))
	if err != nil {
		t.Fatal(err)
	}
	byFolder, began := map[string][]guard{}, time.Now()
	for _, p := range promises {
		for _, g := range p.guards {
			if g.keeps = p.name + " " + g.keeps; selected.MatchString(g.keeps + " " + g.file + " " + g.test) {
				byFolder[g.folder()] = append(byFolder[g.folder()], g)
			}
		}
	}
	if len(byFolder) == 0 {
		t.Fatalf("%s selects no guard", selected)
	}
	proven, all := 0, 0
	for _, folder := range slices.Sorted(maps.Keys(byFolder)) {
		t.Run(folder, func(t *testing.T) {
			proven, all = proven+proveAll(t, folder, byFolder[folder]), all+len(byFolder[folder])
		})
	}
	fmt.Printf("promises: %d of %d guards proven in %s\n", proven, all, time.Since(began).Round(time.Second))
}

// proveAll proves the guards whose tests are in one package and returns how many are proven.
func proveAll(t *testing.T, folder string, guards []guard) (proven int) {
	l := newLoom()
	woven := map[int]bool{}
	for i, g := range guards {
		before, after, err := mutated(g)
		woven[i] = err == nil && l.add(strconv.Itoa(i), before, after)
	}
	over := overlay(t, l.woven())
	program, err := build(t, folder, over)
	if err != nil {
		t.Fatalf("without one of the guards it does not build: %v", err)
	}
	passes := passing(t, program, environment(over), guards)
	for i, g := range guards {
		t.Run(g.keeps, func(t *testing.T) {
			wrong := ""
			if failing := slices.IndexFunc(g.tests(), func(name string) bool { return passes[name] != "PASS" }); failing >= 0 {
				wrong = g.tests()[failing] + " fails with all guards in their places"
			} else if woven[i] {
				wrong = g.fails(program, append(environment(over), takenOut+"="+strconv.Itoa(i)))
			} else {
				wrong = prove(t, g)
			}
			if wrong != "" {
				t.Fatal(wrong)
			}
			proven++
		})
	}
	return proven
}

// passing returns how the tests of guards end with all of them in their places.
func passing(t *testing.T, program string, environment []string, guards []guard) (got outcomes) {
	t.Run("all in their places", func(t *testing.T) {
		var names []string
		for _, g := range guards {
			names = append(names, g.tests()...)
		}
		slices.Sort(names)
		names = slices.Compact(names)
		var written string
		got, written = run(program, guards[0].folder(), environment, names)
		for _, name := range names {
			if got[name] != "PASS" {
				t.Errorf("%s ends in %q\n%s", name, got[name], last(written))
			}
		}
	})
	return got
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
