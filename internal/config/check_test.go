package config_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/config"
)

func TestCheckNamesTheFlagAndWhatToWriteInstead(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*config.Config)
		want  []string
	}{
		"no store":            {func(c *config.Config) { c.Data = "" }, []string{"--data is missing", "write --data DIR"}},
		"not postgres":        {func(c *config.Config) { c.Database = "mysql://h/n" }, []string{"--database", "write --database postgres://"}},
		"not a database url":  {func(c *config.Config) { c.Database = "postgres:n" }, []string{"--database", "write"}},
		"database alone":      {func(c *config.Config) { c.Data, c.Database = "", "postgres://h/n" }, []string{"--keys is missing", "write --keys DIR"}},
		"listen no port":      {func(c *config.Config) { c.Listen = "localhost" }, []string{`--listen "localhost"`, "write"}},
		"listen named port":   {func(c *config.Config) { c.Listen = ":http" }, []string{"--listen", "write"}},
		"listen large port":   {func(c *config.Config) { c.Listen = ":65536" }, []string{"--listen", "write"}},
		"metrics everywhere":  {func(c *config.Config) { c.MetricsListen = ":9090" }, []string{"--metrics-listen", "write for example --metrics-listen 127.0.0.1:9090"}},
		"metrics no port":     {func(c *config.Config) { c.MetricsListen = "localhost" }, []string{"--metrics-listen", "write"}},
		"public relative":     {func(c *config.Config) { c.PublicURL = "login.example.com" }, []string{"--public-url", "write for example --public-url https://"}},
		"public other scheme": {func(c *config.Config) { c.PublicURL = "ftp://x.test" }, []string{"--public-url", "write"}},
		"public no host":      {func(c *config.Config) { c.PublicURL = "https://:1" }, []string{"--public-url", "write"}},
		"public path":         {func(c *config.Config) { c.PublicURL = "https://x.test/" }, []string{"write --public-url https://x.test"}},
		"public query":        {func(c *config.Config) { c.PublicURL = "https://x.test?" }, []string{"write --public-url https://x.test"}},
		"public fragment":     {func(c *config.Config) { c.PublicURL = "https://x.test#" }, []string{"write --public-url https://x.test"}},
		"public user":         {func(c *config.Config) { c.PublicURL = "https://u:p@x.test" }, []string{"write --public-url https://x.test"}},
		"public port":         {func(c *config.Config) { c.PublicURL = "https://x.test:99999" }, []string{"--public-url", "write"}},
		"public empty port":   {func(c *config.Config) { c.PublicURL = "https://x.test:" }, []string{"--public-url", "write"}},
		"certificate alone":   {func(c *config.Config) { c.TLS.Certificate = "c" }, []string{"--tls-key is missing", "write --tls-key FILE"}},
		"key alone":           {func(c *config.Config) { c.TLS.Key = "k" }, []string{"--tls-cert is missing", "write --tls-cert FILE"}},
		"public not https":    {func(c *config.Config) { c.TLS.Certificate, c.TLS.Key, c.PublicURL = "c", "k", "http://x.test:1" }, []string{"write --public-url https://x.test:1"}},
		"short memory":        {func(c *config.Config) { c.TLS.HSTS = time.Millisecond }, []string{"--hsts-max-age", "write 1s to"}},
		"endless memory":      {func(c *config.Config) { c.TLS.HSTS = 99999 * time.Hour }, []string{"--hsts-max-age", "write"}},
		"everybody a proxy":   {proxies("10.0.0.0/8", "0.0.0.0/0"), []string{"--trusted-proxies 0.0.0.0/0", "write the networks"}},
		"IPv6 all proxies":    {proxies("::/0"), []string{"--trusted-proxies ::/0", "write"}},
		"IPv4 as IPv6":        {proxies("::ffff:10.0.0.0/104"), []string{"--trusted-proxies", "write it as IPv4"}},
		"no lifetime":         {func(c *config.Config) { c.Sessions.ActingLifetime = 0 }, []string{"--acting-session-lifetime", "write 1s to"}},
		"negative lifetime":   {func(c *config.Config) { c.Sessions.PulseLifetime = -time.Hour }, []string{"--pulse-session-lifetime", "write"}},
		"endless lifetime":    {func(c *config.Config) { c.Sessions.CRMCOMLifetime = 9999 * time.Hour }, []string{"--crmcom-session-lifetime", "write"}},
		"idle beyond life":    {func(c *config.Config) { c.Sessions.RedeemedIdle = 13 * time.Hour }, []string{"--redeemed-session-idle", "write at most 12h"}},
		"member":              {func(c *config.Config) { c.Alephee.LoginTokenMember = "to ken" }, []string{"--alephee-token-member", "write"}},
		"empty member":        {func(c *config.Config) { c.Alephee.URLMember = "" }, []string{"--alephee-url-member", "write"}},
		"lifetime's member":   {func(c *config.Config) { c.Alephee.LoginTokenMember = "ExpiresIn" }, []string{"--alephee-token-member", "another name"}},
		"same members":        {func(c *config.Config) { c.Alephee.URLMember = "Token" }, []string{"--alephee-url-member", "two different names"}},
		"rate zero":           {func(c *config.Config) { c.Alephee.Rate = "0/min" }, []string{"--alephee-rate", "write", "30/min"}},
		"rate of /v1":         {func(c *config.Config) { c.Native.Rate = "none" }, []string{"--native-rate", "write", "600/min"}},
		"rate per second":     {func(c *config.Config) { c.Alephee.Rate = "30/s" }, []string{"--alephee-rate", "write"}},
		"rate with newline":   {func(c *config.Config) { c.Alephee.Rate = "30/min\n" }, []string{"--alephee-rate", "write"}},
		"route rates":         {routeRates("accounts=120/min", "user=1/min"), []string{"--alephee-route-rates", `"user=1/min"`, "write each of logintoken,accounts,users"}},
		"route of no name":    {routeRates("=1/min"), []string{"--alephee-route-rates", `"=1/min"`, "write each of"}},
		"route rate twice":    {routeRates("users=1/min", "users=1/min"), []string{"--alephee-route-rates", "at most once"}},
		"route without rate":  {routeRates("users"), []string{"--alephee-route-rates", `"users"`, "users=120/min"}},
		"route rate zero":     {routeRates("users=0/min"), []string{"--alephee-route-rates", "write 1 to 9999999", "users=120/min"}},
		"key lifetime":        {func(c *config.Config) { c.Sessions.CRMCOMKey = 0 }, []string{"--crmcom-key-session-lifetime", "write 1s to"}},
		"audience":            {func(c *config.Config) { c.ActivePlatform.Audience = 0 }, []string{"--activeplatform-audience", "write"}},
		"no role":             {func(c *config.Config) { c.ActivePlatform.Roles = nil }, []string{"--activeplatform-roles", "write one or more of sales"}},
		"unknown role":        {func(c *config.Config) { c.ActivePlatform.Roles = []string{"amdin"} }, []string{"--activeplatform-roles", `"amdin"`, "write"}},
		"role twice":          {func(c *config.Config) { c.ActivePlatform.Roles = []string{"owner", "owner"} }, []string{"--activeplatform-roles", "at most once"}},
		"short login token":   {func(c *config.Config) { c.ActivePlatform.LoginTokenLifetime = time.Second }, []string{"--activeplatform-token-lifetime", "write 5s to 15m"}},
		"long login token":    {func(c *config.Config) { c.ActivePlatform.LoginTokenLifetime = time.Hour }, []string{"--activeplatform-token-lifetime", "write 5s to 15m"}},
		"profile":             {func(c *config.Config) { c.CRMCOM.Profile = "jwt" }, []string{"--crmcom-profile", "write v19"}},
		"long access tokens":  {func(c *config.Config) { c.Access.Lifetime = 2 * time.Hour }, []string{"--access-token-lifetime", "1h"}},
		"long signing keys":   {func(c *config.Config) { c.SigningKeys.Lifetime = 10000 * time.Hour }, []string{"--signing-key-lifetime", "8760h"}},
		"short signing keys":  {func(c *config.Config) { c.SigningKeys.Lifetime = time.Minute }, []string{"--signing-key-lifetime", "1h"}},
		"short access tokens": {func(c *config.Config) { c.Access.Lifetime = time.Second }, []string{"--access-token-lifetime", "1m"}},
		"sign-in with a path": {func(c *config.Config) { c.Gateway.SignInOrigins = []string{"https://a.test/x"} }, []string{"--gateway-sign-in-origins", "https://"}},
		"sign-in by a script": {func(c *config.Config) { c.Gateway.SignInOrigins = []string{"javascript://a.test"} }, []string{"--gateway-sign-in-origins", "https://"}},
		"negative workers":    {func(c *config.Config) { c.Hashing.Workers = -1 }, []string{"--hash-workers", "write 0 to 1024"}},
		"many requests":       {func(c *config.Config) { c.Load.Requests = 1_000_000 }, []string{"--load-requests", "write 1 to 100000"}},
		"no requests":         {func(c *config.Config) { c.Load.Requests = 0 }, []string{"--load-requests", "write 1 to 100000"}},
		"no queue":            {func(c *config.Config) { c.Load.Queue = 0 }, []string{"--load-queue", "write 1 to 100000"}},
		"no wait":             {func(c *config.Config) { c.Load.Wait = 0 }, []string{"--load-wait", "write 1ms to 10s"}},
		"no memory":           {func(c *config.Config) { c.Memory.Sessions = 999 }, []string{"--memory-sessions", "write 1000 to 100000000"}},
		"much memory":         {func(c *config.Config) { c.Memory.Principals = 1 << 40 }, []string{"--memory-principals", "write 1000 to 100000000"}},
		"no connections":      {func(c *config.Config) { c.Load.Connections = 0 }, []string{"--load-connections", "write 1 to 1000000"}},
		"long queue":          {func(c *config.Config) { c.Hashing.Queue = 1_000_000 }, []string{"--hash-queue", "write 0 to 100000"}},
		"no failures":         {func(c *config.Config) { c.Guesses.Failures = 0 }, []string{"--guess-failures", "write 1 to 1000"}},
		"many failures": {func(c *config.Config) {
			c.Guesses.Failures, c.Guesses.AnySourceFailures, c.Guesses.TenantFailures = 1001, 2000, 2000
		}, []string{"--guess-failures", "write 1 to 1000"}},
		"no guess period":     {func(c *config.Config) { c.Guesses.Period = 0 }, []string{"--guess-period", "write 1s to 24h"}},
		"endless lock":        {func(c *config.Config) { c.Guesses.Lock = 25 * time.Hour }, []string{"--guess-lock", "write 1s to 24h"}},
		"one locks a person":  {func(c *config.Config) { c.Guesses.AnySourceFailures = 5 }, []string{"--guess-any-source-failures", "write 6 to 1000000"}},
		"one locks everybody": {func(c *config.Config) { c.Guesses.TenantFailures = 5 }, []string{"--guess-tenant-failures", "write 6 to 1000000"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := mustParse(t, "serve", "--data", "d").Serve.Config
			c.spoil(&got)
			err := got.Check()
			if err == nil {
				t.Fatal("accepted")
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not say %q", err, want)
				}
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("more than one message for one fault: %q", err)
			}
		})
	}
}

