package authority

import (
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
)

// signAccess returns the signed form of an access token (RFC 9068).
func (a *Authority) signAccess(SessionFacts, Audience, secret.Algorithm) (secret.Text, error) {
	return secret.Text{}, fault.New(fault.Unavailable, "no-signing-key", "There is no signing key yet.")
}

// signedAccess returns the session that a signed access token names, when one of the keys that count signed it.
func (a *Authority) signedAccess(secret.Text) (SessionID, bool) { return SessionID{}, false }
