package native

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // for the page and its style
	"encoding/base64"
	"html/template"
	"net/http"
	"slices"

	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/fault"
)

// problemSpace is where the page of each problem is: the type of a problem document is a path below it.
const problemSpace = "/docs/problems"

var (
	//go:embed pages/problems.html
	problemsHTML string
	//go:embed pages/problems.css
	problemsCSS string

	problemsPage = template.Must(template.New("problems").Parse(problemsHTML))
	styleSum     = sha256.Sum256([]byte(problemsCSS))
)

// problemsPolicy lets the browser use the page's own style and nothing else.
var problemsPolicy = "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(styleSum[:]) +
	"'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"

// listProblems answers the page that lists every problem.
func listProblems(c *dialect.Call) error { return showProblems(c, "Problems", problems()) }

// showProblem answers the page of one problem.
func showProblem(c *dialect.Call) error {
	code := c.PathValue("code")
	all := problems()
	i := slices.IndexFunc(all, func(r row) bool { return r.Code == code })
	if i < 0 {
		return fault.New(fault.NotFound, "unknown-problem", "There is no such problem.")
	}
	return showProblems(c, all[i].Title, all[i:i+1])
}

func showProblems(c *dialect.Call, title string, shown []row) error {
	var body bytes.Buffer
	err := problemsPage.Execute(&body, struct {
		Title, Space string
		Style        template.HTML
		Problems     []row
	}{
		title, problemSpace,
		template.HTML("<style>" + problemsCSS + "</style>"), //nolint:gosec // our own file, which the policy's hash demands unchanged
		shown,
	})
	if err != nil {
		return err
	}
	header := c.ResponseWriter.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Security-Policy", problemsPolicy)
	c.WriteHeader(http.StatusOK)
	_, _ = c.ResponseWriter.Write(body.Bytes()) // who does not wait for the page is not told
	return nil
}
