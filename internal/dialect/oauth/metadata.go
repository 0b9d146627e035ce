package oauth

import (
	"hash/fnv"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/doorward/doorward/internal/authority"
	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
	"github.com/doorward/doorward/internal/web"
)

// metadataAge is for how long the descriptions may be kept.
const metadataAge = 5 * time.Minute

// describeServer answers what a client needs to know of this server (RFC 8414).
func (o oauth) describeServer(c *dialect.Call) error {
	methods := []string{"client_secret_basic", "client_secret_post", "private_key_jwt"}
	algorithms := secret.Algorithms()
	return answerPublic(c, metadataAge, serverMetadata{
		Issuer: o.issuer, TokenEndpoint: o.issuer + tokenPath, IntrospectionEndpoint: o.issuer + introspectPath,
		RevocationEndpoint: o.issuer + revokePath, KeysURL: o.issuer + keysPath,
		ResponseTypes: []string{}, GrantTypes: []string{clientCredentials, tokenExchange}, Scopes: grant.Own,
		TokenMethods: methods, TokenAlgorithms: algorithms,
		IntrospectionMethods: methods, IntrospectionAlgorithms: algorithms,
		RevocationMethods: methods, RevocationAlgorithms: algorithms, ProofAlgorithms: algorithms,
	})
}

// describeInstallation answers what a client needs to know of this installation as a resource (RFC 9728).
func (o oauth) describeInstallation(c *dialect.Call) error { return o.describeResource(c, o.issuer) }

// describeAudience answers the same of an audience without an identifier of its own: that of another is at that one's host.
func (o oauth) describeAudience(c *dialect.Call) error {
	id, ok := web.ParseNumber(c.PathValue("id"))
	if !ok || id == 0 {
		return noSuchResource()
	}
	audience, err := o.authority.DescribedAudience(c.Context(), authority.AudienceID(id))
	if fault.KindOf(err) == fault.NotFound || err == nil && audience.Resource != "" {
		return noSuchResource()
	}
	if err != nil {
		return err
	}
	return o.describeResource(c, o.authority.ResourceOf(audience))
}

func noSuchResource() error {
	return fault.New(fault.NotFound, authority.ReasonUnknownAudience, "There is no such resource here.")
}

func (o oauth) describeResource(c *dialect.Call, resource string) error {
	return answerPublic(c, metadataAge, resourceMetadata{
		Resource: resource, Servers: []string{o.issuer}, BearerMethods: []string{"header"}, ProofAlgorithms: secret.Algorithms(),
	})
}

// keys answers the public keys (RFC 7517).
func (o oauth) keys(c *dialect.Call) error {
	set, maxAge, err := o.authority.JWKS(c.Context())
	if err != nil {
		return err
	}
	return answerPublicText(c, maxAge, "application/jwk-set+json", set)
}

func answerPublic(c *dialect.Call, maxAge time.Duration, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return answerPublicText(c, maxAge, mediaType, text)
}

// answerPublicText answers what anybody may read and keep for a while, scripts of other origins too.
func answerPublicText(c *dialect.Call, maxAge time.Duration, kind string, text []byte) error {
	sum := fnv.New64a() // it tells versions apart and protects nothing
	_, _ = sum.Write(text)
	tag := `"` + strconv.FormatUint(sum.Sum64(), 36) + `"`
	h := c.ResponseWriter.Header()
	h.Set("Cache-Control", "public, max-age="+strconv.FormatInt(int64(maxAge/time.Second), 10))
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("ETag", tag)
	if isKept(c.Request, tag) {
		c.ResponseWriter.WriteHeader(http.StatusNotModified)
		return nil
	}
	h.Set("Content-Type", kind)
	c.ResponseWriter.WriteHeader(http.StatusOK)
	_, _ = c.ResponseWriter.Write(text)
	return nil
}

// isKept compares entity tags weakly (RFC 9110 §13.1.2).
func isKept(r *http.Request, tag string) bool {
	given := strings.Join(r.Header.Values("If-None-Match"), ",")
	for one := range strings.SplitSeq(given, ",") {
		if one = strings.TrimSpace(one); one == "*" || strings.TrimPrefix(one, "W/") == tag {
			return true
		}
	}
	return false
}
