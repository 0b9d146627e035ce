package server_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// tryPages plays bad requests to what has no openapi.yaml: the hand-off page, and /readyz.
func (m *matrix) tryPages(routes []route) {
	beside := methodsBeside(routes)
	for _, r := range routes {
		if r.surface == "handoff" || r.surface == "server" {
			m.tryPage(r, beside[r.path])
		}
	}
}

// page is a request to a page as a browser with a link makes it, and which of its fields carry the link.
func (m *matrix) page(r route) (d draft, fields []parameter) {
	d = draft{method: r.method, path: strings.Replace(r.path, "{landing}", "login", 1), values: map[string]string{}}
	d.set("Host", "acme.localhost:8080")
	if r.path != "/{landing}" {
		return d, nil
	}
	token := parameter{in: "query", name: "token", required: true, schema: openapi3.NewStringSchema()}
	link := portalLoginToken(m.world)
	m.world.secrets[link] = true
	token.fill(&d, link)
	return d, []parameter{token}
}

func (m *matrix) tryPage(r route, beside []string) {
	right, fields := m.page(r)
	mutations := map[string][]mutation{
		"path": wrongPaths(), "headers": oddHeaders(r.method), "query": wrongQueries(len(fields) > 0),
		"method": wrongMethods(append(slices.Clone(beside), http.MethodHead)),
	}
	for _, p := range fields {
		mutations[p.name] = inQuery(right.values["query"+p.name], p, true)
	}
	if r.method == http.MethodPost {
		mutations["content type"] = wrongContentTypes()
		for about, of := range mutations {
			for i, bad := range of {
				mutations[about][i].apply = asForm(bad)
			}
		}
	}
	m.current, m.before = right, m.world.watch.mark(m.world.T)
	o := operation{surface: r.surface, method: r.method, path: r.path}
	for _, about := range slices.Sorted(maps.Keys(mutations)) {
		for _, bad := range mutations[about] {
			if r.method == http.MethodPost && (m.lenient(o, bad.class) != nil || strings.HasSuffix(bad.class, "form-urlencoded")) {
				continue // it spends the link, as it should
			}
			m.playPage(badCase{mutation: bad, operation: o, about: about, opaque: fields != nil})
		}
		m.unchanged()
	}
}

// asForm moves the query of a bad request into its form, where the page's button puts it.
func asForm(bad mutation) func(d *draft) {
	return func(d *draft) {
		d.set("Content-Type", "application/x-www-form-urlencoded")
		bad.apply(d)
		form := *d
		form.path, form.target = "", ""
		text := strings.TrimPrefix(form.requestTarget(), "?")
		d.query, d.instead = nil, &text
	}
}

// playPage demands of any page that it neither breaks nor shows, spends or writes anything. What a form does when it is
// right is tried elsewhere.
func (m *matrix) playPage(c badCase) {
	d := m.current.clone()
	c.apply(&d)
	got := m.world.call(d)
	v := verdictOf(c.operation.surface, got)
	problem := ""
	switch {
	case got.status >= 500:
		problem = "it broke"
	case m.world.leakedIn(got, v):
		problem = "the answer shows what was sent"
	case c.opaque && got.status >= 300 && got.status < 400:
		problem = "it succeeded"
	}
	if problem != "" {
		m.world.Errorf("%s: %s\n%.600q\n%d %.600s", c, problem, d.write(), got.status, got.body)
	}
	m.outcomes[c.String()] = got.comparable()
	m.counts[c.operation.String()]++
	m.pending = append(m.pending, c)
}
