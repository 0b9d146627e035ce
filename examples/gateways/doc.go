// Package gateways holds, beside its tests, a configuration for each gateway
// that Doorward is asked by before a request passes. docs/gateways.md says how to
// use them; the tests run them in the real programs of Debian.
package gateways
