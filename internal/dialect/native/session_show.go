package native

import (
	"net/http"

	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/web"
)

// showSession answers whose the presented session is, whichever dialect opened it.
func (n native) showSession(c *dialect.Call) error {
	if err := refuseQuery(c.Request); err != nil {
		return err
	}
	f := &c.Verdict.SessionFacts
	return web.WriteAppended(c.ResponseWriter, http.StatusOK, "application/json", func(to []byte) ([]byte, error) { return appendSession(to, f) })
}
