package gateway_test

import (
	"net/http"
	"strings"
	"testing"
)

const verify = "/gateway/verify/"

func TestTheOptionsAreReadExactly(t *testing.T) {
	w := serve(t)
	header := bearer(w.mary(t))
	for options, status := range map[string]int{
		"from=request":                           200,
		"from=request,acting=refuse":             200,
		"from=request,account=optional":          200,
		"acting=allow,from=request":              200,
		"from=request,cookie=none":               200,
		"from=request,permission=a%2Cb":          403,
		"from=request,permission=a,permission=b": 403,
		"from=request,account=required":          403,
		"from=request,audience=1":                401,

		"":                                   404,
		"-":                                  400,
		"from":                               400,
		"from=":                              400,
		"from=Request":                       400,
		"From=request":                       400,
		"from=request,":                      400,
		",from=request":                      400,
		"from=request,from=request":          400,
		"from=request;acting=allow":          400,
		"from=request,acting=":               400,
		"from=request,acting=all":            400,
		"from=request,audience=0":            400,
		"from=request,audience=01":           400,
		"from=request,audience=+1":           400,
		"from=request,audience=-1":           400,
		"from=request,audience=1.0":          400,
		"from=request,audience=1,audience=1": 400,
		"from=request,audience=9223372036854775808": 400,
		"from=request,audience=%31x":                400,
		"from=request,permission=":                  400,
		"from=request,permission=%00":               400,
		"from=request,permission=%ff":               400,
		"from=request,account=1200":                 400,
		"from=request,cookie=":                      400,
		"from=request,cookie=a%20b":                 400,
		"from=request,query=":                       400,
		"from=request,query=a%26b":                  400,
		"from=request,sign-in=":                     400,
		"from=request,unknown=1":                    400,
		"from%3Drequest":                            400,
		"audience=1":                                400,
		"..":                                        404,
		".":                                         404,
		strings.Repeat("permission=a,", 1000) + "from=request": 403,
	} {
		w.want(t, status, http.MethodGet, verify+options, header)
	}
}

func TestWhatIsAppendedToTheOptionsChangesNothing(t *testing.T) {
	w := serve(t)
	header := bearer(w.mary(t))
	for _, appended := range []string{
		"/", "/orders", "/orders/", "//", "/a//b", "/./a", "/a/../b", "/../../../acting=allow", "/..%2f..%2f", "/%2e%2e/%2e%2e", "/%00", "/%ff",
		"/%0d%0aX:%201", "/https%3A%2F%2Fexample.com", "/;a=b", "/audience=1", "/audience=1,from=forwarded", "/,audience=1", "/?audience=1",
		"/orders?from=forwarded&audience=1", "/x?a=1&a=2", "/x?%zz", "/x?a=%00", "?audience=1", "?" + strings.Repeat("a", 8000),
	} {
		w.want(t, 200, http.MethodGet, verify+"from=request"+appended, header)
		w.want(t, 401, http.MethodGet, verify+"from=request,audience=1"+appended, header)
	}
	for _, appended := range []string{"*", "orders", ",audience=1", "%2Faudience=1", "%00"} {
		if got := w.ask(t, http.MethodGet, verify+"from=request"+appended, header); got.StatusCode/100 == 2 {
			t.Errorf("%s: %d", appended, got.StatusCode)
		}
	}
}

func TestEveryMethodIsAnsweredAndHEADWithoutABody(t *testing.T) {
	w := serve(t)
	header := bearer(w.mary(t))
	for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "BREW", "get", "M-SEARCH"} {
		w.want(t, 200, method, verify+"from=request/x", header)
		w.want(t, 401, method, verify+"from=request/x", nil)
	}
}

func TestElsewhereIsNotFoundInThisDialectsShape(t *testing.T) {
	w := serve(t)
	for _, path := range []string{"/gateway", "/gateway/", "/gateway/verify", "/gateway/verify/", "/gateway/verif", "/gateway//verify/from=request", "/gateway/x/../verify/from=request"} {
		got := w.want(t, 404, http.MethodGet, path, nil)
		if kind := got.Header.Get("Content-Type"); kind != "application/problem+json" {
			t.Errorf("%s: %s", path, kind)
		}
	}
}
