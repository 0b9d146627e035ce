package secret

// Algorithm is a signature algorithm of JWS by its registered name (RFC 7518 §3.1, RFC 8037).
type Algorithm string

// The algorithms that Doorward signs with. There is no symmetric one, and no "none".
const (
	ES256 Algorithm = "ES256"
	EdDSA Algorithm = "EdDSA"
	RS256 Algorithm = "RS256"
)
