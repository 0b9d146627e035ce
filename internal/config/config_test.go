package config_test

import (
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"

	"github.com/doorward/doorward/internal/config"
)

// command has the shape of the real command line: several commands that share flag names.
type command struct {
	Serve struct{ config.Config }  `cmd:""`
	Demo  struct{ config.Config }  `cmd:""`
	Apply struct{ config.Store }   `cmd:""`
	Plain struct{ Verbose string } `cmd:""`
}

func newParser(t *testing.T, target *command) *kong.Kong {
	t.Helper()
	k, err := kong.New(target, append(config.Options(), kong.Exit(func(int) { t.Error("kong wanted to exit") }))...)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func parse(t *testing.T, args ...string) (command, error) {
	t.Helper()
	var target command
	_, err := newParser(t, &target).Parse(args)
	return target, err
}

func mustParse(t *testing.T, args ...string) command {
	t.Helper()
	target, err := parse(t, args...)
	if err != nil {
		t.Fatal(err)
	}
	return target
}

func writeFile(t *testing.T, lines ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "doorward.yaml")
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestDefaultsAreWhatIsDocumented(t *testing.T) {
	got := mustParse(t, "serve", "--data", "d").Serve.Config
	if err := got.Check(); err != nil {
		t.Fatal(err)
	}
	want := config.Config{
		Store:     config.Store{Data: "d", Keys: filepath.Join("d", "keys")},
		Listen:    "127.0.0.1:8080",
		PublicURL: "http://127.0.0.1:8080",
		TLS:       config.TLS{HSTS: 365 * 24 * time.Hour},
		Sessions: config.Sessions{
			RedeemedLifetime: 12 * time.Hour, RedeemedIdle: time.Hour, ActingLifetime: time.Hour,
			PulseLifetime: 168 * time.Hour, CRMCOMLifetime: time.Hour, CRMCOMKey: 2 * time.Hour,
		},
		Alephee: config.Alephee{LoginTokenMember: "Token", URLMember: "Url", Rate: "30/min"},
		ActivePlatform: config.ActivePlatform{
			Audience: 3, Roles: []string{"sales", "marketing", "owner", "admin"}, LoginTokenLifetime: 5 * time.Minute,
		},
		CRMCOM:      config.CRMCOM{Profile: "v19"},
		Native:      config.Native{Rate: "600/min"},
		Access:      config.AccessTokens{Format: "jwt", Algorithm: "ES256", Lifetime: 15 * time.Minute},
		SigningKeys: config.SigningKeys{Lifetime: 720 * time.Hour},
		Load:        config.Load{Requests: 128, Queue: 1024, Wait: 500 * time.Millisecond, Connections: 4096},
		Memory:      got.Memory, // what fits into the memory
		Hashing:     config.Hashing{Workers: max(1, runtime.GOMAXPROCS(0)-1), Queue: 64},
		Guesses:     config.Guesses{Failures: 5, Period: 15 * time.Minute, Lock: 15 * time.Minute, AnySourceFailures: 500, TenantFailures: 1000},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// other is a usable value of every flag that is not its default.
var other = map[string]string{
	"data": "elsewhere", "database": "postgres://u@h/n", "keys": "k", "listen": "127.0.0.1:9", "public-url": "https://x.test",
	"metrics-listen": "127.0.0.1:10", "tls-cert": "c.pem", "tls-key": "k.pem", "hsts-max-age": "0s",
	"trusted-proxies":           "10.0.0.0/8,2001:db8::/32",
	"redeemed-session-lifetime": "2h0m0s", "redeemed-session-idle": "2m0s", "acting-session-lifetime": "3m0s",
	"pulse-session-lifetime": "4m0s", "crmcom-session-lifetime": "5m0s", "crmcom-key-session-lifetime": "6m0s", "alephee-token-member": "T",
	"alephee-url-member": "U", "alephee-rate": "7/min", "alephee-route-rates": "accounts=120/min,users=1/min", "alephee-deprecate-query-key": "true",
	"activeplatform-audience": "9", "activeplatform-roles": "owner,admin", "activeplatform-token-lifetime": "6s",
	"crmcom-profile": "v19", "native-rate": "9/min", "crmcom-error-statuses": "true", "access-token-format": "opaque", "access-token-algorithm": "EdDSA",
	"access-token-lifetime": "5m", "signing-key-lifetime": "48h0m0s", "gateway-sign-in-origins": "https://sign-in.test,http://localhost:3000", "load-requests": "700", "load-queue": "900", "load-wait": "20ms", "load-connections": "50", "memory-sessions": "2000", "memory-principals": "3000", "hash-workers": "3", "hash-queue": "5",
	"guess-failures": "3", "guess-period": "5m0s", "guess-lock": "1h0m0s", "guess-any-source-failures": "50", "guess-tenant-failures": "200",
}

func serveFlags(t *testing.T, target *command) []*kong.Flag {
	t.Helper()
	for _, node := range newParser(t, target).Model.Children {
		if node.Name == "serve" {
			return node.Flags
		}
	}
	t.Fatal("no command serve")
	return nil
}

var samePrefix = cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })

func TestEveryFlagCanBeSetByFlagEnvironmentAndFile(t *testing.T) {
	flags := serveFlags(t, &command{})
	if len(flags) != len(other)+1 {
		t.Errorf("%d flags, but values for %d and --config", len(flags), len(other))
	}
	for _, flag := range flags {
		if flag.Name == "config" {
			continue
		}
		t.Run(flag.Name, func(t *testing.T) {
			value, ok := other[flag.Name]
			if !ok {
				t.Fatal("no value to try")
			}
			variable := "DOORWARD_" + strings.ToUpper(strings.ReplaceAll(flag.Name, "-", "_"))
			want := mustParse(t, "serve", "--"+flag.Name+"="+value).Serve.Config
			if flag.Name != "crmcom-profile" && reflect.DeepEqual(want, mustParse(t, "serve").Serve.Config) {
				t.Errorf("the flag changed nothing")
			}
			path := writeFile(t, flag.Name+": "+value)
			fromFile := mustParse(t, "serve", "--config", path).Serve.Config
			fromFile.File = ""
			if diff := cmp.Diff(want, fromFile, samePrefix); diff != "" {
				t.Errorf("file: %s", diff)
			}
			t.Setenv(variable, value)
			if diff := cmp.Diff(want, mustParse(t, "serve").Serve.Config, samePrefix); diff != "" {
				t.Errorf("environment %s: %s", variable, diff)
			}
		})
	}
}

func TestFlagWinsOverEnvironmentOverFile(t *testing.T) {
	path := writeFile(t, "data: from-file", "hash-workers: 1", "alephee-deprecate-query-key: true", "activeplatform-roles: [sales]")
	t.Setenv("DOORWARD_CONFIG", path)

	got := mustParse(t, "serve").Serve
	if got.Data != "from-file" || got.Hashing.Workers != 1 || !got.Alephee.DeprecateQueryKey || len(got.ActivePlatform.Roles) != 1 {
		t.Errorf("file over default: %+v", got)
	}
	t.Setenv("DOORWARD_DATA", "from-environment")
	t.Setenv("DOORWARD_HASH_WORKERS", "0")
	t.Setenv("DOORWARD_ALEPHEE_DEPRECATE_QUERY_KEY", "false")
	t.Setenv("DOORWARD_ACTIVEPLATFORM_ROLES", "owner,admin")
	got = mustParse(t, "serve").Serve
	if got.Data != "from-environment" || got.Hashing.Workers != 0 || got.Alephee.DeprecateQueryKey || len(got.ActivePlatform.Roles) != 2 {
		t.Errorf("environment over file: %+v", got)
	}
	got = mustParse(t, "serve", "--data=from-flag", "--hash-workers=4", "--alephee-deprecate-query-key", "--activeplatform-roles=marketing").Serve
	if got.Data != "from-flag" || got.Hashing.Workers != 4 || !got.Alephee.DeprecateQueryKey || len(got.ActivePlatform.Roles) != 1 {
		t.Errorf("flag over environment: %+v", got)
	}
}

func TestAnEmptyVariableCountsAsNotSet(t *testing.T) {
	path := writeFile(t, "data: from-file", "redeemed-session-idle: 7m")
	for _, flag := range serveFlags(t, &command{}) {
		t.Setenv("DOORWARD_"+strings.ToUpper(strings.ReplaceAll(flag.Name, "-", "_")), "")
	}
	got := mustParse(t, "serve", "--config", path).Serve
	if got.Data != "from-file" || got.Sessions.RedeemedIdle != 7*time.Minute {
		t.Errorf("an empty variable hid the file: %+v", got)
	}
	if got.Listen != "127.0.0.1:8080" || got.Sessions.ActingLifetime != time.Hour || len(got.ActivePlatform.Roles) != 4 {
		t.Errorf("an empty variable hid the default: %+v", got)
	}
}

func TestAnUnusableVariableIsAnErrorEvenWhenTheFileHasAValue(t *testing.T) {
	t.Setenv("DOORWARD_HASH_QUEUE", "many")
	_, err := parse(t, "serve", "--config", writeFile(t, "hash-queue: 3"))
	if err == nil || !strings.Contains(err.Error(), "DOORWARD_HASH_QUEUE") {
		t.Errorf("got %v", err)
	}
}

func TestOnlyTheSelectedCommandReadsTheFile(t *testing.T) {
	t.Setenv("DOORWARD_CONFIG", writeFile(t, "data: from-variable", "keys: from-variable"))
	if got := mustParse(t, "apply").Apply; got.Data != "from-variable" {
		t.Errorf("apply ignored DOORWARD_CONFIG: %+v", got)
	}
	got := mustParse(t, "demo", "--config", writeFile(t, "data: from-flag")).Demo
	if got.Data != "from-flag" || got.Keys != "" {
		t.Errorf("DOORWARD_CONFIG was read beside --config: %+v", got)
	}
	t.Setenv("DOORWARD_CONFIG", filepath.Join(t.TempDir(), "missing"))
	if _, err := parse(t, "plain"); err != nil {
		t.Errorf("a command without --config read it: %v", err)
	}
	if _, err := parse(t, "serve"); err == nil || !strings.Contains(err.Error(), "missing") {
		t.Errorf("a missing file: %v", err)
	}
}

func TestTheProfileIsAnEnum(t *testing.T) {
	for _, profile := range []string{"idle", "jwt", "V19"} {
		if _, err := parse(t, "serve", "--crmcom-profile", profile); err == nil {
			t.Errorf("accepted profile %q", profile)
		}
	}
	if _, err := parse(t, "serve", "--config", writeFile(t, "crmcom-profile: jwt")); err == nil {
		t.Error("accepted profile jwt from the file")
	}
}
