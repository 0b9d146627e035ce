package handoff

import (
	"mime"
	"slices"
	"strings"

	"github.com/doorward/doorward/internal/fault"
	"github.com/doorward/doorward/internal/web"
)

// The page's own form fields, beside those of the landing's token and e-mail.
const (
	audienceField = "doorward-audience"
	sessionField  = "doorward-session" // the ID, which is not secret, of the session that the person saw on the page
)

// readForm returns the fields of a same-origin POST of one of our forms. Nothing in the query counts: Go's ParseForm
// would merge it with the body.
func (h *handler) readForm(v *visit, known ...string) (web.Query, error) {
	if err := h.crossOrigin.Check(v.Request); err != nil {
		f := fault.New(fault.Denied, "cross-origin", "The request came from another site.")
		f.Cause = err
		return nil, f
	}
	if v.URL.RawQuery != "" {
		return nil, fault.BadParameter("query", "The form has no query.")
	}
	kind, _, err := mime.ParseMediaType(strings.Join(v.Header.Values("Content-Type"), ", ")) // two are none
	if err != nil || kind != "application/x-www-form-urlencoded" || v.Header.Get("Content-Encoding") != "" {
		return nil, fault.New(fault.Unsupported, reasonMediaType, "The form must be URL-encoded.")
	}
	body, err := web.ReadBody(v.Request)
	if err != nil {
		return nil, err
	}
	// A form is encoded like a query, and read as strictly.
	form, err := web.ParseForm(string(body), nil)
	if err != nil {
		return nil, err
	}
	for name := range form {
		if !slices.Contains(known, name) {
			return nil, fault.BadParameter("form", "The form has a field that is not known here.")
		}
	}
	return form, nil
}

const reasonMediaType = "media-type"

// readLink returns the link that the page's form carries.
func (h *handler) readLink(v *visit) (link, web.Query, error) {
	known := []string{audienceField, sessionField}
	for _, l := range v.landings {
		known = append(known, l.Token)
		if l.Email != "" {
			known = append(known, l.Email)
		}
	}
	form, err := h.readForm(v, known...)
	if err != nil {
		return link{}, nil, err
	}
	for _, l := range v.linksIn(form) {
		if !form.Has(audienceField) || form[audienceField] == l.Audience.ID.String() {
			return l, form, nil
		}
	}
	return link{}, nil, fault.BadParameter("form", "The form carries no link.")
}
