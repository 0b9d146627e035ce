package authority

import (
	"context"
	"time"
)

// SigningKeyView reads signing keys.
type SigningKeyView interface {
	// SigningKeys returns all of them, killed and retired ones included, in the order they were made.
	SigningKeys(ctx context.Context) ([]SigningKey, error)
}

// SigningKeyTx writes signing keys.
type SigningKeyTx interface {
	// LockSigningKeys waits until no other change holds the signing keys and holds them until this change ends.
	LockSigningKeys(ctx context.Context) error
	// PutSigningKey adds a signing key, or changes when the one with the same ID signs, retires and is killed.
	PutSigningKey(k SigningKey)
}

// OnceTx spends what may be presented one time only.
type OnceTx interface {
	// SpendOnce notes an identifier; ok is false when it was noted before.
	SpendOnce(ctx context.Context, o Once) (ok bool, err error)
	// SweepOnce forgets up to limit identifiers that expired before a time, and returns how many those were.
	SweepOnce(ctx context.Context, before time.Time, limit int) (int, error)
}
