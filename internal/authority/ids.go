package authority

import (
	"strconv"

	"github.com/doorward/doorward/internal/secret"
)

// String returns the ID in 32 hex digits.
func (id CredentialID) String() string { return secret.ID(id).String() }

// IsZero reports whether there is no credential.
func (id CredentialID) IsZero() bool { return secret.ID(id).IsZero() }

// String returns the ID in 32 hex digits.
func (id SessionID) String() string { return secret.ID(id).String() }

// IsZero reports whether there is no session.
func (id SessionID) IsZero() bool { return secret.ID(id).IsZero() }

// String returns the ID in 32 hex digits.
func (id LoginTokenID) String() string { return secret.ID(id).String() }

// IsZero reports whether there is no login token.
func (id LoginTokenID) IsZero() bool { return secret.ID(id).IsZero() }

// String returns the ID in 32 hex digits, as the kid of what the key signs.
func (id SigningKeyID) String() string { return secret.ID(id).String() }

// IsZero reports whether there is no signing key.
func (id SigningKeyID) IsZero() bool { return secret.ID(id).IsZero() }

// String returns the audience's number.
func (id AudienceID) String() string { return strconv.FormatInt(int64(id), 10) }
