package client

import (
	"crypto/rand"
	"crypto/rsa"
	"testing"

	"github.com/go-jose/go-jose/v4"
)

// What a key can sign in several ways counts in the one that it is published for.
func TestAKeyVerifiesItsOwnAlgorithmAlone(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for algorithm, counts := range map[jose.SignatureAlgorithm]bool{jose.RS256: true, jose.RS384: false, jose.RS512: false, jose.PS256: false} {
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: key}, nil)
		if err != nil {
			t.Fatal(err)
		}
		signed, err := signer.Sign([]byte("{}"))
		if err != nil {
			t.Fatal(err)
		}
		text, err := signed.CompactSerialize()
		if err != nil {
			t.Fatal(err)
		}
		c, err := parseCompact(text)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.signedBy(publicKey{jose.RS256, key.Public()}); (err == nil) != counts {
			t.Errorf("%s: %v", algorithm, err)
		}
	}
}
