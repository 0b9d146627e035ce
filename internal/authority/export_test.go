package authority_test

import (
	"bytes"
	"context"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/doorward/doorward/demo"
	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/directory"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/testenv"
)

// exported returns the directory file of a store and what could not be written in it.
func exported(t *testing.T, env *testenv.Env) (string, []authority.Leftover) {
	t.Helper()
	d, omitted, err := env.Authority.Export(t.Context(), operator)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := directory.Write(&out, d, directory.Heading{Source: "a test", At: env.Authority.Now(), Omitted: omitted}); err != nil {
		t.Fatal(err)
	}
	return out.String(), omitted
}

// stored returns the credential of a principal with a name that was neither revoked nor rotated.
func stored(t *testing.T, env *testenv.Env, of grant.PrincipalID, name string) authority.Credential {
	t.Helper()
	for _, c := range credentialsOf(t, env, of) {
		if c.Name == name && c.RevokedAt.IsZero() && c.ReplacedBy.IsZero() {
			return c
		}
	}
	t.Fatalf("%s has no key %s", of, name)
	return authority.Credential{}
}

func TestARotatedKeyStaysAsItIsWhateverIsExportedAndApplied(t *testing.T) {
	const name = "Nightly export"
	old := authority.ByKey(secret.Of("C0FFEE00C0FFEE00C0FFEE00C0FFEE00"))
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Demo(t)
		made, err := env.Authority.RotateCredential(t.Context(), operator, stored(t, env, grant.Person(7), name).ID, authority.RotateRequest{Overlap: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		text, _ := exported(t, env)
		before := credentialsOf(t, env, grant.Person(7))
		for _, file := range []string{text, string(demo.Directory)} {
			if r, err := apply(t, env, file, authority.ApplyOptions{}); err != nil || r.Changes() != 0 {
				t.Errorf("%+v, %v", r, err)
			}
		}
		if after := credentialsOf(t, env, grant.Person(7)); len(after) != len(before) {
			t.Errorf("%d credentials, then %d", len(before), len(after))
		}
		if r, _ := apply(t, env, text, authority.ApplyOptions{}); len(r.Left)+len(r.Revoked) > 0 {
			t.Errorf("the export is told to lack %+v %+v", r.Left, r.Revoked)
		}
		from := authority.Origin{Dialect: "crmcom"}
		mustReason(t, env, from, old, "")
		mustReason(t, env, from, authority.ByKey(made.Key), "")
		env.Clock.Advance(2 * time.Hour)
		mustReason(t, env, from, old, authority.ReasonExpired)
	})
}

func TestAnExportedKeyIsChangedByItsName(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Demo(t)
		text, _ := exported(t, env)
		changed := strings.Replace(text, "        limits: {logintoken: 30/min}\n", "        status: disabled\n", 1)
		r, err := apply(t, env, changed, authority.ApplyOptions{})
		if err != nil || r.Changes() != 1 || r.Credentials.Updated != 1 {
			t.Errorf("%+v %v", r, err)
		}
		mustReason(t, env, authority.Origin{Dialect: "alephee"}, authority.ByKey(secret.Of("6F9619FF-8B86-D011-B42D-00C04FC964FF")), authority.ReasonDisabled)
	})
}

func TestASecretThatIsNowhereIsToldBeforeAnythingIsWritten(t *testing.T) {
	text, _ := exported(t, testenv.New(t, "sqlite").Demo(t))
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		r, err := apply(t, env, text, authority.ApplyOptions{})
		if fault.KindOf(err) != fault.Conflict || fault.ReasonOf(err) != authority.ReasonMissingSecret {
			t.Fatalf("%v", err)
		}
		if len(recorded(t, env).events) > 0 || r.Changes() > 0 {
			t.Errorf("something was written: %+v", r)
		}
		lines := strings.Split(text, "\n")
		for _, want := range []string{"- {identifier: CARD-1001}", "- name: ERP integration", "- name: Back-office sync", "- name: Nightly export"} {
			at := 1 + slices.IndexFunc(lines, func(line string) bool { return strings.Contains(line, want) })
			if !strings.Contains(err.Error(), "line "+strconv.Itoa(at)+": ") {
				t.Errorf("line %d (%s) is not in: %v", at, want, err)
			}
		}
	})
}

