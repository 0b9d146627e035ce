package authority

import (
	"context"
	"time"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
)

// makeSecret makes what a credential of a kind is proved by, or takes over what was brought along.
func (a *Authority) makeSecret(ctx context.Context, by Actor, kind CredentialKind, from Import, now time.Time) (IssuedCredential, error) {
	switch kind {
	case APIKey, ManagerKey, AuthenticationCode:
		return a.makeKey(a.minting(by), kind, from, now)
	case KeyPair:
		return a.makePair(a.minting(by), from, now)
	case PublicKey:
		return a.makePublicKey(from, now)
	case Password, PassCode:
		return a.makeTyped(ctx, kind, from)
	}
	return IssuedCredential{}, fault.BadParameter("kind", "There is no such kind of credential.")
}

func (a *Authority) makeKey(keys *secret.Keys, kind CredentialKind, from Import, now time.Time) (m IssuedCredential, err error) {
	if !from.Secret.IsZero() || from.PasswordHash != "" {
		return m, fault.BadParameter("secret", "A credential of this kind is one string, its key.")
	}
	m.Key = from.Key
	if m.Key.IsZero() {
		mint := map[CredentialKind]func(time.Time) secret.Minted{
			APIKey: keys.MintAPIKey, ManagerKey: keys.MintManagerKey, AuthenticationCode: keys.MintAuthenticationCode,
		}[kind]
		m.Key = mint(now).Text
	}
	m.Credential.Lookup = a.LookupOf(kind, m.Key)
	return m, checkImported(m.Key)
}

func (a *Authority) makePair(keys *secret.Keys, from Import, now time.Time) (m IssuedCredential, err error) {
	if from.Key.IsZero() != from.Secret.IsZero() || from.PasswordHash != "" {
		return m, fault.BadParameter("secret", "A key pair is brought along whole: its key and its secret.")
	}
	m.Key, m.Secret = from.Key, from.Secret
	if m.Key.IsZero() {
		key, minted := keys.MintKeyPair(now)
		m.Key, m.Secret = key, minted.Text
	}
	m.Credential.PublicID = m.Key.Reveal()
	m.Credential.Lookup = a.LookupOf(KeyPair, m.Key)
	m.Credential.Verifier = a.keys.Fingerprint(secret.PurposePairSecret, m.Secret)
	return m, checkImported(m.Key, m.Secret)
}

// makeTyped makes what people type, which is hashed slowly through the bounded pool.
func (a *Authority) makeTyped(ctx context.Context, kind CredentialKind, from Import) (m IssuedCredential, err error) {
	if kind == PassCode {
		if from.Key.IsZero() {
			return m, fault.BadParameter("key", "A pass code belongs to an identifier, such as a card's number.")
		}
		m.Key = from.Key
		m.Credential.PublicID = m.Key.Reveal()
		m.Credential.Lookup = a.LookupOf(kind, m.Key)
	}
	if from.PasswordHash != "" {
		m.Credential.PasswordHash = from.PasswordHash
		return m, checkImported(m.Key)
	}
	if m.Secret = from.Secret; m.Secret.IsZero() {
		m.Secret = secret.MintPassword()
	}
	if err := checkImported(m.Key, m.Secret); err != nil {
		return m, err
	}
	var failed error
	err = a.hashing.Do(ctx, func() { m.Credential.PasswordHash, failed = secret.HashPassword(m.Secret) })
	m.Credential.Weak = kind == Password && secret.WeakPassword(m.Secret)
	if err == nil {
		err = failed
	}
	return m, err
}

// maxImported bounds a secret that is brought along, in bytes, as the directory file does.
const maxImported = 1024

func checkImported(texts ...secret.Text) error {
	for _, text := range texts {
		if text.Len() > maxImported {
			return fault.BadParameter("secret", "A secret has at most 1024 bytes.")
		}
	}
	return nil
}
