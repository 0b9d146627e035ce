package pulse

import (
	_ "embed" // the specification
	"net/http"

	"github.com/doorward/doorward/internal/dialect"
)

//go:embed openapi.yaml
var specification []byte

// showSpecification answers the machine-readable contract of this dialect (RFC 9512).
func showSpecification(c *dialect.Call) error {
	c.ResponseWriter.Header().Set("Content-Type", "application/yaml")
	c.WriteHeader(http.StatusOK)
	_, err := c.ResponseWriter.Write(specification)
	return err
}
