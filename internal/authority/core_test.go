package authority_test

import (
	"context"
	"net/netip"
	"strings"
	"testing"

	"github.com/doorward/doorward/internal/audit"
	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/tenant"
	"github.com/doorward/doorward/internal/testenv"
)

// coreDirectory is small and has no password, which are slow to hash.
const coreDirectory = `
version: 1
audiences:
  - {id: 1, name: portal, kind: portal, url: "{portal}/login?token={token}", lifetime: {default: 30s, min: 5s, max: 60s}, credential: key-of-the-portal}
  - {id: 2, name: api, kind: api, lifetime: {default: 30s, min: 5s, max: 60s}, resource: "https://api.test/", access_token: {format: opaque, lifetime: 20m}}
  - {id: 3, name: panel, kind: portal, url: "{installation}/?user_email={email}&user_token={token}", lifetime: {default: 5m, min: 5s, max: 15m}, credential: key-of-the-panel}
organisations:
  - name: ORG
    units:
      - {id: EE63A82C4FEBE02FF34E90DD1EBA5ABE, name: Head office}
      - {id: 0C1D2E3F405162738495A6B7C8D9EAFB, name: Branch}
    roles:
      - {name: agent, permissions: [readApplications, writeApplications]}
    people:
      - {id: 3, email: owner@acme.test, name: Ada}
      - {id: 4, email: user@acme.test, name: Ben}
      - {id: 5, email: manager@north.test, name: Nora}
      - {id: 7, email: clerk@org.test, name: Mary, units: [EE63A82C4FEBE02FF34E90DD1EBA5ABE], default_unit: EE63A82C4FEBE02FF34E90DD1EBA5ABE}
    resellers:
      - id: 1
        name: North
        managers:
          - {person: manager@north.test, role: admin, api_token: key-of-the-manager}
        accounts:
          - id: 10
            name: Own
            members: [{person: manager@north.test, level: owner}]
        resellers:
          - id: 2
            name: North-East
            accounts:
              - id: 1200
                name: ACME
                portal: http://acme.test
                members:
                  - {person: owner@acme.test, level: owner, primary: true, roles: [agent]}
                  - {person: user@acme.test, level: user}
      - id: 77
        name: South
        accounts:
          - id: 99
            name: Outside
            members: [{person: user@acme.test, level: owner}]
    api_keys:
      - {name: integrator, key: key-of-the-integrator, accounts: [1200]}
      - {name: sync, key: pair-key, secret: pair-secret, account: 1200, person: owner@acme.test, permissions: [readApplications]}
      - {name: clerk, key: key-of-the-clerk, person: clerk@org.test}
`

const acme = tenant.ID("account:1200")

// Proofs of who is in the core directory.
var (
	integrator = authority.ByKey(secret.Of("key-of-the-integrator"))
	clerk      = authority.ByKey(secret.Of("key-of-the-clerk"))
	portal     = authority.ByKey(secret.Of("key-of-the-portal"))
	panel      = authority.ByKey(secret.Of("key-of-the-panel"))
	manager    = authority.ByKey(secret.Of("key-of-the-manager"))
	pair       = authority.ByKeyPair(secret.Of("pair-key"), secret.Of("pair-secret"))
)

// byKey proves who has a key.
func byKey(key string) authority.Proof { return authority.ByKey(secret.Of(key)) }

// here is where requests of these tests come from.
var here = authority.Origin{Dialect: "native", Request: "request-1", Source: netip.MustParseAddr("192.0.2.1")}

func from(address string) authority.Origin {
	o := here
	o.Source = netip.MustParseAddr(address)
	return o
}

// eachCore runs test on every engine with the core directory applied.
func eachCore(t *testing.T, test func(t *testing.T, env *testenv.Env)) {
	t.Helper()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		env.Apply(t, coreDirectory)
		test(t, env)
	})
}

// with returns the core directory with pieces replaced, in pairs of old and new.
func with(t testing.TB, pairs ...string) string {
	t.Helper()
	return replaced(t, coreDirectory, pairs)
}

