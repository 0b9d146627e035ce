package main

import (
	"bytes"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/doorward/doorward/demo"
	"github.com/doorward/doorward/internal/testenv"
)

// demoSecrets is every secret of the demo directory, by what the test calls it.
var demoSecrets = map[string]string{
	"portal": "demo-b2b-portal-redeem-key", "panel": "demo-control-panel-redeem-key", "owner": "correct-horse-battery-staple", "buyer": "another-long-demo-password",
	"mary": `"1234"`, "pass code": "9Q4T7Z", "code": "5E0D93A1C7B84F62", "nora's": "a-managers-demo-password", "operator": "an-operators-demo-password",
	"nora": "vY5fwetestK3gJXZH5uHCw", "sam": "Nb2downstreamDemoToken", "erp": "6F9619FF-8B86-D011-B42D-00C04FC964FF",
	"pair": "demo-secret-0123456789abcdef", "web": "C0FFEE00C0FFEE00C0FFEE00C0FFEE00",
}

// TestNoSecretLeavesTheProgram runs the real program over a directory in which every secret is one of its own, asks
// right and wrong, and looks for all of them, and for all that was handed out, in everything that was written.
func TestNoSecretLeavesTheProgram(t *testing.T) {
	for _, engine := range testenv.Engines {
		t.Run(engine, func(t *testing.T) {
			dir := t.TempDir()
			c := canaryRun{hunt: newHunt(), dir: dir, secret: map[string]string{}, store: []string{"--keys", filepath.Join(dir, "keys")}}
			if engine == "postgres" {
				database := testenv.PostgresDatabase(t)
				c.store = append(c.store, "--database", database)
				cluster := watchCluster(t, database)
				c.readStore = func(t *testing.T, _ string) { cluster.read(t, c.hunt) }
			} else {
				c.store = append(c.store, "--data", filepath.Join(dir, "data"))
				c.readStore = func(t *testing.T, when string) { c.readTree(t, when, filepath.Join(dir, "data")) }
			}
			c.apply(t)
			log, stop := c.serve(t)
			c.askRight(t)
			c.askWrong(t)
			c.askForANewKey(t)
			c.command(t)
			c.readStore(t, "beside the server")
			stop()
			c.readStore(t, "afterwards")
			c.readTree(t, "afterwards", filepath.Join(dir, "keys"))
			c.keep("the log", log.Bytes())
			if !bytes.Contains(log.Bytes(), []byte(`"surface":"crmcom"`)) {
				t.Error("the log does not say what was asked")
			}
			c.report(t)
		})
	}
}

// canaryRun is one run on one engine.
type canaryRun struct {
	*hunt
	dir       string
	store     []string
	secret    map[string]string // by the name in demoSecrets, or another
	readStore func(t *testing.T, when string)
}

// with returns a command on the store.
func (c canaryRun) with(command ...string) []string { return append(command, c.store...) }

