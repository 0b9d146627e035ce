package oauth

import (
	"net/http"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
)

// proofWindow is how old a proof may be; its jti is remembered for as long, so that no nonce of ours is needed.
const proofWindow = 2 * time.Minute

// proveKey binds what is asked for to the key that a DPoP proof (RFC 9449 §5) shows to be the client's, if there is one.
func (o oauth) proveKey(c *dialect.Call, r *authority.AccessTokenRequest) error {
	given := c.Request.Header.Values("DPoP")
	switch len(given) {
	case 0:
		return nil
	case 1:
	default:
		return badProof(fault.BadParameter("DPoP", "The header is given more than once."))
	}
	// The URL is the public one: what a proxy in front calls us is nobody's claim to check.
	proof, err := secret.VerifyDPoP(secret.Of(given[0]), secret.ProofRequest{
		Method: http.MethodPost, URL: o.issuer + tokenPath, Window: proofWindow,
	}, o.authority.Now())
	if err != nil {
		return badProof(err)
	}
	r.Thumbprint = proof.Thumbprint
	r.Once = append(r.Once, o.authority.OnceOf(proof.ExpiresAt, "dpop", proof.Thumbprint, proof.ID))
	return nil
}

func badProof(cause error) error {
	return &fault.Error{Kind: fault.Malformed, Reason: authority.ReasonBadProof, Parameter: "DPoP", Message: "The proof is not valid.", Cause: cause}
}

// refusedOf tells a proof that was presented before from a client that is nobody: the client is authenticated by now.
func refusedOf(err error) error {
	if fault.KindOf(err) == fault.Unauthenticated {
		return badProof(err)
	}
	return err
}