// replaced returns a text with pieces replaced, in pairs of old and new.
func replaced(t testing.TB, text string, pairs []string) string {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		if strings.Count(text, pairs[i]) != 1 {
			t.Fatalf("%q is %d times in the directory", pairs[i], strings.Count(text, pairs[i]))
		}
		text = strings.Replace(text, pairs[i], pairs[i+1], 1)
	}
	return text
}

func as(t testing.TB, env *testenv.Env, p authority.Proof) authority.Actor {
	t.Helper()
	by, err := env.Authority.Authenticate(t.Context(), here, p)
	if err != nil {
		t.Fatalf("authenticate: %v", err)
	}
	return by
}

// forMember hands over the user of ACME; asOwner hands a manager over as ACME's owner.
var (
	forMember = authority.MintRequest{Account: acme, Email: "user@acme.test", Audience: 1}
	asOwner   = authority.MintRequest{Account: acme, AsOwner: true, Audience: 3}
)

func mint(t testing.TB, env *testenv.Env, by authority.Actor, r authority.MintRequest) secret.Text {
	t.Helper()
	minted, err := env.Authority.MintLoginToken(t.Context(), by, r)
	if err != nil {
		t.Fatalf("mint: %v", err)
	}
	return minted.Text
}

// redeem spends a login token as an audience, with an idempotency key or "".
func redeem(t testing.TB, env *testenv.Env, by authority.Proof, token secret.Text, key string) (authority.RedeemedLoginToken, error) {
	t.Helper()
	return env.Authority.RedeemLoginToken(t.Context(), as(t, env, by), authority.RedeemRequest{Token: token, IdempotencyKey: key})
}

func mustRedeem(t testing.TB, env *testenv.Env, by authority.Proof, token secret.Text) authority.RedeemedLoginToken {
	t.Helper()
	redeemed, err := redeem(t, env, by, token, "")
	if err != nil {
		t.Fatalf("redeem: %v", err)
	}
	return redeemed
}

func open(t testing.TB, env *testenv.Env, p authority.Proof, r authority.SessionRequest) secret.Text {
	t.Helper()
	opened, err := env.Authority.OpenSession(t.Context(), as(t, env, p), r)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	return opened.Token
}

// wantVerdict demands a reason of a session, "" for a valid one.
func wantVerdict(t testing.TB, env *testenv.Env, token secret.Text, reason string) {
	t.Helper()
	v, err := env.Authority.VerifySession(t.Context(), here, token)
	if err != nil || v.Reason != reason {
		t.Errorf("the session's verdict is %q, %v; want %q", v.Reason, err, reason)
	}
}

// wantFault demands a kind and a reason.
func wantFault(t testing.TB, err error, kind fault.Kind, reason string) {
	t.Helper()
	if err == nil || fault.KindOf(err) != kind || fault.ReasonOf(err) != reason {
		t.Errorf("got %v; want %s (%s)", err, kind, reason)
	}
}

func eventsOf(t testing.TB, env *testenv.Env) (events []audit.Event) {
	t.Helper()
	err := env.Store.View(t.Context(), func(ctx context.Context, v authority.View) (err error) {
		events, err = v.Events(ctx, authority.EventFilter{Limit: 100_000})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return events
}

// eventsDuring returns the events that do wrote; those of one moment are in no order.
func eventsDuring(t testing.TB, env *testenv.Env, do func()) (fresh []audit.Event) {
	t.Helper()
	before := map[secret.ID]bool{}
	for _, e := range eventsOf(t, env) {
		before[e.ID] = true
	}
	do()
	for _, e := range eventsOf(t, env) {
		if !before[e.ID] {
			fresh = append(fresh, e)
		}
	}
	return fresh
}

// change writes what the directory file cannot say.
func change(t testing.TB, env *testenv.Env, do func(ctx context.Context, tx authority.Tx) error) {
	t.Helper()
	if err := env.Store.Change(t.Context(), do); err != nil {
		t.Fatal(err)
	}
}
