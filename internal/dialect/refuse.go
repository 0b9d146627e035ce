package dialect

import (
	"net/http"

	"github.com/doorward/doorward/internal/fault"
)

// Failing answers a failure of a request.
type Failing func(w http.ResponseWriter, r *http.Request, f *fault.Error)

// Refuse answers what nobody has looked at with a failure, in the shape of the dialect in whose space it is, or lets
// elsewhere answer it. mux is where the dialects are mounted.
func Refuse(mux *http.ServeMux, elsewhere Failing, dialects ...Dialect) Failing {
	strip := strips(dialects)
	return func(w http.ResponseWriter, r *http.Request, f *fault.Error) {
		r = strip(r)
		d, ok := ownerOf(r.URL.Path, dialects)
		if !ok {
			elsewhere(w, r, f)
			return
		}
		_, pattern := mux.Handler(r)
		m := mounted{Dialect: d}
		m.begin(w, r, pattern)
		m.Fail(w, r, f)
	}
}

// strips returns what takes off the path whatever any of the dialects does not look at.
func strips(dialects []Dialect) func(*http.Request) *http.Request {
	var all []func(*http.Request) *http.Request
	for _, d := range dialects {
		if d.Strip != nil {
			all = append(all, d.Strip)
		}
	}
	return func(r *http.Request) *http.Request {
		for _, strip := range all {
			r = strip(r)
		}
		return r
	}
}
