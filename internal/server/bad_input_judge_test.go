package server_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// verdict is what an answer comes down to in any dialect.
type verdict int

const (
	done      verdict = iota
	faulty            // the request is malformed
	otherwise         // refused for what it says: who, where, what
)

// codes are the verdicts of CRM.COM's answers with HTTP 200 (WIRE.md §4).
var codes = map[string]verdict{"OK": done, "MISSING_PARAMETER": faulty, "INVALID_PARAMETER": faulty}

func verdictOf(surface string, got reply) verdict {
	var told struct {
		Status any
		Code   string
		Error  any
	}
	_ = json.Unmarshal(got.body, &told)
	if status, enveloped := told.Status.(map[string]any); enveloped && surface == "crmcom" && got.status == http.StatusOK {
		code, _ := status["code"].(string)
		if v, ok := codes[code]; ok {
			return v
		}
		return otherwise
	}
	switch {
	case told.Error == "invalid_client":
		return otherwise // though its status may be 400 (RFC 6749 §5.2)
	case told.Code == "login-token-refused":
		return otherwise // though its status is 400 (DESIGN.md §6)
	case got.status < 400:
		return done
	case slices.Contains([]int{400, 413, 414, 415, 422, 431}, got.status):
		return faulty
	}
	return otherwise
}

// names reports whether an answer names one of several inputs, however its dialect does: in a member of its own, or in
// front of a message and a colon.
func (r reply) names(inputs ...string) bool {
	var body any
	if json.Unmarshal(r.body, &body) != nil {
		return false
	}
	return slices.ContainsFunc(stringsIn(body), func(text string) bool {
		head, _, _ := strings.Cut(text, ": ")
		return slices.ContainsFunc(strings.Fields(head), func(word string) bool {
			list, _, _ := strings.Cut(word, "/") // an item of a list is named by its place in it
			return slices.Contains(inputs, word) || slices.Contains(inputs, list)
		})
	})
}

func stringsIn(value any) (found []string) {
	switch v := value.(type) {
	case string:
		return []string{v}
	case []any:
		for _, item := range v {
			found = append(found, stringsIn(item)...)
		}
	case map[string]any:
		for _, item := range v {
			found = append(found, stringsIn(item)...)
		}
	}
	return found
}

// counted are headers that differ from one request to the next.
var counted = []string{"Date", "Etag", "Content-Length", "X-Request-Id", "X-Ratelimit-Remaining", "X-Ratelimit-Reset", "Ratelimit"}

// minted is what every answer has anew; of the feed that is all that others did meanwhile.
var minted = regexp.MustCompile(`(\{"cursor":"[^"]+","fact":"[^"]+","ended":(true|false),"at":"[^"]+"\},?)*\],"cursor":"[^"]*"|` +
	`"facts":\[[^]]*\]|"next_cursor":"[^"]+"|"heard_ago_ms":[0-9]+|"[xy]":"[A-Za-z0-9_-]{43}"|eyJ[A-Za-z0-9_.-]{20,}|[A-Za-z0-9_]{20,}|[1-9][0-9]{15}|apiKey-[0-9a-f]{12}`)

// comparable is an answer without what every one has anew.
func (r reply) comparable() string {
	var b strings.Builder
	fmt.Fprintln(&b, r.status)
	for _, name := range slices.Sorted(maps.Keys(r.header)) {
		if !slices.Contains(counted, name) {
			fmt.Fprintf(&b, "%s: %q\n", name, r.header[name])
		}
	}
	b.Write(r.body)
	return minted.ReplaceAllString(b.String(), "<minted>")
}

// judge says what is wrong with the answer to a bad request, or nothing.
func (m *matrix) judge(c badCase, sent draft, got reply) string {
	v := verdictOf(c.operation.surface, got)
	switch {
	case got.status >= 500:
		return "it broke"
	case m.world.leakedIn(got, v):
		return "the answer shows what was sent"
	}
	if c.want == elsewhere {
		return c.judgeElsewhere(got)
	}
	if wrong := c.headersMissing(got, v == done); wrong != "" {
		return wrong
	}
	if c.want == notAllowed {
		return c.judgeMethod(got)
	}
	if wrong := m.breaks(c, sent, got, v == done && c.want == free); wrong != "" {
		return wrong
	}
	if v == faulty && !got.names(c.inputs...) {
		return fmt.Sprintf("it names none of %q", c.inputs)
	}
	if c.want == free {
		return ""
	}
	return m.judgeRefused(c, v, got)
}

