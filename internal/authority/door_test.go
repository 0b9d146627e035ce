package authority_test

import (
	"context"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/testenv"
)

// zeroActor calls every method that acts for somebody as nobody, and says what it must fail with.
var zeroActor = map[string]struct {
	call func(ctx context.Context, a *authority.Authority, by authority.Actor) error
	kind fault.Kind
	act  audit.Act
}{
	"OpenSession": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.OpenSession(ctx, by, authority.SessionRequest{Lifetime: hour})
		return err
	}, fault.Unauthenticated, audit.OpenSession},
	"LoadSessions": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		return a.LoadSessions(ctx, by, authority.SessionLoad{})
	}, fault.Unauthenticated, audit.OpenSession},
	"IssueAccessToken": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.IssueAccessToken(ctx, by, authority.AccessTokenRequest{})
		return err
	}, fault.Unauthenticated, audit.IssueAccessToken},
	"ExchangeToken": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.ExchangeToken(ctx, by, authority.ExchangeRequest{})
		return err
	}, fault.Unauthenticated, audit.IssueAccessToken},
	"IntrospectToken": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, _, err := a.IntrospectToken(ctx, by, secret.Text{})
		return err
	}, fault.Unauthenticated, audit.ReadDirectory},
	"RevokeToken": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		return a.RevokeToken(ctx, by, secret.Text{})
	}, fault.Unauthenticated, audit.CloseSession},
	"CloseSession": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		return a.CloseSession(ctx, by)
	}, fault.Unauthenticated, audit.CloseSession},
	"MintLoginToken": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.MintLoginToken(ctx, by, forMember)
		return err
	}, fault.Unauthenticated, audit.MintLoginToken},
	"RedeemLoginToken": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.RedeemLoginToken(ctx, by, authority.RedeemRequest{Audience: 1})
		return err
	}, fault.Unauthenticated, audit.RedeemLoginToken},
	"CheckLoginToken": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.CheckLoginToken(ctx, by, authority.CheckRequest{Account: acme, Audience: 2})
		return err
	}, fault.Unauthenticated, audit.CheckLoginToken},
	"Members": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, _, err := a.Members(ctx, by, acme, authority.MemberPage{Limit: 1})
		return err
	}, fault.Unauthenticated, audit.ReadDirectory},
	"Apply": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.Apply(ctx, by, authority.Directory{}, authority.ApplyOptions{})
		return err
	}, fault.Unauthenticated, audit.ApplyDirectory},
	"Tenants": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.Tenants(ctx, by, authority.TenantSet{Below: "reseller:1", Kind: tenant.KindAccount}, firstPage)
		return err
	}, fault.Unauthenticated, audit.ReadDirectory},
	"Tenant": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.Tenant(ctx, by, "reseller:1")
		return err
	}, fault.Unauthenticated, audit.ReadDirectory},
	"TenantIn": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.TenantIn(ctx, by, authority.TenantSet{Below: "reseller:1", Kind: tenant.KindAccount}, acme)
		return err
	}, fault.Unauthenticated, audit.ReadDirectory},
	"Managers": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.Managers(ctx, by, "reseller:1", firstPage)
		return err
	}, fault.Unauthenticated, audit.ReadDirectory},
	"RegenerateManagerKey": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, _, err := a.RegenerateManagerKey(ctx, by, "reseller:1", "person:5")
		return err
	}, fault.Unauthenticated, audit.IssueCredential},
	"SigningKeys": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.SigningKeys(ctx, by)
		return err
	}, fault.Unauthenticated, audit.ReadDirectory},
	"RotateSigningKeys": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.RotateSigningKeys(ctx, by, "")
		return err
	}, fault.Unauthenticated, audit.RotateSigningKey},
	"KillSigningKey": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, _, err := a.KillSigningKey(ctx, by, authority.SigningKeyID{1})
		return err
	}, fault.Unauthenticated, audit.KillSigningKey},
	"LiveLoginTokens": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.LiveLoginTokens(ctx, by)
		return err
	}, fault.Unauthenticated, audit.RaiseFence},
	"RaiseFence": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.RaiseFence(ctx, by)
		return err
	}, fault.Unauthenticated, audit.RaiseFence},
	"Restore": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.Restore(ctx, by, authority.Backup{}, authority.RestoreOptions{})
		return err
	}, fault.Unauthenticated, audit.RestoreStore},
	"Export": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, _, err := a.Export(ctx, by)
		return err
	}, fault.Unauthenticated, audit.ReadDirectory},
	"RequireAnywhere": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		return a.RequireAnywhere(ctx, by, "login-token.mint")
	}, fault.Denied, audit.Authenticate},
	"FindPrincipal": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.FindPrincipal(ctx, by, "owner@acme.test")
		return err
	}, fault.NotFound, audit.ReadDirectory},
	"ListCredentials": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.ListCredentials(ctx, by, authority.CredentialFilter{}, authority.CredentialID{}, 1)
		return err
	}, fault.Unauthenticated, audit.ReadDirectory},
	"IssueCredential": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.IssueCredential(ctx, by, authority.IssueRequest{Kind: authority.APIKey, Principal: "person:3", Name: "new"})
		return err
	}, fault.Unauthenticated, audit.IssueCredential},
	"ChangeCredential": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.ChangeCredential(ctx, by, authority.CredentialID{1}, authority.CredentialChange{})
		return err
	}, fault.Unauthenticated, audit.ChangeCredential},
	"RotateCredential": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.RotateCredential(ctx, by, authority.CredentialID{1}, authority.RotateRequest{})
		return err
	}, fault.Unauthenticated, audit.IssueCredential},
	"RevokeCredential": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.RevokeCredential(ctx, by, authority.CredentialID{1})
		return err
	}, fault.Unauthenticated, audit.RevokeCredential},
	"WouldEnd": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, _, err := a.WouldEnd(ctx, by, authority.CredentialID{1})
		return err
	}, fault.NotFound, audit.ReadDirectory},
	"IssueAccountKey": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.IssueAccountKey(ctx, by, authority.AccountKeyRequest{Account: acme, Name: "new"})
		return err
	}, fault.Unauthenticated, audit.IssueCredential},
	"AccountKeys": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.AccountKeys(ctx, by, acme)
		return err
	}, fault.Denied, audit.ReadDirectory},
	"ChangeAccountKey": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.ChangeAccountKey(ctx, by, acme, authority.CredentialID{1}, authority.CredentialChange{})
		return err
	}, fault.Unauthenticated, audit.ChangeCredential},
	"RevokeAccountKey": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		return a.RevokeAccountKey(ctx, by, acme, authority.CredentialID{1})
	}, fault.Unauthenticated, audit.RevokeCredential},
	"ListSessions": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.ListSessions(ctx, by, authority.SessionFilter{}, authority.SessionID{}, 1)
		return err
	}, fault.Unauthenticated, audit.ReadDirectory},
	"CountSessions": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.CountSessions(ctx, by, authority.SessionFilter{Tenant: acme})
		return err
	}, fault.Unauthenticated, audit.ReadDirectory},
	"RevokeSessions": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.RevokeSessions(ctx, by, authority.SessionFilter{})
		return err
	}, fault.Unauthenticated, audit.CloseSession},
	"ShowPrincipal": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.ShowPrincipal(ctx, by, "person:3")
		return err
	}, fault.NotFound, audit.ReadDirectory},
	"SuspendPrincipal": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, _, err := a.SuspendPrincipal(ctx, by, "person:3")
		return err
	}, fault.Unauthenticated, audit.PutPrincipal},
	"ResumePrincipal": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, _, err := a.ResumePrincipal(ctx, by, "person:3")
		return err
	}, fault.Unauthenticated, audit.PutPrincipal},
	"ShowTenant": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.ShowTenant(ctx, by, acme)
		return err
	}, fault.Unauthenticated, audit.ReadDirectory},
	"SuspendTenant": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, _, err := a.SuspendTenant(ctx, by, acme)
		return err
	}, fault.Unauthenticated, audit.PutTenant},
	"ResumeTenant": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, _, err := a.ResumeTenant(ctx, by, acme)
		return err
	}, fault.Unauthenticated, audit.PutTenant},
	"TailEvents": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.TailEvents(ctx, by, authority.EventFilter{}, time.Time{})
		return err
	}, fault.Unauthenticated, audit.ReadDirectory},
	"ShowCredential": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.ShowCredential(ctx, by, authority.CredentialID{1})
		return err
	}, fault.NotFound, audit.ReadDirectory},
	"IssuedBefore": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.IssuedBefore(ctx, by, authority.CredentialID{1})
		return err
	}, fault.NotFound, audit.ReadDirectory},
	"ShowSession": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.ShowSession(ctx, by, authority.SessionID{1})
		return err
	}, fault.Unauthenticated, audit.ReadDirectory},
	"CountSession": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.CountSession(ctx, by, authority.SessionID{1})
		return err
	}, fault.Unauthenticated, audit.ReadDirectory},
	"RevokeSession": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.RevokeSession(ctx, by, authority.SessionID{1})
		return err
	}, fault.Unauthenticated, audit.CloseSession},
	"VerifyAll": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.VerifyAll(ctx, by, nil)
		return err
	}, fault.Unauthenticated, audit.ReadDirectory},
	"InspectLoginToken": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.InspectLoginToken(ctx, by, authority.LoginTokenID{1})
		return err
	}, fault.Unauthenticated, audit.ReadDirectory},
	"CountLoginTokens": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.CountLoginTokens(ctx, by, authority.LoginTokenFilter{})
		return err
	}, fault.Unauthenticated, audit.ReadDirectory},
	"CancelLoginToken": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.CancelLoginToken(ctx, by, authority.LoginTokenID{1})
		return err
	}, fault.Unauthenticated, audit.CancelLoginToken},
	"MintedBefore": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.MintedBefore(ctx, by, authority.LoginTokenID{1})
		return err
	}, fault.Unauthenticated, audit.ReadDirectory},
	"Events": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.Events(ctx, by, authority.EventFilter{Limit: 1})
		return err
	}, fault.Unauthenticated, audit.ReadDirectory},
	"Repeating": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, _, err := a.Repeating(ctx, by, authority.Repeatable{Key: "k"})
		return err
	}, fault.Denied, audit.Authenticate},
	"ReachOf": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.ReachOf(ctx, by, "directory.read")
		return err
	}, fault.Denied, audit.ReadDirectory},
	"FollowRevocations": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, err := a.FollowRevocations(ctx, by, "")
		return err
	}, fault.Unauthenticated, audit.Authenticate},
	"RequireFeed": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		return a.RequireFeed(ctx, by)
	}, fault.Unauthenticated, audit.Authenticate},
	"ChooseMembership": {func(ctx context.Context, a *authority.Authority, by authority.Actor) error {
		_, _, err := a.ChooseMembership(ctx, by, acme)
		return err
	}, fault.Denied, audit.Authenticate},
}

