package secret_test

import (
	"math"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/doorward/doorward/internal/secret"
)

var mintedAt = time.UnixMilli(1_790_000_000_123).UTC()

// mintings lists every way to mint and how to recognise the result.
var mintings = []struct {
	name     string
	mint     func(*secret.Keys) secret.Minted
	parse    func(*secret.Keys, secret.Text) (secret.Presented, bool)
	shape    secret.Shape
	pattern  string
	timedRow bool
}{
	{"native session", session(secret.ShapeNative), (*secret.Keys).ParseSession, secret.ShapeNative, `^dws_[0-9a-v]{56}$`, true},
	{"hex64 session", session(secret.ShapeHex64), (*secret.Keys).ParseSession, secret.ShapeHex64, `^[0-9a-f]{64}$`, true},
	{"upper hex32 session", session(secret.ShapeUpperHex32), (*secret.Keys).ParseSession, secret.ShapeUpperHex32, `^[0-9A-F]{32}$`, false},
	{"native login token", loginToken(secret.ShapeNative), (*secret.Keys).ParseLoginToken, secret.ShapeNative, `^dwl_[0-9a-v]{56}$`, true},
	{"alnum22 login token", loginToken(secret.ShapeAlnum22), (*secret.Keys).ParseLoginToken, secret.ShapeAlnum22, `^[A-Za-z0-9]{22}$`, false},
}

func session(shape secret.Shape) func(*secret.Keys) secret.Minted {
	return func(k *secret.Keys) secret.Minted { return k.MintSession(shape, mintedAt) }
}

func loginToken(shape secret.Shape) func(*secret.Keys) secret.Minted {
	return func(k *secret.Keys) secret.Minted { return k.MintLoginToken(shape, mintedAt) }
}

func TestWhatIsMintedIsRecognised(t *testing.T) {
	keys := testKeys()
	for _, m := range mintings {
		t.Run(m.name, func(t *testing.T) {
			seen := map[string]bool{}
			for range 500 {
				minted := m.mint(keys)
				if !regexp.MustCompile(m.pattern).MatchString(minted.Text.Reveal()) {
					t.Fatalf("%q is not of the shape", minted.Text.Reveal())
				}
				got, ok := m.parse(keys, minted.Text)
				if want := (secret.Presented{ID: minted.ID, Fingerprint: minted.Fingerprint, Shape: m.shape}); !ok || got != want {
					t.Fatalf("recognised %v as %+v, not %+v", ok, got, want)
				}
				if timed := minted.ID.Time().Equal(mintedAt); timed != m.timedRow {
					t.Fatalf("row identifier in time order: %v", timed)
				}
				seen[minted.Text.Reveal()] = true
			}
			if len(seen) != 500 {
				t.Errorf("500 minted, %d different", len(seen))
			}
		})
	}
}

func TestAnAPIKeyIsNativeAndIsNoSession(t *testing.T) {
	keys := testKeys()
	minted := keys.MintAPIKey(mintedAt)
	if !regexp.MustCompile(`^dwk_[0-9a-v]{56}$`).MatchString(minted.Text.Reveal()) || !minted.ID.Time().Equal(mintedAt) {
		t.Errorf("minted %q with %s", minted.Text.Reveal(), minted.ID)
	}
	if !minted.Fingerprint.Equal(keys.Fingerprint(secret.PurposeAPIKey, minted.Text)) {
		t.Error("the fingerprint is not an API key's")
	}
	for _, prefix := range []string{"dwk_", "dws_", "dwl_"} {
		text := secret.Of(prefix + minted.Text.Reveal()[4:])
		_, isSession := keys.ParseSession(text)
		_, isLoginToken := keys.ParseLoginToken(text)
		if isSession || isLoginToken {
			t.Errorf("an API key under %s is something else", prefix)
		}
	}
}

func TestOneKindIsNeverAnother(t *testing.T) {
	keys := testKeys()
	for _, m := range mintings {
		text := m.mint(keys).Text
		_, isSession := keys.ParseSession(text)
		_, isLoginToken := keys.ParseLoginToken(text)
		if isSession == isLoginToken {
			t.Errorf("a %s is a session: %v, a login token: %v", m.name, isSession, isLoginToken)
		}
	}
}

func TestMintingInAnotherKindsShapePanics(t *testing.T) {
	keys := testKeys()
	for name, mint := range map[string]func(){
		"session alnum22":        func() { keys.MintSession(secret.ShapeAlnum22, mintedAt) },
		"login token hex64":      func() { keys.MintLoginToken(secret.ShapeHex64, mintedAt) },
		"login token upperhex32": func() { keys.MintLoginToken(secret.ShapeUpperHex32, mintedAt) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("minted what could never be recognised")
				}
			}()
			mint()
		})
	}
}

func TestDeriveSessionKnownAnswer(t *testing.T) {
	id, err := secret.ParseID("0192f0c1a2b3000102030405060708ff")
	if err != nil {
		t.Fatal(err)
	}
	minted := testKeys().DeriveSession(secret.Of("dwl_x"), 1, "idem", id)
	const want = "dws_069f1gd2mc0020g30g2gc1o8vt3smpp2i7j2agd33ceu8db9ivarv7dt" // Python
	if minted.Text.Reveal() != want || minted.ID != id {
		t.Errorf("derived %s with %s", minted.Text.Reveal(), minted.ID)
	}
	if got, ok := testKeys().ParseSession(minted.Text); !ok || got.ID != id || !got.Fingerprint.Equal(minted.Fingerprint) {
		t.Error("the derived session is not recognised")
	}
}

