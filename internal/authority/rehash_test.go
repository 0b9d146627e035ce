package authority_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/limit"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/testenv"
)

// Hashes of "correct horse" that other systems made.
var brought = map[string]string{
	"bcrypt":   "$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e",
	"pbkdf2":   "$pbkdf2-sha256$1000$MDEyMzQ1Njc4OWFiY2RlZg$cBg8D2DungRB9k76szThf5ehfyBz991ay6PT8Srwk4M",
	"scrypt":   "$scrypt$ln=10,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$6g3umF+uVrJsObaTZhIbbTlgrvOEFcCItdwSjtPF67M",
	"argon2id": "$argon2id$v=19$m=256,t=2,p=1$ygMibQwXuxeyEmVqaWYkRA$39JSWMV9NqxSeFSHLaWv65rnu9HUwsRmpsli7Pup5W8",
}

var zoe = grant.Person(1)

// hashedOf returns Zoe's credential of a kind.
func hashedOf(t *testing.T, env *testenv.Env, kind authority.CredentialKind) (found authority.Credential) {
	t.Helper()
	err := env.Store.View(t.Context(), func(ctx context.Context, v authority.View) error {
		all, err := v.CredentialsOf(ctx, []grant.PrincipalID{zoe})
		for _, c := range all {
			if c.Kind == kind {
				found = c
			}
		}
		return err
	})
	if err != nil || found.ID.IsZero() {
		t.Fatalf("no %s: %v", kind, err)
	}
	return found
}

// bring gives Zoe's credential of a kind a hash that another system made, an hour ago.
func bring(t *testing.T, env *testenv.Env, kind authority.CredentialKind, hash string) authority.Credential {
	t.Helper()
	c := hashedOf(t, env, kind)
	c.PasswordHash = secret.PasswordHash(hash)
	change(t, env, func(_ context.Context, tx authority.Tx) error { tx.PutCredential(c); return nil })
	return c
}

func TestAHashThatWasBroughtAlongIsOursAfterALogIn(t *testing.T) {
	eachTyped(t, func(t *testing.T, env *testenv.Env) {
		for kind, right := range map[authority.CredentialKind]authority.Proof{
			authority.Password: password("zoe", "correct horse"),
			authority.PassCode: authority.ByPassCode(organisation, secret.Of("CARD-1"), secret.Of("correct horse")),
		} {
			for name, hash := range brought {
				before := bring(t, env, kind, hash)
				env.Clock.Advance(time.Hour)
				var session secret.Text
				events := eventsDuring(t, env, func() {
					session = open(t, env, right, authority.SessionRequest{Lifetime: authority.Lifetimes{Absolute: time.Hour}})
				})
				after := hashedOf(t, env, kind)
				matches, err := after.PasswordHash.Verify(secret.Of("correct horse"))
				if after.PasswordHash.NeedsRehash() || !matches || err != nil {
					t.Errorf("%s, %s: now %.30q, matches %v, %v", kind, name, after.PasswordHash, matches, err)
				}
				after.PasswordHash = before.PasswordHash
				if diff := cmp.Diff(before, after); diff != "" {
					t.Errorf("%s, %s: more than the hash is another: %s", kind, name, diff)
				}
				wantRehashed(t, events, after)
				wantVerdict(t, env, session, "")
				if again := eventsDuring(t, env, func() { as(t, env, right) }); len(again) != 0 {
					t.Errorf("%s, %s: the next log-in does it again: %+v", kind, name, again)
				}
			}
		}
	})
}

func wantRehashed(t *testing.T, events []audit.Event, c authority.Credential) {
	t.Helper()
	for _, e := range events {
		if e.Act == audit.ChangeCredential && e.Outcome == audit.Done && e.Actor == zoe && e.Subject == zoe &&
			e.Credential == secret.ID(c.ID) && e.Detail["changed"] == "hash" && e.Detail["kind"] == string(c.Kind) {
			return
		}
	}
	t.Errorf("the change is not recorded: %+v", events)
}

