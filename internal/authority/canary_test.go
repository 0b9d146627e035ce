package authority_test

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/testenv"
)

// canaries are secrets that must not turn up anywhere, in any spelling.
type canaries struct{ texts []string }

func (c *canaries) add(clear string) {
	c.texts = append(c.texts, clear, url.QueryEscape(clear), hex.EncodeToString([]byte(clear)),
		base64.RawStdEncoding.EncodeToString([]byte(clear))[:len(clear)], fmt.Sprint([]byte(clear)))
}

func (c *canaries) lookFor(t testing.TB, where string, values ...any) {
	t.Helper()
	for _, value := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
			text := strings.ToLower(fmt.Sprintf(verb, value))
			for _, canary := range c.texts {
				if strings.Contains(text, strings.ToLower(canary)) {
					t.Errorf("%s, printed with %s, has the secret %q", where, verb, canary)
				}
			}
		}
	}
}

func (c *canaries) lookInError(t testing.TB, where string, err error) {
	t.Helper()
	f := fault.As(err)
	c.lookFor(t, where, err.Error(), f.Message, f.Parameter, f.Reason, err)
}

func TestNoSecretIsInAnythingThatIsPrintedRecordedOrFailedWith(t *testing.T) {
	eachTyped(t, func(t *testing.T, env *testenv.Env) {
		env.Apply(t, coreDirectoryOfAnotherOrganisation())
		var c canaries
		for _, clear := range []string{
			"the-right-password", "9Q4T7Z", "key-of-zoe", "secret-of-zoe", "key-of-the-integrator",
			"key-of-the-manager", "key-of-the-portal", "canary-wrong-secret", "canary-unknown-key", "canary-idempotency-key",
		} {
			c.add(clear)
		}
		proofs := []authority.Proof{
			password("zoe", "the-right-password"), password("zoe", "canary-wrong-secret"), password("canary-nobody", "canary-wrong-secret"),
			authority.ByPassCode(organisation, secret.Of("CARD-1"), secret.Of("9Q4T7Z")),
			authority.ByKey(secret.Of("key-of-zoe")), authority.ByKey(secret.Of("canary-unknown-key")),
			authority.ByKeyPair(secret.Of("pair-of-zoe"), secret.Of("canary-wrong-secret")),
			authority.ByAuthenticationCode(organisation, secret.Of("canary-unknown-key")),
			authority.ByPassword(organisation, "zoe", secret.Of(strings.Repeat("canary-wrong-secret", 100))),
			integrator, manager, portal,
		}
		for i, p := range proofs {
			c.lookFor(t, fmt.Sprintf("proof %d", i), p, &p)
			by, err := env.Authority.Authenticate(t.Context(), here, p)
			if err != nil {
				c.lookInError(t, fmt.Sprintf("the refusal of proof %d", i), err)
				continue
			}
			c.lookFor(t, fmt.Sprintf("actor %d", i), by, by.Credential())
		}
		minted, err := env.Authority.MintLoginToken(t.Context(), as(t, env, integrator), authority.MintRequest{Account: acme, Email: "user@acme.test", Audience: 2})
		if err != nil {
			t.Fatal(err)
		}
		token := mint(t, env, as(t, env, integrator), forMember)
		r := authority.RedeemRequest{Token: token, IdempotencyKey: "canary-idempotency-key"}
		redeemed, err := env.Authority.RedeemLoginToken(t.Context(), as(t, env, portal), r)
		if err != nil {
			t.Fatal(err)
		}
		opened, err := env.Authority.OpenSession(t.Context(), as(t, env, integrator), authority.SessionRequest{Lifetime: hour, Shape: secret.ShapeHex64})
		if err != nil {
			t.Fatal(err)
		}
		for _, made := range []secret.Text{minted.Text, token, redeemed.Token, opened.Token} {
			c.add(made.Reveal())
		}
		_, spent := env.Authority.RedeemLoginToken(t.Context(), as(t, env, portal), authority.RedeemRequest{Token: token})
		c.lookInError(t, "the refusal of a spent token", spent)
		v, _ := env.Authority.VerifySession(t.Context(), here, opened.Token)
		c.lookFor(t, "what was made", minted, opened, redeemed, v)
		c.lookFor(t, "an event", anySlice(eventsOf(t, env))...)
		c.lookFor(t, "the authority", env.Authority)
	})
}

func coreDirectoryOfAnotherOrganisation() string {
	return strings.ReplaceAll(coreDirectory, "owner@acme", "ada@acme")
}

func anySlice[T any](values []T) (anys []any) {
	for _, v := range values {
		anys = append(anys, v)
	}
	return anys
}
