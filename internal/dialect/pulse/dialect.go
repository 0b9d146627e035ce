package pulse

import (
	"net/http"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
)

// Name is what the directory file and the audit log call this dialect.
const Name = "pulse"

// Options are an operator's choices; the zero value is the default of each.
type Options struct {
	SessionLifetime time.Duration // of a session from its log-in on, however it is used; 0: 168 hours
	Development     bool          // failures carry dev_err_msg, which tells them apart: for tests in the same process, no flag sets it
}

// New returns the dialect over an authority.
func New(a *authority.Authority, o Options) dialect.Dialect {
	if o.SessionLifetime == 0 {
		o.SessionLifetime = 7 * 24 * time.Hour
	}
	p := pulse{authority: a, options: o}
	return dialect.Dialect{
		Name:          Name,
		Specification: specification,
		Spaces:        []string{"/auth", "/apikeys", "/accounts"},
		Routes:        p.routes(),
		Fail:          p.fail,
	}
}

func (p pulse) routes() []dialect.Route {
	byToken := dialect.ByOwnSession("Authorization: Bearer", bearer)
	return []dialect.Route{
		{
			Method: http.MethodPost, Path: "/auth/login",
			Access: dialect.ByCredential("body, key pair or e-mail and password", "", loginProof),
			Check:  checkLogin, Handle: p.login,
		},
		{Method: http.MethodGet, Path: "/auth/session", Access: byToken, Check: checkAccount, Handle: p.showSession},
		{Method: http.MethodPost, Path: "/auth/logout", Access: byToken, Handle: p.logout},
		{Method: http.MethodGet, Path: "/accounts", Access: byToken, Handle: p.listAccounts},
		{Method: http.MethodGet, Path: "/apikeys", Access: byToken, Check: checkAccount, Handle: p.listKeys},
		{Method: http.MethodPost, Path: "/apikeys", Access: byToken, Check: checkNewKey, Handle: p.issueKey},
		{Method: http.MethodPatch, Path: "/apikeys/{id}", Access: byToken, Check: checkKeyChange, Handle: p.changeKey},
		{Method: http.MethodDelete, Path: "/apikeys/{id}", Access: byToken, Check: checkAccount, Handle: p.revokeKey},
		{
			Method: http.MethodGet, Path: "/apikeys/swagger.yaml",
			Access: dialect.Open("the specification itself"), Handle: showSpecification,
		},
	}
}

type pulse struct {
	authority *authority.Authority
	options   Options
}
