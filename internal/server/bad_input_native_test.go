package server_test

import (
	"fmt"
	"sync/atomic"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
)

const someID = "11111111111111111111111111111111"

// unused is a credential that nothing is done with.
var unused = kept("unused", issued("owner@acme.test", authority.APIKey))

// nativeValues is what is valid in /v1.
var nativeValues = map[string]valid{
	"native name":                   is("Nightly sync"),
	"native showSpecification name": is("pulse"),
	"native tokens":                 is(`["no-such-token"]`),
	"native limit":                  is("5"),
	"native key":                    {leftOut: true}, // any text is right: credential_test.go of native
	"native secret":                 {leftOut: true},
	"native cursor":                 {leftOut: true}, // it is bound to all the others
	"native credential":             {make: unused, opaque: true},
	"native session":                opaque(someID),

	// Of those that were made at the same time any may be listed first: these lists have one.
	"native listSessions principal": {make: kept("guest", guest)},
	"native listCredentials name":   {make: kept("only", only)},

	"native issueCredential Idempotency-Key":  {make: unique("attempt-")},
	"native rotateCredential Idempotency-Key": {make: unique("attempt-")},
	"native mintLoginToken Idempotency-Key":   {make: unique("attempt-")},

	"native showCredential id":   {make: unused, opaque: true},
	"native showLimits id":       {make: unused, opaque: true},
	"native changeCredential id": {make: issued("owner@acme.test", authority.APIKey), opaque: true},
	"native revokeCredential id": {make: issued("owner@acme.test", authority.APIKey), opaque: true},
	"native rotateCredential id": {make: issued("owner@acme.test", authority.KeyPair), opaque: true},
	"native showOneSession id":   {make: sessionID, opaque: true},
	"native endSession id":       {make: sessionID, opaque: true},
	"native showLoginToken id":   {make: loginTokenID, opaque: true},
	"native cancelLoginToken id": {make: loginTokenID, opaque: true},
	"native killSigningKey id":   {make: kept("killed", killedKey), opaque: true},
}

// kept makes something once for all requests of a world.
func kept(name string, how func(w *world) string) func(w *world) string {
	return func(w *world) string {
		if w.kept[name] == "" {
			w.kept[name] = how(w)
		}
		return w.kept[name]
	}
}

var numbered atomic.Int64

// unique is another text each time.
func unique(prefix string) func(*world) string {
	return func(*world) string { return fmt.Sprintf("%s%020d", prefix, numbered.Add(1)) }
}

func (w *world) issue(who string, kind authority.CredentialKind) authority.IssuedCredential {
	w.Helper()
	return w.issueNamed(who, kind, "k")
}

func (w *world) issueNamed(who string, kind authority.CredentialKind, name string) authority.IssuedCredential {
	w.Helper()
	operator := authority.CommandLine(authority.Origin{})
	found, err := w.authority.FindPrincipal(w.Context(), operator, who)
	if err != nil {
		w.Fatal(err)
	}
	made, err := w.authority.IssueCredential(w.Context(), operator, authority.IssueRequest{Kind: kind, Principal: found.Principal.ID, Name: name})
	if err != nil {
		w.Fatal(err)
	}
	return made
}

func keyOf(who string) func(w *world) string {
	return func(w *world) string { return w.issue(who, authority.APIKey).Key.Reveal() }
}

func issued(who string, kind authority.CredentialKind) func(w *world) string {
	return func(w *world) string { return w.issue(who, kind).Credential.ID.String() }
}

func sessionID(w *world) string {
	by := w.actor("pulse", "Ada", authority.ByPassword("", "owner@acme.test", secret.Of("correct-horse-battery-staple")))
	return w.open(by).ID.String()
}

func (w *world) open(by authority.Actor) authority.Session {
	w.Helper()
	opened, err := w.authority.OpenSession(w.Context(), by, authority.SessionRequest{Lifetime: authority.Lifetimes{Absolute: 1e12}})
	if err != nil {
		w.Fatal(err)
	}
	return opened.Session
}

// only is the name of one credential.
func only(w *world) string {
	return w.issueNamed("owner@acme.test", authority.KeyPair, "The only one").Credential.Name
}

// guest is somebody with one session.
func guest(w *world) string {
	by := w.actor("pulse", "Ben", authority.ByKey(w.issue("buyer@acme.test", authority.APIKey).Key))
	return string(w.open(by).Subject)
}

func loginTokenID(w *world) string {
	by := w.actor("alephee", "ERP", authority.ByKey(secret.Of("6F9619FF-8B86-D011-B42D-00C04FC964FF")))
	minted, err := w.authority.MintLoginToken(w.Context(), by, authority.MintRequest{Account: tenant.Account(1200), Email: "owner@acme.test", Audience: 1})
	if err != nil {
		w.Fatal(err)
	}
	return minted.LoginToken.ID.String()
}

func killedKey(w *world) string {
	operator := authority.CommandLine(authority.Origin{})
	if err := w.authority.RefreshSigningKeys(w.Context()); err != nil {
		w.Fatal(err)
	}
	keys, err := w.authority.SigningKeys(w.Context(), operator)
	if err != nil || len(keys) == 0 {
		w.Fatal(keys, err)
	}
	if _, _, err := w.authority.KillSigningKey(w.Context(), operator, keys[0].ID); err != nil {
		w.Fatal(err)
	}
	return secret.ID(keys[0].ID).String()
}