func TestThePublicHalfOfAKeyPairIsNoKey(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Demo(t)
		_, err := apply(t, env, edited(t, "        secret: demo-secret-0123456789abcdef\n", ""), authority.ApplyOptions{})
		if fault.ReasonOf(err) != authority.ReasonMissingSecret || !strings.Contains(err.Error(), "public half") {
			t.Errorf("%v", err)
		}
	})
}

func TestWhatWasRevokedIsNotExportedAndStaysRevoked(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Demo(t)
		text, _ := exported(t, env)
		revoked := stored(t, env, grant.Person(7), "Nightly export")
		if _, err := env.Authority.RevokeCredential(t.Context(), operator, revoked.ID); err != nil {
			t.Fatal(err)
		}
		if r, err := apply(t, env, text, authority.ApplyOptions{}); err != nil || r.Changes() != 0 || len(r.Revoked) != 1 {
			t.Errorf("the export of before: %+v %v", r, err)
		}
		now, omitted := exported(t, env)
		if strings.Contains(now, "Nightly export") || len(omitted) > 0 {
			t.Errorf("omitted %+v:\n%s", omitted, now)
		}
		if r, err := apply(t, env, now, authority.ApplyOptions{}); err != nil || r.Changes() != 0 || len(r.Left)+len(r.Revoked) > 0 {
			t.Errorf("the export of after: %+v %v", r, err)
		}
	})
}

func TestWhatACommandSuspendedIsExportedAsTheDirectoryHadIt(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Demo(t)
		before, _ := exported(t, env)
		err := env.Store.Change(t.Context(), func(ctx context.Context, tx authority.Tx) error {
			tenants, err := tx.Tenants(ctx, []tenant.ID{tenant.Account(1200)})
			if err != nil {
				return err
			}
			tenants[0].HeldAt = env.Authority.Now()
			tx.PutTenant(tenants[0])
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if after, _ := exported(t, env); after != before {
			t.Errorf("before:\n%s\nafter:\n%s", before, after)
		}
	})
}

func TestWhatNoDirectoryCanSayIsToldAndLeftOut(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Demo(t)
		c := stored(t, env, grant.Person(7), "Nightly export")
		c.ID, c.Lookup, c.Name = authority.CredentialID{9}, secret.Fingerprint{9}, "At a reseller"
		c.Tenants = []tenant.ID{tenant.Reseller(1)}
		err := env.Store.Change(t.Context(), func(_ context.Context, tx authority.Tx) error {
			tx.PutCredential(c)
			tx.PutGrant(grant.Grant{Principal: grant.Person(5), Tenant: tenant.Account(505), Role: "CRMDEMO/agent"})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		text, omitted := exported(t, env)
		if len(omitted) != 2 || strings.Contains(text, "name: At a reseller") {
			t.Errorf("%+v\n%s", omitted, text)
		}
		for _, one := range omitted {
			if !strings.Contains(text, "cannot be written here: "+one.Kind+" "+one.Name) {
				t.Errorf("%+v is not in the heading:\n%s", one, text)
			}
		}
		if r, err := apply(t, env, text, authority.ApplyOptions{}); err != nil || r.Changes() != 0 || len(r.Left) != 2 {
			t.Errorf("%+v %v", r, err)
		}
	})
}

func TestOnlyAnOperatorExports(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		by := as(t, env, manager)
		var err error
		events := eventsDuring(t, env, func() { _, _, err = env.Authority.Export(t.Context(), by) })
		if fault.KindOf(err) != fault.Denied || len(events) != 1 || events[0].Act != audit.ReadDirectory || events[0].Outcome != audit.Denied {
			t.Errorf("%v, %+v", err, events)
		}
		if events := eventsDuring(t, env, func() { exported(t, env) }); len(events) > 0 {
			t.Errorf("reading is no act: %+v", events)
		}
	})
}

func TestANameThatNoFileCanHaveDoesNotSpoilTheExport(t *testing.T) {
	eachCore(t, func(t *testing.T, env *testenv.Env) {
		names := []string{" before", "after\u2029", "\u00a0", "un\ufffdknown"}
		for _, name := range names {
			r := keyOfAda
			r.Name = name
			issue(t, env, r)
		}
		text, omitted := exported(t, env)
		if len(omitted) != len(names) {
			t.Errorf("left out %+v", omitted)
		}
		if r, err := apply(t, env, text, authority.ApplyOptions{}); err != nil || r.Changes() != 0 {
			t.Errorf("%+v, %v", r, err)
		}
	})
}
