package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The bounds of what can be set. A login token is at most 15 minutes away from
// being useless, which is what bounds a copied data directory.
const (
	shortestSession     = time.Second
	longestSession      = 365 * 24 * time.Hour
	shortestLoginToken  = 5 * time.Second
	longestLoginToken   = 15 * time.Minute
	shortestAccess      = time.Minute
	longestAccess       = time.Hour
	shortestSigningKey  = time.Hour
	longestSigningKey   = 365 * 24 * time.Hour
	mostHashWorkers     = 1024
	longestHashQueue    = 100_000
	mostGuesses         = 1_000_000
	mostGuessesBySource = 1000
	longestGuessLock    = 24 * time.Hour
	mostRequests        = 100_000
	longestRequestQueue = 100_000
	longestRequestWait  = 10 * time.Second
	mostConnections     = 1_000_000
	leastRemembered     = 1000
	mostRemembered      = 100_000_000
)

var (
	ratePattern   = regexp.MustCompile(`^[1-9][0-9]{0,6}/min$`)
	memberPattern = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,63}$`)
	limitedRoutes = []string{"logintoken", "accounts", "users"}
	managerRoles  = []string{"sales", "marketing", "owner", "admin"}
)

// Check validates every value, fills in those that follow from others, and returns all faults joined.
func (c *Config) Check() error {
	return errors.Join(
		c.Store.Check(),
		c.checkListen(),
		c.checkMetricsListen(),
		c.TLS.check(),
		c.checkPublicURL(),
		c.checkTrustedProxies(),
		c.Sessions.check(),
		c.Alephee.check(),
		c.ActivePlatform.check(),
		c.CRMCOM.check(),
		c.Native.check(),
		c.Access.check(),
		within("signing-key-lifetime", c.SigningKeys.Lifetime, shortestSigningKey, longestSigningKey),
		c.Gateway.check(),
		c.Hashing.check(),
		c.Guesses.check(),
		c.Load.check(),
		c.Memory.check(),
	)
}

// Check validates where data and keys are and fills in the default of Keys.
func (s *Store) Check() error {
	var faults []error
	if s.Data == "" && s.Database == "" {
		faults = append(faults, errors.New("--data is missing: write --data DIR for the embedded store, or --database postgres://… for PostgreSQL"))
	}
	if s.Database != "" && !isPostgresURL(s.Database) {
		faults = append(faults, errors.New("--database is not a PostgreSQL URL: write --database postgres://user@host:5432/name"))
	}
	switch {
	case s.Keys == "" && s.Data != "":
		s.Keys = filepath.Join(s.Data, "keys")
	case s.Keys == "" && s.Database != "":
		faults = append(faults, errors.New("--keys is missing: with --database and no --data, write --keys DIR, the same on every node"))
	}
	return errors.Join(faults...)
}

func isPostgresURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "postgres" || u.Scheme == "postgresql") && u.Opaque == ""
}

func (c *Config) checkListen() error {
	_, port, err := net.SplitHostPort(c.Listen)
	if err != nil || !isPort(port) {
		return fmt.Errorf("--listen %q is not HOST:PORT: write for example --listen 127.0.0.1:8080", c.Listen)
	}
	return nil
}

// checkMetricsListen wants a host: what the operator sees must not be open to everybody by a slip.
func (c *Config) checkMetricsListen() error {
	if c.MetricsListen == "" {
		return nil
	}
	host, port, err := net.SplitHostPort(c.MetricsListen)
	if err != nil || host == "" || !isPort(port) {
		return fmt.Errorf("--metrics-listen %q is not HOST:PORT: write for example --metrics-listen 127.0.0.1:9090", c.MetricsListen)
	}
	return nil
}

func isPort(text string) bool {
	_, err := strconv.ParseUint(text, 10, 16)
	return err == nil
}

func (s *Sessions) check() error {
	var faults []error
	for _, session := range []struct {
		flag     string
		lifetime time.Duration
	}{
		{"redeemed-session-lifetime", s.RedeemedLifetime},
		{"redeemed-session-idle", s.RedeemedIdle},
		{"acting-session-lifetime", s.ActingLifetime},
		{"pulse-session-lifetime", s.PulseLifetime},
		{"crmcom-session-lifetime", s.CRMCOMLifetime},
		{"crmcom-key-session-lifetime", s.CRMCOMKey},
	} {
		faults = append(faults, within(session.flag, session.lifetime, shortestSession, longestSession))
	}
	if s.RedeemedIdle > s.RedeemedLifetime {
		faults = append(faults, fmt.Errorf("--redeemed-session-idle %s is longer than --redeemed-session-lifetime: write at most %s", s.RedeemedIdle, s.RedeemedLifetime))
	}
	return errors.Join(faults...)
}

func (a *Alephee) check() error {
	faults := []error{
		memberName("alephee-token-member", a.LoginTokenMember),
		memberName("alephee-url-member", a.URLMember),
	}
	if a.LoginTokenMember == a.URLMember {
		faults = append(faults, fmt.Errorf("--alephee-url-member is the same as --alephee-token-member: write two different names, not %q twice", a.URLMember))
	}
	if !ratePattern.MatchString(a.Rate) {
		faults = append(faults, fmt.Errorf("--alephee-rate %q is not a rate: write 1 to 9999999 requests a minute, for example --alephee-rate 30/min", a.Rate))
	}
	return errors.Join(append(faults, a.checkRouteRates()...)...)
}

func (n *Native) check() error {
	if !ratePattern.MatchString(n.Rate) {
		return fmt.Errorf("--native-rate %q is not a rate: write 1 to 9999999 requests a minute, for example --native-rate 600/min", n.Rate)
	}
	return nil
}

func (a *Alephee) checkRouteRates() (faults []error) {
	var seen []string
	for _, entry := range a.RouteRates {
		route, rate, _ := strings.Cut(entry, "=")
		if !slices.Contains(limitedRoutes, route) || slices.Contains(seen, route) {
			faults = append(faults, fmt.Errorf("--alephee-route-rates: the route of %q is unknown or repeated: write each of %s at most once", entry, strings.Join(limitedRoutes, ",")))
		} else if !ratePattern.MatchString(rate) {
			faults = append(faults, fmt.Errorf("--alephee-route-rates: %q has no rate: write 1 to 9999999 requests a minute, for example %s=120/min", entry, route))
		}
		seen = append(seen, route)
	}
	return faults
}

// lifetimeMember stands beside the two members that can be named.
const lifetimeMember = "ExpiresIn"

func memberName(flag, name string) error {
	if name == lifetimeMember {
		return fmt.Errorf("--%s %q is the member that carries the lifetime: write another name", flag, name)
	}
	if !memberPattern.MatchString(name) {
		return fmt.Errorf("--%s %q is not a member name: write a letter, then letters, digits or underscores, 64 at most", flag, name)
	}
	return nil
}

func (a *ActivePlatform) check() error {
	var faults []error
	if a.Audience < 1 {
		faults = append(faults, fmt.Errorf("--activeplatform-audience %d is no audience: write the id of one, 1 or more", a.Audience))
	}
	if len(a.Roles) == 0 {
		faults = append(faults, fmt.Errorf("--activeplatform-roles names no role: write one or more of %s", strings.Join(managerRoles, ",")))
	}
	for i, role := range a.Roles {
		if !slices.Contains(managerRoles, role) || slices.Contains(a.Roles[:i], role) {
			faults = append(faults, fmt.Errorf("--activeplatform-roles: %q is unknown or repeated: write each of %s at most once", role, strings.Join(managerRoles, ",")))
		}
	}
	faults = append(faults, within("activeplatform-token-lifetime", a.LoginTokenLifetime, shortestLoginToken, longestLoginToken))
	return errors.Join(faults...)
}

func (c *CRMCOM) check() error {
	if c.Profile != "v19" {
		return fmt.Errorf("--crmcom-profile %q is unknown: write v19", c.Profile)
	}
	return nil
}

func (h *Hashing) check() error {
	faults := []error{
		within("hash-workers", h.Workers, 0, mostHashWorkers),
		within("hash-queue", h.Queue, 0, longestHashQueue),
	}
	if h.Workers == 0 {
		h.Workers = max(1, runtime.GOMAXPROCS(0)-1) // the last is for all who do not wait for a hash
	}
	return errors.Join(faults...)
}

func (l *Load) check() error {
	return errors.Join(
		within("load-requests", l.Requests, 1, mostRequests),
		within("load-queue", l.Queue, 1, longestRequestQueue),
		within("load-wait", l.Wait, time.Millisecond, longestRequestWait),
		within("load-connections", l.Connections, 1, mostConnections),
	)
}

func (g *Guesses) check() error {
	return errors.Join(
		within("guess-failures", g.Failures, 1, mostGuessesBySource),
		within("guess-period", g.Period, time.Second, longestGuessLock),
		within("guess-lock", g.Lock, time.Second, longestGuessLock),
		within("guess-any-source-failures", g.AnySourceFailures, g.Failures+1, mostGuesses), // or one address locks a person everywhere
		within("guess-tenant-failures", g.TenantFailures, g.Failures+1, mostGuesses),        // and everybody
	)
}

func within[T int | time.Duration](flag string, value, least, most T) error {
	if value < least || value > most {
		return fmt.Errorf("--%s %v is out of range: write %v to %v", flag, value, least, most)
	}
	return nil
}

func (a AccessTokens) check() error {
	if a.Lifetime < shortestAccess || a.Lifetime > longestAccess {
		return fmt.Errorf("--access-token-lifetime is %s: write one from %s to %s", a.Lifetime, shortestAccess, longestAccess)
	}
	return nil
}

func (g Gateway) check() error {
	for _, origin := range g.SignInOrigins {
		u, err := url.Parse(origin)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || origin != u.Scheme+"://"+strings.ToLower(u.Host) {
			return errors.New("--gateway-sign-in-origins has one that is not scheme and host only: write for example https://sign-in.example.com")
		}
	}
	return nil
}
