// Package config turns flags, environment and a YAML file into one checked value.
//
// A flag wins over the environment, the environment over the file, the file
// over the default. Every flag --some-name is DOORWARD_SOME_NAME in the
// environment and some-name in the file; an empty environment variable counts
// as not set. The package decides nothing about the product: it says whether a
// value can be used, and otherwise which flag to write differently. It opens
// nothing but the file, and no message repeats a database URL, which may hold
// a password.
package config

import (
	"net/netip"
	"os"
	"slices"
	"time"

	"github.com/alecthomas/kong"
)

// Config is everything the operator can set on a command that serves.
type Config struct {
	Store

	Listen    string `placeholder:"HOST:PORT" default:"127.0.0.1:8080" help:"Address to listen on (default: 127.0.0.1:8080)."`
	PublicURL string `name:"public-url" placeholder:"URL" help:"URL under which others reach this installation, and its issuer (default: http://LISTEN, https://LISTEN with --tls-cert)."`

	MetricsListen string `placeholder:"HOST:PORT" help:"Address for the operator alone: /metrics for Prometheus and /health with reasons, over plain HTTP and to anybody who reaches it."`

	TrustedProxies []netip.Prefix `placeholder:"CIDR" help:"Networks of the proxies in front, whose X-Forwarded-For is believed; without them every client behind a proxy is one source."`

	TLS            TLS            `embed:"" group:"HTTPS"`
	Sessions       Sessions       `embed:"" group:"Session lifetimes"`
	Alephee        Alephee        `embed:"" prefix:"alephee-" group:"Alephee dialect"`
	ActivePlatform ActivePlatform `embed:"" prefix:"activeplatform-" group:"ActivePlatform dialect"`
	CRMCOM         CRMCOM         `embed:"" prefix:"crmcom-" group:"CRM.COM dialect"`
	Native         Native         `embed:"" prefix:"native-" group:"Doorward's own API"`
	Access         AccessTokens   `embed:"" prefix:"access-token-" group:"Access tokens"`
	SigningKeys    SigningKeys    `embed:"" prefix:"signing-key-" group:"Access tokens"`
	Gateway        Gateway        `embed:"" prefix:"gateway-" group:"Gateways"`
	Load           Load           `embed:"" prefix:"load-" group:"Load"`
	Memory         Memory         `embed:"" prefix:"memory-" group:"Load"`
	Hashing        Hashing        `embed:"" prefix:"hash-" group:"Password hashing"`
	Guesses        Guesses        `embed:"" prefix:"guess-" group:"Failed log-ins"`
}

// Store says where data and keys are; commands that open the store without serving embed it alone.
type Store struct {
	File     File   `name:"config" placeholder:"FILE" help:"YAML file whose keys are the names of these flags."`
	Data     string `placeholder:"DIR" help:"Directory of the embedded store; needed unless --database is given."`
	Database string `placeholder:"URL" help:"PostgreSQL to use instead of the embedded store, as postgres://user@host/name."`
	Keys     string `placeholder:"DIR" help:"Directory of the pepper and the sealing key (default: DATA/keys); needed when there is no --data."`
}

// TLS says with which certificate the listener speaks HTTPS, and for how long browsers shall speak nothing else.
type TLS struct {
	Certificate string        `name:"tls-cert" placeholder:"FILE" help:"Serve HTTPS with this PEM certificate, its intermediates after it; read again when it changes."`
	Key         string        `name:"tls-key" placeholder:"FILE" help:"Its private key in PEM, not readable by others; read again when it changes."`
	HSTS        time.Duration `name:"hsts-max-age" default:"8760h" help:"How long browsers remember to come by https only, when the public URL is https; 0 sends no Strict-Transport-Security."`
}

// Sessions holds how long each kind of session lives.
type Sessions struct {
	RedeemedLifetime time.Duration `name:"redeemed-session-lifetime" default:"12h" help:"Life of a session opened by redeeming a login token."`
	RedeemedIdle     time.Duration `name:"redeemed-session-idle" default:"1h" help:"Time without use after which a redeemed session ends."`
	ActingLifetime   time.Duration `name:"acting-session-lifetime" default:"1h" help:"Life of a session in which someone acts for another person."`
	PulseLifetime    time.Duration `name:"pulse-session-lifetime" default:"168h" help:"Life of a Pulse session."`
	CRMCOMLifetime   time.Duration `name:"crmcom-session-lifetime" default:"1h" help:"Life of a CRM.COM session."`
	CRMCOMKey        time.Duration `name:"crmcom-key-session-lifetime" default:"2h" help:"Life of a CRM.COM session opened by a key."`
}

// Alephee holds what an operator may vary in the Alephee dialect.
type Alephee struct {
	LoginTokenMember  string   `name:"token-member" default:"Token" help:"JSON member that carries the login token."`
	URLMember         string   `name:"url-member" default:"Url" help:"JSON member that carries the landing URL."`
	Rate              string   `default:"30/min" help:"Requests allowed per key and endpoint, as N/min."`
	RouteRates        []string `placeholder:"ROUTE=N/min" help:"The same for single endpoints, out of logintoken, accounts and users, separated by commas."`
	DeprecateQueryKey bool     `help:"Answer an API key in the query with Deprecation and Link headers."`
}

