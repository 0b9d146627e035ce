package gateway

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
)

// Options are what an installation may vary.
type Options struct {
	PublicURL string   // of this installation, where resource metadata is and people may be sent to sign in
	SignIn    []string // further origins that people may be sent to, as https://host[:port]
}

const space = "/gateway/verify"

// New returns the dialect.
func New(a *authority.Authority, o Options) dialect.Dialect {
	g := gateway{authority: a, options: o}
	return dialect.Dialect{
		Name: "gateway", Spaces: []string{"/gateway"}, Specification: specification, Strip: strip,
		Routes: []dialect.Route{{
			Method: dialect.AnyMethod, Path: space + "/{options}",
			Access: dialect.Open("admits by the session that a gateway's client presents: bearer, cookie or query"),
			Check:  check, Handle: g.verify,
		}},
		Fail: g.fail,
	}
}

type gateway struct {
	authority *authority.Authority
	options   Options
}

// strip leaves the options alone on the path. What comes behind them is the path of a client's request, as Envoy appends
// it, which may look like anything. Their escapes stay as they are until they have been taken apart.
func strip(r *http.Request) *http.Request {
	if !strings.HasPrefix(r.URL.Path, space+"/") {
		return r // nor does its escaped form, which costs more to look at
	}
	rest, ours := strings.CutPrefix(r.URL.EscapedPath(), space+"/")
	if !ours {
		return r
	}
	options, _, _ := strings.Cut(rest, "/")
	at := *r.URL
	at.Path, at.RawPath = space+"/"+options, ""
	stripped := *r
	stripped.URL = &at
	return &stripped
}

// appended returns what a gateway appended to the options: path and query of its client's request.
func appended(r *http.Request) (target string, ok bool) {
	at, err := url.ParseRequestURI(r.RequestURI)
	if err != nil {
		return "", false
	}
	_, path, ok := strings.Cut(strings.TrimPrefix(at.EscapedPath(), space+"/"), "/")
	if at.RawQuery != "" {
		path += "?" + at.RawQuery
	}
	return "/" + path, ok
}