func TestASessionOutlivesThatItsPasswordsHashBecomesOurs(t *testing.T) {
	eachTyped(t, func(t *testing.T, env *testenv.Env) {
		right := password("zoe", "correct horse")
		bring(t, env, authority.Password, brought["bcrypt"])
		before := open(t, env, right, authority.SessionRequest{Lifetime: authority.Lifetimes{Absolute: 2 * time.Hour}})
		bring(t, env, authority.Password, brought["pbkdf2"])
		env.Clock.Advance(time.Hour)
		as(t, env, right)
		if hashedOf(t, env, authority.Password).PasswordHash.NeedsRehash() {
			t.Fatal("nothing was hashed")
		}
		wantVerdict(t, env, before, "")
	})
}

func TestOnlyALogInThatSucceedsHashesAnew(t *testing.T) {
	eachTyped(t, func(t *testing.T, env *testenv.Env) {
		bring(t, env, authority.Password, brought["bcrypt"])
		_ = try(t, env, "192.0.2.1", password("zoe", "wrong"))
		_ = try(t, env, "192.0.2.1", authority.ByPassword("organisation:OTHER", "Zoé@acme.test", secret.Of("correct horse")))
		wrong(t, env, "192.0.2.1", "zoe", 3)
		wantFault(t, try(t, env, "192.0.2.1", password("zoe", "correct horse")), fault.Unauthenticated, authority.ReasonLocked)
		if got := hashedOf(t, env, authority.Password).PasswordHash; string(got) != brought["bcrypt"] {
			t.Errorf("now %.30q", got)
		}
	})
}

// second is a pool that does its first work and then what it is told.
type second struct {
	first bool
	then  func(work func()) error
}

func (s *second) Do(_ context.Context, work func()) error {
	if s.first = !s.first; s.first {
		work()
		return nil
	}
	return s.then(work)
}

func TestALogInSucceedsWhenItsHashCannotBecomeOurs(t *testing.T) {
	eachTyped(t, func(t *testing.T, env *testenv.Env) {
		store := &failing{Store: env.Store}
		store.taken = eventsOf(t, env)[0].ID
		right, theirs := password("zoe", "correct horse"), brought["pbkdf2"]
		failingWith := func(how int64) func(func()) error {
			return func(work func()) error { work(); store.fail(how); return nil }
		}
		for name, c := range map[string]struct {
			then func(work func()) error
			want string
		}{
			"the pool is full":         {func(func()) error { return &fault.Error{Kind: fault.Unavailable, Reason: "pool-full"} }, theirs},
			"nothing was hashed":       {func(func()) error { return nil }, theirs},
			"the store is away":        {failingWith(failBefore), theirs},
			"no event can be written":  {failingWith(failEvent), theirs},
			"it is lost in the commit": {failingWith(failUnknownUndone), theirs},
			"it was changed meanwhile": {func(work func()) error { bring(t, env, authority.Password, brought["scrypt"]); work(); return nil }, brought["scrypt"]},
		} {
			store.fail(failNever)
			bring(t, env, authority.Password, theirs)
			env.Authority = authority.New(store, env.Keys, limit.NewGuesses(limit.Rules(authority.GuessRules), env.Clock.Now, 0), &second{then: c.then}, authority.Options{})
			events := eventsDuring(t, env, func() {
				if err := try(t, env, "192.0.2.1", right); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			})
			if got := hashedOf(t, env, authority.Password).PasswordHash; string(got) != c.want || len(events) != 0 {
				t.Errorf("%s: now %.30q, recorded %+v", name, got, events)
			}
		}
	})
}

func TestTheDirectoryFileLeavesAHashThatHasBecomeOurs(t *testing.T) {
	eachTyped(t, func(t *testing.T, env *testenv.Env) {
		file := strings.ReplaceAll(typedDirectory, "HASH", quickHash(t, "the-right-password"))
		as(t, env, password("zoe", "the-right-password"))
		ours := hashedOf(t, env, authority.Password)
		env.Apply(t, file)
		if again := hashedOf(t, env, authority.Password); ours.PasswordHash.NeedsRehash() || again.PasswordHash != ours.PasswordHash {
			t.Errorf("%.30q, then %.30q", ours.PasswordHash, again.PasswordHash)
		}
	})
}
