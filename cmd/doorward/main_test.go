package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/doorward/doorward/demo"
	"github.com/doorward/doorward/internal/testenv"
)

// noSleepAtExit keeps a program that was built with -race from sleeping for a second at its end, hundreds of times.
const noSleepAtExit = "atexit_sleep_ms=0"

func TestMain(m *testing.M) {
	if err := os.Setenv("GORACE", noSleepAtExit); err != nil {
		panic(err)
	}
	testscript.Main(m, map[string]func(){"doorward": main})
}

// TestTheBinaryDoesWhatItsHelpSays runs every script in testdata against the real program.
func TestTheBinaryDoesWhatItsHelpSays(t *testing.T) {
	runScripts(t, "testdata", func(*testscript.Env) {})
}

// TestTheCommandsDoWhatTheirHelpSaysOnEachEngine runs every script in testdata/store on each engine's store.
func TestTheCommandsDoWhatTheirHelpSaysOnEachEngine(t *testing.T) {
	for _, engine := range testenv.Engines {
		t.Run(engine, func(t *testing.T) {
			runScripts(t, "testdata/store", func(e *testscript.Env) {
				e.Setenv("DOORWARD_KEYS", e.WorkDir+"/keys")
				if engine == "sqlite" {
					e.Setenv("DOORWARD_DATA", e.WorkDir+"/data")
				} else {
					e.Setenv("DOORWARD_DATABASE", e.Getenv("POSTGRES"))
				}
			})
		})
	}
}

func runScripts(t *testing.T, dir string, prepare func(e *testscript.Env)) {
	t.Helper()
	issuer := testenv.NewIssuer(t)
	testscript.Run(t, testscript.Params{
		Dir: dir,
		Setup: func(e *testscript.Env) error {
			e.Values[issuerKey{}] = issuer
			e.Setenv("GORACE", noSleepAtExit)
			e.Setenv("ADDRESS", freeAddress(t))
			e.Setenv("POSTGRES", testenv.PostgresDatabase(t))
			prepare(e)
			copyKept(t, "testdata/schema1", e.WorkDir+"/schema1")
			return os.WriteFile(e.WorkDir+"/demo.yaml", demo.Directory, 0o600)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"ready": func(ts *testscript.TestScript, _ bool, args []string) {
				ts.Check(waitReadyBy(trusting(ts), atScheme(args[0])))
			},
			"mode":    checkMode,
			"http":    request,
			"capture": capture,
			"exits":   exits,
			"until":   until,

			"certificate": writeCertificate(t),
			"renewed":     renewed,
		},
	})
}

// copyKept copies a backup that an older version made, and its keys, which nobody else may read.
func copyKept(t testing.TB, from, to string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"pepper", "sealing-key"} {
		if err := os.Chmod(to+"/"+name, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(to, 0o700); err != nil {
		t.Fatal(err)
	}
}

// freeAddress returns a loopback address that nobody listens on.
func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// waitReady asks until the server answers that it can serve.
func waitReady(url string) error { return waitReadyBy(http.DefaultClient, url) }

func waitReadyBy(client *http.Client, url string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/readyz", nil)
		if err != nil {
			return err
		}
		answer, err := client.Do(r)
		if err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return nil
			}
		}
		if ctx.Err() != nil {
			return fmt.Errorf("%s is not ready: %w", url, err)
		}
		time.Sleep(10 * time.Millisecond) // another process starts: there is nothing to wait on
	}
}

// checkMode demands permissions: mode 0600 FILE.
func checkMode(ts *testscript.TestScript, _ bool, args []string) {
	info, err := os.Stat(ts.MkAbs(args[1]))
	ts.Check(err)
	if got := fmt.Sprintf("%04o", info.Mode().Perm()); got != strings.TrimSpace(args[0]) {
		ts.Fatalf("%s has mode %s, not %s", args[1], got, args[0])
	}
}
