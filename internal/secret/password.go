package secret

import (
	"strings"
	"unicode/utf8"

	"github.com/go-crypt/crypt/algorithm/argon2"

	"github.com/doorward/doorward/internal/fault"
)

const (
	passwordMaxBytes = 1024 // THREATS.md: a longer one is never hashed
	passwordMinChars = 8
	keyMinChars      = 16
	bcryptMaxBytes   = 72 // bcrypt ignores all that follows
)

// What we hash with; prefixOurs is how such a hash begins.
const (
	argonMemoryKiB = 19456
	argonPasses    = 2
	argonLanes     = 1
	prefixOurs     = "$argon2id$v=19$m=19456,t=2,p=1$"
)

// PasswordHash is the slow salted hash of a password or pass code, in its encoded form.
type PasswordHash string

// HashPassword hashes with argon2id (19 MiB, 2 passes, 1 lane); empty or over 1024 bytes is a fault.
func HashPassword(password Text) (PasswordHash, error) {
	if password.IsZero() {
		return "", fault.BadParameter("password", "A password is required.")
	}
	if password.Len() > passwordMaxBytes {
		return "", &fault.Error{Kind: fault.TooLarge, Parameter: "password", Reason: "password-too-long", Message: "A password has at most 1024 bytes."}
	}
	hasher, err := argon2.New(argon2.WithVariantID(), argon2.WithM(argonMemoryKiB),
		argon2.WithT(argonPasses), argon2.WithP(argonLanes), argon2.WithK(32), argon2.WithS(16))
	if err != nil {
		return "", fault.As(err)
	}
	digest, err := hasher.Hash(password.Reveal())
	if err != nil {
		return "", fault.As(err)
	}
	return PasswordHash(digest.Encode()), nil
}

// DummyHash returns a hash that no known password matches, to verify against where there is no principal, at the same cost.
func DummyHash() PasswordHash {
	// Salt and digest are random bytes, not the hash of anything.
	return prefixOurs + "Ih1VvmFVhiR1hEvfgvqtiw$r7xYFT+oiVdjpFCILcrtBgMCgMX7KhONpA2BJC+xI3w"
}

// Verify reports whether password is the one hashed; an error means that the stored hash cannot be used.
//
// It costs one hash, save for a password over 1024 bytes, which is refused unhashed.
func (h PasswordHash) Verify(password Text) (bool, error) {
	digest, err := decodePasswordHash(string(h))
	if err != nil {
		return false, &fault.Error{Kind: fault.Internal, Reason: "password-hash-unusable", Cause: err, Message: "Something went wrong on our side."}
	}
	if password.Len() > passwordMaxBytes {
		return false, nil
	}
	clear, possible := password.Reveal(), true
	if h.isBcrypt() {
		clear, possible = bcryptInput(clear)
	}
	matched, err := digest.MatchAdvanced(clear)
	if err != nil {
		return false, fault.As(err)
	}
	return matched && possible, nil
}

// bcryptInput still costs a hash where bcrypt cannot tell two passwords apart:
// beyond 72 bytes, and around NUL, where "a" and "a\x00a" are one key.
func bcryptInput(clear string) (input string, possible bool) {
	if len(clear) > bcryptMaxBytes {
		return clear[:bcryptMaxBytes], false
	}
	return clear, !strings.Contains(clear, "\x00")
}

// NeedsRehash reports whether the hash was made with other parameters than ours,
// which a log-in should replace: hashes of unequal cost tell accounts apart by time.
func (h PasswordHash) NeedsRehash() bool { return !strings.HasPrefix(string(h), prefixOurs) }

func (h PasswordHash) isBcrypt() bool { return strings.HasPrefix(string(h), "$2") }

// WeakKey reports whether a key that a program presents has fewer than sixteen characters.
func WeakKey(key Text) bool { return utf8.RuneCountInString(key.Reveal()) < keyMinChars }

// WeakPassword reports whether a password has fewer than eight characters.
func WeakPassword(password Text) bool {
	return utf8.RuneCountInString(password.Reveal()) < passwordMinChars
}
