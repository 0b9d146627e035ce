package promises_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// root is the module's, from here.
const root = "../.."

// outcomes says of each test that ran how it ended: PASS, FAIL or SKIP.
type outcomes map[string]string

// overlay lays changed files over the source and returns the file that tells the go command so.
func overlay(t *testing.T, changed map[string]string) string {
	t.Helper()
	dir, replace := t.TempDir(), map[string]string{}
	for file, text := range changed {
		in, err := filepath.Abs(filepath.Join(root, file))
		if err != nil {
			t.Fatal(err)
		}
		replace[in] = write(t, filepath.Join(dir, strings.ReplaceAll(file, "/", "_")), []byte(text))
	}
	list, err := json.Marshal(map[string]map[string]string{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	return write(t, filepath.Join(dir, "overlay.json"), list)
}

func write(t *testing.T, name string, content []byte) string {
	t.Helper()
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// mutated returns the files of a guard, as they are and without it; it fails when something that is taken out is not
// there exactly once.
func mutated(g guard) (before, after map[string]string, err error) {
	before, after = map[string]string{}, map[string]string{}
	for _, c := range g.cuts() {
		if _, ok := before[c.file]; !ok {
			text, err := os.ReadFile(filepath.Join(root, c.file))
			if err != nil {
				return nil, nil, err
			}
			before[c.file], after[c.file] = string(text), string(text)
		}
		if n := strings.Count(after[c.file], c.line); n != 1 || c.line == c.instead {
			return nil, nil, fmt.Errorf("what is taken out is not in %s exactly once, but %d times:\n%s", c.file, n, c.line)
		}
		after[c.file] = strings.Replace(after[c.file], c.line, c.instead, 1)
	}
	return before, after, nil
}

// build builds the tests of a folder's package, laid over or, with "", as it is.
func build(t *testing.T, folder, overlay string) (program string, err error) {
	t.Helper()
	program = filepath.Join(t.TempDir(), "tests")
	c := exec.Command("go", "test", "-c", "-vet=off", "-ldflags=-s -w", "-o", program, "./"+folder)
	c.Dir, c.Env = root, environment(overlay)
	if out, err := c.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return program, nil
}

// environment has what is laid over hold for programs that a test builds too.
func environment(overlay string) []string {
	if overlay == "" {
		return os.Environ()
	}
	return append(os.Environ(), "GOFLAGS="+strings.TrimSpace(os.Getenv("GOFLAGS")+" -overlay="+overlay))
}

var ended = regexp.MustCompile(`(?m)^\s*--- (PASS|FAIL|SKIP): (\S+) \(`)

// run runs the tests of these names and returns how each ended, and all that was written.
func run(program, folder string, environment, names []string) (outcomes, string) {
	got := outcomes{}
	var written strings.Builder
	for _, name := range names {
		c := exec.Command(program, "-test.v", "-test.timeout=2m", "-test.run="+pattern(name))
		c.Dir, c.Env = filepath.Join(root, folder), environment
		out, _ := c.CombinedOutput() // how it ended is in what it wrote
		for _, m := range ended.FindAllSubmatch(out, -1) {
			if string(m[2]) == name {
				got[name] = string(m[1])
			}
		}
		written.Write(out)
	}
	return got, written.String()
}

// pattern selects the one test of a name.
func pattern(name string) string {
	parts := strings.Split(name, "/")
	for i, part := range parts {
		parts[i] = "^" + regexp.QuoteMeta(part) + "$"
	}
	return strings.Join(parts, "/")
}

// prove takes a guard out in a program of its own and returns what is wrong with its proof, or "".
func prove(t *testing.T, g guard) string {
	t.Helper()
	_, without, err := mutated(g)
	if err != nil {
		return err.Error()
	}
	over := overlay(t, without)
	program, err := build(t, g.folder(), over)
	if err != nil {
		return "without the guard it does not build: " + err.Error()
	}
	return g.fails(program, environment(over))
}

// fails returns what is wrong when a guard's tests do not fail without it.
func (g guard) fails(program string, environment []string) string {
	got, written := run(program, g.folder(), environment, g.tests())
	for _, name := range g.tests() {
		if got[name] != "FAIL" {
			return fmt.Sprintf("without the guard %s ends in %q\n%s", name, got[name], last(written))
		}
	}
	return ""
}

func last(written string) string { return written[max(0, len(written)-2000):] }
