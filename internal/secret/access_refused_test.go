package secret_test

import (
	"bytes"
	"compress/flate"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/secret"
)

func verifyAccess(text string, keys secret.KeySet) error {
	_, err := secret.VerifyAccess(secret.Of(text), keys, issuer, signedAt)
	return err
}

func TestAForgedAccessTokenPassesTheTestsOwnForge(t *testing.T) {
	for _, alg := range secret.Algorithms() {
		key := newSigningKey(t, alg)
		if err := verifyAccess(forged(t, key.Signer(), accessHeader(key), jsonOf(t, accessClaims())), keySet(key)); err != nil {
			t.Errorf("%s: %v", alg, err)
		}
	}
}

func TestAnAccessTokenIsRefusedForItsHeader(t *testing.T) {
	key, stranger := newSigningKey(t, secret.ES256), newSigningKey(t, secret.ES256)
	payload, header := jsonOf(t, accessClaims()), accessHeader(key)
	jwk, err := stranger.Public().JWK()
	if err != nil {
		t.Fatal(err)
	}
	with := func(member string) string { return strings.TrimSuffix(header, "}") + "," + member + "}" }
	for name, c := range map[string]struct{ header, reason string }{
		"no kid":               {`{"alg":"ES256","typ":"at+jwt"}`, "jws-unknown-key"},
		"a foreign kid":        {strings.Replace(header, key.ID.String(), stranger.ID.String(), 1), "jws-unknown-key"},
		"a path as kid":        {strings.Replace(header, key.ID.String(), "../../dev/null", 1), "jws-unknown-key"},
		"a query as kid":       {strings.Replace(header, key.ID.String(), "' UNION SELECT 1--", 1), "jws-unknown-key"},
		"kid in capitals":      {strings.Replace(header, key.ID.String(), strings.ToUpper(key.ID.String()), 1), "jws-unknown-key"},
		"kid a number":         {`{"alg":"ES256","kid":1,"typ":"at+jwt"}`, "jws-header"},
		"two kids":             {with(`"kid":"` + key.ID.String() + `"`), "jws-header"},
		"two algs":             {with(`"alg":"none"`), "jws-header"},
		"another alg":          {strings.Replace(header, "ES256", "EdDSA", 1), "jws-unknown-key"},
		"a stronger alg":       {strings.Replace(header, "ES256", "ES512", 1), "jws-unknown-key"},
		"no alg":               {`{"kid":"` + key.ID.String() + `","typ":"at+jwt"}`, "jws-unknown-key"},
		"alg null":             {strings.Replace(header, `"ES256"`, "null", 1), "jws-unknown-key"},
		"no typ":               {`{"alg":"ES256","kid":"` + key.ID.String() + `"}`, "jws-type"},
		"typ JWT":              {strings.Replace(header, "at+jwt", "JWT", 1), "jws-type"},
		"typ in capitals":      {strings.Replace(header, "at+jwt", "AT+JWT", 1), "jws-type"},
		"typ with application": {strings.Replace(header, "at+jwt", "application/at+jwt", 1), "jws-type"},
		"typ of a proof":       {strings.Replace(header, "at+jwt", "dpop+jwt", 1), "jws-type"},
		"typ of an identity":   {strings.Replace(header, "at+jwt", "identity+jwt", 1), "jws-type"},
		"jwk":                  {with(`"jwk":` + string(jwk)), "jws-header"},
		"jwk null":             {with(`"jwk":null`), "jws-header"},
		"jku":                  {with(`"jku":"https://attacker.example.test/jwks"`), "jws-header"},
		"x5u":                  {with(`"x5u":"https://attacker.example.test/cert"`), "jws-header"},
		"x5c":                  {with(`"x5c":["MIIB"]`), "jws-header"},
		"x5t":                  {with(`"x5t":"AAAA"`), "jws-header"},
		"crit":                 {with(`"crit":["exp"]`), "jws-header"},
		"crit, empty":          {with(`"crit":[]`), "jws-header"},
		"b64":                  {with(`"b64":false`), "jws-header"},
		"zip":                  {with(`"zip":"DEF"`), "jws-header"},
		"cty":                  {with(`"cty":"JWT"`), "jws-header"},
		"Alg beside alg":       {with(`"Alg":"none"`), "jws-header"},
		"an unknown member":    {with(`"x":1`), "jws-header"},
		"not an object":        {`"alg"`, "jws-header"},
		"a list":               {`[` + header + `]`, "jws-header"},
		"two objects":          {header + header, "jws-header"},
		"bad UTF-8":            {with("\"x\":\"\xff\""), "jws-header"},
		"a bare null":          {`null`, "jws-type"},
	} {
		mustRefuse(t, name, verifyAccess(forged(t, key.Signer(), c.header, payload), keySet(key)), c.reason)
	}
}

