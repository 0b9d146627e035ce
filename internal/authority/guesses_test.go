package authority_test

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/testenv"
)

// typedDirectory has people who type their secrets.
const typedDirectory = `
version: 1
organisations:
  - name: ORG
    people:
      - id: 1
        name: Zoe
        email: Zoé@acme.test
        username: zoe
        password_hash: "HASH"
        access_tokens: [{identifier: CARD-1, pass_code: 9Q4T7Z}]
      - {id: 2, name: P2, email: keyed@acme.test, username: keyed, status: inactive, password_hash: "HASH"}
      - {id: 3, name: P3, email: gone@acme.test, username: gone, status: deleted, password_hash: "HASH"}
      - {id: 4, name: P4, email: none@acme.test, username: none}
    api_keys:
      - {name: own, key: key-of-zoe, person: Zoé@acme.test}
      - {name: pair, key: pair-of-zoe, secret: secret-of-zoe, person: Zoé@acme.test}
  - name: OTHER
    people:
      - {id: 5, name: P5, email: else@other.test, username: else, password_hash: "HASH"}
`

const organisation = tenant.ID("organisation:ORG")

func eachTyped(t *testing.T, test func(t *testing.T, env *testenv.Env)) {
	t.Helper()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Apply(t, strings.ReplaceAll(typedDirectory, "HASH", quickHash(t, "the-right-password")))
		test(t, env)
	})
}

// quickHash is a password hash in a form that customers bring along, with one iteration so that tests are quick.
func quickHash(t testing.TB, text string) string {
	t.Helper()
	salt := []byte("sixteen bytes of")
	key, err := pbkdf2.Key(sha256.New, text, salt, 1, 32)
	if err != nil {
		t.Fatal(err)
	}
	encode := func(b []byte) string { return strings.ReplaceAll(base64.RawStdEncoding.EncodeToString(b), "+", ".") }
	return "$pbkdf2-sha256$1$" + encode(salt) + "$" + encode(key)
}

func password(name, text string) authority.Proof {
	return authority.ByPassword(organisation, name, secret.Of(text))
}

func try(t testing.TB, env *testenv.Env, source string, p authority.Proof) error {
	t.Helper()
	_, err := env.Authority.Authenticate(t.Context(), from(source), p)
	return err
}

// wrong fails with a password n times.
func wrong(t testing.TB, env *testenv.Env, source, name string, n int) {
	t.Helper()
	for range n {
		wantFault(t, try(t, env, source, password(name, "wrong")), fault.Unauthenticated, authority.ReasonWrong)
	}
}

func TestFiveWrongPasswordsLockThePersonForThatSourceOnly(t *testing.T) {
	eachTyped(t, func(t *testing.T, env *testenv.Env) {
		right := password("Zoé@acme.test", "the-right-password")
		wrong(t, env, "192.0.2.1", "Zoé@acme.test", 4)
		if err := try(t, env, "192.0.2.1", right); err != nil {
			t.Fatalf("after four: %v", err)
		}
		refused := try(t, env, "192.0.2.1", password("Zoé@acme.test", "wrong"))
		locked := try(t, env, "192.0.2.1", right)
		wantFault(t, locked, fault.Unauthenticated, authority.ReasonLocked)
		if answerOf(locked) != answerOf(refused) || fault.As(locked).RetryAfter != 0 {
			t.Errorf("locked %+v, wrong %+v", locked, refused)
		}
		if err := try(t, env, "192.0.2.2", right); err != nil {
			t.Errorf("from elsewhere: %v", err)
		}
		if err := try(t, env, "192.0.2.1", password("none@acme.test", "x")); fault.ReasonOf(err) != authority.ReasonNoPassword {
			t.Errorf("somebody else from there: %v", err)
		}
		for name, key := range map[string]authority.Proof{
			"a key":  authority.ByKey(secret.Of("key-of-zoe")),
			"a pair": authority.ByKeyPair(secret.Of("pair-of-zoe"), secret.Of("secret-of-zoe")),
		} {
			if err := try(t, env, "192.0.2.1", key); err != nil {
				t.Errorf("%s of the same person: %v", name, err)
			}
		}
		env.Clock.Advance(15*time.Minute - time.Microsecond)
		wantFault(t, try(t, env, "192.0.2.1", right), fault.Unauthenticated, authority.ReasonLocked)
		env.Clock.Advance(time.Microsecond)
		if err := try(t, env, "192.0.2.1", right); err != nil {
			t.Errorf("after fifteen minutes: %v", err)
		}
	})
}

