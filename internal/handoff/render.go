package handoff

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"

	"github.com/doorward/doorward/internal/web"
)

//go:embed pages
var files embed.FS

// style is in the page, so that a page needs no second request; the policy allows this text and no other.
var (
	style       = mustRead("pages/handoff.css")
	styleSum    = sha256.Sum256([]byte(style))
	styleSource = "'sha256-" + base64.StdEncoding.EncodeToString(styleSum[:]) + "'"
)

var pages = parsePages("link", "signed_in", "nobody", "refused", "problem")

func mustRead(name string) string {
	text, err := files.ReadFile(name)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func parsePages(names ...string) map[string]*template.Template {
	parsed := map[string]*template.Template{}
	for _, name := range names {
		parsed[name] = template.Must(template.ParseFS(files, "pages/frame.html", "pages/"+name+".html"))
	}
	return parsed
}

// frame is what every page has around its content.
type frame struct {
	Title      string
	Style      template.HTML
	Reference  string // request id, by which support finds what happened
	formAction string
}

func (f frame) formOrigin() string { return f.formAction }

// frame returns a page's frame; formAction are the origins, beside our own, that its form may lead to.
func (v *visit) frame(title string, formAction ...string) frame {
	f := frame{Title: title, Reference: web.RecordOf(v.Context()).ID}
	f.Style = template.HTML("<style>" + style + "</style>") //nolint:gosec // our own file, which the policy's hash demands unchanged
	if len(formAction) > 0 {
		f.formAction = formAction[0]
	}
	return f
}

// render answers with a page.
func (v *visit) render(status int, name string, page interface{ formOrigin() string }) error {
	var body bytes.Buffer
	if err := pages[name].ExecuteTemplate(&body, "frame.html", page); err != nil {
		return err
	}
	v.setHeaders(page.formOrigin())
	return v.write(status, body.Bytes())
}