// Native holds what an operator may vary in Doorward's own API.
type Native struct {
	Rate string `default:"600/min" help:"Requests allowed per credential, as N/min; a credential's own limits v1 and v1-verify go over it."`
}

// ActivePlatform holds what an operator may vary in the ActivePlatform dialect.
type ActivePlatform struct {
	Audience           int           `default:"3" help:"Audience its login tokens are minted for."`
	Roles              []string      `default:"sales,marketing,owner,admin" help:"Manager roles that may mint, separated by commas."`
	LoginTokenLifetime time.Duration `name:"token-lifetime" default:"5m" help:"Life of its login tokens."`
}

// CRMCOM holds what an operator may vary in the CRM.COM dialect.
type CRMCOM struct {
	Profile       string `enum:"v19" default:"v19" help:"Version profile to speak: ${enum}."`
	ErrorStatuses bool   `help:"Answer errors with HTTP error statuses instead of 200."`
}

// AccessTokens says how access tokens are made for the installation itself, and for audiences that do not say.
type AccessTokens struct {
	Format    string        `enum:"jwt,opaque" default:"jwt" help:"How they look: jwt, which anybody can check, or opaque."`
	Algorithm string        `enum:"ES256,EdDSA,RS256" default:"ES256" help:"Signature of those that are signed: ${enum}."`
	Lifetime  time.Duration `default:"15m" help:"How long they live, from 1m to 1h."`
}

// SigningKeys says how the keys that sign access tokens are kept.
type SigningKeys struct {
	Lifetime time.Duration `default:"720h" help:"How long a key signs before the next one takes its place, from 1h to 8760h."`
}

// Gateway holds what an operator may vary for gateways that ask before they let a request through.
type Gateway struct {
	SignInOrigins []string `placeholder:"ORIGIN" help:"Origins beside --public-url, as https://host, that a gateway may send people to who are not signed in; separated by commas."`
}

// The defaults of Load.
const (
	DefaultRequests    = 128
	DefaultQueue       = 1024
	DefaultRequestWait = 500 * time.Millisecond
	DefaultConnections = 4096
)

// Load bounds what is taken on at once, so that what is taken on is done in time.
type Load struct {
	Requests    int           `default:"128" help:"Requests at work at once. Who waits for a password hash or for news is not at work."`
	Queue       int           `default:"1024" help:"Requests that wait to be taken on; more are refused by 503 with Retry-After."`
	Wait        time.Duration `default:"500ms" help:"How long a request waits to be taken on at most; one that would wait for longer is refused at once."`
	Connections int           `default:"4096" help:"Connections open at once; who comes then takes the place of an idle one, or waits."`
}

// Memory bounds what a node remembers of the store, so that what it is asked often costs no look at it.
type Memory struct {
	Sessions   int `default:"0" help:"Sessions and access tokens remembered at most, about 120 bytes each as they come; 0 means as many as fit into an eighth of the memory."`
	Principals int `default:"0" help:"People and services, with a credential and an account each, remembered at most, about 600 bytes each as they come; 0 means as many as fit into a sixteenth of the memory."`

	OfNode uint64 `kong:"-"` // bytes that this process may take
}

// Hashing bounds the slow work of checking passwords.
type Hashing struct {
	Workers int `default:"0" help:"Password hashes computed at once; 0 means one fewer than there are cores, and at least one."`
	Queue   int `default:"64" help:"Password checks that may wait for a worker; more are refused."`
}

// Guesses bounds failed tries with passwords and pass codes. Who is locked is answered like a wrong password.
type Guesses struct {
	Failures          int           `default:"5" help:"Failed tries by which a person is locked for one address (IPv6: /64)."`
	Period            time.Duration `default:"15m" help:"Time within which those tries count."`
	Lock              time.Duration `default:"15m" help:"Time for which they lock."`
	AnySourceFailures int           `default:"500" help:"Failed tries within 15m by which a person is locked for all addresses; more than --guess-failures."`
	TenantFailures    int           `default:"1000" help:"Failed tries within 5m by which all people of an organisation are locked, except where they have logged in before; keys never are."`
}

// Options returns what every kong parser over a Config needs: the environment names and their rule.
func Options() []kong.Option {
	return []kong.Option{kong.DefaultEnvars("DOORWARD"), kong.PostBuild(forgetEmptyVariables)}
}

// forgetEmptyVariables removes variables without a value, which kong would parse as one.
func forgetEmptyVariables(k *kong.Kong) error {
	return kong.Visit(k.Model, func(node kong.Visitable, next kong.Next) error {
		if flag, ok := node.(*kong.Flag); ok {
			flag.Tag.Envs = slices.DeleteFunc(slices.Clone(flag.Tag.Envs), func(name string) bool {
				return os.Getenv(name) == ""
			})
		}
		return next(nil)
	})
}
