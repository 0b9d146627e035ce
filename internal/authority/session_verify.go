package authority

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

// Verdict is the outcome of verifying a session: valid, or the reason why not.
type Verdict struct {
	Reason string // empty: valid
	SessionFacts
	asked asked
}

// refusedBy returns the verdict of which nobody is told more than that it is a no.
func refusedBy(reason string) Verdict {
	return Verdict{Reason: reason, SessionFacts: SessionFacts{Circumstances: nothingKnown}}
}

// nothingKnown is shared and stays so.
var nothingKnown = NoCircumstances()

// Valid reports whether the session counts now.
func (v *Verdict) Valid() bool { return v.Reason == "" }

// VerifySession says whether a session counts now, by everything that decides it now. An error means that it
// could not be decided, which is never a yes.
func (a *Authority) VerifySession(ctx context.Context, from Origin, token secret.Text) (v Verdict, err error) {
	presented, ok := a.keys.ParseSession(token)
	if !ok {
		return refusedBy(ReasonUnknown), nil
	}
	v, err = a.verifySession(ctx, SignedIn, SessionID(presented.ID), presented.Fingerprint)
	if err != nil || !v.Valid() {
		return refusedBy(v.Reason), err
	}
	if reason := v.refusalFrom(from); reason != "" {
		return refusedBy(reason), a.inVain(ctx, &v)
	}
	a.noteUse(&v.Session)
	return v, nil
}

// verifySession takes a yes from memory, if need be with the session's row read again. A no is decided by the store:
// others may have used or made the session, and whatever the reason is, it takes the same time.
func (a *Authority) verifySession(ctx context.Context, kind SessionKind, id SessionID, fingerprint secret.Fingerprint) (v Verdict, err error) {
	var asked asked
	v, err = a.verifySessionBy(ctx, a.store.Recall, kind, id, fingerprint)
	if err == nil && v.Valid() {
		return v, nil
	}
	if err = a.askSession(ctx, id); err != nil && fault.KindOf(err) != fault.NotFound {
		return refusedBy(ReasonUnknown), err
	}
	asked.session = true
	v, err = a.verifySessionBy(ctx, a.store.Recall, kind, id, fingerprint)
	if err != nil || !v.Valid() {
		v, err = a.verifySessionBy(ctx, a.ask, kind, id, fingerprint)
		asked.facts = true
	}
	v.asked = asked
	return v, err
}

// asked is what the store has been asked for a verdict.
type asked struct{ session, facts bool }

// askSession reads a session, which is remembered from then on.
func (a *Authority) askSession(ctx context.Context, id SessionID) error {
	return a.store.View(ctx, func(ctx context.Context, v View) error {
		_, err := v.Session(ctx, id)
		return err
	})
}

// inVain asks the store what it has not been asked for a verdict that is a yes and will be told as the no of an unknown
// session, whose time it then takes.
func (a *Authority) inVain(ctx context.Context, v *Verdict) (err error) {
	if !v.asked.session {
		err = a.askSession(ctx, v.Session.ID)
	}
	if err == nil && !v.asked.facts {
		err = a.ask(ctx, func(ctx context.Context, f Facts) error {
			_, err := f.SessionFacts(ctx, v.Session.ID)
			return err
		})
	}
	if fault.KindOf(err) == fault.NotFound {
		return nil // it has gone meanwhile
	}
	return err
}

// looking is how facts are looked up: Store.Recall, or Authority.ask.
type looking func(ctx context.Context, read func(ctx context.Context, f Facts) error) error

// ask looks up facts in the store.
func (a *Authority) ask(ctx context.Context, read func(ctx context.Context, f Facts) error) error {
	return a.store.View(ctx, func(ctx context.Context, v View) error { return read(ctx, v) })
}

func (a *Authority) verifySessionBy(ctx context.Context, look looking, kind SessionKind, id SessionID, fingerprint secret.Fingerprint) (v Verdict, err error) {
	s := sought.Get().(*soughtSession)
	defer s.giveBack()
	s.id = id
	err = look(ctx, s.read)
	if fault.KindOf(err) == fault.NotFound || err == nil && (!s.facts.Session.Fingerprint.Equal(fingerprint) || s.facts.Session.Kind != kind) {
		return refusedBy(ReasonUnknown), nil
	}
	if err != nil {
		return refusedBy(ReasonUnknown), err
	}
	v.Reason, v.SessionFacts = a.judgeSession(&s.facts, a.store.Now()), s.facts
	return v, nil
}

// soughtSession is a session that is looked up. It is used again, and is otherwise garbage of every verification.
type soughtSession struct {
	id    SessionID
	facts SessionFacts
	read  func(ctx context.Context, f Facts) error
}

var sought = sync.Pool{New: func() any {
	s := &soughtSession{}
	s.read = func(ctx context.Context, f Facts) (err error) {
		s.facts, err = f.SessionFacts(ctx, s.id)
		return err
	}
	return s
}}

func (s *soughtSession) giveBack() {
	s.facts = SessionFacts{} // nobody else's are kept alive by it
	sought.Put(s)
}

