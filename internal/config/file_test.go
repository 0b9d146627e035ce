package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAFileThatIsNotUnderstoodIsRefusedWithItsLine(t *testing.T) {
	for name, c := range map[string]struct{ content, want string }{
		"unknown key":        {"listen: ':1'\nlissen: ':2'\n", `f:2:1: unknown key "lissen"`},
		"itself":             {"config: g\n", `f:1:1: unknown key "config"`},
		"other letter case":  {"Listen: ':1'\n", `f:1:1: unknown key "Listen"`},
		"variable name":      {"hash_workers: 1\n", `f:1:1: unknown key "hash_workers"`},
		"written twice":      {"listen: a\nlisten: a\n", "f:2:1: "},
		"syntax":             {"listen: [\n", "f:1:"},
		"list":               {"- listen\n", "f:1:"},
		"scalar":             {"listen\n", "f:1:1: not a mapping"},
		"nested":             {"\nalephee-rate:\n  n: 1\n", "f:2:1: alephee-rate has no usable value"},
		"null":               {"keys:\n", "f:1:1: keys has no usable value"},
		"empty":              {"keys: ''\n", "f:1:1: keys has no usable value"},
		"list for one value": {"listen: [a, b]\n", "f:1:1: listen has no usable value"},
		"nested list":        {"activeplatform-roles: [[a]]\n", "f:1:1: activeplatform-roles has no usable value"},
		"alias":              {"data: &a x\nkeys: *a\n", "f:1:1: data has no usable value"},
		"second document":    {"data: x\n---\nkeys: y\n", "second document"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parseFile("f", []byte(c.content))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestNoFileErrorRepeatsASourceLine(t *testing.T) {
	for _, rest := range []string{"lissen: 1", "listen: [", "database: x", "\tx", "- x", "keys: {a"} {
		_, err := parseFile("f", []byte("database: postgres://u:pass-word@h/n\n"+rest+"\n"))
		if err == nil || strings.Contains(err.Error(), "pass-word") {
			t.Errorf("%q: got %v", rest, err)
		}
	}
}

func TestValuesAreReadAsTheyAreWritten(t *testing.T) {
	content := `# a comment
listen: 127.0.0.1:8080
hash-workers: 3   # trailing
alephee-rate: "30/min"
public-url: 'https://x.test'
alephee-deprecate-query-key: true
activeplatform-roles:
  - sales
  - owner
`
	got, err := parseFile("f", []byte(content))
	want := fileValues{
		"listen": "127.0.0.1:8080", "hash-workers": "3", "alephee-rate": "30/min", "public-url": "https://x.test",
		"alephee-deprecate-query-key": "true", "activeplatform-roles": "sales,owner",
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
}

func TestAFileMayBeEmpty(t *testing.T) {
	for _, content := range []string{"", "\n", "# only a comment\n", "---\n", "---\n---\n"} {
		if got, err := parseFile("f", []byte(content)); err != nil || len(got) != 0 {
			t.Errorf("%q: %v, %v", content, got, err)
		}
	}
}

func FuzzParseFile(f *testing.F) {
	for _, seed := range []string{
		"", "listen: 127.0.0.1:8080\n", "activeplatform-roles: [sales, owner]\n", "data: &a x\nkeys: *a\n",
		"keys: |\n  x\n", "? listen\n: x\n", "{data: x, keys: y}", "<<: {data: x}\n", "data: !!str x\n---\n", "\xff: x",
		"listen: a\n---\n", "---\n---\n", "listen: a\n---\ndata: b\n",
	} {
		f.Add([]byte(seed))
	}
	known, err := fileKeys()
	if err != nil || len(known) == 0 {
		f.Fatal("no known keys", err)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		values, err := parseFile("f", content)
		if err != nil && values != nil {
			t.Error("values together with an error")
		}
		for key, text := range values {
			if known[key] == nil || text == "" {
				t.Errorf("accepted %q: %q", key, text)
			}
		}
	})
}
