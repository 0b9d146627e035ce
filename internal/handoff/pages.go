package handoff

import (
	"cmp"
	"strconv"
	"time"

	"github.com/doorward/doorward/internal/authority"
)

// person is somebody as a page names them.
type person struct{ Name, Email string }

func personOf(s authority.Standing) person {
	p := s.Principal
	named := person{Name: cmp.Or(p.Name, p.Email, p.Username, string(p.ID)), Email: p.Email}
	if named.Email == named.Name {
		named.Email = ""
	}
	return named
}

// account is an account as a page names it.
type account struct{ Name, Number string }

func accountOf(lineage []*authority.Tenant) account {
	if len(lineage) == 0 {
		return account{}
	}
	return account{Name: lineage[0].Name, Number: lineage[0].ID.Key()}
}

// session is a session as a page names it.
type session struct {
	Subject person
	Actor   person // zero: nobody acts
	Account account
}

func sessionOf(f authority.SessionFacts) *session {
	s := &session{Subject: personOf(*f.Subject), Account: accountOf(f.Account)}
	if f.Session.Actor != "" {
		s.Actor = personOf(*f.Actor)
	}
	return s
}

// linkPage is the page with the button.
type linkPage struct {
	frame
	Action                 string
	TokenField, Token      string
	EmailField, Email      string
	Audience, AudienceID   string
	SessionID              string // of the session that the browser holds, or empty
	Subject, Actor         person
	Account                account
	Destination, Remaining string
	ExpiresAt              time.Time
	Other                  *session // that would be replaced
}

// signedInPage says who is signed in.
type signedInPage struct {
	frame
	session
	Onward          *onward
	Remaining, Idle string
	ExpiresAt       time.Time
}

// onward is where the session's audience is at home.
type onward struct{ Name, URL, Host string }

type nobodyPage struct{ frame }

// refusedPage is the one page for every useless link.
type refusedPage struct {
	frame
	Here *session // who is signed in all the same
}

type problemPage struct {
	frame
	Advice string
}

// span says a duration as people do, rounded down.
func span(d time.Duration) string {
	switch {
	case d < 2*time.Minute:
		return count(int(max(0, d)/time.Second), "second")
	case d < 2*time.Hour && d%time.Hour != 0:
		return count(int(d/time.Minute), "minute")
	case d < 48*time.Hour:
		return count(int(d/time.Hour), "hour")
	}
	return count(int(d/(24*time.Hour)), "day")
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}
