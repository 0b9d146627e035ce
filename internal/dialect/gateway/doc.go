// Package gateway speaks forward authentication: a gateway asks before each
// request whether it may pass, and gets the identity to hand on.
//
// README.md is the contract for nginx, Caddy, HAProxy, Apache, Traefik and
// Envoy. What is demanded of a request stands in the gateway's configuration and
// in no place that its clients can write to. The package parses, asks the
// authority and writes the answer; it never looks at a client's body.
package gateway
