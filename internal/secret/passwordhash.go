package secret

import (
	"regexp"
	"strconv"

	"github.com/go-crypt/crypt/algorithm"
	"github.com/go-crypt/crypt/algorithm/argon2"
	"github.com/go-crypt/crypt/algorithm/bcrypt"
	"github.com/go-crypt/crypt/algorithm/pbkdf2"
	"github.com/go-crypt/crypt/algorithm/scrypt"

	"github.com/doorward/doorward/internal/fault"
)

const (
	passwordHashMax  = 512
	kdfMemoryMaxKiB  = 256 << 10
	argonPassesMax   = 16
	argonLanesMax    = 16
	bcryptCostMin    = 4
	bcryptCostMax    = 15
	pbkdf2Iterations = 10_000_000
)

// hashForm is one encoding we read: its exact pattern, whether the numbers in it are affordable, and its decoder.
type hashForm struct {
	pattern    *regexp.Regexp
	affordable func(cost []int) bool
	decode     func(encoded string) (algorithm.Digest, error)
	// bcrypt is compared as encoded text and its decoder cannot re-encode a cost below 10.
	reencodes bool
}

// The patterns allow a key of at least 16 bytes, or a cut one would match by chance, and at most 64.
const (
	plainBase64   = `\$[A-Za-z0-9+/]{8,86}\$[A-Za-z0-9+/]{22,86}$`
	adaptedBase64 = `\$[A-Za-z0-9./]{8,86}\$[A-Za-z0-9./]{22,86}$`
)

var hashForms = []hashForm{
	{
		regexp.MustCompile(`^\$argon2id\$v=19\$m=([1-9]\d{0,6}),t=([1-9]\d?),p=([1-9]\d?)` + plainBase64),
		affordableArgon2, argon2.DecodeVariant(argon2.VariantID), true,
	},
	{
		regexp.MustCompile(`^\$argon2i\$v=19\$m=([1-9]\d{0,6}),t=([1-9]\d?),p=([1-9]\d?)` + plainBase64),
		affordableArgon2, argon2.DecodeVariant(argon2.VariantI), true,
	},
	{
		regexp.MustCompile(`^\$2[aby]\$(\d\d)\$[A-Za-z0-9./]{53}$`),
		affordableBcrypt, bcrypt.DecodeVariant(bcrypt.VariantStandard), false,
	},
	{
		regexp.MustCompile(`^\$pbkdf2(?:-sha256|-sha512)?\$([1-9]\d{0,7})` + adaptedBase64),
		affordablePBKDF2, pbkdf2.Decode, true,
	},
	{
		regexp.MustCompile(`^\$pbkdf2-sha1\$([1-9]\d{0,7})` + adaptedBase64),
		affordablePBKDF2, pbkdf2.Decode, false,
	},
	{
		regexp.MustCompile(`^\$scrypt\$ln=([1-9]\d?),r=([1-9]\d{0,6}),p=([1-9]\d{0,6})` + plainBase64),
		affordableScrypt, scrypt.DecodeVariant(scrypt.VariantScrypt), true,
	},
}

// ParsePasswordHash accepts a hash that another system made, where verifying against it is safe and affordable.
//
// It reads the encoded ("modular crypt") forms of argon2id and argon2i (memory up to 256 MiB, 16 passes,
// 16 lanes), bcrypt 2a, 2b and 2y (cost 4 to 15), pbkdf2 with SHA-1, SHA-256 or SHA-512 (up to 10,000,000
// iterations) and scrypt (128·N·r·p up to 256 MiB). Everything else, plain text first of all, is Malformed.
func ParsePasswordHash(encoded string) (PasswordHash, error) {
	if _, err := decodePasswordHash(encoded); err != nil {
		return "", err
	}
	return PasswordHash(encoded), nil
}

func decodePasswordHash(encoded string) (algorithm.Digest, error) {
	if len(encoded) > passwordHashMax {
		return nil, badPasswordHash("password-hash-too-long", nil)
	}
	for _, form := range hashForms {
		if cost := form.pattern.FindStringSubmatch(encoded); cost != nil {
			return form.read(encoded, cost[1:])
		}
	}
	return nil, badPasswordHash("password-hash-unknown", nil)
}

func (f hashForm) read(encoded string, costs []string) (algorithm.Digest, error) {
	numbers := make([]int, len(costs))
	for i, digits := range costs {
		numbers[i], _ = strconv.Atoi(digits) // the pattern bounds the digits
	}
	if !f.affordable(numbers) {
		return nil, badPasswordHash("password-hash-too-costly", nil)
	}
	digest, err := f.decode(encoded)
	if err != nil {
		return nil, badPasswordHash("password-hash-malformed", err)
	}
	if f.reencodes && digest.Encode() != encoded {
		return nil, badPasswordHash("password-hash-malformed", nil)
	}
	return digest, nil
}

func affordableArgon2(cost []int) bool {
	memory, passes, lanes := cost[0], cost[1], cost[2]
	return memory >= 8*lanes && memory <= kdfMemoryMaxKiB && passes <= argonPassesMax && lanes <= argonLanesMax
}

func affordableBcrypt(cost []int) bool { return cost[0] >= bcryptCostMin && cost[0] <= bcryptCostMax }

func affordablePBKDF2(cost []int) bool { return cost[0] <= pbkdf2Iterations }

func affordableScrypt(cost []int) bool {
	log2, blockSize, lanes := cost[0], cost[1], cost[2]
	const most = kdfMemoryMaxKiB << 10 / 128
	return log2 < 31 && blockSize*lanes <= most>>log2
}

func badPasswordHash(reason string, cause error) error {
	return &fault.Error{
		Kind: fault.Malformed, Parameter: "password_hash", Reason: reason, Cause: cause,
		Message: "A password hash is encoded argon2id, argon2i, bcrypt, pbkdf2 or scrypt, within the documented cost.",
	}
}
