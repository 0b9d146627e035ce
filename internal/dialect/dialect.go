package dialect

import (
	"net/http"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
)

// Dialect is a wire protocol that Doorward speaks.
type Dialect struct {
	Name   string
	Spaces []string // path prefixes that are this dialect's own, without a trailing slash: it answers what is unknown below them
	Routes []Route
	// Specification is the dialect as OpenAPI says it, in YAML; nil: it is not shown.
	Specification []byte
	// Strip takes off the path what somebody in front has put there of another request, before the path is looked at; nil: nothing.
	Strip func(r *http.Request) *http.Request
	// Fail writes a failure in this dialect's shape; it never sees an error of no kind.
	Fail func(w http.ResponseWriter, r *http.Request, f *fault.Error)
}

// AnyMethod is the method of a route that takes every one.
const AnyMethod = "*"

// Route is one method and path with who may use it.
type Route struct {
	Method string // or AnyMethod
	Path   string // a ServeMux path, with {wildcards}
	Access Access
	Check  func(c *Call) error // refuses malformed input before anybody is counted or authenticated; may keep it in c.Input
	Limit  func(c *Call) error // refuses what is over a budget, before anybody is authenticated
	Handle func(c *Call) error
}

// Call is one request on its way through the phases.
type Call struct {
	http.ResponseWriter
	*http.Request
	Origin  authority.Origin
	Input   any               // what Check made of the request
	Proof   authority.Proof   // what Limit has looked up already, where the access rule goes on with it
	By      authority.Actor   // zero where the access rule is Open or OfSession
	Verdict authority.Verdict // where the access rule is by session
	Body    []byte            // at most web.MaxBody bytes, read once
}

// Access says who may use a route. The zero value is no rule at all, and Mount refuses it.
type Access struct {
	rule         string
	authenticate func(a *authority.Authority, c *Call) error
}

// String returns the rule as the route list shows it.
func (x Access) String() string { return x.rule }

// Open lets anybody in: the handler itself authenticates, or there is nothing to protect. why is for the route list.
func Open(why string) Access {
	return Access{rule: "open: " + why, authenticate: func(*authority.Authority, *Call) error { return nil }}
}

// ByCredential lets in who proves itself by what read finds in the request. With a permission the
// actor must hold it somewhere; where exactly is for the authority to decide. A failure of read is answered as it is.
func ByCredential(where string, permission grant.Permission, read func(c *Call) (authority.Proof, error)) Access {
	rule := "credential: " + where
	if permission != "" {
		rule += ", permission " + string(permission)
	}
	return Access{rule: rule, authenticate: func(a *authority.Authority, c *Call) error {
		proof, err := read(c)
		if err != nil {
			return err
		}
		if c.By, err = a.Authenticate(c.Context(), c.Origin, proof); err != nil || permission == "" {
			return err
		}
		return a.RequireAnywhere(c.Context(), c.By, permission)
	}}
}

// AtTheCostOf makes the refusal of a credential as dear as what the handler refuses with the same answer: work is what
// the handler looks up before, done for nobody.
func (x Access) AtTheCostOf(work func(c *Call) error) Access {
	authenticate := x.authenticate
	x.authenticate = func(a *authority.Authority, c *Call) error {
		err := authenticate(a, c)
		if fault.KindOf(err) != fault.Unauthenticated {
			return err
		}
		if failed := work(c); failed != nil {
			return failed // as it would have failed for somebody
		}
		return err
	}
	return x
}

// OfSession lets in whoever presents a live session token, which read finds in the request, to be told of it: nobody acts.
func OfSession(where string, read func(c *Call) (secret.Text, error)) Access {
	return Access{rule: "session: " + where, authenticate: func(a *authority.Authority, c *Call) error {
		token, err := read(c)
		if err != nil {
			return err
		}
		c.Verdict, err = a.PresentSession(c.Context(), c.Origin, token)
		return err
	}}
}

// ByOwnSession lets in whoever presents a live session token of this very dialect; another's is refused like an unknown one.
func ByOwnSession(where string, read func(c *Call) (secret.Text, error)) Access {
	return Access{rule: "own session: " + where, authenticate: func(a *authority.Authority, c *Call) error {
		token, err := read(c)
		if err != nil {
			return err
		}
		c.By, c.Verdict, err = a.AuthenticateOwnSession(c.Context(), c.Origin, token)
		return err
	}}
}
