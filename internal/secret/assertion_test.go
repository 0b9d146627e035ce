package secret_test

import (
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
)

func clientKeys(t testing.TB, keys ...secret.SigningKey) secret.ClientKeys {
	t.Helper()
	var public []secret.PublicKey
	for _, key := range keys {
		public = append(public, key.Public())
	}
	set, err := secret.JWKS(public)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := secret.ParseClientKeys(set)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func assertionClaims(t testing.TB, members map[string]any) string {
	return changed(t, jsonOf(t, map[string]any{
		"iss": "client-1", "sub": "client-1", "aud": issuer, "jti": "one", "exp": signedAt.Unix() + 60, "iat": signedAt.Unix(),
	}), members)
}

func TestAnAssertionShowsWhoTheClientIs(t *testing.T) {
	for _, alg := range secret.Algorithms() {
		key := newSigningKey(t, alg)
		other := newSigningKey(t, secret.ES256)
		kid := `,"kid":"` + key.ID.String() + `"`
		for name, c := range map[string]struct {
			header string
			claims map[string]any
			keys   secret.ClientKeys
		}{
			"with all":          {`"typ":"client-authentication+jwt"` + kid, nil, clientKeys(t, other, key)},
			"typ JWT":           {`"typ":"JWT"` + kid, nil, clientKeys(t, other, key)},
			"no typ, no kid":    {`"alg":"` + string(alg) + `"`, nil, clientKeys(t, key)},
			"a list of one":     {`"typ":"JWT"` + kid, map[string]any{"aud": []string{tokenURL}}, clientKeys(t, key)},
			"no iat":            {`"typ":"JWT"` + kid, map[string]any{"iat": nil}, clientKeys(t, key)},
			"a claim of theirs": {`"typ":"JWT"` + kid, map[string]any{"version": 1}, clientKeys(t, key)},
			"fractions":         {`"typ":"JWT"` + kid, map[string]any{"iat": float64(signedAt.Unix()) + 0.5}, clientKeys(t, key)},
		} {
			header := `{` + c.header + `,"alg":"` + string(alg) + `"}`
			if strings.HasPrefix(c.header, `"alg"`) {
				header = `{` + c.header + `}`
			}
			text := secret.Of(forged(t, key.Signer(), header, assertionClaims(t, c.claims)))
			if client, err := secret.AssertedClient(text); client != "client-1" || err != nil {
				t.Errorf("%s: of client %q, %v", name, client, err)
			}
			got, err := secret.VerifyAssertion(text, c.keys, []string{issuer, tokenURL}, signedAt)
			if err != nil || got.ClientID != "client-1" || got.ID != "one" || !got.ExpiresAt.Equal(signedAt.Add(90*time.Second)) {
				t.Errorf("%s, %s: %+v, %v", alg, name, got, err)
			}
		}
	}
}

func TestAnAssertionIsRefused(t *testing.T) {
	key, stranger := newSigningKey(t, secret.ES256), newSigningKey(t, secret.ES256)
	good := `{"alg":"ES256","kid":"` + key.ID.String() + `","typ":"JWT"}`
	with := func(member string) string { return strings.TrimSuffix(good, "}") + "," + member + "}" }
	none := map[string]any{}
	for name, c := range map[string]struct {
		header string
		claims map[string]any
		reason string
	}{
		"typ at+jwt":             {strings.Replace(good, "JWT", "at+jwt", 1), none, "jws-type"},
		"typ dpop+jwt":           {strings.Replace(good, "JWT", "dpop+jwt", 1), none, "jws-type"},
		"typ identity+jwt":       {strings.Replace(good, "JWT", "identity+jwt", 1), none, "jws-type"},
		"typ jwt":                {strings.Replace(good, "JWT", "jwt", 1), none, "jws-type"},
		"alg none":               {strings.Replace(good, "ES256", "none", 1), none, "jws-unknown-key"},
		"alg HS256":              {strings.Replace(good, "ES256", "HS256", 1), none, "jws-unknown-key"},
		"another's kid":          {strings.Replace(good, key.ID.String(), stranger.ID.String(), 1), none, "jws-signature"},
		"an unknown kid":         {strings.Replace(good, key.ID.String(), "other", 1), none, "jws-unknown-key"},
		"no kid of two":          {`{"alg":"ES256","typ":"JWT"}`, none, "jws-unknown-key"},
		"jwk":                    {with(`"jwk":` + publicJWK(t, key)), none, "jws-header"},
		"jku":                    {with(`"jku":"https://a.example.test"`), none, "jws-header"},
		"x5u":                    {with(`"x5u":"https://a.example.test"`), none, "jws-header"},
		"crit":                   {with(`"crit":["exp"]`), none, "jws-header"},
		"zip":                    {with(`"zip":"DEF"`), none, "jws-header"},
		"another issuer":         {good, map[string]any{"iss": "client-2"}, "jws-claims"},
		"another subject":        {good, map[string]any{"sub": "client-2"}, "jws-claims"},
		"no subject":             {good, map[string]any{"sub": nil, "iss": nil}, "jws-claims"},
		"a long subject":         {good, map[string]any{"sub": strings.Repeat("x", 257), "iss": strings.Repeat("x", 257)}, "jws-claims"},
		"no audience":            {good, map[string]any{"aud": nil}, "jws-audience"},
		"another audience":       {good, map[string]any{"aud": "https://other.example.test"}, "jws-audience"},
		"audience with a slash":  {good, map[string]any{"aud": issuer + "/"}, "jws-audience"},
		"two audiences":          {good, map[string]any{"aud": []string{issuer, "https://other.example.test"}}, "jws-audience"},
		"ours twice":             {good, map[string]any{"aud": []string{issuer, issuer}}, "jws-audience"},
		"a list of none":         {good, map[string]any{"aud": []string{}}, "jws-audience"},
		"an object for audience": {good, map[string]any{"aud": map[string]any{"a": issuer}}, "jws-audience"},
		"no jti":                 {good, map[string]any{"jti": nil}, "jws-claims"},
		"a long jti":             {good, map[string]any{"jti": strings.Repeat("x", 257)}, "jws-claims"},
		"no exp":                 {good, map[string]any{"exp": nil}, "jws-claims"},
		"exp a text":             {good, map[string]any{"exp": "1"}, "jws-claims"},
		"exp below zero":         {good, map[string]any{"exp": -1}, "jws-claims"},
		"expired":                {good, map[string]any{"exp": signedAt.Unix() - 30}, "jws-expired"},
		"for two hours":          {good, map[string]any{"exp": signedAt.Unix() + 7200}, "jws-claims"},
		"for ever":               {good, map[string]any{"exp": 1e18}, "jws-claims"},
		"iat ahead":              {good, map[string]any{"iat": signedAt.Unix() + 31}, "jws-not-yet-valid"},
		"iat below zero":         {good, map[string]any{"iat": -5}, "jws-claims"},
		"nbf ahead":              {good, map[string]any{"nbf": signedAt.Unix() + 31}, "jws-not-yet-valid"},
	} {
		text := secret.Of(forged(t, key.Signer(), c.header, assertionClaims(t, c.claims)))
		_, err := secret.VerifyAssertion(text, clientKeys(t, key, stranger), []string{issuer, tokenURL}, signedAt)
		mustRefuse(t, name, err, c.reason)
	}
	twice := strings.TrimSuffix(assertionClaims(t, nil), "}") + `,"sub":"client-2"}`
	_, err := secret.VerifyAssertion(secret.Of(forged(t, key.Signer(), good, twice)), clientKeys(t, key, stranger), []string{issuer}, signedAt)
	mustRefuse(t, "two subjects", err, "jws-claims")
	_, err = secret.VerifyAssertion(secret.Of(forged(t, stranger.Signer(), good, assertionClaims(t, nil))), clientKeys(t, key, stranger), []string{issuer}, signedAt)
	mustRefuse(t, "another's key", err, "jws-signature")
	_, err = secret.VerifyAssertion(secret.Of(forged(t, key.Signer(), good, assertionClaims(t, nil))), secret.ClientKeys{}, []string{issuer}, signedAt)
	mustRefuse(t, "no keys", err, "jws-unknown-key")
}

func TestClientKeysAreBareDistinctPublicKeys(t *testing.T) {
	key := newSigningKey(t, secret.ES256)
	one := publicJWK(t, key)
	named := func(kid string) string { return strings.TrimSuffix(one, "}") + `,"kid":"` + kid + `"}` }
	private, err := jose.JSONWebKey{Key: key.Signer(), KeyID: "p"}.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	var many []string
	for i := range 17 {
		many = append(many, named(string(rune('a'+i))))
	}
	for name, set := range map[string]string{
		"nothing":           "",
		"no keys":           `{"keys":[]}`,
		"null":              `{"keys":null}`,
		"17 keys":           `{"keys":[` + strings.Join(many, ",") + `]}`,
		"one kid twice":     `{"keys":[` + named("a") + `,` + named("a") + `]}`,
		"one without a kid": `{"keys":[` + named("a") + `,` + one + `]}`,
		"a private key":     `{"keys":[` + string(private) + `]}`,
		"a symmetric key":   `{"keys":[{"kty":"oct","k":"AAAA"}]}`,
		"a bare key":        one,
		"a certificate":     `{"keys":[` + strings.TrimSuffix(one, "}") + `,"x5u":"https://a.example.test"}]}`,
		"another member":    `{"keys":[` + one + `],"jku":"https://a.example.test"}`,
		"keys twice":        `{"keys":[` + one + `],"keys":[]}`,
		"data after it":     `{"keys":[` + one + `]}x`,
		"too long":          `{"keys":[` + one + strings.Repeat(" ", 33<<10) + `]}`,
	} {
		_, err := secret.ParseClientKeys([]byte(set))
		if fault.KindOf(err) != fault.Malformed || err == nil {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && strings.Contains(err.Error(), `"d"`) {
			t.Errorf("%s: the error tells what was in it: %v", name, err)
		}
	}
	if _, err := secret.ParseClientKeys([]byte(`{"keys":[` + strings.Join(many[:16], ",") + `]}`)); err != nil {
		t.Errorf("16 keys: %v", err)
	}
}
