package authority

import "time"

// judgeAbove returns why what a session descends from does not count, or "": all of it must be open and unexpired.
func judgeAbove(f *SessionFacts, now time.Time) string {
	next := f.Session.Parent
	for _, above := range f.Above {
		if reason := parentRefusal(next, above, now); reason != "" {
			return reason
		}
		next = above.Parent
	}
	return parentRefusal(next, Session{}, now)
}

// judgeClients returns why what clients asked for does not count, or "". A client's end ends the access tokens that it
// got, and what others made of these; that it is held by nobody who counts, its own.
func judgeClients(f *SessionFacts, now time.Time) string {
	if reason := judgeClient(f, &f.Session, now); reason != "" {
		return reason
	}
	for i := range f.Above {
		if reason := judgeClient(f, &f.Above[i], now); reason != "" {
			return reason
		}
	}
	if f.Session.Client.IsZero() {
		return ""
	}
	return f.ClientHolder.refusal()
}

func judgeClient(f *SessionFacts, s *Session, now time.Time) string {
	if s.Client.IsZero() {
		return ""
	}
	client := f.client(s.Client)
	if client.ID.IsZero() || client.outdates(time.Time{}, s.OpenedAt) {
		return ReasonRevoked
	}
	return client.ended(now)
}

// isDelegated reports whether who acts is the audience's own service, which the subject's token was made for, and
// nobody who was handed over.
func (f *SessionFacts) isDelegated() bool {
	s, client := &f.Session, f.client(f.Session.Client)
	return s.Kind == AccessToken && s.Actor != "" && client.Audience != 0 && client.Principal == s.Actor
}

// judgeDelegate returns why who acts by an access token may not, or "". Who acts by a hand-over is judged with it.
func judgeDelegate(f *SessionFacts, _ time.Time) string {
	switch {
	case f.Session.Actor == "":
		return ""
	case f.isDelegated():
		if f.client(f.Session.Client).Audience != f.parent().Audience {
			return ReasonOtherAudience
		}
		return f.Actor.refusal()
	case f.Session.LoginToken.IsZero():
		return ReasonRevoked // it acted as an audience's service that it is no more
	}
	return ""
}

// impersonator returns who was handed over as somebody else, zero when nobody was.
func (f *SessionFacts) impersonator() *Standing {
	if f.isDelegated() {
		return noStanding
	}
	return f.Actor
}
