package crmcom

import (
	"net/http"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
)

// Name is what the directory file and the audit log call this dialect.
const Name = "crmcom"

// The paths. The version is a literal, so that another one is an unknown path with this dialect's 404.
const (
	tokenPath    = "/crmapi/rest/v2/authentication/token"
	releasePath  = tokenPath + "/release"
	keyLoginPath = "/crmapi/rest/v2/authentication/web_api_key/token"
)

// Options are an operator's choices; the zero value is the default of each.
type Options struct {
	SessionLifetime    time.Duration // of a token from its log-in on, however it is used; 0: one hour
	KeySessionLifetime time.Duration // the same for a log-in by key; 0: two hours
	ErrorStatuses      bool          // failures carry a 4xx or 5xx status, where the original sends 200
	Profile            Profile       // empty: ProfileV19
}

// New returns the dialect over an authority. It panics on a profile that it does not know: such a mistake must not get
// as far as serving.
func New(a *authority.Authority, o Options) dialect.Dialect {
	if o.SessionLifetime == 0 {
		o.SessionLifetime = time.Hour
	}
	if o.KeySessionLifetime == 0 {
		o.KeySessionLifetime = 2 * time.Hour
	}
	o.Profile.check()
	m := crm{authority: a, options: o}
	return dialect.Dialect{
		Name:          Name,
		Specification: specification,
		Spaces:        []string{"/crmapi"},
		Routes: []dialect.Route{
			{
				Method: http.MethodPost,
				Path:   tokenPath,
				Access: dialect.ByCredential("body, password or access token identifier", "", loginProof),
				Check:  checkLogin,
				Handle: m.login(o.Profile.lifetimes(o.SessionLifetime)),
			},
			{
				Method: http.MethodPost,
				Path:   keyLoginPath,
				Access: dialect.ByCredential("HTTP Basic user name", "", loginProof),
				Check:  checkKeyLogin,
				Handle: m.login(o.Profile.lifetimes(o.KeySessionLifetime)),
			},
			{
				Method: http.MethodGet,
				Path:   tokenPath,
				Access: dialect.ByOwnSession("query parameter token", queryToken),
				Handle: m.showToken,
			},
			{
				Method: http.MethodPost,
				Path:   releasePath,
				Access: dialect.ByOwnSession("body member token", bodyToken),
				Handle: m.release,
			},
		},
		Fail: m.fail,
	}
}

type crm struct {
	authority *authority.Authority
	options   Options
}
