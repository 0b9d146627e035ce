package oauth

import (
	"github.com/doorward/doorward/internal/grant"
	"github.com/doorward/doorward/internal/secret"
)

const mediaType = "application/json"

// The names of parameters.
const (
	grantTypeField     = "grant_type"
	scopeField         = "scope"
	resourceField      = "resource"
	audienceField      = "audience"
	subjectField       = "subject_token"
	subjectTypeField   = "subject_token_type"
	actorField         = "actor_token"
	actorTypeField     = "actor_token_type"
	requestedTypeField = "requested_token_type"
	tokenField         = "token"
	hintField          = "token_type_hint"
	clientField        = "client_id"
	secretField        = "client_secret"
	assertionField     = "client_assertion"
	assertionTypeField = "client_assertion_type"
)

var clientFields = []string{clientField, secretField, assertionField, assertionTypeField}

// tokenAnswer is RFC 6749 §5.1 and RFC 8693 §2.2.1.
type tokenAnswer struct {
	AccessToken     string `json:"access_token"`
	IssuedTokenType string `json:"issued_token_type,omitzero"`
	TokenType       string `json:"token_type"`
	ExpiresIn       int64  `json:"expires_in"`
	Scope           string `json:"scope,omitzero"`
}

// introspection is RFC 7662 §2.2, with RFC 8693 §4 and RFC 9449 §6.2; what is not active has nothing else.
type introspection struct {
	Active       bool          `json:"active"`
	Scope        string        `json:"scope,omitzero"`
	ClientID     string        `json:"client_id,omitzero"`
	Username     string        `json:"username,omitzero"`
	TokenType    string        `json:"token_type,omitzero"`
	ExpiresAt    int64         `json:"exp,omitzero"`
	IssuedAt     int64         `json:"iat,omitzero"`
	Subject      string        `json:"sub,omitzero"`
	Audience     string        `json:"aud,omitzero"`
	Issuer       string        `json:"iss,omitzero"`
	ID           string        `json:"jti,omitzero"`
	Actor        *actor        `json:"act,omitzero"`
	MayAct       *actor        `json:"may_act,omitzero"`
	Confirmation *confirmation `json:"cnf,omitzero"`
	Account      string        `json:"account,omitzero"`
	Organisation string        `json:"organisation,omitzero"`
	Unit         string        `json:"unit,omitzero"`
	Email        string        `json:"email,omitzero"`
	Name         string        `json:"name,omitzero"`
	Facts        []string      `json:"facts,omitzero"` // that it depends on, as the feed names them
}

type actor struct {
	Subject string `json:"sub"`
	Email   string `json:"email,omitzero"`
	Name    string `json:"name,omitzero"`
}

type confirmation struct {
	Thumbprint string `json:"jkt"`
}

// serverMetadata is RFC 8414 §2.
type serverMetadata struct {
	Issuer                  string             `json:"issuer"`
	TokenEndpoint           string             `json:"token_endpoint"`
	KeysURL                 string             `json:"jwks_uri"`
	IntrospectionEndpoint   string             `json:"introspection_endpoint"`
	RevocationEndpoint      string             `json:"revocation_endpoint"`
	ResponseTypes           []string           `json:"response_types_supported"`
	GrantTypes              []string           `json:"grant_types_supported"`
	Scopes                  []grant.Permission `json:"scopes_supported"`
	TokenMethods            []string           `json:"token_endpoint_auth_methods_supported"`
	TokenAlgorithms         []secret.Algorithm `json:"token_endpoint_auth_signing_alg_values_supported"`
	IntrospectionMethods    []string           `json:"introspection_endpoint_auth_methods_supported"`
	IntrospectionAlgorithms []secret.Algorithm `json:"introspection_endpoint_auth_signing_alg_values_supported"`
	RevocationMethods       []string           `json:"revocation_endpoint_auth_methods_supported"`
	RevocationAlgorithms    []secret.Algorithm `json:"revocation_endpoint_auth_signing_alg_values_supported"`
	ProofAlgorithms         []secret.Algorithm `json:"dpop_signing_alg_values_supported"`
}

// resourceMetadata is RFC 9728 §2.
type resourceMetadata struct {
	Resource        string             `json:"resource"`
	Servers         []string           `json:"authorization_servers"`
	BearerMethods   []string           `json:"bearer_methods_supported"`
	ProofAlgorithms []secret.Algorithm `json:"dpop_signing_alg_values_supported"`
}

// errorAnswer is RFC 6749 §5.2.
type errorAnswer struct {
	Error       string `json:"error"`
	Description string `json:"error_description,omitzero"`
}