// pureReads take an actor, but only read what it brings along: nothing can be denied.
var pureReads = []string{"Memberships"}

func TestEveryMethodThatTakesAnActorIsTriedWithTheZeroActor(t *testing.T) {
	methods := reflect.TypeFor[*authority.Authority]()
	var found int
	for i := range methods.NumMethod() {
		m := methods.Method(i)
		if !takesActor(m.Type) {
			continue
		}
		found++
		if _, tried := zeroActor[m.Name]; tried == slices.Contains(pureReads, m.Name) {
			t.Errorf("%s must be either in zeroActor or in pureReads", m.Name)
		}
	}
	if want := len(zeroActor) + len(pureReads); found != want {
		t.Errorf("%d methods take an actor, the tables have %d", found, want)
	}
}

func takesActor(method reflect.Type) bool {
	for i := range method.NumIn() {
		if method.In(i) == reflect.TypeFor[authority.Actor]() {
			return true
		}
	}
	return false
}

func TestTheZeroActorIsDeniedEverythingAndEachDenialIsOneEvent(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		for name, c := range zeroActor {
			env.Clock.Advance(time.Minute) // a new budget of refusals that are recorded singly
			var err error
			events := eventsDuring(t, env, func() { err = c.call(t.Context(), env.Authority, authority.Actor{}) })
			if fault.KindOf(err) != c.kind || err == nil {
				t.Errorf("%s: %v", name, err)
			}
			if len(events) != 1 {
				t.Errorf("%s: %d events", name, len(events))
				continue
			}
			if e := events[0]; e.Act != c.act || e.Outcome != audit.Denied || e.Reason != fault.ReasonOf(err) || e.Count != 1 || e.Actor != "" {
				t.Errorf("%s: %+v", name, e)
			}
		}
	})
}

func TestTheZeroActorIsMemberOfNothing(t *testing.T) {
	env := testenv.New(t, "sqlite")
	env.Apply(t, coreDirectory)
	if m := env.Authority.Memberships(authority.Actor{}); len(m) > 0 {
		t.Errorf("memberships %+v", m)
	}
}
