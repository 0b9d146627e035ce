package clienttest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"math/big"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-json-experiment/json"

	"github.com/doorward/doorward/client"
)

// Token says what a token stands for; the zero value of every member but Audience is left out or has a default.
type Token struct {
	Audience    string // the resource it is for
	Subject     string // "person:3" by default
	Email, Name string
	Actor       *client.Principal
	Account     string
	Permissions []string // nil: not narrowed
	Thumbprint  string
	Lifetime    time.Duration // 15 minutes by default
	Facts       []string      // beside its own session's, as Fact makes them
}

// AccessToken gives out a signed access token (RFC 9068).
func (d *Doorward) AccessToken(t testing.TB, of Token) string {
	t.Helper()
	one := d.issue(of, client.KindAccessToken)
	d.mu.Lock()
	key := d.keys[len(d.keys)-1]
	d.mu.Unlock()
	token := key.sign(t, map[string]any{"alg": string(key.algorithm), "kid": key.id, "typ": "at+jwt"}, d.claimsOf(one, key.id))
	d.give(token, one)
	return token
}

// OpaqueAccessToken gives out an access token that can only be asked about.
func (d *Doorward) OpaqueAccessToken(of Token) string {
	token := "dwt_" + rand.Text() + rand.Text()
	d.give(token, d.issue(of, client.KindAccessToken))
	return token
}

// Session gives out a session.
func (d *Doorward) Session(of Token) string {
	token := "dws_" + rand.Text() + rand.Text()
	d.give(token, d.issue(of, client.KindSession))
	return token
}

func (d *Doorward) issue(of Token, kind client.Kind) *issued {
	if of.Subject == "" {
		of.Subject = "person:3"
	}
	if of.Lifetime == 0 {
		of.Lifetime = 15 * time.Minute
	}
	now := d.Clock.Now().Truncate(time.Second)
	return &issued{token: of, kind: kind, id: rand.Text(), iat: now, exp: now.Add(of.Lifetime), client: "clienttest"}
}

func (d *Doorward) give(token string, one *issued) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.issued[token] = one
}

// claimsOf returns the claims of a token, which are the members of an introspection answer too.
func (d *Doorward) claimsOf(one *issued, kid string) map[string]any {
	t := one.token
	facts := append([]string{Fact("session", one.id), Fact("principal", t.Subject)}, t.Facts...)
	if kid != "" {
		facts = append(facts, Fact("signing-key", kid))
	}
	claims := map[string]any{
		"iss": d.URL, "sub": t.Subject, "aud": t.Audience, "client_id": one.client, "iat": one.iat.Unix(), "exp": one.exp.Unix(),
		"jti": one.id, "facts": facts,
	}
	for name, value := range map[string]string{"email": t.Email, "name": t.Name, "account": t.Account} {
		if value != "" {
			claims[name] = value
		}
	}
	if t.Actor != nil {
		claims["act"] = map[string]any{"sub": t.Actor.ID, "email": t.Actor.Email, "name": t.Actor.Name}
	}
	if t.Permissions != nil {
		claims["scope"] = scopeOf(t.Permissions)
	}
	if t.Thumbprint != "" {
		claims["cnf"] = map[string]any{"jkt": t.Thumbprint}
	}
	return claims
}

// Fact names something that a token depends on, as the feed does: kind is session, credential, principal, tenant, role,
// audience or signing-key.
func Fact(kind, key string) string {
	sum := sha256.Sum256([]byte("doorward-fact\x00" + kind + "\x00" + key))
	return base64.RawURLEncoding.EncodeToString(sum[:9])
}

// signingKey is a key of the installation.
type signingKey struct {
	id        string
	algorithm jose.SignatureAlgorithm
	private   crypto.Signer
}

func newSigningKey(t testing.TB, algorithm jose.SignatureAlgorithm) signingKey {
	t.Helper()
	var private crypto.Signer
	var err error
	switch algorithm {
	case jose.EdDSA:
		_, private, err = ed25519.GenerateKey(rand.Reader)
	case jose.RS256:
		private, err = rsa.GenerateKey(rand.Reader, 2048)
	default:
		private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	if err != nil {
		t.Fatal(err)
	}
	return signingKey{id: rand.Text(), algorithm: algorithm, private: private}
}

// sign signs any header and claims, so that tests can make what Doorward never would.
func (k signingKey) sign(t testing.TB, header, claims map[string]any) string {
	t.Helper()
	encode := func(v any) string {
		raw, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(raw)
	}
	return k.signText(t, encode(header)+"."+encode(claims))
}

// signText signs input, which is the first two parts.
func (k signingKey) signText(t testing.TB, input string) string {
	t.Helper()
	sum := sha256.Sum256([]byte(input))
	var signature []byte
	var err error
	switch private := k.private.(type) {
	case *ecdsa.PrivateKey:
		signature, err = signES256(private, sum[:])
	case ed25519.PrivateKey:
		signature = ed25519.Sign(private, []byte(input))
	case *rsa.PrivateKey:
		signature, err = rsa.SignPKCS1v15(rand.Reader, private, crypto.SHA256, sum[:])
	}
	if err != nil {
		t.Fatal(err)
	}
	return input + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func signES256(key *ecdsa.PrivateKey, sum []byte) ([]byte, error) {
	r, s, err := ecdsa.Sign(rand.Reader, key, sum)
	if err != nil {
		return nil, err
	}
	if n := elliptic.P256().Params().N; s.Cmp(new(big.Int).Rsh(n, 1)) > 0 {
		s.Sub(n, s) // one token has one spelling
	}
	signature := make([]byte, 64)
	r.FillBytes(signature[:32])
	s.FillBytes(signature[32:])
	return signature, nil
}

// SignClaims signs claims with the installation's key under a header that claims may have been left out of or put into,
// to try how a module refuses them. A nil member of edit takes a claim of the token away, any other replaces it.
func (d *Doorward) SignClaims(t testing.TB, of Token, header, edit map[string]any) string {
	t.Helper()
	d.mu.Lock()
	key := d.keys[len(d.keys)-1]
	d.mu.Unlock()
	one := d.issue(of, client.KindAccessToken)
	head := map[string]any{"alg": string(key.algorithm), "kid": key.id, "typ": "at+jwt"}
	claims := d.claimsOf(one, key.id)
	for _, change := range []struct{ to, by map[string]any }{{head, header}, {claims, edit}} {
		for name, value := range change.by {
			if change.to[name] = value; value == nil {
				delete(change.to, name)
			}
		}
	}
	token := key.sign(t, head, claims)
	d.give(token, one)
	return token
}

// UseKey makes a new key, publishes it and signs with it from now on. It returns the key's identifier.
func (d *Doorward) UseKey(t testing.TB, algorithm string) string {
	t.Helper()
	key := newSigningKey(t, jose.SignatureAlgorithm(algorithm))
	d.mu.Lock()
	defer d.mu.Unlock()
	d.keys = append(d.keys, key)
	return key.id
}

// KillKey takes a key out of the published ones and says so in the feed.
func (d *Doorward) KillKey(id string) {
	d.mu.Lock()
	for i, key := range d.keys {
		if key.id == id {
			d.keys = append(d.keys[:i:i], d.keys[i+1:]...)
			break
		}
	}
	d.mu.Unlock()
	d.publish(Fact("signing-key", id), true)
}

// SignText returns the compact JWS whose first two parts are input, whatever they are, signed with the newest key.
func (d *Doorward) SignText(t testing.TB, input string) string {
	t.Helper()
	d.mu.Lock()
	key := d.keys[len(d.keys)-1]
	d.mu.Unlock()
	return key.signText(t, input)
}
