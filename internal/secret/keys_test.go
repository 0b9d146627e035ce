package secret_test

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
)

// testKeys are pepper 00 01 … 1f and sealing key 64 65 … 83.
func testKeys() *secret.Keys {
	var pepper, sealing [32]byte
	for i := range pepper {
		pepper[i], sealing[i] = byte(i), byte(100+i)
	}
	return secret.KeysFrom(pepper, sealing)
}

// The expected values in this file were computed with Python's hmac module.

func TestFingerprintKnownAnswer(t *testing.T) {
	got := testKeys().Fingerprint(secret.PurposeSession, secret.Of("correct horse"))
	const want = "521a64ac96dce1fbf3158f4ba31663cf5a404c7a7864d5ea2ee3c222f83d56fc"
	if hex.EncodeToString(got[:]) != want {
		t.Errorf("fingerprint is %x, not %s", got, want)
	}
}

func TestFingerprintsDependOnPepperPurposeAndEveryByte(t *testing.T) {
	keys, other := testKeys(), secret.KeysFrom([32]byte{1}, [32]byte{2})
	base := keys.Fingerprint(secret.PurposeSession, secret.Of("text"))
	if !base.Equal(keys.Fingerprint(secret.PurposeSession, secret.Of("text"))) {
		t.Error("a fingerprint differs from itself")
	}
	for name, changed := range map[string]secret.Fingerprint{
		"pepper":  other.Fingerprint(secret.PurposeSession, secret.Of("text")),
		"purpose": keys.Fingerprint(secret.PurposeLoginToken, secret.Of("text")),
		"case":    keys.Fingerprint(secret.PurposeSession, secret.Of("Text")),
		"newline": keys.Fingerprint(secret.PurposeSession, secret.Of("text\n")),
		"nul":     keys.Fingerprint(secret.PurposeSession, secret.Of("text\x00")),
	} {
		if base.Equal(changed) {
			t.Errorf("the fingerprint does not depend on the %s", name)
		}
	}
}

func TestCheckKnownAnswer(t *testing.T) {
	const want = "75298059:2abc10f4d63f05b49bbbcafd9568f3962f7d0f16b5418409336288bdc0470712/" +
		"f8c4bc9a:35892e139ab1c7f9bfeccadc74ce6f5a4df7ba279812a3a3edce06dd01e41100"
	keys := testKeys()
	if keys.Check() != want {
		t.Errorf("check is %s, not %s", keys.Check(), want)
	}
	if keys.PepperID() != "75298059" || keys.SealingKeyID() != "f8c4bc9a" {
		t.Errorf("key ids are %s and %s", keys.PepperID(), keys.SealingKeyID())
	}
}

func TestMatchesNamesTheWrongKey(t *testing.T) {
	check := secret.KeysFrom([32]byte{1}, [32]byte{2}).Check()
	cases := []struct {
		name            string
		pepper, sealing byte
		reason          string
	}{
		{"both right", 1, 2, ""},
		{"wrong pepper", 9, 2, "wrong-pepper"},
		{"wrong sealing key", 1, 9, "wrong-sealing-key"},
		{"both wrong", 9, 9, "wrong-keys"},
		{"swapped", 2, 1, "wrong-keys"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			err := secret.KeysFrom([32]byte{c.pepper}, [32]byte{c.sealing}).Matches(check)
			if c.reason == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if fault.ReasonOf(err) != c.reason || !strings.Contains(err.Error(), "restore the keys directory") {
				t.Errorf("fault is %v, not %s", err, c.reason)
			}
		})
	}
}

func TestMatchesRefusesADamagedCheck(t *testing.T) {
	keys := testKeys()
	for _, damaged := range []string{"", "/", "x", keys.Check() + "0", strings.ToUpper(keys.Check()), keys.Check()[1:]} {
		if keys.Matches(damaged) == nil {
			t.Errorf("%q is accepted", damaged)
		}
	}
}