func TestDeriveSessionDependsOnEveryArgument(t *testing.T) {
	id, other := secret.NewID(mintedAt), secret.NewID(mintedAt)
	keys := testKeys()
	seen := map[string]string{}
	for name, minted := range map[string]secret.Minted{
		"base":         keys.DeriveSession(secret.Of("token"), 1, "key", id),
		"login token":  keys.DeriveSession(secret.Of("token2"), 1, "key", id),
		"audience":     keys.DeriveSession(secret.Of("token"), 2, "key", id),
		"key":          keys.DeriveSession(secret.Of("token"), 1, "key2", id),
		"identifier":   keys.DeriveSession(secret.Of("token"), 1, "key", other),
		"pepper":       secret.KeysFrom([32]byte{7}, [32]byte{}).DeriveSession(secret.Of("token"), 1, "key", id),
		"framing":      keys.DeriveSession(secret.Of("token1"), 1, "key", id),
		"framing left": keys.DeriveSession(secret.Of("token"), 11, "key", id),
	} {
		random := minted.Text.Reveal()[30:]
		if twin, found := seen[random]; found {
			t.Errorf("%s and %s give the same session", name, twin)
		}
		seen[random] = name
	}
}

// TestEveryCharacterIsMinted smokes out a skewed or cut alphabet: 22·4000 draws
// of 62 expect 1419 each, and 15 % away is more than five standard deviations.
func TestEveryCharacterIsMinted(t *testing.T) {
	keys, count := testKeys(), map[rune]int{}
	const rounds = 4000
	for range rounds {
		for _, r := range keys.MintLoginToken(secret.ShapeAlnum22, mintedAt).Text.Reveal() {
			count[r]++
		}
	}
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	expected := float64(22*rounds) / float64(len(alphabet))
	for _, r := range alphabet {
		if off := float64(count[r])/expected - 1; off > 0.15 || off < -0.15 {
			t.Errorf("%c comes %d times, expected %.0f", r, count[r], expected)
		}
	}
	if len(count) != len(alphabet) {
		t.Errorf("%d different characters: %s", len(count), strings.TrimSpace(alphabet))
	}
}

func TestAManagerKeyIsNativeAndNeverTheSame(t *testing.T) {
	keys := testKeys()
	seen := map[string]bool{}
	for range 100 {
		minted := keys.MintManagerKey(mintedAt)
		if !regexp.MustCompile(`^dwm_[0-9a-v]{56}$`).MatchString(minted.Text.Reveal()) || !minted.ID.Time().Equal(mintedAt) {
			t.Errorf("minted %q with %s", minted.Text.Reveal(), minted.ID)
		}
		if !minted.Fingerprint.Equal(keys.Fingerprint(secret.PurposeManagerKey, minted.Text)) {
			t.Error("the fingerprint is not a manager key's")
		}
		seen[minted.Text.Reveal()] = true
	}
	if len(seen) != 100 {
		t.Errorf("100 minted, %d different", len(seen))
	}
}

func TestWhatIsMintedInOneMomentHasAtLeast128RandomBits(t *testing.T) {
	keys := testKeys()
	for _, m := range mintings {
		var seen [64]map[byte]bool
		for range 2000 {
			for i, c := range []byte(m.mint(keys).Text.Reveal()) {
				if seen[i] == nil {
					seen[i] = map[byte]bool{}
				}
				seen[i][c] = true
			}
		}
		bits := 0.0
		for _, characters := range seen {
			bits += math.Log2(float64(max(1, len(characters))))
		}
		if m.shape == secret.ShapeNative {
			bits -= 24 // the checksum follows from the others
		}
		if bits < 128 {
			t.Errorf("%s: %.1f", m.name, bits)
		}
	}
}

func TestANumberedSessionIsTheSameAgainAndInTheOrderOfItsNumber(t *testing.T) {
	keys := testKeys()
	first := keys.NumberedSession("seed", 1, mintedAt)
	if again := keys.NumberedSession("seed", 1, mintedAt); again.Text.Reveal() != first.Text.Reveal() || again.Fingerprint != first.Fingerprint {
		t.Error("the same number is another session")
	}
	found, ok := keys.ParseSession(first.Text)
	if !ok || found.ID != first.ID || found.Fingerprint != first.Fingerprint {
		t.Error("it is not recognised")
	}
	if first.ID.Time() != mintedAt {
		t.Errorf("its row is of %s", first.ID.Time())
	}
	otherKeys := secret.KeysFrom([32]byte{9}, [32]byte{})
	for name, other := range map[string]secret.Minted{
		"number": keys.NumberedSession("seed", 2, mintedAt), "seed": keys.NumberedSession("other", 1, mintedAt),
		"time": keys.NumberedSession("seed", 1, mintedAt.Add(time.Millisecond)), "pepper": otherKeys.NumberedSession("seed", 1, mintedAt),
	} {
		if other.Text.Reveal() == first.Text.Reveal() {
			t.Errorf("another %s gives the same session", name)
		}
	}
	for number := int64(1); number < 1000; number++ {
		if keys.NumberedSession("seed", number, mintedAt).ID.String() >= keys.NumberedSession("seed", number+1, mintedAt).ID.String() {
			t.Fatalf("%d does not come before the next", number)
		}
	}
}
