package authority

import "github.com/doorward/doorward/internal/secret"

// sameSecret reports whether what must match is the same. A hash is replaced only when it is not known to be of the
// same secret.
func (c Credential) sameSecret(other Credential) bool {
	return c.Verifier.Equal(other.Verifier) && c.PasswordHash == other.PasswordHash && c.PublicKeys == other.PublicKeys
}

// leftCredential names a credential for the operator.
func leftCredential(c Credential) Leftover {
	return Leftover{Kind: "credential", Name: c.shown() + " " + c.ID.String()}
}

// shown is what the operator knows a credential by, never a secret.
func (c Credential) shown() string {
	name := string(c.Kind) + " of " + string(c.Principal)
	if c.Name != "" {
		name += " (" + c.Name + ")"
	}
	return name
}

// isWeakKey reports whether what has to be kept secret of a key is too short. Passwords and pass codes, which are
// hashed slowly because people choose them, have a rule of their own.
func (c DirectoryCredential) isWeakKey() bool {
	switch c.Kind {
	case APIKey, ManagerKey:
		return secret.WeakKey(c.Key)
	case KeyPair:
		return secret.WeakKey(c.Secret)
	}
	return false
}
