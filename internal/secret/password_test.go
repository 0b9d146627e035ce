package secret_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
)

// Hashes made elsewhere: Python's hashlib, the argon2 reference, crypt(3) of glibc.
var imported = map[string]struct{ hash, password string }{
	"argon2id":      {"$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "password"},
	"argon2i":       {"$argon2i$v=19$m=65536,t=2,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b+dWRWJTmaaJObG", "password"},
	"bcrypt 2b":     {"$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e", "correct horse"},
	"bcrypt 2a":     {"$2a$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e", "correct horse"},
	"bcrypt 2y":     {"$2y$04$abcdefghijklmnopqrstuubzadhGtS2zEF.gu0yd0opP6cVzb.e0i", strings.Repeat("x", 72)},
	"pbkdf2":        {"$pbkdf2$1000$MDEyMzQ1Njc4OWFiY2RlZg$aUfE2vx5Q7zgbb0jx49AaNpXUQQ", "correct horse"},
	"pbkdf2-sha1":   {"$pbkdf2-sha1$1000$MDEyMzQ1Njc4OWFiY2RlZg$aUfE2vx5Q7zgbb0jx49AaNpXUQQ", "correct horse"},
	"pbkdf2-sha256": {"$pbkdf2-sha256$1000$MDEyMzQ1Njc4OWFiY2RlZg$cBg8D2DungRB9k76szThf5ehfyBz991ay6PT8Srwk4M", "correct horse"},
	"pbkdf2-sha512": {"$pbkdf2-sha512$1000$MDEyMzQ1Njc4OWFiY2RlZg$OM0FAoIqCVK1sWtxDiffVlBejtLa.ks4TP71JiecwuSZCG8iLbnlIEPOMoVX.i2B2wkSxjQ8CRGR9OkNGuIPMQ", "correct horse"},
	"scrypt":        {"$scrypt$ln=10,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$6g3umF+uVrJsObaTZhIbbTlgrvOEFcCItdwSjtPF67M", "correct horse"},
}

func TestHashesMadeElsewhereVerify(t *testing.T) {
	for name, c := range imported {
		t.Run(name, func(t *testing.T) {
			hash, err := secret.ParsePasswordHash(c.hash)
			if err != nil || string(hash) != c.hash {
				t.Fatalf("parsed as %q, %v", hash, err)
			}
			mustVerify(t, hash, c.password, true)
			mustVerify(t, hash, c.password+"x", false)
			mustVerify(t, hash, c.password[1:], false)
			if !hash.NeedsRehash() {
				t.Error("does not ask to be replaced")
			}
		})
	}
}

func mustVerify(t *testing.T, hash secret.PasswordHash, password string, want bool) {
	t.Helper()
	if got, err := hash.Verify(secret.Of(password)); got != want || err != nil {
		t.Errorf("Verify gave %v, %v", got, err)
	}
}

func TestHashPasswordIsSaltedAndVerifies(t *testing.T) {
	hash, err := secret.HashPassword(secret.Of("correct horse"))
	if err != nil || !strings.HasPrefix(string(hash), "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Fatalf("hash is %q, %v", hash, err)
	}
	again, err := secret.HashPassword(secret.Of("correct horse"))
	if err != nil || hash == again {
		t.Errorf("two hashes of one password are alike, or %v", err)
	}
	if parsed, err := secret.ParsePasswordHash(string(hash)); parsed != hash || err != nil {
		t.Errorf("our own hash is parsed as %q, %v", parsed, err)
	}
	mustVerify(t, hash, "correct horse", true)
	mustVerify(t, hash, "correct hors", false)
	if hash.NeedsRehash() {
		t.Error("our own hash asks to be replaced")
	}
}

func TestHashPasswordRefusesEmptyAndHugeOnes(t *testing.T) {
	if _, err := secret.HashPassword(secret.Of("")); fault.KindOf(err) != fault.Malformed {
		t.Errorf("empty: %v", err)
	}
	if _, err := secret.HashPassword(secret.Of(strings.Repeat("x", 1025))); fault.KindOf(err) != fault.TooLarge {
		t.Errorf("1025 bytes: %v", err)
	}
	hash, err := secret.HashPassword(secret.Of(strings.Repeat("x", 1024)))
	if err != nil {
		t.Fatal(err)
	}
	mustVerify(t, hash, strings.Repeat("x", 1024), true)
	mustVerify(t, hash, strings.Repeat("x", 1025), false)
	// Made elsewhere, of 1025 bytes: right, and still refused.
	mustVerify(t, "$pbkdf2-sha256$1$MDEyMzQ1Njc4OWFiY2RlZg$RpwbqcgCqbndJd0mWQiOyAuu953G3B9PleOJvDRYW5U", strings.Repeat("x", 1025), false)
}

func TestBcryptNeverMatchesBeyondWhatItReads(t *testing.T) {
	long := secret.PasswordHash(imported["bcrypt 2y"].hash)
	mustVerify(t, long, strings.Repeat("x", 72), true)
	mustVerify(t, long, strings.Repeat("x", 73), false)
	mustVerify(t, long, strings.Repeat("x", 71), false)
	short := secret.PasswordHash(imported["bcrypt 2b"].hash)
	mustVerify(t, short, "correct horse\x00correct horse", false)
}

func TestDummyHashCostsTheSameAndMatchesNothing(t *testing.T) {
	dummy := secret.DummyHash()
	if _, err := secret.ParsePasswordHash(string(dummy)); err != nil || dummy.NeedsRehash() {
		t.Errorf("the dummy is not like ours: %v", err)
	}
	for _, guess := range []string{"", "password", "dummy", string(dummy)} {
		mustVerify(t, dummy, guess, false)
	}
}

func TestParsePasswordHashRefuses(t *testing.T) {
	argon := "$argon2id$v=19$m=%s,t=%s,p=%s$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	scrypt := "$scrypt$ln=%s,r=%s,p=%s$MDEyMzQ1Njc4OWFiY2RlZg$6g3umF+uVrJsObaTZhIbbTlgrvOEFcCItdwSjtPF67M"
	bcrypt := "abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e"
	pbkdf2 := "$MDEyMzQ1Njc4OWFiY2RlZg$cBg8D2DungRB9k76szThf5ehfyBz991ay6PT8Srwk4M"
	refused := []string{
		"", "password", "$plaintext$password", "$base64$cGFzc3dvcmQ=", "{PLAIN}password", "$", "$$$$$$",
		"5f4dcc3b5aa765d61d8327deb882cf99", "$1$saltsalt$qjXMvbEw8oaL.CzflDtaK/", "$md5,rounds=5000$salt$$hash", "$sha1$40000$salt$hash",
		"$5$rounds=5000$saltsalt$" + strings.Repeat("a", 43), "$6$saltsalt$" + strings.Repeat("a", 86), "$y$j9T$salt$hash",
		"$argon2d$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=16$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPd", // spare bits set
		"$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1a", "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$",
		fmt.Sprintf(argon, "262145", "2", "1"), fmt.Sprintf(argon, "4294967295", "2", "1"), fmt.Sprintf(argon, "0", "2", "1"), fmt.Sprintf(argon, "7", "2", "1"),
		fmt.Sprintf(argon, "65536", "17", "1"), fmt.Sprintf(argon, "65536", "0", "1"), fmt.Sprintf(argon, "65536", "2", "17"), fmt.Sprintf(argon, "65536", "2", "0"),
		fmt.Sprintf(argon, "+65536", "2", "1"), fmt.Sprintf(argon, "065536", "2", "1"), fmt.Sprintf(argon, "65536", "2", "1,p=2"),
		fmt.Sprintf(scrypt, "21", "2", "1"), fmt.Sprintf(scrypt, "63", "8", "1"), fmt.Sprintf(scrypt, "64", "8", "1"), fmt.Sprintf(scrypt, "15", "9999999", "9999999"), fmt.Sprintf(scrypt, "0", "8", "1"),
		"$2$04$" + bcrypt, "$2x$04$" + bcrypt, "$2c$04$" + bcrypt, "$2b$03$" + bcrypt, "$2b$16$" + bcrypt, "$2b$31$" + bcrypt, "$2b$4$" + bcrypt, "$2b$+4$" + bcrypt, "$2b$04$" + bcrypt + "a",
		"$bcrypt-sha256$v=2,t=2b,r=12$n79VH.0Q2TMWmt3Oqt9uku$Kq4Noyk3094Y2QlB8NdRT8SvGiI4ft2",
		"$pbkdf2-sha256$10000001" + pbkdf2, "$pbkdf2-sha256$99999999999999999999" + pbkdf2, "$pbkdf2-sha256$0" + pbkdf2, "$pbkdf2-sha256$-1" + pbkdf2, "$pbkdf2-sha224$1000" + pbkdf2,
	}
	for name, c := range imported {
		if name != "pbkdf2-sha1" && name != "bcrypt 2y" {
			refused = append(refused, c.hash+"\n", " "+c.hash, c.hash+"=", strings.ToUpper(c.hash))
		}
	}
	for _, text := range refused {
		if hash, err := secret.ParsePasswordHash(text); fault.KindOf(err) != fault.Malformed || hash != "" {
			t.Errorf("%q is parsed as %q, %v", text, hash, err)
		}
		if _, err := secret.PasswordHash(text).Verify(secret.Of("password")); fault.KindOf(err) != fault.Internal || err == nil {
			t.Errorf("%q in a store: %v", text, err)
		}
	}
}

func TestParsePasswordHashAcceptsWhatIsJustAffordable(t *testing.T) {
	for _, text := range []string{
		"$argon2id$v=19$m=262144,t=16,p=16$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$scrypt$ln=18,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$6g3umF+uVrJsObaTZhIbbTlgrvOEFcCItdwSjtPF67M",
		"$2b$15$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e",
		"$pbkdf2-sha256$10000000$MDEyMzQ1Njc4OWFiY2RlZg$cBg8D2DungRB9k76szThf5ehfyBz991ay6PT8Srwk4M",
	} {
		if _, err := secret.ParsePasswordHash(text); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func FuzzParsePasswordHashIsBounded(f *testing.F) {
	for _, c := range imported {
		f.Add(c.hash)
	}
	f.Fuzz(func(t *testing.T, text string) {
		hash, err := secret.ParsePasswordHash(text)
		if err == nil && string(hash) != text {
			t.Errorf("%q is accepted as %q", text, hash)
		}
		if err == nil && !strings.HasPrefix(text, "$argon2i") && !strings.HasPrefix(text, "$2") &&
			!strings.HasPrefix(text, "$pbkdf2") && !strings.HasPrefix(text, "$scrypt$") {
			t.Errorf("%q is accepted", text)
		}
	})
}

func TestAKeyOfFewerThanSixteenCharactersIsWeak(t *testing.T) {
	for key, want := range map[string]bool{"": true, "123456789012345": true, "1234567890123456": false, "éééééééé": true} {
		if got := secret.WeakKey(secret.Of(key)); got != want {
			t.Errorf("%q is weak: %v", key, got)
		}
	}
}

func TestWeakPasswordCountsCharacters(t *testing.T) {
	for password, want := range map[string]bool{"": true, "1234567": true, "12345678": false, "éééé": true, "éééééééé": false} {
		if got := secret.WeakPassword(secret.Of(password)); got != want {
			t.Errorf("%q is weak: %v", password, got)
		}
	}
}
