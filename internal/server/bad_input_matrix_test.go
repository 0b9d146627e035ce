package server_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/doorward/doorward/internal/dialect"
)

// badCase is one bad request to one operation.
type badCase struct {
	mutation
	operation   operation
	about       string   // the parameter, or what of the whole request
	inputs      []string // an answer that says "malformed" names one of them
	opaque      bool     // only an equal text is right, so that a wrong one may be refused like a wrong credential
	right       draft    // the request that it is a mutation of
	rightAnswer string
	shape       operation // that documents the dialect's failures
	shapeRight  draft
}

func (c badCase) String() string { return c.operation.String() + " · " + c.about + " · " + c.class }

// matrix plays all bad requests on one engine.
type matrix struct {
	world      *world
	leniencies []*leniency
	outcomes   map[string]string // by case: the answer, to be the same on the other engine
	counts     map[string]int    // by operation
	checked    map[string]string // by operation and answer: how it breaks openapi.yaml
	made       int               // how many requests that succeed

	operation operation
	form      form
	current   draft // succeeds, if nothing has been spent by another that did
	before    int64 // the mark of the watch when it was made
	pending   []badCase
}

func newMatrix(w *world) *matrix {
	return &matrix{world: w, leniencies: leniencies(), outcomes: map[string]string{}, counts: map[string]int{}, checked: map[string]string{}}
}

// try plays every bad request to an operation. beside are all methods of its path.
func (m *matrix) try(o, shape operation, beside []string) {
	seen := map[string]bool{}
	for i, f := range o.forms {
		f = slices.DeleteFunc(f, func(p parameter) bool {
			v, _ := validOf(o, p)
			return v.leftOut
		})
		answer, ok := m.begin(o, f)
		m.outcomes[fmt.Sprintf("%s · form %d · right", o, i)] = answer
		if !ok {
			return
		}
		blank := badCase{operation: o, rightAnswer: answer, shape: shape, shapeRight: shape.blank()}
		for _, p := range f {
			if seen[p.in+p.name] {
				continue
			}
			seen[p.in+p.name] = true
			c := blank
			c.about, c.inputs, c.opaque = fmt.Sprintf("%s %s", p.in, p.name), p.inputs(), p.isOpaque(o)
			m.play(c, func() []mutation { return p.wrong(m.current.values[p.in+p.name], c.opaque) })
		}
		if i == 0 {
			m.playWhole(blank, beside)
		}
		m.end(answer)
	}
}

// begin proves that the form's request succeeds, and makes another one for its mutations.
func (m *matrix) begin(o operation, f form) (answer string, ok bool) {
	m.operation, m.form = o, f
	if !m.remake() {
		return "", false
	}
	got := m.world.call(m.current)
	if v := verdictOf(o.surface, got); v != done {
		m.world.Errorf("%s: the request that should succeed does not; correct validValues, or its examples in openapi.yaml:\n%s\n%d %s",
			o, m.current.write(), got.status, got.body)
		return "", false
	}
	if err := o.check(m.current, m.current, got, true); err != nil {
		m.world.Errorf("%s: the request that should succeed: %v", o, err)
	}
	return got.comparable(), m.remake()
}

// end proves that no mutation has spoilt the request: it still succeeds, in the same way.
func (m *matrix) end(answer string) {
	m.unchanged()
	if got := m.world.call(m.current); got.comparable() != answer {
		m.world.Errorf("%s: after all bad requests the right one is answered otherwise:\n%d %s", m.operation, got.status, got.body)
	}
}

// remake makes a request that succeeds, and marks the watch.
func (m *matrix) remake() bool {
	d, missing := m.world.right(m.operation, m.form)
	if missing != "" {
		m.world.Errorf("%s: nothing says what is valid for %s: give it an example in internal/dialect/%s/openapi.yaml, or add\n\t%q: is(\"…\"),\n"+
			"to validValues in bad_input_values_test.go, where key, opaque and made are for credentials", m.operation, missing,
			m.operation.surface, m.operation.surface+" "+missing)
		return false
	}
	m.made++
	m.current, m.before = d, m.world.watch.mark(m.world.T)
	return true
}

