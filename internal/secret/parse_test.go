package secret_test

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/doorward/doorward/internal/secret"
)

// TestEveryOneCharacterChangeOfANativeSecretIsRefused works on fixed secrets:
// three bytes of checksum let one random change in 16 million through.
func TestEveryOneCharacterChangeOfANativeSecretIsRefused(t *testing.T) {
	keys := testKeys()
	for n := range uint64(8) {
		var id secret.ID
		binary.BigEndian.PutUint64(id[:], n<<20)
		clear := keys.DeriveSession(secret.Of("fixed"), int64(n), "", id).Text.Reveal()
		for at := range len(clear) {
			for b := range 256 {
				changed := clear[:at] + string([]byte{byte(b)}) + clear[at+1:]
				if _, ok := keys.ParseSession(secret.Of(changed)); ok && changed != clear {
					t.Fatalf("%q is accepted, changed from %q", changed, clear)
				}
			}
		}
	}
}

func TestNoOtherSpellingIsAccepted(t *testing.T) {
	keys := testKeys()
	for _, m := range mintings {
		t.Run(m.name, func(t *testing.T) {
			clear := m.mint(keys).Text.Reveal()
			spellings := []string{
				"", clear[1:], clear[:len(clear)-1], clear + "0", clear + "=", clear + "====", clear + "\n", "\n" + clear,
				clear + " ", " " + clear, clear + "\x00", "\ufeff" + clear, clear[:8] + "\n" + clear[9:], clear[:8] + "\r\n" + clear[8:],
				clear[:8] + "-" + clear[8:], clear + clear, "%" + clear[1:], clear[:4] + strings.Repeat("\n", len(clear)-4), clear[:len(clear)-1] + "ſ",
			}
			if m.shape != secret.ShapeAlnum22 { // whose case is part of it
				spellings = append(spellings, strings.ToUpper(clear), strings.ToLower(clear), strings.ToUpper(clear[:4])+clear[4:])
			}
			for _, spelling := range spellings {
				if _, ok := m.parse(keys, secret.Of(spelling)); ok && spelling != clear {
					t.Errorf("%q is accepted beside %q", spelling, clear)
				}
			}
		})
	}
}

// TestPaddingIsRefused knows that base32 without padding takes bytes 0xFF for it, as it takes line breaks for nothing.
func TestPaddingIsRefused(t *testing.T) {
	keys := testKeys()
	for _, m := range mintings {
		clear := m.mint(keys).Text.Reveal()
		for _, pad := range []string{"\xff", "\n", "\r", "="} {
			for n := 1; n <= len(clear)-len("dws_"); n++ {
				changed := clear[:len(clear)-n] + strings.Repeat(pad, n)
				if _, ok := m.parse(keys, secret.Of(changed)); ok {
					t.Errorf("%s: %q is accepted beside %q", m.name, changed, clear)
				}
			}
		}
	}
}

// Two texts never lead to one row: what differs in a byte differs in fingerprint.
func TestChangedSecretsNeverShareAFingerprint(t *testing.T) {
	keys := testKeys()
	rapid.Check(t, func(t *rapid.T) {
		m := mintings[rapid.IntRange(0, len(mintings)-1).Draw(t, "minting")]
		minted := m.mint(keys)
		clear := []byte(minted.Text.Reveal())
		clear[rapid.IntRange(0, len(clear)-1).Draw(t, "at")] ^= byte(rapid.IntRange(1, 255).Draw(t, "flip"))
		if got, ok := m.parse(keys, secret.Of(string(clear))); ok && got.Fingerprint.Equal(minted.Fingerprint) {
			t.Fatalf("%q and %q have one fingerprint", clear, minted.Text.Reveal())
		}
	})
}

func FuzzParseSessionIsExact(f *testing.F) {
	keys := testKeys()
	f.Add(keys.DeriveSession(secret.Of("seed"), 1, "", secret.ID{}).Text.Reveal())
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := keys.ParseSession(secret.Of(text))
		checkExact(t, keys, text, got, ok, secret.PurposeSession, map[secret.Shape]int{
			secret.ShapeNative: 60, secret.ShapeHex64: 64, secret.ShapeUpperHex32: 32,
		})
	})
}

func FuzzParseLoginTokenIsExact(f *testing.F) {
	keys := testKeys()
	f.Add("AZaz09AZaz09AZaz09AZaz")
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := keys.ParseLoginToken(secret.Of(text))
		checkExact(t, keys, text, got, ok, secret.PurposeLoginToken, map[secret.Shape]int{
			secret.ShapeNative: 60, secret.ShapeAlnum22: 22,
		})
	})
}

func checkExact(t *testing.T, keys *secret.Keys, text string, got secret.Presented, ok bool, purpose secret.Purpose, lengths map[secret.Shape]int) {
	if !ok {
		if got != (secret.Presented{}) {
			t.Errorf("%q is refused with %+v", text, got)
		}
		return
	}
	if length, known := lengths[got.Shape]; !known || len(text) != length {
		t.Errorf("%q is accepted as %s", text, got.Shape)
	}
	if !got.Fingerprint.Equal(keys.Fingerprint(purpose, secret.Of(text))) {
		t.Errorf("the fingerprint of %q is not that of its bytes", text)
	}
}

func TestFuzzCorporaAreNotEmpty(t *testing.T) {
	for _, target := range []string{"FuzzParseIDAcceptsOneSpelling", "FuzzParseSessionIsExact", "FuzzParseLoginTokenIsExact", "FuzzParsePasswordHashIsBounded"} {
		seeds, err := filepath.Glob(filepath.Join("testdata", "fuzz", target, "*"))
		if err != nil || len(seeds) < 3 {
			t.Errorf("%s has %d seeds, %v", target, len(seeds), err)
		}
		for _, seed := range seeds {
			if info, err := os.Stat(seed); err != nil || info.Size() == 0 {
				t.Errorf("seed %s is empty, or %v", seed, err)
			}
		}
	}
}
