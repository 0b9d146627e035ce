package oauth

import (
	"mime"
	"strings"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/web"
)

const formType = "application/x-www-form-urlencoded"

// form is the parameters of a request, each at most once. One without a value counts as left out (RFC 6749 §3.2).
type form web.Query

// posted is a request to an endpoint for clients, of which nobody has been authenticated yet.
type posted struct {
	form  form
	proof authority.Proof
}

// parse reads a form and how its client proves itself. Parameters in the query are refused, since they hold secrets.
func (o oauth) parse(c *dialect.Call, path string, fields []string) (p posted, err error) {
	if err := noQuery(c); err != nil {
		return p, err
	}
	if p.form, err = parseForm(c, append(fields, clientFields...)); err != nil {
		return p, err
	}
	p.proof, err = o.clientProof(c.Request.Header, p.form, path)
	return p, err
}

func parseForm(c *dialect.Call, fields []string) (form, error) {
	given := c.Request.Header.Values("Content-Type")
	if len(given) != 1 || !isForm(given[0]) || c.Request.Header.Get("Content-Encoding") != "" {
		return nil, fault.BadParameter("Content-Type", "The body must be "+formType+".")
	}
	parsed, err := web.ParseForm(string(c.Body), nil, fields...)
	if err == nil {
		return form(parsed), nil
	}
	f := *fault.As(err)
	switch f.Parameter {
	case "query":
		f.Parameter = "body"
	case resourceField:
		f.Reason = authority.ReasonUnknownAudience // an access token is for one (RFC 8707 §2)
	}
	return nil, &f
}

func isForm(contentType string) bool {
	if contentType == formType {
		return true // as nearly everybody writes it
	}
	kind, parameters, err := mime.ParseMediaType(contentType)
	if err != nil || kind != formType {
		return false
	}
	charset, set := parameters["charset"]
	return !set || strings.EqualFold(charset, "utf-8")
}

func noQuery(c *dialect.Call) error {
	if c.Request.URL.RawQuery != "" || c.Request.URL.ForceQuery {
		return fault.BadParameter("query", "There are no parameters in the query here.")
	}
	return nil
}

// required returns a parameter that must be there.
func (f form) required(name string) (string, error) {
	if f[name] == "" {
		return "", fault.BadParameter(name, "The parameter is required.")
	}
	return f[name], nil
}
