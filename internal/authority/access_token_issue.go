package authority

import (
	"context"
	"strconv"
	"time"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
)

// LongestAccess bounds the lifetime of an access token, and with it how long verifiers remember what has ended.
const LongestAccess = time.Hour

// DeepestExchange bounds how often an access token is exchanged for another: all of them are looked at on every use.
const DeepestExchange = 8

// AccessTokenRequest says what access token to issue.
type AccessTokenRequest struct {
	Resource    string             // of the audience it is for (RFC 8707); empty: the installation itself
	Permissions []grant.Permission // to narrow it to; nil: not narrowed
	Thumbprint  string             // of the key it is bound to (RFC 9449); empty: a bearer
	Once        []Once             // what was presented with the request and must not have been presented before
}

// IssuedAccessToken is an access token, which is shown this once.
type IssuedAccessToken struct {
	Token    secret.Text
	Session  Session
	Audience Audience // zero: the installation itself
}

// IssueAccessToken makes an access token for who has just proved itself, by a credential of its own or by a session.
// It fails with Unmet (unknown-audience) for a resource that nobody has, with Unmet (permission-not-held) for a
// permission that the actor holds nowhere, and with Unauthenticated (presented-before) for an identifier seen before.
func (a *Authority) IssueAccessToken(ctx context.Context, by Actor, r AccessTokenRequest) (issued IssuedAccessToken, err error) {
	return a.issueSigned(ctx, by, accessAsked{AccessTokenRequest: r, client: by})
}

// accessAsked is a request for an access token with who asks, and as whose deputy.
type accessAsked struct {
	AccessTokenRequest
	client   Actor // that asks: the subject itself, or who exchanges what is the subject's
	delegate bool  // the client will act for the subject, which stays visible
	signed   bool  // only a JWT will do
}

// refuseOpaque fails where only a JWT will do, and the audience's access tokens are none.
func (a *Authority) refuseOpaque(audience Audience, r accessAsked) error {
	if r.signed && a.AccessOf(audience).Format == Opaque {
		return fault.New(fault.Unmet, ReasonNotSigned, "The audience's access tokens are not signed.")
	}
	return nil
}

func (a *Authority) issueSigned(ctx context.Context, by Actor, r accessAsked) (issued IssuedAccessToken, err error) {
	err = a.withSigner(ctx, func() (err error) {
		issued, err = a.issueAccess(ctx, by, r)
		return err
	})
	return issued, err
}

func (a *Authority) issueAccess(ctx context.Context, by Actor, r accessAsked) (IssuedAccessToken, error) {
	var issued IssuedAccessToken
	err := a.act(ctx, by, audit.IssueAccessToken, by.mayIssueAccess(r.AccessTokenRequest), func(ctx context.Context, tx Tx, e *audit.Event) (err error) {
		audience, err := a.audienceOf(ctx, tx, r.Resource)
		if err != nil {
			return err
		}
		if err := a.refuseOpaque(audience, r); err != nil {
			return err
		}
		facts, err := a.accessFacts(ctx, tx, by, r)
		if err != nil {
			return err
		}
		// After all that may be refused, since a change that fails after it has written makes others run again.
		if err := spendAll(ctx, tx, r.Once); err != nil {
			return err
		}
		if issued, err = a.makeAccess(facts, audience, a.mintAccess(audience, facts.Session.OpenedAt)); err != nil {
			return err
		}
		tx.PutSession(issued.Session)
		issued.describe(e)
		return nil
	})
	if err != nil {
		return IssuedAccessToken{}, err
	}
	return issued, nil
}

// describe completes the record of the making of an access token.
func (i IssuedAccessToken) describe(e *audit.Event) {
	s := i.Session
	e.Subject, e.Session, e.Tenant, e.Audience = s.Subject, secret.ID(s.ID), s.home(), int64(i.Audience.ID)
	e.Detail = detail(e.Detail, "client", s.Client.String())
	if s.Actor != "" {
		e.Detail["acting"] = string(s.Actor)
	}
}

func (by Actor) mayIssueAccess(r AccessTokenRequest) error {
	if by.own || by.session.IsZero() && by.credential().ID.IsZero() {
		return fault.New(fault.Denied, ReasonNoPermission, "This credential does not get access tokens.")
	}
	return by.holdsAll(r.Permissions)
}

func spendAll(ctx context.Context, tx Tx, all []Once) error {
	for _, one := range all {
		if fresh, err := tx.SpendOnce(ctx, one); err != nil || !fresh {
			if err == nil {
				err = fault.New(fault.Unauthenticated, ReasonRepeated, "What may be presented once was presented before.")
			}
			return err
		}
	}
	return nil
}

