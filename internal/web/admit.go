package web

import (
	"context"
	"net/http"

	"github.com/doorward/doorward/internal/fault"
)

// Places bounds how many requests are at work at once.
type Places interface {
	Take(ctx context.Context) error
	Free()
}

// Admit lets a request in when there is a place for it, and refuses it otherwise, for what refusing costs and no more: it
// stands inside WithRecord and outside of all else. The place is free again when the request has been answered, however
// that ends, or leaves before.
func Admit(places Places, refuse func(http.ResponseWriter, *http.Request, *fault.Error)) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if err := places.Take(r.Context()); err != nil {
				refuse(w, r, fault.As(err))
				return
			}
			record := RecordOf(r.Context())
			record.place = places
			defer record.leave()
			next.ServeHTTP(w, r)
		})
	}
}

// Leave gives up the place of a request that from now on waits for something to happen, for as long as it likes.
func Leave(ctx context.Context) { RecordOf(ctx).leave() }

func (r *Record) leave() {
	if r.place != nil {
		r.place.Free()
		r.place = nil
	}
}