// judgeSession returns why a session does not count at a time, or "".
func (a *Authority) judgeSession(f *SessionFacts, now time.Time) string {
	s := &f.Session
	switch {
	case !s.ClosedAt.IsZero():
		return ReasonClosed
	case !now.Before(s.ExpiresAt):
		return ReasonExpired
	case s.IdleLifetime > 0 && !now.Before(a.uses.latest(s).Add(s.IdleLifetime)):
		return ReasonIdle
	case s.Unit != "" && !f.Subject.holdsUnit(s.Unit):
		return ReasonNotOwnUnit
	case !f.Credential.allowsDialect(s.Dialect):
		return ReasonDialect
	}
	for _, judge := range []func(*SessionFacts, time.Time) string{judgeAbove, judgeClients, judgeDelegate} {
		if reason := judge(f, now); reason != "" {
			return reason
		}
	}
	if s.LoginToken.IsZero() {
		return judgeSignedIn(f, now)
	}
	return a.judgeHandover(handover{
		subject: f.Subject, actor: f.impersonator(), minter: f.Holder,
		credential: f.Credential, account: f.Account, made: s.OpenedAt, secretAt: s.SecretAt,
	}, now)
}

// judgeSignedIn judges a session that was opened by its subject's own credential.
func judgeSignedIn(f *SessionFacts, now time.Time) string {
	if reason := f.Credential.ended(now); reason != "" {
		return reason
	}
	if f.Credential.outdates(f.Session.SecretAt, f.Session.OpenedAt) {
		return ReasonRevoked
	}
	if f.Credential.Principal != f.Session.Subject {
		return ReasonRevoked // the key was given to somebody else
	}
	path := pathOf(f.Account)
	if reason := f.Subject.refusalAlong(path); reason != "" {
		return reason
	}
	if f.Session.Account == "" {
		return ""
	}
	if !f.Credential.reaches(path) {
		return ReasonOutside
	}
	return f.Subject.refusalIn(path, f.Session.Account)
}

// refusalIn returns why a principal does not count in an account now, or ""; path is the account's, as far as it is known.
func (s *Standing) refusalIn(path tenant.Path, account tenant.ID) string {
	if _, suspended := path.Suspended(); suspended {
		return ReasonTenantSuspended
	}
	if _, member := s.Level(account); !member && s.Principal.ID.IsPerson() {
		return ReasonNotMember
	}
	return ""
}

func parentRefusal(id SessionID, parent Session, now time.Time) string {
	if id.IsZero() {
		return ""
	}
	if parent.ID != id || !parent.ClosedAt.IsZero() || !now.Before(parent.ExpiresAt) {
		return ReasonParentClosed
	}
	return ""
}

// refusalFrom applies a credential's network restriction to the sessions that it opened. A handed-over person comes
// from elsewhere than the integrator's server.
func (f *SessionFacts) refusalFrom(from Origin) string {
	c := f.Credential
	if !f.Session.LoginToken.IsZero() || c.Networks == nil || c.allowsSource(from) {
		return ""
	}
	return ReasonNetwork
}

// PresentSession is VerifySession for the request of whoever has the session: it fails with Unauthenticated where that does
// not count, and with TooMany for an unknown one from a source that has presented too many.
func (a *Authority) PresentSession(ctx context.Context, from Origin, token secret.Text) (v Verdict, err error) {
	v, err = a.VerifySession(ctx, from, token)
	if err != nil || v.Valid() {
		return v, err
	}
	refusal := fault.New(fault.Unauthenticated, v.Reason, "The session is not valid.")
	if v.Reason == ReasonUnknown {
		return v, a.unknownToken(ctx, from, refusal)
	}
	return v, refusal
}

// AuthenticateSession is PresentSession with the actor that the session stands for.
func (a *Authority) AuthenticateSession(ctx context.Context, from Origin, token secret.Text) (by Actor, v Verdict, err error) {
	if v, err = a.PresentSession(ctx, from, token); err == nil {
		by = a.actorOf(from, &v.SessionFacts)
	}
	return by, v, err
}

// actorOf returns who acts by a session or an access token that counts.
func (a *Authority) actorOf(from Origin, f *SessionFacts) Actor {
	by := Actor{
		origin: from, stands: f.Subject, held: a.heldOf(f.Subject), proved: f.Credential, session: f.Session.ID, actingBy: f.Session.Actor,
	}
	if !f.Session.LoginToken.IsZero() {
		by.handedOver = true
		// A handed-over person is not bound by what bound the credential that handed it over.
		by.proved = &Credential{ID: f.Credential.ID, SecretAt: f.Session.SecretAt, Restriction: Restriction{Tenants: []tenant.ID{f.Session.Account}}}
	}
	if f.Session.Permissions != nil {
		own := *by.proved
		own.Restriction = own.narrowedTo(f.Session.Permissions)
		by.proved = &own
	}
	return by
}

// narrowedTo returns the restriction with only those of its permissions that are listed.
func (r Restriction) narrowedTo(permissions []grant.Permission) Restriction {
	narrowed := make([]grant.Permission, 0, len(permissions))
	for _, p := range permissions {
		if r.Permissions == nil || slices.Contains(r.Permissions, p) {
			narrowed = append(narrowed, p)
		}
	}
	r.Permissions = narrowed
	return r
}

// AuthenticateOwnSession is AuthenticateSession for a session that was opened in the dialect it comes by; one of
// another dialect fails like one that does not exist.
func (a *Authority) AuthenticateOwnSession(ctx context.Context, from Origin, token secret.Text) (Actor, Verdict, error) {
	by, v, err := a.AuthenticateSession(ctx, from, token)
	if err == nil && v.Session.Dialect != from.Dialect {
		if err := a.inVain(ctx, &v); err != nil {
			return Actor{}, Verdict{}, err
		}
		return Actor{}, refusedBy(ReasonDialect), fault.New(fault.Unauthenticated, ReasonDialect, "The session is not valid.")
	}
	return by, v, err
}
