package client

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"strconv"
	"time"
)

//go:embed pages/handoff.css
var style string

//go:embed pages/handoff.html
var pageText string

var (
	styleSum = sha256.Sum256([]byte(style))
	// The style is in the page, so that a page needs no second request; the policy allows this text and no other.
	policy  = "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(styleSum[:]) + "'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
	handoff = template.Must(template.New("handoff").Parse(pageText))
)

// problemPage is what a person is told when there is no button to show. It is an error, so that handlers can return it.
type problemPage struct {
	status        int
	title, advice string
}

func (p *problemPage) Error() string { return p.title }

// Title is for the page.
func (p *problemPage) Title() string { return p.title }

// Advice is for the page.
func (p *problemPage) Advice() string { return p.advice }

var (
	pageDamaged   = &problemPage{400, "That address is damaged", "A part of it is missing or broken, perhaps because it was copied or cut by a mail program. Open the link again where you got it, in one piece."}
	pageElsewhere = &problemPage{403, "That came from another site", "Nothing was done. Open the link again where you got it, and use the button on the page."}
	pageMethod    = &problemPage{405, "That cannot be done here", "Open the link again where you got it."}
	pageRefused   = &problemPage{410, "This link does not work any more", "Links like this work once, and only for a short time. Go back to the portal, provider or message you came from and open the link there again, so that you get a new one."}
	pageBroken    = &problemPage{500, "Something went wrong on our side", "Please tell support. Nothing was done with your link that cannot be done again with a new one."}
	pageLater     = &problemPage{503, "Signing in does not work right now", "Nothing is wrong with your link. Wait a moment, go back and press the button again."}
)

// view is what the page's template is given.
type view struct {
	Title, Name, Action string
	TokenField, Token   string
	EmailField, Email   string
	Present             *Present
	Problem             *problemPage
	Reference           string
}

// Style is the page's own text, which the policy's hash demands unchanged.
func (view) Style() template.HTML { return template.HTML("<style>" + style + "</style>") }

// PresentField is the name of the field that says whom the person has seen signed in.
func (view) PresentField() string { return presentField }

func (h *Handoff) render(w http.ResponseWriter, r *http.Request, status int, v view) {
	var body bytes.Buffer
	if err := handoff.Execute(&body, v); err != nil {
		h.options.Log.Error("doorward: render a page", "cause", err.Error())
		status = http.StatusInternalServerError
		body.Reset()
	}
	h.setHeaders(w)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body.Bytes())
	}
}

// setHeaders sets what every answer has. The home is named because Chromium holds the redirect after a POST to
// form-action too, when the token is already spent.
func (h *Handoff) setHeaders(w http.ResponseWriter) {
	full := policy
	if h.formAction != "" {
		full += " " + h.formAction
	}
	for name, value := range map[string]string{
		"Content-Security-Policy": full, "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
		"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "X-Robots-Tag": "noindex, nofollow",
		"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
	} {
		w.Header().Set(name, value)
	}
}

// redirect sends the browser on by GET, to a URL without a secret in it.
func (h *Handoff) redirect(w http.ResponseWriter, to string) {
	h.setHeaders(w)
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusSeeOther)
}

func setRetryAfter(h http.Header, wait time.Duration) {
	h.Set("Retry-After", strconv.Itoa(int((wait+time.Second-1)/time.Second)))
}
