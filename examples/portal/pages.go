package portal

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"
)

//go:embed pages/portal.html
var text string

//go:embed pages/portal.css
var style string

var (
	pages  = template.Must(template.New("portal").Parse(text))
	sum    = sha256.Sum256([]byte(style))
	policy = "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)

// page is what the template is given.
type page struct {
	Title, Problem string
	Visitor        visitor
	Orders         []order
	Token, Call    string
	Minutes        int
}

// Style is our own text, which the policy's hash demands unchanged.
func (page) Style() template.HTML { return template.HTML("<style>" + style + "</style>") }

func (p *Portal) render(w http.ResponseWriter, status int, v page) {
	var body bytes.Buffer
	if err := pages.Execute(&body, v); err != nil {
		p.options.Log.Error("portal: render a page", "cause", err.Error())
		status = http.StatusInternalServerError
		body.Reset()
	}
	for name, value := range map[string]string{
		"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy, "Referrer-Policy": "no-referrer",
		"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
	} {
		w.Header().Set(name, value)
	}
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes())
}
