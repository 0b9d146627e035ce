package alephee

import (
	"net/http"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/limit"
)

// Name is what credentials and events call this dialect.
const Name = "alephee"

// space is the path space that is this dialect's own.
const space = "/v2"

// Options are what an operator may vary; the zero value is the default of each.
type Options struct {
	TokenMember       string         // of the 200 body; "Token"
	URLMember         string         // of the 200 body; "Url"; never the same as TokenMember
	PerMinute         int            // requests a minute for each key and route; 30
	Limits            map[string]int // the same for one route by its name ("logintoken", "accounts", "users"), over PerMinute
	MaxKeys           int            // keys whose rate is remembered, and as many unknown ones; 100,000
	DeprecateQueryKey bool           // answer a key in the query with Deprecation and Link headers
}

// wire is the dialect at work.
type wire struct {
	authority *authority.Authority
	options   Options
	limits    limits
}

// New returns the Alephee dialect over an authority.
func New(a *authority.Authority, o Options) dialect.Dialect {
	if o.TokenMember == "" {
		o.TokenMember = "Token"
	}
	if o.URLMember == "" {
		o.URLMember = "Url"
	}
	if o.PerMinute == 0 {
		o.PerMinute = 30
	}
	d := wire{authority: a, options: o, limits: newLimits(a, o)}
	return dialect.Dialect{Name: Name, Spaces: []string{space}, Routes: d.routes(), Fail: d.fail, Specification: specification}
}

// The paths.
const (
	accountsPath   = space + "/accounts"
	loginTokenPath = accountsPath + "/{accountId}/logintoken"
	usersPath      = accountsPath + "/{accountId}/users"
)

// routeNames says by which name the rate of a path is limited: here, in the configuration and for a key in the directory.
var routeNames = map[string]string{loginTokenPath: "logintoken", accountsPath: "accounts", usersPath: "users"}

func (d wire) routes() []dialect.Route {
	byKey := dialect.ByCredential("API_KEY in the query or X-API-Key", "", proof)
	get := func(path string, access dialect.Access, check, handle func(*dialect.Call) error) dialect.Route {
		return dialect.Route{Method: http.MethodGet, Path: path, Access: access, Check: check, Limit: d.limits.take, Handle: handle}
	}
	return []dialect.Route{
		get(accountsPath, byKey, d.checkAccounts, d.listAccounts),
		get(loginTokenPath, byKey.AtTheCostOf(d.pretendToMint), d.checkMint, d.mintLoginToken),
		get(usersPath, byKey.AtTheCostOf(d.pretendToCheck), d.checkUsers, d.listUsers),
	}
}

// mustMeter is for sizes that are valid by construction.
func mustMeter(a *authority.Authority, maxKeys int) *limit.Meter {
	meter, err := limit.NewMeter(maxKeys, a.Now)
	if err != nil {
		panic("alephee: " + err.Error())
	}
	return meter
}
