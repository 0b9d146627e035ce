package handoff

import (
	"net/http"
	"time"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/web"
)

// answer is a status and what a person is told.
type answer struct {
	status        int
	title, advice string
}

var (
	broken  = answer{http.StatusInternalServerError, "Something went wrong on our side", "Please try again in a moment. If it happens again, tell support the reference below."}
	wrongIs = answer{http.StatusUnsupportedMediaType, "That form cannot be read", "Go back to the page and use its button."}
)

// answers is the one table from a kind of failure to what is answered; Unmet is a page of its own.
var answers = map[fault.Kind]answer{
	fault.Malformed:       {http.StatusBadRequest, "That address is damaged", "A part of it is missing or broken, perhaps because it was copied or cut by a mail program. Open the link again where you got it, in one piece."},
	fault.Unauthenticated: {http.StatusUnauthorized, "You are not signed in", "Open the link from your portal or provider again."},
	fault.Denied:          {http.StatusForbidden, "That came from another site", "For your safety nothing was done. If you meant to sign in, open the link from your portal or provider and use the button on its page."},
	fault.NotFound:        {http.StatusNotFound, "There is nothing at this address", "Check the address, or open the link from your portal or provider again."},
	fault.TooMany:         {http.StatusTooManyRequests, "Too many tries", "Please wait a moment and try again."},
	fault.TooLarge:        {http.StatusRequestEntityTooLarge, "That is too large", "Go back to the page and use its button."},
	fault.Unsupported:     {http.StatusMethodNotAllowed, "That does not work here", "Go to the start page and begin from there."},
	fault.Unavailable:     {http.StatusServiceUnavailable, "We cannot answer right now", "Please try again in a moment. Your link is not lost unless its time runs out."},
}

// Refuse answers what nobody has looked at with the page of a failure that is not the visitor's.
func Refuse(w http.ResponseWriter, r *http.Request, f *fault.Error) {
	record := web.RecordOf(r.Context())
	record.Surface, record.Route = Surface, "unknown path"
	new(handler).fail(&visit{w: w, Request: r}, f)
}

// fail answers a failure with a page; its reason is kept for the log, and the cause of what is our own fault.
func (h *handler) fail(v *visit, err error) {
	f, record := fault.As(err), web.RecordOf(v.Context())
	record.Reason = fault.OriginOf(err)
	if f.Kind == fault.Unmet {
		h.failLink(v)
		return
	}
	a, ok := answers[f.Kind]
	switch {
	case !ok:
		a = broken
	case f.Reason == reasonMediaType:
		a = wrongIs
	}
	if a.status >= 500 {
		record.Cause = f
	}
	if f.Kind == fault.Unavailable || f.Kind == fault.TooMany {
		web.SetRetryAfter(v.w.Header(), max(time.Second, f.RetryAfter))
	}
	_ = v.render(a.status, "problem", problemPage{frame: v.frame(a.title), Advice: a.advice})
}

// failLink answers every useless link alike, whatever is wrong with it. A person who is signed in already, perhaps by
// this very link, is told so.
func (h *handler) failLink(v *visit) {
	p := refusedPage{frame: v.frame("This link does not work any more")}
	if here, signedIn, err := h.signedIn(v); err == nil && signedIn {
		p.Here = sessionOf(here)
	}
	_ = v.render(http.StatusGone, "refused", p)
}