func TestAnAccessTokenOfAlgorithmNoneIsRefused(t *testing.T) {
	key := newSigningKey(t, secret.ES256)
	payload := jsonOf(t, accessClaims())
	for _, none := range []string{"none", "None", "NONE", "nOnE", "none ", "", "HS256", "HS384", "HS512", "hs256", "es256", "PS256", "ES256K"} {
		header := strings.Replace(accessHeader(key), "ES256", none, 1)
		mustRefuse(t, none+" with no signature", verifyAccess(encodedPart(header)+"."+encodedPart(payload)+".", keySet(key)), "jws-malformed")
		mustRefuse(t, none+" with a signature", verifyAccess(forged(t, key.Signer(), header, payload), keySet(key)), "jws-unknown-key")
	}
}

func TestAPublicKeyIsNoSecretOfHMAC(t *testing.T) {
	for _, alg := range secret.Algorithms() {
		key := newSigningKey(t, alg)
		der, err := key.Public().DER()
		if err != nil {
			t.Fatal(err)
		}
		jwk, err := key.Public().JWK()
		if err != nil {
			t.Fatal(err)
		}
		rawKey, err := x509.ParsePKIXPublicKey(der)
		if err != nil || rawKey == nil {
			t.Fatal(err)
		}
		block := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
		for name, known := range map[string][]byte{"DER": der, "PEM": block, "PEM, cut": bytes.TrimSpace(block), "JWK": jwk, "nothing": {}} {
			header := strings.Replace(accessHeader(key), string(alg), "HS256", 1)
			mustRefuse(t, string(alg)+" "+name, verifyAccess(hmacSigned(header, jsonOf(t, accessClaims()), known), keySet(key)), "jws-unknown-key")
			header = accessHeader(key)
			mustRefuse(t, string(alg)+" "+name, verifyAccess(hmacSigned(header, jsonOf(t, accessClaims()), known), keySet(key)), "jws-signature")
		}
	}
}

func TestAKeyOfOneAlgorithmVerifiesNoOther(t *testing.T) {
	for _, alg := range secret.Algorithms() {
		for _, other := range secret.Algorithms() {
			key, signer := newSigningKey(t, alg), newSigningKey(t, other)
			if alg == other {
				continue
			}
			header := strings.Replace(accessHeader(key), string(alg), string(other), 1)
			mustRefuse(t, string(other)+" under the kid of "+string(alg),
				verifyAccess(forged(t, signer.Signer(), header, jsonOf(t, accessClaims())), keySet(key, signer)), "jws-unknown-key")
		}
	}
}

