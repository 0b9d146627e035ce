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
		Name: Name,
		// Key management and the account list live in the last two; until then nothing is there.
		Spaces: []string{"/auth", "/apikeys", "/accounts"},
		Routes: []dialect.Route{
			{
				Method: http.MethodPost,
				Path:   "/auth/login",
				Access: dialect.ByCredential("body, key pair or e-mail and password", "", loginProof),
				Check:  checkLogin,
				Handle: p.login,
			},
			{
				Method: http.MethodGet,
				Path:   "/auth/session",
				Access: dialect.ByOwnSession("Authorization: Bearer", bearer),
				Check:  checkAccount,
				Handle: p.showSession,
			},
		},
		Fail: p.fail,
	}
}

type pulse struct {
	authority *authority.Authority
	options   Options
}
