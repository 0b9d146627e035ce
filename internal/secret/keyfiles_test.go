package secret_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
)

func TestOpenKeysMakesThemOnceForTheOwnerOnly(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data", "keys")
	made, created, err := secret.OpenKeys(dir, true)
	if err != nil || !created {
		t.Fatalf("created %v, %v", created, err)
	}
	again, created, err := secret.OpenKeys(dir, true)
	if err != nil || created || again.Check() != made.Check() {
		t.Errorf("opened again: created %v, same %v, %v", created, err == nil && again.Check() == made.Check(), err)
	}
	for path, want := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, "pepper"): 0o600, filepath.Join(dir, "sealing-key"): 0o600} {
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s has mode %v, %v", path, info.Mode(), err)
		}
	}
	other, _, err := secret.OpenKeys(filepath.Join(t.TempDir(), "keys"), true)
	if err != nil || other.Check() == made.Check() {
		t.Errorf("two installations have the same keys, or %v", err)
	}
}

func TestOpenKeysRefuses(t *testing.T) {
	cases := []struct {
		name, reason, names string
		spoil               func(dir string) error
	}{
		{"a missing pepper", "key-missing", "pepper", func(dir string) error { return os.Remove(filepath.Join(dir, "pepper")) }},
		{"a missing sealing key", "key-missing", "sealing-key", func(dir string) error { return os.Remove(filepath.Join(dir, "sealing-key")) }},
		{"a directory others can list", "keys-exposed", "chmod 700", func(dir string) error { return os.Chmod(dir, 0o750) }},
		{"a pepper others can read", "keys-exposed", "pepper", func(dir string) error { return os.Chmod(filepath.Join(dir, "pepper"), 0o604) }},
		{"a sealing key the group can read", "keys-exposed", "sealing-key", func(dir string) error { return os.Chmod(filepath.Join(dir, "sealing-key"), 0o640) }},
		{"an empty pepper", "key-malformed", "pepper", rewrite("pepper", func(string) string { return "" })},
		{"a cut sealing key", "key-malformed", "sealing-key", rewrite("sealing-key", func(s string) string { return s[:len(s)-2] + "\n" })},
		{"an upper-case pepper", "key-malformed", "pepper", rewrite("pepper", strings.ToUpper)},
		{"a second line", "key-malformed", "pepper", rewrite("pepper", func(s string) string { return s + s })},
		{"no final newline", "key-malformed", "pepper", rewrite("pepper", strings.TrimSpace)},
		{"the other key's file", "key-malformed", "pepper", func(dir string) error {
			line, err := os.ReadFile(filepath.Join(dir, "sealing-key"))
			if err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(dir, "pepper"), line, 0o600)
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "keys")
			if _, _, err := secret.OpenKeys(dir, true); err != nil {
				t.Fatal(err)
			}
			if err := c.spoil(dir); err != nil {
				t.Fatal(err)
			}
			_, _, err := secret.OpenKeys(dir, true)
			if fault.ReasonOf(err) != c.reason || !strings.Contains(err.Error(), c.names) {
				t.Errorf("fault is %v, not %s naming %s", err, c.reason, c.names)
			}
		})
	}
}

func rewrite(name string, change func(string) string) func(string) error {
	return func(dir string) error {
		path := filepath.Join(dir, name)
		line, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(path, []byte(change(string(line))), 0o600)
	}
}

func TestOpenKeysAtOnceGivesEveryProcessTheSame(t *testing.T) {
	if dir := os.Getenv("DOORWARD_TEST_KEYS"); dir != "" {
		keys, _, err := secret.OpenKeys(dir, true)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(os.Getenv("DOORWARD_TEST_OUT"), []byte(keys.Check()), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	const processes = 6
	dir, out := filepath.Join(t.TempDir(), "keys"), t.TempDir()
	var running sync.WaitGroup
	for i := range processes {
		running.Go(func() {
			child := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
			child.Env = append(os.Environ(), "DOORWARD_TEST_KEYS="+dir, "DOORWARD_TEST_OUT="+filepath.Join(out, string(rune('a'+i))))
			if text, err := child.CombinedOutput(); err != nil {
				t.Errorf("a process failed: %v\n%s", err, text)
			}
		})
	}
	running.Wait()
	seen := map[string]bool{}
	files, _ := filepath.Glob(filepath.Join(out, "*"))
	for _, file := range files {
		check, _ := os.ReadFile(file)
		seen[string(check)] = true
	}
	if len(files) != processes || len(seen) != 1 {
		t.Errorf("%d processes ended with %d different pairs of keys", len(files), len(seen))
	}
}

func TestOpenKeysAtOnceCreatesOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	var opening sync.WaitGroup
	var mu sync.Mutex
	creators, checks := 0, map[string]bool{}
	for range 16 {
		opening.Go(func() {
			keys, created, err := secret.OpenKeys(dir, true)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
				return
			}
			if created {
				creators++
			}
			checks[keys.Check()] = true
		})
	}
	opening.Wait()
	if creators != 1 || len(checks) != 1 {
		t.Errorf("%d created, %d different pairs", creators, len(checks))
	}
}

func TestKeysAreNotMadeWhereTheyWouldBeOfNoUse(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	_, created, err := secret.OpenKeys(dir, false)
	if created || fault.ReasonOf(err) != "keys-missing" {
		t.Errorf("created %t, %v", created, err)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("the directory was made: %v", err)
	}
}