func TestAnAccessTokenIsRefusedForItsClaims(t *testing.T) {
	key := newSigningKey(t, secret.EdDSA)
	good := jsonOf(t, accessClaims())
	cases := map[string]struct {
		members map[string]any
		reason  string
	}{
		"another issuer":        {map[string]any{"iss": "https://other.example.test"}, "jws-issuer"},
		"issuer with a slash":   {map[string]any{"iss": issuer + "/"}, "jws-issuer"},
		"a list of audiences":   {map[string]any{"aud": []string{issuer}}, "jws-claims"},
		"an empty audience":     {map[string]any{"aud": ""}, "jws-claims"},
		"an unknown claim":      {map[string]any{"admin": true}, "jws-claims"},
		"nbf":                   {map[string]any{"nbf": 0}, "jws-claims"},
		"exp a text":            {map[string]any{"exp": "9999999999"}, "jws-claims"},
		"exp a fraction":        {map[string]any{"exp": 1e3 + 0.5}, "jws-claims"},
		"exp beyond an integer": {map[string]any{"exp": 1e300}, "jws-claims"},
		"exp before iat":        {map[string]any{"exp": signedAt.Unix() - 1}, "jws-claims"},
		"expired":               {map[string]any{"iat": signedAt.Unix() - 900, "exp": signedAt.Unix()}, "jws-expired"},
		"not yet valid":         {map[string]any{"iat": signedAt.Unix() + 3, "exp": signedAt.Unix() + 900}, "jws-not-yet-valid"},
		"jti not of ours":       {map[string]any{"jti": "1"}, "jws-claims"},
		"cnf without jkt":       {map[string]any{"cnf": map[string]any{}}, "jws-claims"},
		"cnf with x5t":          {map[string]any{"cnf": map[string]any{"x5t#S256": strings.Repeat("A", 43)}}, "jws-claims"},
		"a cut thumbprint":      {map[string]any{"cnf": map[string]any{"jkt": strings.Repeat("A", 42)}}, "jws-claims"},
		"act without sub":       {map[string]any{"act": map[string]any{}}, "jws-claims"},
		"act in act":            {map[string]any{"act": map[string]any{"sub": "a", "act": map[string]any{"sub": "b"}}}, "jws-claims"},
		"no facts":              {map[string]any{"facts": []string{}}, "jws-claims"},
	}
	for _, required := range []string{"iss", "sub", "aud", "client_id", "iat", "exp", "jti", "facts"} {
		cases["no "+required] = struct {
			members map[string]any
			reason  string
		}{map[string]any{required: nil}, "jws-claims"}
	}
	for _, name := range slices.Sorted(maps.Keys(cases)) {
		text := forged(t, key.Signer(), accessHeader(key), changed(t, good, cases[name].members))
		mustRefuse(t, name, verifyAccess(text, keySet(key)), cases[name].reason)
	}
	for name, payload := range map[string]string{
		"two subs":        strings.TrimSuffix(good, "}") + `,"sub":"person:1"}`,
		"two act subs":    strings.TrimSuffix(good, "}") + `,"act":{"sub":"a","sub":"b"}}`,
		"Sub beside sub":  strings.TrimSuffix(good, "}") + `,"Sub":"person:1"}`,
		"data after it":   good + "{}",
		"bad UTF-8":       strings.Replace(good, "person:3", "person:3\xff", 1),
		"null":            "null",
		"a list":          "[" + good + "]",
		"no JSON at all":  "sub=person:1",
		"100 deep":        strings.Repeat("[", 100) + strings.Repeat("]", 100),
		"identity claims": jsonOf(t, identityClaims()),
	} {
		mustRefuse(t, name, verifyAccess(forged(t, key.Signer(), accessHeader(key), payload), keySet(key)), "jws-claims")
	}
}

func TestAnAccessTokenLivesExactlyAsLongAsItSays(t *testing.T) {
	key := newSigningKey(t, secret.EdDSA)
	text := signed(t, key, accessClaims())
	for after, want := range map[time.Duration]bool{
		-2001 * time.Millisecond: false, -2 * time.Second: true, 0: true,
		15*time.Minute - time.Microsecond: true, 15 * time.Minute: false,
	} {
		if _, err := secret.VerifyAccess(text, keySet(key), issuer, signedAt.Add(after)); (err == nil) != want {
			t.Errorf("after %v: %v", after, err)
		}
	}
}

