package native

import (
	"bytes"
	"compress/gzip"
	_ "embed" // for the page, its style and its script
	"html/template"
	"io"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/swaggest/swgui/v5/static"

	"github.com/doorward/doorward/internal/dialect"
	"github.com/doorward/doorward/internal/fault"
)

const (
	docsSpace          = "/docs"
	specificationsPath = docsSpace + "/specifications"
	assetsPath         = docsSpace + "/assets"
)

// Specification is what a dialect speaks, as OpenAPI says it.
type Specification struct {
	Name, Title string
	YAML        []byte
}

var (
	//go:embed pages/docs.html
	docsHTML string
	//go:embed pages/docs.css
	docsCSS []byte
	//go:embed pages/docs.js
	docsJS []byte

	docsPage = template.Must(template.New("docs").Parse(docsHTML))
)

// docsPolicy lets the browser use what this installation serves, and send requests to it and to nobody else. Swagger UI
// sets styles of its own and has its icons in data URLs.
const docsPolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
	"form-action 'none'; frame-ancestors 'none'; base-uri 'none'"

// assets are the files of the page by name: ours, and those of Swagger UI, which are packed.
var assets = map[string]string{
	"docs.css": "text/css; charset=utf-8", "docs.js": "text/javascript; charset=utf-8",
	"swagger-ui.css": "text/css; charset=utf-8", "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
	"favicon-32x32.png": "image/png",
}

// specificationsOf returns this dialect's specification and those of others.
func specificationsOf(others []dialect.Dialect) []Specification {
	all := []Specification{{Name, titleOf(specification), specification}}
	for _, d := range others {
		if d.Specification != nil {
			all = append(all, Specification{d.Name, titleOf(d.Specification), d.Specification})
		}
	}
	return all
}

// titleOf returns the title of a specification, as its line in the YAML has it.
func titleOf(yaml []byte) string {
	_, after, _ := strings.Cut(string(yaml), "\n  title: ")
	title, _, _ := strings.Cut(after, "\n")
	return strings.TrimPrefix(strings.Trim(title, `"'`), "Doorward, ")
}

func (n native) docsRoutes() []dialect.Route {
	return []dialect.Route{
		{Method: http.MethodGet, Path: docsSpace, Access: dialect.Open("shows the specifications"), Handle: n.showDocs},
		{Method: http.MethodGet, Path: specificationsPath + "/{name}", Access: dialect.Open("a specification itself"), Handle: n.showSpecification},
		{Method: http.MethodGet, Path: assetsPath + "/{file}", Access: dialect.Open("files of the page"), Handle: showAsset},
	}
}

// showDocs answers the page on which the specifications are read and requests tried.
func (n native) showDocs(c *dialect.Call) error {
	var body bytes.Buffer
	if err := docsPage.Execute(&body, n.specifications); err != nil {
		return err
	}
	c.ResponseWriter.Header().Set("Content-Security-Policy", docsPolicy)
	return write(c, "text/html; charset=utf-8", body.Bytes())
}

// showSpecification answers one specification (RFC 9512).
func (n native) showSpecification(c *dialect.Call) error {
	i := slices.IndexFunc(n.specifications, func(s Specification) bool { return s.Name == c.PathValue("name") })
	if i < 0 {
		return fault.New(fault.NotFound, "unknown-specification", "There is no such specification.")
	}
	return write(c, "application/yaml", n.specifications[i].YAML)
}

// showAsset answers a file of the page.
func showAsset(c *dialect.Call) error {
	name := c.PathValue("file")
	kind, ok := assets[name]
	if !ok {
		return fault.New(fault.NotFound, "unknown-asset", "There is no such file.")
	}
	switch name {
	case "docs.css":
		return write(c, kind, docsCSS)
	case "docs.js":
		return write(c, kind, docsJS)
	}
	return writeAsset(c, name, kind)
}

// writeAsset answers a file of Swagger UI as it is packed, unpacked for who takes it no other way.
func writeAsset(c *dialect.Call, name, kind string) error {
	if path.Ext(name) == ".png" {
		file, err := fs.ReadFile(static.FS, name)
		if err != nil {
			return err
		}
		return write(c, kind, file)
	}
	packed, err := fs.ReadFile(static.FS, name+".gz")
	if err != nil {
		return err
	}
	c.ResponseWriter.Header().Set("Vary", "Accept-Encoding")
	if strings.Contains(c.Request.Header.Get("Accept-Encoding"), "gzip") {
		c.ResponseWriter.Header().Set("Content-Encoding", "gzip")
		return write(c, kind, packed)
	}
	unpacked, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return err
	}
	file, err := io.ReadAll(unpacked)
	if err != nil {
		return err
	}
	return write(c, kind, file)
}

func write(c *dialect.Call, kind string, body []byte) error {
	c.ResponseWriter.Header().Set("Content-Type", kind)
	c.WriteHeader(http.StatusOK)
	_, _ = c.ResponseWriter.Write(body) // a client that went away is not a failure
	return nil
}