// breaks says how an answer breaks openapi.yaml; most answers have been there before, and compiling schemas is slow.
func (m *matrix) breaks(c badCase, sent draft, got reply, isDone bool) string {
	key := c.operation.String() + got.comparable()
	if known, ok := m.checked[key]; ok && !isDone {
		return known
	}
	wrong := ""
	if err := c.operation.check(sent, c.right, got, isDone); err != nil {
		wrong = err.Error()
	}
	if !isDone {
		m.checked[key] = wrong
	}
	return wrong
}

func (m *matrix) judgeRefused(c badCase, v verdict, got reply) string {
	l := m.lenient(c.operation, c.class)
	switch {
	case v == done && l == nil:
		return "it succeeded; if that is meant, say why in leniencies"
	case v == done:
		l.used = true
		if got.comparable() != c.rightAnswer {
			return "the answer is not the one to the right request, which is\n" + c.rightAnswer
		}
	case v == otherwise && !c.opaque:
		return "it is not refused as malformed"
	}
	return ""
}

// judgeElsewhere lets Go's server answer what is no HTTP, and otherwise demands a failure of ours.
func (c badCase) judgeElsewhere(got reply) string {
	kind := got.header.Get("Content-Type")
	switch {
	case got.status == http.StatusBadRequest && strings.HasPrefix(string(got.body), "400 Bad Request"):
		return ""
	case got.status == http.StatusMethodNotAllowed && got.header.Get("Allow") != "":
		// It is a neighbour's path, such as one with a wildcard.
	case !slices.Contains([]int{400, 404}, got.status) && !(c.operation.surface == "crmcom" && got.status == 200):
		return "it is not refused as unknown"
	case strings.HasPrefix(kind, "text/html"):
		return "" // a path that is no dialect's
	}
	return c.judgeShape(got)
}

func (c badCase) judgeMethod(got reply) string {
	if got.status != http.StatusMethodNotAllowed || !strings.Contains(got.header.Get("Allow"), c.operation.method) {
		return fmt.Sprintf("it is not 405 that allows %s but %q", c.operation.method, got.header.Get("Allow"))
	}
	if c.class == "method HEAD" {
		return ""
	}
	return c.judgeShape(got)
}

// judgeShape demands the shape of all failures of the dialect.
func (c badCase) judgeShape(got reply) string {
	as := got
	if as.status = c.shape.failureStatus(); as.status == 0 {
		return "no failure is in openapi.yaml"
	}
	if err := c.shape.check(c.shapeRight, c.shapeRight, as, false); err != nil {
		return err.Error()
	}
	return ""
}

// check holds an answer against openapi.yaml; with it the request, where it was done.
func (o operation) check(sent, right draft, got reply, isDone bool) error {
	r, err := http.NewRequest(sent.method, sent.requestTarget(), strings.NewReader(sent.content()))
	if err != nil || sent.target != "" || !isDone {
		if r, err = http.NewRequest(o.method, right.requestTarget(), nil); err != nil {
			return err
		}
		sent = right
	}
	for _, f := range sent.header {
		r.Header.Add(f.name, f.value)
	}
	response := &http.Response{StatusCode: got.status, Header: got.header}
	return o.contract.Check(r, sent.content(), !isDone, response, got.body)
}

// headersMissing demands the headers of every answer (WIRE.md §5).
func (c badCase) headersMissing(got reply, isDone bool) string {
	kept := "no-store"
	if isDone && isPublic(c.operation) {
		kept = "public, max-age=300"
	}
	for name, want := range map[string]string{"Cache-Control": kept, "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"} {
		if got.header.Get(name) != want {
			return fmt.Sprintf("%s is %q", name, got.header.Get(name))
		}
	}
	if len(got.header.Get("X-Request-Id")) != 24 {
		return "it has no request id"
	}
	return ""
}

// leakedIn looks for secrets, and for what was sent in their place, in an answer. What is done may show what it is about.
func (w *world) leakedIn(got reply, v verdict) bool {
	if v == done {
		return false
	}
	text := fmt.Sprint(got.header) + string(got.body)
	return strings.Contains(strings.ToLower(text), canary) || w.leaked(text) != ""
}
