package alephee

import (
	"net/http"
	"time"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/tenant"
)

func (d wire) checkMint(c *dialect.Call) error {
	d.deprecate(c)
	parameters, err := parseMint(c.Request)
	c.Input = parameters
	return err
}

// pretendToMint does for a key that is refused what is done for one whose account or user is, since the answer is the
// same.
func (d wire) pretendToMint(c *dialect.Call) error {
	return d.authority.PretendToMintLoginToken(c.Context(), c.Input.(mintParameters).mintRequest())
}

func (p mintParameters) mintRequest() authority.MintRequest {
	return authority.MintRequest{
		Account: tenant.Account(p.account), Email: p.email, Audience: p.audience, Lifetime: p.lifetime,
	}
}

// mintLoginToken answers GET /v2/accounts/{accountId}/logintoken.
func (d wire) mintLoginToken(c *dialect.Call) error {
	p := c.Input.(mintParameters)
	minted, err := d.authority.MintLoginToken(c.Context(), c.By, p.mintRequest())
	if err != nil {
		return err
	}
	lifetime := minted.LoginToken.ExpiresAt.Sub(minted.LoginToken.MintedAt)
	body, err := mintedToken{
		token: minted.Text.Reveal(), url: minted.URL, expiresIn: int64(lifetime / time.Second),
	}.encode(d.options.TokenMember, d.options.URLMember)
	if err != nil {
		return err
	}
	write(c.ResponseWriter, http.StatusOK, body)
	return nil
}
