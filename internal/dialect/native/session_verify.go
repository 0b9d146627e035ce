package native

import (
	"net/http"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/secret"
)

// maxBatch bounds how many tokens one request has verified.
const maxBatch = 100

// verifySessions answers of each token whether it counts now, in their order.
func (n native) verifySessions(c *dialect.Call) error {
	var body verifyRequest
	if err := decode(c, &body); err != nil {
		return err
	}
	if len(body.Tokens) == 0 || len(body.Tokens) > maxBatch {
		return fault.BadParameter("tokens", "The member must be a list of 1 to 100 tokens.")
	}
	texts := make([]secret.Text, len(body.Tokens))
	for i, token := range body.Tokens {
		if token == "" {
			return fault.BadParameter("tokens", "A token must not be empty.")
		}
		texts[i] = secret.Of(token)
	}
	verdicts, err := n.authority.VerifyAll(c.Context(), c.By, texts)
	if err != nil {
		return err
	}
	answered := verifyAnswer{Verdicts: make([]verdictAnswer, len(verdicts))}
	for i := range verdicts {
		answered.Verdicts[i] = showVerdict(&verdicts[i])
	}
	return answer(c, http.StatusOK, answered)
}

func showVerdict(v *authority.Verdict) verdictAnswer {
	if !v.Valid() {
		return verdictAnswer{}
	}
	s, f := &v.Session, &v.SessionFacts
	return verdictAnswer{Valid: true, Session: &verifiedSession{
		ID: s.ID.String(), Kind: string(s.Kind), Permissions: textsOf(s.Permissions), Thumbprint: optional(s.Thumbprint),
		sessionAnswer: sessionAnswer{sessionFacts: factsOf(f), Organisation: organisationOf(f), Unit: unitOf(f)},
		Facts:         v.DependsOn(),
	}}
}
