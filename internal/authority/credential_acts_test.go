package authority_test

import (
	"context"
	"reflect"
	"testing"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/testenv"
)

// credentialActs are the acts on credentials; undone is that all of them are as they were.
func credentialActs(t testing.TB, env *testenv.Env) map[string]act {
	t.Helper()
	ctx := t.Context()
	agents := grant.Role{ID: "ORG/agent", Permissions: []grant.Permission{"readApplications", grant.WriteAPIKeys}}
	setRole := func(permissions ...grant.Permission) {
		change(t, env, func(_ context.Context, tx authority.Tx) error {
			tx.PutRole(grant.Role{ID: agents.ID, Permissions: permissions})
			return nil
		})
	}
	setRole(agents.Permissions...)
	defer setRole("readApplications", "writeApplications")
	key, rotated, revoked := issue(t, env, keyOfAda), issue(t, env, keyOfAda), issue(t, env, keyOfAda)
	ada := as(t, env, authority.ByKey(issue(t, env, keyOfAda).Key)) // none of the acts ends it
	pairs := make([]authority.CredentialID, 2)
	for i := range pairs {
		made, err := env.Authority.IssueAccountKey(ctx, ada, authority.AccountKeyRequest{Account: acme, Name: "p", Permissions: agents.Permissions})
		if err != nil {
			t.Fatal(err)
		}
		pairs[i] = made.Credential.ID
	}
	name := "renamed"
	before := allCredentials(t, env)
	asBefore := func(t testing.TB) {
		if after := allCredentials(t, env); !reflect.DeepEqual(before, after) {
			t.Errorf("credentials were %+v, are %+v", before, after)
		}
	}
	return map[string]act{
		"IssueCredential": {func(a *authority.Authority) (secret.Text, error) {
			issued, err := a.IssueCredential(ctx, operator, keyOfAda)
			return issued.Key, err
		}, asBefore},
		"RotateCredential": {func(a *authority.Authority) (secret.Text, error) {
			issued, err := a.RotateCredential(ctx, operator, rotated.Credential.ID, authority.RotateRequest{})
			return issued.Key, err
		}, asBefore},
		"ChangeCredential": {func(a *authority.Authority) (secret.Text, error) {
			_, err := a.ChangeCredential(ctx, operator, key.Credential.ID, authority.CredentialChange{Name: &name})
			return secret.Text{}, err
		}, asBefore},
		"RevokeCredential": {func(a *authority.Authority) (secret.Text, error) {
			_, err := a.RevokeCredential(ctx, operator, revoked.Credential.ID)
			return secret.Text{}, err
		}, asBefore},
		"IssueAccountKey": {func(a *authority.Authority) (secret.Text, error) {
			issued, err := a.IssueAccountKey(ctx, ada, authority.AccountKeyRequest{Account: acme, Name: "q", Permissions: agents.Permissions})
			return issued.Secret, err
		}, asBefore},
		"ChangeAccountKey": {func(a *authority.Authority) (secret.Text, error) {
			_, err := a.ChangeAccountKey(ctx, ada, acme, pairs[0], authority.CredentialChange{Name: &name})
			return secret.Text{}, err
		}, asBefore},
		"RevokeAccountKey": {func(a *authority.Authority) (secret.Text, error) {
			return secret.Text{}, a.RevokeAccountKey(ctx, ada, acme, pairs[1])
		}, asBefore},
	}
}

func allCredentials(t testing.TB, env *testenv.Env) (all []authority.Credential) {
	t.Helper()
	err := env.Store.View(t.Context(), func(ctx context.Context, v authority.View) (err error) {
		all, err = v.CredentialPage(ctx, authority.CredentialFilter{}, authority.CredentialID{}, 1000)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
