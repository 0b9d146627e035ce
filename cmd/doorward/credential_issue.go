package main

import (
	"context"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/directory"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/limit"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

type credentialIssueCommand struct {
	operation
	Kind        string            `enum:"api-key,key-pair,public-key,manager-key,password,pass-code,authentication-code" default:"api-key" help:"One of ${enum} (default: api-key)."`
	Principal   string            `required:"" placeholder:"WHO" help:"Whose: an e-mail, person:3 or service:ORGANISATION/NAME."`
	Name        string            `placeholder:"NAME" help:"What people call it; needed for all but passwords."`
	Tenant      []string          `placeholder:"ID" help:"Only at these tenants and below, as account:1200."`
	Permission  []string          `placeholder:"NAME" help:"Only these of the holder's permissions."`
	Dialect     []string          `placeholder:"NAME" help:"Only through these dialects."`
	Network     []netip.Prefix    `placeholder:"CIDR" help:"Only from these networks."`
	Limit       map[string]string `placeholder:"ROUTE=N/min" mapsep:"," help:"Requests a minute by route, as logintoken=60/min."`
	ExpiresIn   time.Duration     `placeholder:"SPAN" xor:"end" help:"Ends after a time, as 2160h."`
	ExpiresAt   time.Time         `placeholder:"TIME" xor:"end" help:"Ends at a time, as 2027-01-31T00:00:00Z."`
	importFlags `embed:""`
}

// importFlags take over a secret that exists, from a file, since a command line is seen by others.
type importFlags struct {
	Import     string `placeholder:"FILE" help:"Take the secret over from a file, - for standard input: the key, or the key and on the next line the secret."`
	Hashed     bool   `help:"What is taken over is a password hash (argon2, bcrypt, pbkdf2 or scrypt)."`
	Identifier string `placeholder:"TEXT" help:"What a pass code belongs to, as a card's number; or the client_id of public keys, made here when left out."`
	JWKS       string `name:"jwks" placeholder:"FILE" help:"The JWK set of a client that proves itself by signing, - for standard input."`
}

// Help is shown by doorward credential issue --help.
func (credentialIssueCommand) Help() string {
	return `Examples:
  doorward credential issue --data DIR --principal owner@acme.test --name "nightly export" --dialect crmcom
  doorward credential issue --data DIR --kind key-pair --principal owner@acme.test --name sync --tenant account:1200 \
      --permission readApplications --network 192.0.2.0/24 --expires-in 2160h
  doorward credential issue --data DIR --kind manager-key --principal manager@north.test --name "Nora's key"
  doorward credential issue --data DIR --kind public-key --principal owner@acme.test --name reports --jwks keys.json --dialect oauth
  printf %s "$OLD_KEY" | doorward credential issue --data DIR --principal 3 --name "from the old system" --import -

What Doorward makes begins with dwk_ (API key), dwp_ (secret of a pair), dwm_ (manager key) or dwa_ (authentication
code) and ends with a checksum, so that a scanner can find what leaked. The secret is printed this once.`
}

// Run issues the credential and prints its secret.
func (c *credentialIssueCommand) Run(ctx context.Context, log *slog.Logger) error {
	r, err := c.request()
	if err != nil {
		return err
	}
	return c.run(ctx, log, func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		if c.ExpiresIn != 0 {
			r.ExpiresAt = a.Now().Add(c.ExpiresIn)
		}
		issued, err := a.IssueCredential(ctx, by, r)
		if err != nil {
			return err
		}
		return c.printSecret(issued, c.importFlags)
	})
}

func (c *credentialIssueCommand) request() (r authority.IssueRequest, err error) {
	r = authority.IssueRequest{
		Kind: authority.CredentialKind(c.Kind), Principal: grant.PrincipalID(c.Principal), Name: c.Name, ExpiresAt: c.ExpiresAt,
		Restriction: authority.Restriction{Networks: c.Network, Dialects: c.Dialect},
	}
	for _, id := range c.Tenant {
		r.Tenants = append(r.Tenants, tenant.ID(id))
	}
	for _, name := range c.Permission {
		r.Permissions = append(r.Permissions, grant.Permission(name))
	}
	for _, name := range c.Dialect {
		if !slices.Contains(directory.Dialects, name) {
			return r, usagef("--dialect %q is none: write one of %s", name, strings.Join(directory.Dialects, ", "))
		}
	}
	if r.Limits, err = c.limits(); err != nil {
		return r, err
	}
	r.Import, err = c.read(r.Kind)
	return r, err
}

func (c *credentialIssueCommand) limits() (map[string]int, error) {
	if len(c.Limit) == 0 {
		return nil, nil
	}
	limits := map[string]int{}
	for route, rate := range c.Limit {
		n, err := limit.ParseRate(rate)
		if err != nil || !slices.Contains(directory.LimitedRoutes, route) {
			return nil, usagef("--limit %s=%s: write ROUTE=N/min, the route one of %s", route, rate, strings.Join(directory.LimitedRoutes, ", "))
		}
		limits[route] = n
	}
	return limits, nil
}

// read returns what is to be taken over.
func (f importFlags) read(kind authority.CredentialKind) (from authority.Import, err error) {
	if f.Identifier != "" {
		from.Key = secret.Of(f.Identifier)
	}
	if f.JWKS != "" || kind == authority.PublicKey {
		return f.readPublicKeys(from, kind)
	}
	if f.Import == "" {
		return from, nil
	}
	lines, err := secretLines(f.Import)
	if err != nil {
		return from, err
	}
	typed := kind == authority.Password || kind == authority.PassCode
	switch {
	case f.Hashed && (!typed || len(lines) != 1):
		return from, usagef("--hashed takes one line, the hash of a password or pass code")
	case f.Hashed:
		from.PasswordHash, err = secret.ParsePasswordHash(lines[0])
	case typed && len(lines) == 1:
		from.Secret = secret.Of(lines[0])
	case kind == authority.KeyPair && len(lines) == 2:
		from.Key, from.Secret = secret.Of(lines[0]), secret.Of(lines[1])
	case !typed && kind != authority.KeyPair && len(lines) == 1:
		from.Key = secret.Of(lines[0])
	default:
		return from, usagef("--import has %d lines: a key pair has two, its key and its secret, every other kind one", len(lines))
	}
	return from, err
}

// readPublicKeys reads the JWK set of a client that proves itself by signing (RFC 7523).
func (f importFlags) readPublicKeys(from authority.Import, kind authority.CredentialKind) (authority.Import, error) {
	if kind != authority.PublicKey || f.JWKS == "" || f.Import != "" || f.Hashed {
		return from, usagef("--jwks FILE is what a credential of kind public-key takes over, and nothing else does")
	}
	text, err := readUpTo(f.JWKS, 64<<10)
	from.PublicKeys = strings.TrimSpace(string(text))
	return from, err
}

func readUpTo(name string, limit int64) ([]byte, error) {
	in := io.Reader(os.Stdin)
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		in = file
	}
	return io.ReadAll(io.LimitReader(in, limit))
}

// secretLines reads a file of one or two lines; only the ends of lines are taken off.
func secretLines(name string) ([]string, error) {
	text, err := readUpTo(name, 8<<10)
	if err != nil {
		return nil, err
	}
	clear := strings.TrimSuffix(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n")
	if clear == "" {
		return nil, usagef("--import is empty")
	}
	return strings.Split(clear, "\n"), nil
}
