package gateway

import (
	"net/http"
	"strings"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/web"
)

const accountHeader = "X-Account-ID"

// asked is what is asked about one request: the gateway's demand and its client's method.
type asked struct {
	demand
	method string
}

// check reads what the gateway itself says.
func check(c *dialect.Call) (err error) {
	var a asked
	if a.demand, err = parseDemand(c.PathValue("options")); err != nil {
		return err
	}
	if a.method, err = a.from.method(c.Request); err != nil {
		return err
	}
	c.Input = a
	return nil
}

// verify answers 200 with who it is, or why the request may not pass.
func (g gateway) verify(c *dialect.Call) error {
	a := c.Input.(asked)
	setVary(c.ResponseWriter.Header())
	signIn, err := g.signInURL(a.demand)
	if err != nil {
		return err
	}
	admission, err := g.admit(c, a)
	if isUnauthenticated(err) && signIn != "" && a.isBrowser(c.Request) {
		web.RecordOf(c.Context()).Reason = fault.OriginOf(err)
		c.ResponseWriter.Header().Set("Location", signIn)
		c.WriteHeader(http.StatusSeeOther)
		return nil
	}
	if err != nil {
		return err
	}
	setIdentity(c.ResponseWriter.Header(), admission)
	c.WriteHeader(http.StatusOK)
	return nil
}

func (g gateway) admit(c *dialect.Call, a asked) (authority.Admission, error) {
	p, err := a.present(c.Request)
	if err != nil {
		return authority.Admission{}, err
	}
	pass := authority.Pass{
		Token: p.token, Kept: p.at == inCookie, Audience: a.audience, Permissions: a.permissions, InAccount: a.inAccount,
		Method: a.method, Acting: a.acting, Changes: overridden(c.Request),
	}
	if p.proven {
		if pass.Proof, err = dialect.ParseProof(c.Request.Header); err != nil {
			return authority.Admission{}, err
		}
		if pass.URL, err = a.from.urlOf(c.Request); err != nil {
			return authority.Admission{}, err
		}
	}
	if pass.Account, err = parseAccount(c.Request.Header); err != nil {
		return authority.Admission{}, err
	}
	return g.authority.Admit(c.Context(), c.Origin, pass)
}

// parseAccount reads the optional header by which a client names the account that its request is about.
func parseAccount(header http.Header) (tenant.ID, error) {
	given := spelled(header, accountHeader)
	if len(given) == 0 {
		return "", nil
	}
	n, ok := web.ParseNumber(strings.Join(given, ","))
	if !ok || n == 0 {
		// A gateway tells its client's mistake from its own by the status: this is not 400.
		return "", &fault.Error{Kind: fault.Denied, Reason: reasonAccount, Parameter: accountHeader, Message: "The header must be one account's number."}
	}
	return tenant.Account(n), nil
}

func isUnauthenticated(err error) bool {
	kind := fault.KindOf(err)
	return kind == fault.Unauthenticated || kind == fault.TooMany
}

// setVary names all that an answer depends on; nobody may store it anyway.
func setVary(header http.Header) {
	header.Set("Vary", "Authorization, Cookie, DPoP, X-Account-ID, X-Forwarded-Method, X-Forwarded-Uri, X-Original-Method, X-Original-URL, Accept, Sec-Fetch-Mode")
}
