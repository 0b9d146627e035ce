package alephee

import _ "embed" // the specification

//go:embed openapi.yaml
var specification []byte
