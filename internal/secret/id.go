package secret

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"time"

	"github.com/doorward/doorward/internal/fault"
)

const (
	idBytes    = 16
	idHex      = 2 * idBytes
	stampBytes = 6 // of the milliseconds it begins with
)

// ID is a time-ordered identifier: 48-bit big-endian Unix milliseconds, then 80 random bits.
type ID [idBytes]byte

// NewID returns a fresh identifier that sorts by now, which comes from the store's clock.
func NewID(now time.Time) ID {
	var stamp [8]byte
	binary.BigEndian.PutUint64(stamp[:], uint64(max(now.UnixMilli(), 0)))
	var id ID
	copy(id[:6], stamp[2:])
	_, _ = rand.Read(id[6:]) // never fails: crypto/rand ends the process instead
	return id
}

// FirstID returns the lowest identifier of the millisecond of at: none that was made then or later is below it.
func FirstID(at time.Time) ID {
	id := NewID(at)
	clear(id[6:])
	return id
}

// ParseID reads the 32 lower-case hex digits that String writes, and nothing else.
func ParseID(text string) (ID, error) {
	var id ID
	if len(text) != idHex || !onlyOf(text, lowerHex) {
		return ID{}, fault.BadParameter("id", "An identifier is 32 lower-case hexadecimal digits.")
	}
	_, err := hex.Decode(id[:], []byte(text))
	return id, err
}

// String returns the identifier as 32 lower-case hex digits.
func (i ID) String() string { return hex.EncodeToString(i[:]) }

// IsZero reports whether the identifier was never set.
func (i ID) IsZero() bool { return i == ID{} }

// Time returns the millisecond the identifier was made in, which is meaningless for one cut from a fingerprint.
func (i ID) Time() time.Time {
	var stamp [8]byte
	copy(stamp[2:], i[:6])
	return time.UnixMilli(int64(binary.BigEndian.Uint64(stamp[:]))).UTC()
}
