package client_test

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/doorward/doorward/client"
	"github.com/doorward/doorward/client/clienttest"
)

const orders = "https://orders.example"

func encoded(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

func TestAGoodAccessTokenSaysWhoCame(t *testing.T) {
	d := clienttest.New(t)
	v := d.Verifier(t, orders, client.VerifierOptions{})
	i, err := v.Verify(t.Context(), d.AccessToken(t, clienttest.Token{
		Audience: orders, Email: "owner@acme.test", Name: "Ada Acme", Account: "account:1200",
		Permissions: []string{"orders.read", "orders.write"}, Actor: &client.Principal{ID: "person:8", Name: "Nora North"},
	}))
	if err != nil {
		t.Fatal(err)
	}
	if i.Kind != client.KindAccessToken || i.Subject.ID != "person:3" || i.Subject.Email != "owner@acme.test" || i.Account != "account:1200" ||
		!i.Permits("orders.write") || i.Permits("orders") || !i.Acts() || i.Actor.ID != "person:8" || i.Audience != orders {
		t.Errorf("it is %+v", i)
	}
	if n := d.Asked("/oauth2/introspect"); n != 0 {
		t.Errorf("it was asked about %d times", n)
	}
}

func TestEveryAlgorithmIsVerified(t *testing.T) {
	d := clienttest.New(t)
	v := d.Verifier(t, orders, client.VerifierOptions{})
	for _, algorithm := range []string{"ES256", "EdDSA", "RS256"} {
		d.UseKey(t, algorithm)
		d.Clock.Advance(6 * time.Second) // so that the set is fetched again for the kid
		if _, err := v.Verify(t.Context(), d.AccessToken(t, clienttest.Token{Audience: orders})); err != nil {
			t.Errorf("%s: %v", algorithm, err)
		}
	}
}

// TestWhatIsNoGoodAccessTokenIsRefused changes one thing at a time, and signs again where only the signature would tell.
func TestWhatIsNoGoodAccessTokenIsRefused(t *testing.T) {
	d := clienttest.New(t)
	v := d.Verifier(t, orders, client.VerifierOptions{})
	of := clienttest.Token{Audience: orders}
	good := d.AccessToken(t, of)
	if _, err := v.Verify(t.Context(), good); err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(good, ".")
	now := d.Clock.Now().Unix()
	head := func(edit map[string]any) string { return d.SignClaims(t, of, edit, nil) }
	body := func(edit map[string]any) string { return d.SignClaims(t, of, nil, edit) }
	type m = map[string]any
	other := clienttest.New(t)
	signature, _ := base64.RawURLEncoding.DecodeString(parts[2])
	for _, c := range []struct {
		name, token string
		reason      client.Reason
	}{
		{"alg none", encoded(`{"alg":"none","typ":"at+jwt","kid":"x"}`) + "." + parts[1] + ".", client.ReasonMalformed},
		{"alg none with a signature", head(m{"alg": "none"}), client.ReasonSignature},
		{"alg HS256 with the public key", head(m{"alg": "HS256"}), client.ReasonSignature},
		{"another key's alg", head(m{"alg": "EdDSA"}), client.ReasonSignature},
		{"alg in another case", head(m{"alg": "es256"}), client.ReasonSignature},
		{"no alg", head(m{"alg": nil}), client.ReasonSignature},
		{"a foreign kid", head(m{"kid": "AAAAAAAAAAAAAAAAAAAAAAAAAA"}), client.ReasonKey},
		{"no kid", head(m{"kid": nil}), client.ReasonKey},
		{"a kid that is a path", head(m{"kid": "../../dev/null"}), client.ReasonKey},
		{"a kid that is a number", head(m{"kid": 1}), client.ReasonHeader},
		{"jku", head(m{"jku": "https://evil.example/jwks"}), client.ReasonHeader},
		{"x5u", head(m{"x5u": "https://evil.example/x"}), client.ReasonHeader},
		{"x5c", head(m{"x5c": []string{"MII"}}), client.ReasonHeader},
		{"its own key", head(m{"jwk": m{"kty": "oct", "k": "AA"}}), client.ReasonHeader},
		{"compressed", head(m{"zip": "DEF"}), client.ReasonHeader},
		{"critical", head(m{"crit": []string{"exp"}, "exp": now}), client.ReasonHeader},
		{"unencoded", head(m{"b64": false}), client.ReasonHeader},
		{"an unknown header member", head(m{"x": 1}), client.ReasonHeader},
		{"typ JWT", head(m{"typ": "JWT"}), client.ReasonType},
		{"typ of a proof", head(m{"typ": "dpop+jwt"}), client.ReasonType},
		{"typ of an identity", head(m{"typ": "identity+jwt"}), client.ReasonType},
		{"typ in another case", head(m{"typ": "AT+JWT"}), client.ReasonType},
		{"no typ", head(m{"typ": nil}), client.ReasonType},
		{"signed by another installation", other.AccessToken(t, of), client.ReasonKey},
		{"signed by another under our kid", other.SignClaims(t, of, m{"kid": kidOf(t, good)}, m{"iss": d.URL}), client.ReasonSignature},
		{"other claims", parts[0] + "." + encoded(`{"sub":"person:10"}`) + "." + parts[2], client.ReasonSignature},
		{"no signature", parts[0] + "." + parts[1] + ".", client.ReasonMalformed},
		{"a signature of zeroes", parts[0] + "." + parts[1] + "." + base64.RawURLEncoding.EncodeToString(make([]byte, 64)), client.ReasonSignature},
		{"the other s", parts[0] + "." + parts[1] + "." + base64.RawURLEncoding.EncodeToString(otherS(signature)), client.ReasonSignature},
		{"a signature cut", parts[0] + "." + parts[1] + "." + base64.RawURLEncoding.EncodeToString(signature[:60]), client.ReasonSignature},
		{"padding", good + "=", client.ReasonMalformed},
		{"a line break", parts[0] + "\n." + parts[1] + "." + parts[2], client.ReasonMalformed},
		{"spare bits", spareBits(good), client.ReasonMalformed},
		{"four parts", good + ".AA", client.ReasonMalformed},
		{"two parts", parts[0] + "." + parts[1], client.ReasonMalformed},
		{"five parts of a JWE", "a.b.c.d.e", client.ReasonMalformed},
		{"JSON serialisation", `{"payload":"` + parts[1] + `","protected":"` + parts[0] + `","signature":"` + parts[2] + `"}`, client.ReasonMalformed},
		{"JSON serialisation, general", `{"payload":"` + parts[1] + `","signatures":[{"protected":"` + parts[0] + `","signature":"x.y"}]}`, client.ReasonMalformed},
		{"1 MB", parts[0] + "." + strings.Repeat("A", 1<<20) + "." + parts[2], client.ReasonSize},
		{"1 MB of dots", strings.Repeat(".", 1<<20), client.ReasonSize},
		{"empty", "", client.ReasonMalformed},
		{"expired", body(m{"iat": now - 900, "exp": now}), client.ReasonExpired},
		{"not yet valid", body(m{"iat": now + 31, "exp": now + 60}), client.ReasonEarly},
		{"nbf to come", body(m{"nbf": now + 31}), client.ReasonEarly},
		{"lives too long", body(m{"exp": now + 3601}), client.ReasonLifetime},
		{"ends before it begins", body(m{"iat": now + 10, "exp": now + 5}), client.ReasonClaims},
		{"no iss", body(m{"iss": nil}), client.ReasonClaims},
		{"no sub", body(m{"sub": nil}), client.ReasonClaims},
		{"no aud", body(m{"aud": nil}), client.ReasonClaims},
		{"no client_id", body(m{"client_id": nil}), client.ReasonClaims},
		{"no iat", body(m{"iat": nil}), client.ReasonClaims},
		{"no exp", body(m{"exp": nil}), client.ReasonClaims},
		{"no jti", body(m{"jti": nil}), client.ReasonClaims},
		{"no facts", body(m{"facts": nil}), client.ReasonClaims},
		{"empty facts", body(m{"facts": []string{}}), client.ReasonClaims},
		{"exp as text", body(m{"exp": "2099-01-01"}), client.ReasonClaims},
		{"exp with a fraction", body(m{"exp": float64(now) + 0.5}), client.ReasonClaims},
		{"exp enormous", body(m{"exp": 1e300}), client.ReasonClaims},
		{"sub as number", body(m{"sub": 3}), client.ReasonClaims},
		{"another issuer", body(m{"iss": "https://evil.example"}), client.ReasonIssuer},
		{"issuer with a slash", body(m{"iss": d.URL + "/"}), client.ReasonIssuer},
		{"another audience", body(m{"aud": "https://billing.example"}), client.ReasonAudience},
		{"audience with a slash", body(m{"aud": orders + "/"}), client.ReasonAudience},
		{"audiences, ours among them", body(m{"aud": []string{orders, "https://billing.example"}}), client.ReasonClaims},
		{"a list of our audience", body(m{"aud": []string{orders}}), client.ReasonClaims},
		{"bound to what is not known", body(m{"cnf": m{"x5t#S256": "AAAA"}}), client.ReasonClaims},
		{"bound to no thumbprint", body(m{"cnf": m{"jkt": "short"}}), client.ReasonClaims},
		{"acting without a name", body(m{"act": m{}}), client.ReasonClaims},
		{"a session", d.Session(of), client.ReasonKind},
		{"an opaque token that nobody has", "dwt_AAAA", client.ReasonInactive},
		{"bytes", "\x00\xff", client.ReasonMalformed},
		{"spaces", "a b", client.ReasonMalformed},
		{"a long opaque token", "dwt_" + strings.Repeat("a", 600), client.ReasonMalformed},
	} {
		_, err := v.Verify(t.Context(), c.token)
		if got := client.ReasonOf(err); got != c.reason || got == "" {
			t.Errorf("%s: %q (%v), not %q", c.name, got, err, c.reason)
		}
		if err != nil && c.token != "" && len(c.token) > 20 && strings.Contains(err.Error(), c.token) {
			t.Errorf("%s: the error quotes the token", c.name)
		}
	}
	if n := d.Asked("/oauth2/jwks"); n > 2 {
		t.Errorf("foreign kids made it fetch the keys %d times", n)
	}
}

func TestDuplicateMembersAreRefused(t *testing.T) {
	d := clienttest.New(t)
	v := d.Verifier(t, orders, client.VerifierOptions{})
	good := d.AccessToken(t, clienttest.Token{Audience: orders})
	parts := strings.Split(good, ".")
	for name, edit := range map[string]func(head, body string) (string, string){
		"header": func(head, body string) (string, string) { return `{"alg":"none",` + head[1:], body },
		"claims": func(head, body string) (string, string) { return head, `{"sub":"person:10",` + body[1:] },
		"claims in another case": func(head, body string) (string, string) {
			return head, strings.Replace(body, `"sub"`, `"Sub"`, 1)
		},
	} {
		head, _ := base64.RawURLEncoding.DecodeString(parts[0])
		body, _ := base64.RawURLEncoding.DecodeString(parts[1])
		h, b := edit(string(head), string(body))
		_, err := v.Verify(t.Context(), d.SignText(t, encoded(h)+"."+encoded(b)))
		if reason := client.ReasonOf(err); reason != client.ReasonHeader && reason != client.ReasonClaims {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAClaimThatIsNotKnownHereChangesNothing(t *testing.T) {
	d := clienttest.New(t)
	v := d.Verifier(t, orders, client.VerifierOptions{})
	token := d.SignClaims(t, clienttest.Token{Audience: orders}, nil, map[string]any{"admin": true, "scope ": "everything"})
	i, err := v.Verify(t.Context(), token)
	if err != nil || i.Permissions != nil {
		t.Errorf("%+v, %v", i, err)
	}
}

func TestTheLeewayIsForTokensFromTheFutureOnly(t *testing.T) {
	d := clienttest.New(t)
	v := d.Verifier(t, orders, client.VerifierOptions{Leeway: 10 * time.Second})
	now := d.Clock.Now().Unix()
	if _, err := v.Verify(t.Context(), d.SignClaims(t, clienttest.Token{Audience: orders}, nil, map[string]any{"iat": now + 10})); err != nil {
		t.Errorf("10 s ahead: %v", err)
	}
	token := d.AccessToken(t, clienttest.Token{Audience: orders, Lifetime: time.Minute})
	d.Clock.Advance(time.Minute)
	if _, err := v.Verify(t.Context(), token); client.ReasonOf(err) != client.ReasonExpired {
		t.Errorf("at its end: %v", err)
	}
}

func TestWithoutKeysItCannotBeDecided(t *testing.T) {
	d := clienttest.New(t)
	v := d.Verifier(t, orders, client.VerifierOptions{})
	token := d.AccessToken(t, clienttest.Token{Audience: orders})
	d.Break(true)
	if _, err := v.Verify(t.Context(), token); !errors.Is(err, client.ErrUndecided) || client.ReasonOf(err) != "" {
		t.Errorf("it is %v", err)
	}
}
