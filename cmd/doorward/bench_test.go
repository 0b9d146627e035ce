package main

import (
	"bufio"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/doorward/doorward/internal/bench"
	"github.com/doorward/doorward/internal/testenv"
)

// smoke is the smallest population and the shortest rows.
var smoke = []string{
	"--tenants", "3", "--persons", "5", "--sessions", "50", "--duration", "100ms", "--warmup", "0s",
	"--connections", "4", "--overload-connections", "8", "--revocations", "1",
}

// benchProgram is doorward bench with a temporary directory of its own, which it must leave empty.
func benchProgram(t *testing.T, args ...string) (c *exec.Cmd, temporary string) {
	t.Helper()
	temporary = t.TempDir()
	c = program(t, append(append([]string{"bench"}, smoke...), args...)...)
	c.Env = append(os.Environ(), "TMPDIR="+temporary)
	return c, temporary
}

// reportOf runs bench and returns what it printed as JSON.
func reportOf(t *testing.T, args ...string) bench.Report {
	t.Helper()
	c, temporary := benchProgram(t, append(args, "--json")...)
	var said strings.Builder
	c.Stderr = &said
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, said.String())
	}
	var report bench.Report
	if err := json.Unmarshal(out, &report); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	mustBeEmpty(t, temporary)
	return report
}

func mustBeEmpty(t *testing.T, dir string) {
	t.Helper()
	left, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(left) > 0 {
		t.Errorf("bench left %v in the temporary directory: %v", left, err)
	}
}

// engineFlags are those of bench for an engine.
func engineFlags(t *testing.T, engine string) []string {
	t.Helper()
	if engine == "postgres" {
		return []string{"--engine", engine, "--database", testenv.PostgresDatabase(t)}
	}
	return []string{"--engine", engine}
}

func TestBenchMeasuresEveryWorkloadWithoutErrors(t *testing.T) {
	for _, engine := range testenv.Engines {
		t.Run(engine, func(t *testing.T) {
			flags := engineFlags(t, engine)
			report := reportOf(t, append(flags, "--overload", "login-pair", "--start-time")...)
			if engine == "postgres" {
				mustHaveDropped(t, flags[len(flags)-1])
			}
			measured := map[string]bool{}
			for _, row := range report.Rows {
				measured[row.Workload] = true
				if row.Operations == 0 || row.Errors > 0 || row.Seconds <= 0 {
					t.Errorf("%s: %+v", row.Workload, row)
				}
				if row.Workload == "login-password" && (row.Bare != "bare-hash" || row.Ratio == 0) {
					t.Errorf("a log-in by password is compared with %q: %v", row.Bare, row.Ratio)
				}
			}
			for _, name := range bench.Workloads() {
				if !measured[name] && name != "revoke" {
					t.Errorf("%s was not measured", name)
				}
			}
			if report.Engine != engine || report.Sessions != 50 || report.Pinning == "" {
				t.Errorf("the conditions are %+v", report)
			}
			if r := report.Revocation; r == nil || r.Sessions != 1 || r.AcceptedAfter != 0 {
				t.Errorf("the revocation was %+v", r)
			}
			if report.Overload == nil || report.Overload.Row.Errors > 0 || report.Start == nil || len(report.Start.Milliseconds) == 0 {
				t.Errorf("overload %+v, start %+v", report.Overload, report.Start)
			}
		})
	}
}

func mustHaveDropped(t *testing.T, server string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), server)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	var left int
	if err := conn.QueryRow(t.Context(), `SELECT COUNT(*) FROM pg_database WHERE datname LIKE 'doorward\_bench\_%'`).Scan(&left); err != nil || left > 0 {
		t.Errorf("bench left %d databases: %v", left, err)
	}
}

func TestBenchDrivesAServerThatRunsAtAConstantRate(t *testing.T) {
	data := filepath.Join(t.TempDir(), "kept")
	run, _ := benchProgram(t, "--data", data, "--prepare-only")
	mustRun(t, run)
	address := freeAddress(t)
	server := program(t, "serve", "--data", filepath.Join(data, "data"), "--keys", filepath.Join(data, "keys"), "--listen", address)
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Wait() })
	if err := waitReady("http://" + address); err != nil {
		t.Fatal(err)
	}
	target := []string{"--target", "http://" + address, "--credentials", filepath.Join(data, "population.json")}
	report := reportOf(t, append(target, "--workload", "verify,mix", "--rate", "50")...)
	for _, row := range report.Rows {
		if row.Errors > 0 || !strings.HasPrefix(row.Workload, "bare") && (row.Rate != 50 || row.Operations+row.Unsent != 5) {
			t.Errorf("%+v", row)
		}
	}
	if len(report.Rows) != 4 {
		t.Errorf("%d rows", len(report.Rows))
	}
	requests := filepath.Join(t.TempDir(), "requests")
	run, _ = benchProgram(t, append(target, "--requests", "redeem", "--login-tokens", "3", "--token-file", requests)...)
	mustRun(t, run)
	text, err := os.ReadFile(requests)
	if err != nil || strings.Count(string(text), "POST\t/v1/login-tokens/redeem\tAuthorization: Bearer ") != 3 {
		t.Errorf("the requests to redeem are %s: %v", text, err)
	}
}

func TestBenchThatIsInterruptedEndsWhatItStartedAndRemovesWhatItMade(t *testing.T) {
	c, temporary := benchProgram(t, "--serve-only")
	said, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	url := regexp.MustCompile(`^(?:SERVER|BARE)=(http://\S+)$`)
	var urls []string
	lines := bufio.NewScanner(said)
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "serving until") {
		if found := url.FindStringSubmatch(lines.Text()); found != nil {
			urls = append(urls, found[1])
		}
	}
	if len(urls) != 2 {
		t.Fatalf("it serves at %v", urls)
	}
	for _, url := range urls {
		if err := waitReady(url); err != nil {
			t.Errorf("%s: %v", url, err)
		}
	}
	if err := c.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	for lines.Scan() {
	}
	if err := c.Wait(); err != nil {
		t.Errorf("interrupted, it ended with %v", err)
	}
	mustBeEmpty(t, temporary)
	for _, url := range urls {
		if answer, err := http.Get(url); err == nil {
			answer.Body.Close()
			t.Errorf("%s still answers", url)
		}
	}
}
