package native

import (
	"maps"
	"net/http"
	"slices"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/grant"
)

func (n native) limitRoutes() []dialect.Route {
	return []dialect.Route{
		n.route(http.MethodGet, "/v1/limits", "", n.showOwnLimits),
		n.route(http.MethodGet, credentialPath+"/limits", grant.ReadDirectory, n.showLimits),
	}
}

// showOwnLimits answers what the credential that asks may ask how often.
func (n native) showOwnLimits(c *dialect.Call) error {
	if err := refuseQuery(c.Request); err != nil {
		return err
	}
	return answer(c, http.StatusOK, n.limitsOf(c.By.Credential()))
}

// showLimits answers what another credential may ask how often.
func (n native) showLimits(c *dialect.Call) error {
	id, err := parseOnlyID(c)
	if err != nil {
		return err
	}
	listed, err := n.authority.ShowCredential(c.Context(), c.By, authority.CredentialID(id))
	if err != nil {
		return err
	}
	return answer(c, http.StatusOK, n.limitsOf(listed.Credential))
}

func (n native) limitsOf(c authority.Credential) limitsAnswer {
	shown := limitsAnswer{Credential: c.ID.String()}
	for _, name := range authority.LimitedRoutes {
		policy := policyAnswer{Name: name, WindowSeconds: 60}
		requests, own := c.Limits[name]
		if !own && (name == defaultPolicy || name == verifyPolicy) {
			requests = n.limits.perMinute
		}
		if policy.Own = own; requests > 0 { // other dialects' defaults are theirs to tell
			policy.Requests = &requests
		}
		shown.Policies = append(shown.Policies, policy)
	}
	for _, name := range slices.Sorted(maps.Keys(n.guesses)) {
		rule := n.guesses[name]
		shown.FailedTries = append(shown.FailedTries, failedTriesLimit{
			Name: name, Failures: rule.Failures, WindowSeconds: int64(rule.Period.Seconds()), LockSeconds: int64(rule.Lock.Seconds()),
		})
	}
	return shown
}
