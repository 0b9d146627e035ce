package authority

import (
	"context"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

// Reasons why tokens of clients are refused.
const (
	ReasonTokenRefused = "token-refused"       // in an exchange, for whatever reason
	ReasonTooDeep      = "exchanged-too-often" // an access token for another, and that again
	ReasonNotSigned    = "not-signed"          // a JWT was asked for, and the audience's access tokens are opaque
)

// TokenKind says what a token of an exchange is; one that is not what it is said to be is refused.
type TokenKind string

// The kinds of token that stand for somebody in an exchange.
const (
	KindSession     TokenKind = "session"
	KindAccessToken TokenKind = "access-token"
	KindSigned      TokenKind = "signed-access-token" // an access token that is a JWT
	KindLoginToken  TokenKind = "login-token"
	KindAPIKey      TokenKind = "api-key"
)

// GivenToken is a token with what it is said to be.
type GivenToken struct {
	Text secret.Text
	Kind TokenKind
}

// ExchangeRequest says what to exchange for what access token (RFC 8693).
type ExchangeRequest struct {
	AccessTokenRequest
	Subject GivenToken
	Actor   GivenToken // of who will act for the subject; zero: nobody
	Signed  bool       // only a JWT will do
}

// ExchangeToken makes an access token of what stands for somebody. The client must be who the token is of, the
// audience's own that it was made for, or hold grant.VerifySession over where the subject belongs. A login token is
// redeemed by it, once. Who acts for the subject stays so; the client itself may act as the audience's own service.
// What may not be exchanged, for whatever reason, fails alike, with Unmet (token-refused); what is asked for fails like
// IssueAccessToken.
func (a *Authority) ExchangeToken(ctx context.Context, by Actor, r ExchangeRequest) (IssuedAccessToken, error) {
	if by.IsZero() {
		return IssuedAccessToken{}, a.actMany(ctx, by, audit.IssueAccessToken, nil, nil)
	}
	if r.Subject.Kind == KindLoginToken {
		return a.redeemForAccess(ctx, by, r)
	}
	subject, reason, err := a.exchangedSubject(ctx, by, r)
	if err == nil && reason == "" && r.Actor != (GivenToken{}) {
		reason, err = a.refusedDelegate(ctx, by, r, subject)
	}
	if err != nil {
		return IssuedAccessToken{}, err
	}
	if reason != "" {
		return IssuedAccessToken{}, a.refusedToken(ctx, by, audit.IssueAccessToken, subject.facts.Session, reason)
	}
	issued, err := a.issueSigned(ctx, subject.by, accessAsked{
		AccessTokenRequest: r.AccessTokenRequest, client: by, delegate: r.Actor != (GivenToken{}), signed: r.Signed,
	})
	if fault.KindOf(err) == fault.Unauthenticated && fault.ReasonOf(err) != ReasonRepeated {
		err = refusedExchange(fault.ReasonOf(err)) // it ended meanwhile
	}
	return issued, err
}

// exchangedOf is who the subject of an exchange is, and by which session, if any.
type exchangedOf struct {
	by    Actor
	facts SessionFacts
}

// exchangedSubject returns whom the subject token stands for, or why it is refused.
func (a *Authority) exchangedSubject(ctx context.Context, by Actor, r ExchangeRequest) (s exchangedOf, reason string, err error) {
	if r.Subject.Kind == KindAPIKey {
		return a.exchangedKey(ctx, by, r.Subject.Text)
	}
	v, err := a.verifyPresented(ctx, r.Subject.Text, r.Subject.Kind)
	if err != nil || !v.Valid() {
		return exchangedOf{facts: v.SessionFacts}, v.Reason, err
	}
	if s, reason = a.exchangedOf(by, r, v); reason != "" {
		err = a.inVain(ctx, &v)
	}
	return s, reason, err
}

// exchangedOf returns whom a session or access token that counts stands for, or why it is refused all the same.
func (a *Authority) exchangedOf(by Actor, r ExchangeRequest, v Verdict) (s exchangedOf, reason string) {
	s.facts = v.SessionFacts
	switch {
	case !a.mayExchange(by, &v.SessionFacts):
		return s, ReasonOutside
	case v.isDelegated():
		return s, ReasonActing // depth one: it is not passed on
	case a.wouldOpenUs(by, r, &v.SessionFacts):
		return s, ReasonOtherAudience
	}
	if s.by = a.actorOf(by.origin, &v.SessionFacts); v.isOwn(by) {
		reason = v.refusalFrom(by.origin)
	}
	if reason == "" && v.Session.Thumbprint != "" {
		reason = v.unproved(by, r.Thumbprint)
	}
	return s, reason
}

// unproved returns why what is bound to a key is refused, or "". Its holder proves the key anew; the audience's own,
// which has seen it proved, a key of its own: what is bound never becomes a bearer.
func (v *Verdict) unproved(by Actor, thumbprint string) string {
	if thumbprint == "" || thumbprint != v.Session.Thumbprint && !v.isOwnAudience(by) {
		return ReasonNotPossessed
	}
	return ""
}

// exchangedKey returns whom a key of one string, or a pair written as key:secret, stands for.
func (a *Authority) exchangedKey(ctx context.Context, by Actor, key secret.Text) (s exchangedOf, reason string, err error) {
	s.by, err = a.Authenticate(ctx, by.origin, ByKey(key))
	if fault.KindOf(err) == fault.Unauthenticated && err != nil {
		return s, "", refusedExchange(fault.ReasonOf(err)) // it is recorded and counted
	}
	if err == nil && s.by.Principal().ID != by.Principal().ID && !a.mayVerify(by, s.by.standing(), "", nil) {
		reason = ReasonOutside
	}
	return s, reason, err
}

// mayExchange reports whether a client may make an access token of a session or access token.
func (a *Authority) mayExchange(by Actor, f *SessionFacts) bool {
	return f.isOwn(by) || f.isOwnAudience(by) || a.mayVerify(by, f.Subject, f.Session.Account, f.Account)
}

// wouldOpenUs reports whether an exchange would make an access token for the installation itself of somebody else's for
// an audience: whoever is called with that one could then do here all that the caller may. Who acts for the subject does
// so visibly, and can do next to nothing here.
func (a *Authority) wouldOpenUs(by Actor, r ExchangeRequest, f *SessionFacts) bool {
	ours := r.Resource == "" || r.Resource == a.ResourceOf(Audience{})
	elsewhere := f.Session.Kind == AccessToken && f.Session.Audience != 0
	return ours && elsewhere && r.Actor == (GivenToken{}) && !f.isOf(by) && !a.mayVerify(by, f.Subject, f.Session.Account, f.Account)
}

// isOwn reports whether a client is who a session is of, or got it, and not whose key handed somebody else over.
func (f *SessionFacts) isOwn(by Actor) bool {
	return f.isOf(by) || by.Principal().ID == f.ClientHolder.Principal.ID
}

// isOf reports whether a client is who a session is of: who acts rather than as whom.
func (f *SessionFacts) isOf(by Actor) bool {
	who := f.Session.Subject
	if f.Session.Actor != "" {
		who = f.Session.Actor
	}
	return by.Principal().ID == who
}

// isOwnAudience reports whether a client is the own service of the audience that a session was made for.
func (f *SessionFacts) isOwnAudience(by Actor) bool {
	return f.Session.Audience != 0 && by.credential().Audience == f.Session.Audience
}

// mayVerify reports whether an actor may ask about what is of a subject: in an account, else where it is at home.
func (a *Authority) mayVerify(by Actor, subject *Standing, account tenant.ID, lineage []*Tenant) bool {
	path := root
	if account != "" {
		path = pathOf(lineage)
	} else if home := subject.Principal.Organisation; home != "" {
		path = subject.Path(home)
	}
	return by.actingBy == "" && by.may(grant.VerifySession, path)
}

// refusedDelegate returns why a client may not act for the subject of an exchange, or "": it may as the own service of the
// audience that the subject's token was made for, for nobody who is acting already, and proves itself by the actor token.
func (a *Authority) refusedDelegate(ctx context.Context, by Actor, r ExchangeRequest, subject exchangedOf) (reason string, err error) {
	actor, reason, err := a.exchangedSubject(ctx, by, ExchangeRequest{Subject: r.Actor, AccessTokenRequest: r.AccessTokenRequest})
	switch {
	case err != nil || reason != "":
		return reason, err
	case subject.by.actingBy != "" || actor.by.actingBy != "":
		return ReasonActing, nil
	case actor.by.Principal().ID != by.Principal().ID || !subject.facts.isOwnAudience(by):
		return ReasonOutside, nil
	}
	return "", nil
}

// refusedToken records why a token that a client presented is refused, and tells the client that it is; TooMany when it
// has presented too many, whatever was wrong with them, so that this tells nothing either.
func (a *Authority) refusedToken(ctx context.Context, by Actor, act audit.Act, s Session, reason string) error {
	if err := a.countRefused(ctx, by); err != nil {
		return err
	}
	e := by.event(act)
	e.Session = secret.ID(s.ID)
	e.Subject, e.Tenant, e.Audience = s.Subject, s.home(), int64(s.Audience)
	why := fault.New(fault.Unmet, reason, "")
	if err := a.refuse(ctx, e, why); err != why {
		return err // it could not be recorded
	}
	return refusedExchange(reason)
}

func refusedExchange(reason string) error {
	return &fault.Error{
		Kind: fault.Unmet, Reason: ReasonTokenRefused, Message: "The token cannot be exchanged.",
		Cause: fault.New(fault.Unmet, reason, ""),
	}
}
