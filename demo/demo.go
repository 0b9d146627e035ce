// Package demo holds the demo directory: a small platform with which the requests printed in the vendors' documents work.
package demo

import _ "embed"

// Directory is the demo directory file, in the format of docs/directory.md.
//
//go:embed directory.yaml
var Directory []byte

// ClientKey is the private key, as a JWK, of the demo's client that signs what it proves itself by. It is nobody's secret.
//
//go:embed client-key.json
var ClientKey []byte