// accessFacts returns the session that an access token will be, with what it depends on: made from the actor's session,
// or from the credential that the actor has proved itself with.
func (a *Authority) accessFacts(ctx context.Context, tx Tx, by Actor, r accessAsked) (SessionFacts, error) {
	now := a.store.Now()
	f := SessionFacts{Circumstances: NoCircumstances()}
	f.Subject, f.Holder, f.Credential = by.standing(), by.standing(), by.credential()
	s := Session{
		Subject: by.Principal().ID, Organisation: by.Principal().Organisation, Account: by.credential().onlyAccount(),
		Credential: by.credential().ID, SecretAt: by.credential().SecretAt, Dialect: by.origin.Dialect,
	}
	if !by.session.IsZero() {
		parent, err := tx.SessionFacts(ctx, by.session)
		if err != nil {
			return SessionFacts{}, err
		}
		if reason := a.judgeSession(&parent, now); reason != "" {
			return SessionFacts{}, fault.New(fault.Unauthenticated, reason, "The session is not valid.")
		}
		if len(parent.Above) >= DeepestExchange {
			return SessionFacts{}, fault.New(fault.Unmet, ReasonTooDeep, "This was exchanged too often.")
		}
		s, f = parent.Session, parent.copied()
		s.Parent = parent.Session.ID
		f.Above = append([]Session{parent.Session}, parent.Above...)
	} else if s.Account != "" {
		lineage, err := tx.Lineage(ctx, s.Account)
		if err != nil {
			return SessionFacts{}, err
		}
		f.Account = lineage
	}
	s.OpenedAt, s.UsedAt = now, now
	r.narrow(&f, s)
	return f, nil
}

// narrow makes the session of an access token of the one that it is made from; f's circumstances are nobody else's.
func (r accessAsked) narrow(f *SessionFacts, s Session) {
	s.Kind, s.Thumbprint, s.Client = AccessToken, r.Thumbprint, r.client.credential().ID
	if r.Permissions != nil {
		s.Permissions = r.Permissions // no more than those it is made from has: the actor holds no others
	}
	if r.delegate {
		s.Actor, f.Actor = r.client.Principal().ID, r.client.standing()
	}
	f.Session, f.ClientHolder = s, r.client.standing()
	f.Clients = append([]Credential{*r.client.credential()}, f.Clients...)
}

// makeAccess gives an access token its form, its lifetime and its text. It never outlives what it was made from.
func (a *Authority) makeAccess(f SessionFacts, audience Audience, minted secret.Minted) (IssuedAccessToken, error) {
	access, now := a.AccessOf(audience), f.Session.OpenedAt
	end := now.Add(access.Lifetime)
	bounds := []time.Time{f.Session.ExpiresAt, f.parent().ExpiresAt, f.Credential.ExpiresAt, f.client(f.Session.Client).ExpiresAt}
	if idle := f.Session.IdleLifetime; idle > 0 {
		bounds = append(bounds, now.Add(idle))
	}
	for _, bound := range bounds {
		if !bound.IsZero() && bound.Before(end) {
			end = bound
		}
	}
	f.Session.Audience, f.Session.ExpiresAt, f.Session.IdleLifetime = audience.ID, end, 0
	f.Session.ID, f.Session.Fingerprint = SessionID(minted.ID), minted.Fingerprint
	if access.Format == Opaque {
		return IssuedAccessToken{Token: minted.Text, Session: f.Session, Audience: audience}, nil
	}
	text, err := a.signAccess(f, f.client(f.Session.Client).ClientID(), audience, access.Algorithm)
	if err != nil {
		return IssuedAccessToken{}, err
	}
	f.Session.Fingerprint = a.keys.Fingerprint(secret.PurposeAccessToken, text)
	return IssuedAccessToken{Token: text, Session: f.Session, Audience: audience}, nil
}

// mintAccess makes the ID of an access token, and its text where that is no more than a name.
func (a *Authority) mintAccess(audience Audience, now time.Time) secret.Minted {
	if a.AccessOf(audience).Format == Opaque {
		return a.keys.MintAccessToken(now)
	}
	return secret.Minted{ID: secret.NewID(now)}
}

// AccessOf says how access tokens for an audience are made.
func (a *Authority) AccessOf(audience Audience) AccessTokens {
	return audience.Access.or(a.options.Access)
}

func (t AccessTokens) or(standard AccessTokens) AccessTokens {
	if t.Format == "" {
		t.Format = standard.Format
	}
	if t.Algorithm == "" {
		t.Algorithm = standard.Algorithm
	}
	if t.Lifetime == 0 {
		t.Lifetime = standard.Lifetime
	}
	return t
}

// ResourceOf returns the identifier (RFC 8707) of an audience; the zero audience is the installation itself.
func (a *Authority) ResourceOf(audience Audience) string {
	switch {
	case audience.ID == 0:
		return a.options.InstallationURL
	case audience.Resource != "":
		return audience.Resource
	}
	return a.options.InstallationURL + "/audiences/" + strconv.FormatInt(int64(audience.ID), 10)
}

// audienceOf returns the audience that a resource is the identifier of.
func (a *Authority) audienceOf(ctx context.Context, v View, resource string) (Audience, error) {
	if resource == "" || resource == a.ResourceOf(Audience{}) {
		return Audience{}, nil
	}
	all, err := v.Audiences(ctx)
	if err != nil {
		return Audience{}, err
	}
	for _, audience := range all {
		if a.ResourceOf(audience) == resource {
			return audience, nil
		}
	}
	return Audience{}, fault.New(fault.Unmet, ReasonUnknownAudience, "There is no audience with this resource.")
}