func TestAllSpellingsOfAPersonShareOneBudget(t *testing.T) {
	eachTyped(t, func(t *testing.T, env *testenv.Env) {
		for _, p := range []authority.Proof{
			password("Zoé@acme.test", "wrong"),
			password(norm.NFD.String("zOé@ACME.test"), "wrong"),
			password("ZOE", "wrong"),
			authority.ByPassword("", "zoé@acme.test", secret.Of("wrong")),
			authority.ByPassCode(organisation, secret.Of("CARD-1"), secret.Of("wrong")),
		} {
			wantFault(t, try(t, env, "192.0.2.1", p), fault.Unauthenticated, authority.ReasonWrong)
		}
		for _, p := range []authority.Proof{
			password("zoe", "the-right-password"), password("zoé@acme.test", "the-right-password"),
			authority.ByPassCode(organisation, secret.Of("CARD-1"), secret.Of("9Q4T7Z")),
		} {
			wantFault(t, try(t, env, "192.0.2.1", p), fault.Unauthenticated, authority.ReasonLocked)
		}
	})
}

func TestAllSpellingsOfNobodyShareOneBudget(t *testing.T) {
	eachTyped(t, func(t *testing.T, env *testenv.Env) {
		for _, name := range []string{"né@nowhere.test", "NÉ@nowhere.test", norm.NFD.String("né@nowhere.test"), "né@NOWHERE.test", "né@nowhere.TEST", "Né@nowhere.test"} {
			_ = try(t, env, "192.0.2.1", password(name, "wrong"))
		}
		wantFault(t, try(t, env, "192.0.2.1", password("né@nowhere.test", "wrong")), fault.Unauthenticated, authority.ReasonLocked)
	})
}

func TestAnIPv6SubscriberIsOneSource(t *testing.T) {
	eachTyped(t, func(t *testing.T, env *testenv.Env) {
		for i := range 5 {
			wrong(t, env, fmt.Sprintf("2001:db8::%x", i+1), "zoe", 1)
		}
		right := password("zoe", "the-right-password")
		wantFault(t, try(t, env, "2001:db8::99", right), fault.Unauthenticated, authority.ReasonLocked)
		if err := try(t, env, "2001:db8:0:1::1", right); err != nil {
			t.Errorf("from another /64: %v", err)
		}
	})
}

func TestALockedSourceCannotLockTheVictimOutEverywhere(t *testing.T) {
	eachTyped(t, func(t *testing.T, env *testenv.Env) {
		hashing := fastNode(env)
		for i := range authority.GuessRules[authority.GuessAnySource].Failures {
			_ = try(t, hashing, "192.0.2.66", password("zoe", "wrong"))
			if i%40 == 39 {
				env.Clock.Advance(time.Minute) // past the source's own budget
			}
		}
		if err := try(t, env, "192.0.2.1", password("zoe", "the-right-password")); err != nil {
			t.Errorf("the victim at home: %v", err)
		}
	})
}

func TestManySourcesTogetherLockAPersonAndLetKeysThrough(t *testing.T) {
	eachTyped(t, func(t *testing.T, env *testenv.Env) {
		hashing := fastNode(env)
		for i := range authority.GuessRules[authority.GuessAnySource].Failures {
			_ = try(t, hashing, fmt.Sprintf("198.51.100.%d", i/4+1), password("zoe", "wrong"))
		}
		wantFault(t, try(t, env, "192.0.2.1", password("zoe", "the-right-password")), fault.Unauthenticated, authority.ReasonLocked)
		if err := try(t, env, "198.51.100.1", authority.ByKey(secret.Of("key-of-zoe"))); err != nil {
			t.Errorf("a key: %v", err)
		}
	})
}
