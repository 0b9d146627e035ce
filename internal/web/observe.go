package web

import "net/http"

// Answered is a request that was answered, without anything of what it held.
type Answered struct {
	Surface, Method, Route string // from closed sets: a pattern, never a path
	Status                 int
}

// Observe tells of every request once it is answered. It stands inside WithRecord.
func Observe(tell func(Answered)) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			status := watched(w)
			panicked := true
			defer func() {
				if panicked && !status.wrote {
					status.status = http.StatusInternalServerError
				}
				record := RecordOf(r.Context())
				tell(Answered{Surface: record.Surface, Method: methodOf(r), Route: record.Route, Status: status.status})
			}()
			next.ServeHTTP(status, r)
			panicked = false
		})
	}
}
