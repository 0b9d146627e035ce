package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/testenv"
)

// logInDirectory has the key pair that the log-ins meanwhile are made with.
const logInDirectory = `
version: 1
organisations:
  - name: LOGIN
    people: [{id: 900000000, email: owner@login.test, name: Owner}]
    resellers: [{id: 900000000, name: R, accounts: [{id: 900000000, name: A, members: [{person: owner@login.test, level: owner}]}]}]
    api_keys: [{name: K, key: the-key-of-the-pair, secret: the-secret-of-the-pair, person: owner@login.test, account: 900000000}]
`

// TestLogInsGoOnWhileALargeDirectoryIsApplied logs in one after the other meanwhile, and logs what make size is after.
// How many people there are is DOORWARD_SIZE: each hundred an account, five accounts a reseller.
func TestLogInsGoOnWhileALargeDirectoryIsApplied(t *testing.T) {
	people := 500
	if text := os.Getenv("DOORWARD_SIZE"); text != "" {
		people, _ = strconv.Atoi(text)
	}
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	first := write("log-in.yaml", logInDirectory)
	large := write("large.yaml", testenv.LargeDirectory(people, max(people/100, 1), max(people/500, 1)))
	for engine, store := range map[string][]string{
		"sqlite":   {"--data", filepath.Join(dir, "data")},
		"postgres": {"--database", testenv.PostgresDatabase(t), "--keys", filepath.Join(dir, "keys")},
	} {
		t.Run(engine, func(t *testing.T) {
			runProgram(t, append([]string{"apply", first}, store...)...)
			address := freeAddress(t)
			server := program(t, append([]string{"serve", "--listen", address}, store...)...)
			if err := server.Start(); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = server.Wait() })
			if err := waitReady("http://" + address); err != nil {
				t.Fatal(err)
			}
			t.Logf("log-ins alone: %s", logInsDuring(t, address, func() { time.Sleep(time.Second) })) // there is nothing to wait on
			t.Logf("log-ins meanwhile: %s", logInsDuring(t, address, func() {
				t.Logf("first apply: %s", runProgram(t, append([]string{"apply", large}, store...)...).cost)
			}))
			again := runProgram(t, append([]string{"apply", large}, store...)...)
			if !strings.Contains(again.out, "unchanged: the store is as the file says") {
				t.Errorf("the second apply: %s", again.out)
			}
			t.Logf("second apply: %s", again.cost)
			t.Logf("export: %s", runProgram(t, append([]string{"export", filepath.Join(dir, engine+".yaml")}, store...)...).cost)
		})
	}
}

type programRun struct{ out, cost string }

func runProgram(t *testing.T, args ...string) programRun {
	t.Helper()
	c := program(t, args...)
	began := time.Now()
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v\n%s", args, err, out)
	}
	used := c.ProcessState.SysUsage().(*syscall.Rusage)
	return programRun{string(out), fmt.Sprintf("%.1f s, of which %.1f s on a core of its own, %d MB at most",
		time.Since(began).Seconds(), (c.ProcessState.UserTime() + c.ProcessState.SystemTime()).Seconds(), used.Maxrss>>10)}
}

// logInsDuring logs in one after the other for as long as something goes on, and says how long they took.
func logInsDuring(t *testing.T, address string, do func()) string {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	took := make(chan []time.Duration)
	go func() {
		var all []time.Duration
		for ctx.Err() == nil {
			began := time.Now()
			if err := logIn(t.Context(), address); err != nil {
				t.Errorf("a log-in: %v", err)
				break
			}
			all = append(all, time.Since(began))
		}
		took <- all
	}()
	do()
	stop()
	all := <-took
	if len(all) == 0 {
		return "none"
	}
	slices.Sort(all)
	at := func(share float64) time.Duration {
		return all[int(share*float64(len(all)-1))].Round(100 * time.Microsecond)
	}
	return fmt.Sprintf("%d, median %s, p99 %s, longest %s", len(all), at(0.5), at(0.99), at(1))
}

func logIn(ctx context.Context, address string) error {
	body := strings.NewReader(`{"apiKey": "the-key-of-the-pair", "apiSecret": "the-secret-of-the-pair"}`)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+address+"/auth/login", body)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("answered %s", answer.Status)
	}
	return nil
}