// play tries those first that must be refused, so that the store needs to be looked at once for all. What must be made
// anew after a success has other secrets, so that the mutations are made anew too.
func (m *matrix) play(c badCase, mutations func() []mutation) {
	made, classes := m.made, mutations()
	slices.SortStableFunc(classes, func(a, b mutation) int { return boolToInt(m.mayPass(c, a)) - boolToInt(m.mayPass(c, b)) })
	for _, c.mutation = range classes {
		if m.mayPass(c, c.mutation) {
			m.unchanged() // what it may change is then its own doing
		}
		if made != m.made {
			now := mutations()
			c.mutation = now[slices.IndexFunc(now, func(other mutation) bool { return other.class == c.class })]
		}
		m.playOne(c)
	}
	m.unchanged()
}

func boolToInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (m *matrix) mayPass(c badCase, bad mutation) bool {
	return bad.want == free || bad.want == refused && m.lenient(c.operation, bad.class) != nil
}

func (m *matrix) playOne(c badCase) {
	c.right = m.current
	d := m.current.clone()
	c.apply(&d)
	got := m.world.call(d)
	if problem := m.judge(c, d, got); problem != "" {
		m.world.Errorf("%s: %s\n%.600q\n%d %.600s", c, problem, d.write(), got.status, got.body)
	}
	if _, twice := m.outcomes[c.String()]; twice {
		m.world.Errorf("%s: there are two such cases", c)
	}
	m.outcomes[c.String()] = got.comparable()
	m.counts[c.operation.String()]++
	if verdictOf(c.operation.surface, got) == done {
		m.remake()
		return
	}
	m.pending = append(m.pending, c)
}

// unchanged demands that the requests refused since the store was last looked at have changed nothing and are not in the log.
func (m *matrix) unchanged() {
	pending := m.pending
	if m.pending = nil; len(pending) == 0 {
		return
	}
	if log := m.world.log.take(); m.world.leaked(log) != "" || strings.Contains(strings.ToLower(log), canary) {
		m.world.Errorf("%s and %d more: the log shows what was sent:\n%s", pending[0], len(pending)-1, log)
	}
	written := m.world.watch.since(m.world.T, m.before)
	if written == "" {
		return
	}
	m.world.Errorf("one of %v has changed something: %s", pending, written)
	m.remake()
	for _, c := range pending { // to say which
		d := m.current.clone()
		c.apply(&d)
		m.world.call(d)
		if written := m.world.watch.since(m.world.T, m.before); written != "" {
			m.world.Errorf("%s: this one has: %s", c, written)
			m.remake()
		}
	}
}

// shapeOf returns the operation that documents the dialect's failures best.
func shapeOf(operations map[string]operation) operation {
	var found operation
	for _, key := range slices.Sorted(maps.Keys(operations)) {
		o := operations[key]
		if best := found.failureStatus(); best == 0 || o.failureStatus() != 0 && o.failureStatus() < best {
			found = o
		}
	}
	return found
}

// playWhole makes the whole request wrong: its body, its query, its headers, its path, its method.
func (m *matrix) playWhole(c badCase, beside []string) {
	whole := func(about string, opaque bool, inputs []string, mutations func() []mutation) {
		c.about, c.opaque, c.inputs = about, opaque, inputs
		m.play(c, mutations)
	}
	if m.current.body != nil {
		inputs := []string{"body"}
		for _, p := range m.form {
			inputs = append(inputs, p.inputs()...)
		}
		whole("body", false, inputs, func() []mutation { return wrongBodies(m.current.body.render()) })
		whole("content type", false, []string{"Content-Type"}, wrongContentTypes)
	}
	if m.current.form != nil {
		inputs := []string{"body", "query", "Content-Type"}
		for _, p := range m.form {
			inputs = append(inputs, p.inputs()...)
		}
		whole("body", false, inputs, func() []mutation { return wrongForms(renderForm(m.current.form)) })
		whole("content type", false, inputs, wrongFormTypes)
	}
	queried := append([]string{"query"}, m.form.queried()...)
	whole("query", false, queried, func() []mutation { return wrongQueries(m.form.queried() != nil) })
	whole("headers", false, []string{"body"}, func() []mutation { return oddHeaders(c.operation.method) })
	paths := wrongPaths
	if slices.Contains(beside, dialect.AnyMethod) {
		paths = func() []mutation { return openEnded(wrongPaths()) }
	}
	whole("path", false, nil, paths)
	whole("method", false, nil, func() []mutation { return wrongMethods(beside) })
}

func (f form) queried() (names []string) {
	for _, p := range f {
		if p.in == "query" {
			names = append(names, p.name)
		}
	}
	return names
}
