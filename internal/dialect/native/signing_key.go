package native

import (
	"net/http"
	"slices"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
)

const signingKeysPath = "/v1/signing-keys"

func (n native) signingKeyRoutes() []dialect.Route {
	return []dialect.Route{
		n.route(http.MethodGet, signingKeysPath, grant.ManageSigningKey, n.listSigningKeys),
		n.route(http.MethodPost, signingKeysPath+"/rotate", grant.ManageSigningKey, n.rotateSigningKeys),
		n.route(http.MethodDelete, signingKeysPath+"/{id}", grant.ManageSigningKey, n.killSigningKey),
	}
}

// listSigningKeys answers all signing keys there are and were, which are a handful.
func (n native) listSigningKeys(c *dialect.Call) error {
	if err := refuseQuery(c.Request); err != nil {
		return err
	}
	keys, err := n.authority.SigningKeys(c.Context(), c.By)
	if err != nil {
		return err
	}
	return answer(c, http.StatusOK, showKeys(keys))
}

// rotateSigningKeys lets the next key sign, of one algorithm or of each.
func (n native) rotateSigningKeys(c *dialect.Call) error {
	var body rotateKeysRequest
	if err := decode(c, &body); err != nil {
		return err
	}
	var alg secret.Algorithm
	if body.Algorithm != nil {
		if alg = secret.Algorithm(*body.Algorithm); !slices.Contains(secret.Algorithms(), alg) {
			return fault.BadParameter("algorithm", "The member must be ES256, EdDSA or RS256, or be left out.")
		}
	}
	keys, err := n.authority.RotateSigningKeys(c.Context(), c.By, alg)
	if err != nil {
		return err
	}
	return answer(c, http.StatusOK, showKeys(keys))
}

// killSigningKey makes nothing count that a key has signed; the next one signs at once.
func (n native) killSigningKey(c *dialect.Call) error {
	id, err := parseOnlyID(c)
	if err != nil {
		return err
	}
	keys, killed, err := n.authority.KillSigningKey(c.Context(), c.By, authority.SigningKeyID(id))
	if err != nil {
		return err
	}
	return answer(c, http.StatusOK, killedAnswer{Killed: killed, keysAnswer: showKeys(keys)})
}

func showKeys(keys []authority.ListedSigningKey) keysAnswer {
	shown := keysAnswer{Items: []signingKeyAnswer{}}
	for _, k := range keys {
		shown.Items = append(shown.Items, signingKeyAnswer{
			ID: secret.ID(k.ID).String(), Algorithm: string(k.Algorithm), State: string(k.State), CreatedAt: formatTime(k.CreatedAt),
			SignsAt: formatTime(k.SignsAt), RetiredAt: formatTime(k.RetiredAt), PublishedUntil: formatTime(k.PublishedUntil), KilledAt: formatTime(k.KilledAt),
		})
	}
	return shown
}