func routeRates(entries ...string) func(*config.Config) {
	return func(c *config.Config) { c.Alephee.RouteRates = entries }
}

func proxies(networks ...string) func(*config.Config) {
	return func(c *config.Config) {
		for _, network := range networks {
			c.TrustedProxies = append(c.TrustedProxies, netip.MustParsePrefix(network))
		}
	}
}

func TestCheckReportsAllFaultsAtOnce(t *testing.T) {
	got := mustParse(t, "serve", "--alephee-rate", "x", "--listen", "x").Serve
	err := got.Check()
	for _, flag := range []string{"--data", "--alephee-rate", "--listen"} {
		if err == nil || !strings.Contains(err.Error(), flag) {
			t.Errorf("%v does not name %s", err, flag)
		}
	}
}

func TestCheckNeverRepeatsTheDatabasePassword(t *testing.T) {
	for _, url := range []string{"mysql://u:pass-word@h/n", "postgres://u:pass-word@h:port/n", "u:pass-word@h", "postgres://u:pass-word@h/%zz"} {
		got := mustParse(t, "serve", "--database", url).Serve
		if err := got.Check(); err == nil || strings.Contains(err.Error(), "pass-word") {
			t.Errorf("%s: %v", url, err)
		}
	}
}

func TestCheckAcceptsEveryWayToNameAStore(t *testing.T) {
	for name, c := range map[string]struct {
		store config.Store
		keys  string
	}{
		"embedded":               {config.Store{Data: "d"}, "d/keys"},
		"embedded, own keys":     {config.Store{Data: "d", Keys: "k"}, "k"},
		"database":               {config.Store{Database: "postgres://h/n", Keys: "k"}, "k"},
		"database by socket":     {config.Store{Database: "postgresql:///n?host=/run/postgresql", Keys: "k"}, "k"},
		"database and directory": {config.Store{Database: "postgres://h/n", Data: "d"}, "d/keys"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := c.store.Check(); err != nil || c.store.Keys != c.keys {
				t.Errorf("%v, keys %q", err, c.store.Keys)
			}
		})
	}
}

