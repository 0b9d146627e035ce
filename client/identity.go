package client

import (
	"context"
	"slices"
	"time"
)

// Kind is what somebody presented: each is accepted only where it is asked for.
type Kind string

// The kinds of what is presented.
const (
	KindAccessToken Kind = "access-token" // made for one audience
	KindSession     Kind = "session"      // of somebody who is signed in
)

// Identity is who a request comes from, once what was presented has been found good.
type Identity struct {
	Kind         Kind
	SessionID    string // of the session or access token; not a secret
	Subject      Principal
	Actor        *Principal // who acts as the subject; nil when nobody does
	Account      string     // "account:1200", or empty
	Organisation string     // "organisation:CRMDEMO", or empty
	Unit         string     // or empty
	ClientID     string     // of the client that got the access token
	Audience     string     // the resource it is for
	Permissions  []string   // it was narrowed to; nil: not narrowed, which is not the same as everything
	IssuedAt     time.Time
	ExpiresAt    time.Time
	Thumbprint   string // RFC 7638, of the key whose possession was proved; empty: a bearer
}

// Principal is a person or a service as a token names it.
type Principal struct {
	ID    string // "person:3", "service:…"
	Email string
	Name  string
}

// Acts reports whether somebody acts as the subject.
func (i Identity) Acts() bool { return i.Actor != nil }

// Permits reports whether the access token was narrowed to a list with this permission in it.
func (i Identity) Permits(permission string) bool { return slices.Contains(i.Permissions, permission) }

type identityKey struct{}

// WithIdentity returns a context that carries who a request comes from, as the middleware does; it is for tests.
func WithIdentity(ctx context.Context, i Identity) context.Context {
	return context.WithValue(ctx, identityKey{}, i)
}

// IdentityFrom returns who a request comes from; ok is false where no middleware let it through.
func IdentityFrom(ctx context.Context) (i Identity, ok bool) {
	i, ok = ctx.Value(identityKey{}).(Identity)
	return i, ok
}

// SubjectFrom returns the principal a request is on behalf of; its zero value where there is none.
func SubjectFrom(ctx context.Context) Principal {
	i, _ := IdentityFrom(ctx)
	return i.Subject
}

// ActorFrom returns who acts as the subject; ok is false when nobody does.
func ActorFrom(ctx context.Context) (actor Principal, ok bool) {
	i, _ := IdentityFrom(ctx)
	if i.Actor == nil {
		return Principal{}, false
	}
	return *i.Actor, true
}
