package native

import (
	"net/http"
	"slices"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/grant"
)

// Name is what the directory file and the audit log call this dialect.
const Name = "native"

// What only a bearer is taken at: an audience's own key, and a session of any dialect.
const (
	redemptionPath = "/v1/login-tokens/redeem"
	ownSessionPath = "/v1/session"
)

// Options are an operator's choices; the zero value is the default of each.
type Options struct {
	PublicURL string                         // of this installation, as clients see it; needed for proofs of possession
	PerMinute int                            // requests a minute for each credential; 600
	Guesses   map[string]authority.GuessRule // the budgets of failed tries, to be told; those that are built in
	Dialects  []dialect.Dialect              // the others, whose specifications are shown beside this one
}

// New returns the dialect over an authority.
func New(a *authority.Authority, o Options) dialect.Dialect {
	if o.Guesses == nil {
		o.Guesses = authority.GuessRules
	}
	n := native{authority: a, publicURL: o.PublicURL, guesses: o.Guesses, specifications: specificationsOf(o.Dialects), limits: newLimits(a, o.PerMinute)}
	return dialect.Dialect{
		Name:   Name,
		Spaces: []string{"/v1", docsSpace}, Specification: specification,
		Routes: append(n.routes(), []dialect.Route{
			{
				Method: http.MethodPost, Path: redemptionPath,
				Access: dialect.ByCredential("Authorization: Bearer", grant.RedeemLoginToken, audienceKey),
				Handle: n.redeemLoginToken,
			},
			{
				Method: http.MethodGet, Path: ownSessionPath,
				Access: dialect.OfSession("Authorization: Bearer", sessionSecret),
				Handle: n.showSession,
			},
			n.route(http.MethodGet, "/v1/revocations", grant.ReadFeed, n.followRevocations),
			{Method: http.MethodGet, Path: problemSpace, Access: dialect.Open("lists every problem code"), Handle: listProblems},
			{Method: http.MethodGet, Path: problemSpace + "/{code}", Access: dialect.Open("says what a problem code means"), Handle: showProblem},
		}...),
		Fail: fail,
	}
}

func (n native) routes() []dialect.Route {
	return slices.Concat(n.credentialRoutes(), n.sessionRoutes(), n.loginTokenRoutes(), n.eventRoutes(), n.limitRoutes(), n.signingKeyRoutes(),
		n.directoryRoutes(), n.docsRoutes())
}

type native struct {
	authority      *authority.Authority
	publicURL      string
	limits         limits
	guesses        map[string]authority.GuessRule
	specifications []Specification
}