func TestAnAccessTokenIsRefusedForItsForm(t *testing.T) {
	key := newSigningKey(t, secret.ES256)
	header, payload := accessHeader(key), jsonOf(t, accessClaims())
	good := signed(t, key, accessClaims()).Reveal()
	parts := strings.Split(good, ".")
	signature := decodedPart(t, parts[2])
	deflated := new(bytes.Buffer)
	w, _ := flate.NewWriter(deflated, flate.BestCompression)
	_, _ = w.Write([]byte(payload))
	_ = w.Close()
	psychic := base64.RawURLEncoding.EncodeToString(make([]byte, 64))
	// The last digit of 64 bytes has four spare bits.
	spare := good[:len(good)-1] + spareBit(good[len(good)-1])
	for name, c := range map[string]struct{ text, reason string }{
		"empty":                  {"", "jws-malformed"},
		"dots":                   {"..", "jws-malformed"},
		"two parts":              {parts[0] + "." + parts[1], "jws-malformed"},
		"four parts":             {good + ".AAAA", "jws-malformed"},
		"five parts, as of JWE":  {good + ".AAAA.AAAA", "jws-malformed"},
		"no signature":           {parts[0] + "." + parts[1] + ".", "jws-malformed"},
		"detached":               {parts[0] + ".." + parts[2], "jws-malformed"},
		"a space before":         {" " + good, "jws-malformed"},
		"a line break after":     {good + "\n", "jws-malformed"},
		"a line break inside":    {parts[0] + ".\n" + parts[1] + "." + parts[2], "jws-malformed"},
		"a carriage return":      {good[:40] + "\r\n" + good[40:], "jws-malformed"},
		"padding":                {good + "==", "jws-malformed"},
		"standard base64":        {strings.NewReplacer("-", "+", "_", "/").Replace(good) + "+", "jws-malformed"},
		"spare bits":             {spare, "jws-malformed"},
		"a null byte":            {good + "\x00", "jws-malformed"},
		"percent-encoded dots":   {strings.ReplaceAll(good, ".", "%2E"), "jws-malformed"},
		"JSON, flattened":        {`{"protected":"` + parts[0] + `","payload":"` + parts[1] + `","signature":"` + parts[2] + `"}`, "jws-malformed"},
		"JSON, general":          {`{"payload":"` + parts[1] + `","signatures":[{"protected":"` + parts[0] + `","signature":"` + parts[2] + `"}]}`, "jws-malformed"},
		"1 MB":                   {parts[0] + "." + strings.Repeat("A", 1<<20) + "." + parts[2], "jws-too-large"},
		"1 MB of dots":           {strings.Repeat(".", 1<<20), "jws-too-large"},
		"one byte over":          {strings.Repeat("A", 16<<10+1), "jws-too-large"},
		"compressed":             {forged(t, key.Signer(), header, deflated.String()), "jws-claims"},
		"psychic signature":      {parts[0] + "." + parts[1] + "." + psychic, "jws-signature"},
		"a malleated signature":  {malleated(t, good), "jws-signature"},
		"a signature in DER":     {parts[0] + "." + parts[1] + "." + encodedPart("\x30\x44"+string(signature)), "jws-signature"},
		"a longer signature":     {parts[0] + "." + parts[1] + "." + encodedPart("\x00\x00"+string(signature)), "jws-signature"},
		"a cut signature":        {parts[0] + "." + parts[1] + "." + encodedPart(string(signature[:63])), "jws-signature"},
		"another's signature":    {parts[0] + "." + parts[1] + "." + strings.Split(signed(t, key, accessClaims()).Reveal(), ".")[2], "jws-signature"},
		"another payload":        {parts[0] + "." + encodedPart(strings.Replace(payload, "person:3", "person:1", 1)) + "." + parts[2], "jws-signature"},
		"a stranger's signature": {forged(t, newSigningKey(t, secret.ES256).Signer(), header, payload), "jws-signature"},
	} {
		mustRefuse(t, name, verifyAccess(c.text, keySet(key)), c.reason)
	}
	mustRefuse(t, "no keys at all", verifyAccess(good, nil), "jws-unknown-key")
}

func TestEachKindIsVerifiedInItsOwnPlaceOnly(t *testing.T) {
	key := newSigningKey(t, secret.ES256)
	access, identity := signed(t, key, accessClaims()), signed(t, key, identityClaims())
	if err := verifyAccess(identity.Reveal(), keySet(key)); err == nil {
		t.Error("an identity is an access token")
	}
	audience := accessClaims().Audience
	if _, err := secret.VerifyIdentity(access, keySet(key), issuer, audience, signedAt); err == nil {
		t.Error("an access token is an identity")
	}
	if _, err := secret.VerifyIdentity(identity, keySet(key), issuer, audience+"0", signedAt); err == nil {
		t.Error("an identity for another audience is taken")
	}
	for name, text := range map[string]secret.Text{"access": access, "identity": identity} {
		_, err := secret.VerifyDPoP(text, proofRequest(), signedAt)
		mustRefuse(t, name+" as a proof", err, "jws-type")
		_, err = secret.VerifyAssertion(text, clientKeys(t, key), []string{issuer}, signedAt)
		mustRefuse(t, name+" as an assertion", err, "jws-type")
	}
}

func TestSignRefusesWhatWouldBeRefused(t *testing.T) {
	key := newSigningKey(t, secret.EdDSA)
	for name, claims := range map[string]secret.Claims{"access": secret.AccessClaims{}, "identity": secret.IdentityClaims{}} {
		if _, err := key.Sign(claims); err == nil {
			t.Errorf("empty %s claims are signed", name)
		}
	}
	if _, err := (secret.SigningKey{}).Sign(accessClaims()); err == nil {
		t.Error("no key signs")
	}
}