// file writes a file outside of the data directory, which is no sink.
func (c canaryRun) file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(c.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// apply applies the demo directory with canaries, and a damaged one that must be refused without repeating any.
func (c canaryRun) apply(t *testing.T) {
	t.Helper()
	text := strings.ReplaceAll(string(demo.Directory), "30/min", "999999/min")
	for name, clear := range demoSecrets {
		if !strings.Contains(text, clear) {
			t.Fatalf("the demo directory has no %s any more", clear)
		}
		c.secret[name] = c.add(newCanary(name))
		text = strings.ReplaceAll(text, clear, c.secret[name])
	}
	if found := newSearcher(c.canaries).find([]byte(text)); len(found) != len(demoSecrets) {
		t.Fatalf("only %d of the secrets are found in the directory", len(found))
	}
	c.run(t, false, c.with("apply", c.file(t, "directory.yaml", text))...)
	for name, damaged := range map[string]string{
		"list":  strings.Replace(text, "password: "+c.secret["owner"], "password: ["+c.secret["owner"]+"]", 1),
		"twice": strings.Replace(text, c.secret["sam"], c.secret["nora"], 1),
		"colon": strings.Replace(text, "key: "+c.secret["erp"], "key: "+c.secret["erp"]+": x", 1),
		"quote": strings.Replace(text, "key: "+c.secret["erp"], `key: "`+c.secret["erp"], 1),
		"hash":  strings.Replace(text, "password: "+c.secret["owner"], "password_hash: "+c.secret["owner"], 1),
	} {
		if damaged == text {
			t.Fatalf("%s is not damaged", name)
		}
		c.run(t, true, c.with("apply", c.file(t, name+".yaml", damaged))...)
	}
}

// serve runs the server and returns its log, which is whole once it has stopped.
func (c *canaryRun) serve(t *testing.T) (log *bytes.Buffer, stop func()) {
	t.Helper()
	c.address, log = freeAddress(t), &bytes.Buffer{}
	server := program(t, c.with("serve", "--listen", c.address, "--trusted-proxies", "127.0.0.0/8", "--alephee-rate", "999999/min")...)
	server.Stdout, server.Stderr = log, log
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	stop = sync.OnceFunc(func() {
		_ = server.Process.Signal(os.Interrupt)
		if err := server.Wait(); err != nil && t.Context().Err() == nil {
			t.Errorf("the server: %v\n%s", err, log)
		}
	})
	t.Cleanup(stop)
	if err := waitReady("http://" + c.address); err != nil {
		t.Fatal(err)
	}
	return log, stop
}

// command uses the operator's commands beside the server, right and wrong.
func (c canaryRun) command(t *testing.T) {
	t.Helper()
	brought := c.add(newCanary("brought along"))
	file := c.file(t, "brought", brought)
	issued := func(more ...string) {
		if given := c.run(t, false, c.with(append([]string{"credential", "issue", "--principal", "sales@north.test", "--json"}, more...)...)...); len(given) != 1 {
			t.Errorf("%v handed out %d secrets", more, len(given))
		}
	}
	issued("--name", "key")
	issued("--name", "pair", "--kind", "key-pair")
	issued("--name", "code", "--kind", "authentication-code")
	issued("--name", "pass", "--kind", "pass-code", "--identifier", "CARD-7")
	issued("--kind", "password")
	c.run(t, false, c.with("credential", "issue", "--principal", "buyer@acme.test", "--name", "brought", "--import", file)...)
	c.run(t, true, c.with("credential", "issue", "--principal", "buyer@acme.test", "--name", "again", "--import", file)...)
	c.run(t, true, c.with("credential", "issue", "--principal", brought, "--name", "x", "--import", file, "--hashed")...)
	c.run(t, false, c.with("credential", "list", "--all", "--uses", "--limit", "1000")...)
	c.run(t, false, c.with("credential", "list", "--all", "--json", "--limit", "1000", "--name", "key")...)
	ids := regexp.MustCompile(`"id": ?"([0-9a-f]{32})"`).FindAllSubmatch(c.sinks[len(c.sinks)-1].content, -1)
	if len(ids) == 0 {
		t.Fatal("no credential is listed")
	}
	id := string(ids[0][1])
	c.run(t, false, c.with("credential", "rotate", id, "--overlap", "1h", "--json")...)
	c.run(t, true, c.with("credential", "revoke", id)...)
	c.run(t, false, c.with("credential", "revoke", id, "--yes")...)
	for _, command := range [][]string{
		{"session", "list", "--ended", "--limit", "1000"},
		{"session", "list", "--ended", "--limit", "1000", "--json"},
		{"person", "show", "owner@acme.test"},
		{"person", "show", "owner@acme.test", "--json"},
		{"tenant", "show", "account:1200", "--json"},
		{"audit", "tail", "--last", "100000"},
		{"audit", "tail", "--last", "100000", "--json"},
		{"export", "-"},
		{"backup", filepath.Join(c.dir, "a.backup"), "--json"},
	} {
		c.run(t, false, c.with(command...)...)
	}
	c.readBackup(t, filepath.Join(c.dir, "a.backup"))
}

// landing splits a hand-over's URL into a request for its page.
func landing(t *testing.T, body string) asking {
	t.Helper()
	found := regexp.MustCompile(`"Url":"([^"]+)"`).FindStringSubmatch(body)
	if found == nil {
		t.Fatalf("no URL in %s", body)
	}
	at, err := url.Parse(strings.ReplaceAll(found[1], `\u0026`, "&"))
	if err != nil {
		t.Fatal(err)
	}
	return asking{method: "GET", path: at.Path, query: at.RawQuery, host: at.Host}
}
