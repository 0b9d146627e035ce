package native

import (
	"errors"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/tenant"
)

// appendSession appends the sessionAnswer of a session as encoding it would, at a quarter of the cost: nothing is asked
// for as often as this.
func appendSession(to []byte, f *authority.SessionFacts) ([]byte, error) {
	a := appending{to: to}
	a.plain(`{"expires_at":"`)
	a.to = f.Session.ExpiresAt.UTC().AppendFormat(a.to, time.RFC3339)
	a.plain(`","audience":`)
	a.numberUnless(f.Session.Audience == 0, int64(f.Session.Audience))
	a.plain(`,"subject":{`)
	a.subject(&f.Subject.Principal)
	a.plain(`},"account":`)
	a.unless(f.Session.Account == "" || len(f.Account) == 0, func() {
		a.plain(`{"id":`)
		a.numberUnless(false, f.Session.Account.Number())
		a.plain(`,"name":`)
		a.text(f.Account[0].Name)
		a.plain(`}`)
	})
	a.plain(`,"actor":`)
	a.unless(f.Actor.Principal.ID == "", func() {
		a.plain(`{`)
		a.subject(&f.Actor.Principal)
		a.plain(`,"kind":`)
		a.text(actorKind(&f.Actor.Principal))
		a.plain(`}`)
	})
	a.plain(`,"organisation":`)
	a.unless(f.Session.Organisation == "", func() {
		a.plain(`{"name":`)
		a.name(f, f.Session.Organisation)
	})
	a.plain(`,"unit":`)
	a.unless(f.Session.Unit == "", func() {
		a.plain(`{"id":`)
		a.text(f.Session.Unit.Key())
		a.plain(`,"name":`)
		a.name(f, f.Session.Unit)
	})
	a.plain(`}`)
	return a.to, a.err
}

// appending is an answer that is being appended.
type appending struct {
	to  []byte
	err error // of the texts so far
}

func (a *appending) plain(json string) { a.to = append(a.to, json...) }

func (a *appending) text(text string) {
	to, err := jsontext.AppendQuote(a.to, text)
	a.to, a.err = to, errors.Join(a.err, err)
}

// unless appends null where there is none.
func (a *appending) unless(none bool, one func()) {
	if none {
		a.plain(`null`)
		return
	}
	one()
}

func (a *appending) numberUnless(none bool, n int64) {
	if none {
		a.plain(`null`)
		return
	}
	a.to = strconv.AppendInt(a.to, n, 10)
}

// subject appends the members of one.
func (a *appending) subject(p *authority.Principal) {
	a.plain(`"id":`)
	a.numberUnless(!p.ID.IsPerson(), p.ID.Number())
	a.plain(`,"email":`)
	a.unless(p.Email == "", func() { a.text(p.Email) })
	a.plain(`,"name":`)
	a.text(p.Name)
}

// name ends an object with what people call a tenant.
func (a *appending) name(f *authority.SessionFacts, id tenant.ID) {
	a.text(nameOf(f, id))
	a.plain(`}`)
}