func TestThePublicURLFollowsTheListener(t *testing.T) {
	for listen, want := range map[string]string{
		"127.0.0.1:80": "http://127.0.0.1:80", ":8080": "http://localhost:8080", "[::1]:8080": "http://[::1]:8080", "127.0.0.1:0": "",
	} {
		got := mustParse(t, "serve", "--data", "d", "--listen", listen).Serve
		if err := got.Check(); err != nil || got.PublicURL != want {
			t.Errorf("%s: %v, %q", listen, err, got.PublicURL)
		}
	}
	secure := mustParse(t, "serve", "--data", "d", "--listen", ":8443", "--tls-cert", "c", "--tls-key", "k").Serve
	if err := secure.Check(); err != nil || secure.PublicURL != "https://localhost:8443" {
		t.Errorf("%v, %q", err, secure.PublicURL)
	}
	got := mustParse(t, "serve", "--data", "d", "--public-url", "https://[::1]:8443").Serve
	if err := got.Check(); err != nil || got.PublicURL != "https://[::1]:8443" {
		t.Errorf("%v, %q", err, got.PublicURL)
	}
}

func TestCheckTwiceIsCheckOnce(t *testing.T) {
	got := mustParse(t, "serve", "--data", "d").Serve
	if err := got.Check(); err != nil {
		t.Fatal(err)
	}
	once := got.Config
	if err := got.Check(); err != nil || got.PublicURL != once.PublicURL || got.Keys != once.Keys {
		t.Errorf("%v: %+v, then %+v", err, once, got)
	}
}
