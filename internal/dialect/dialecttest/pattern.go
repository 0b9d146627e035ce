package dialecttest

import (
	"fmt"
	"regexp"
	"strings"
)

var (
	placeholder = regexp.MustCompile(`<<(\*|[A-Za-z][A-Za-z0-9]*)>>`)
	mention     = regexp.MustCompile(`\{\{([A-Za-z][A-Za-z0-9]*)\}\}`)
)

// run is what a placeholder stands for: no more than one value in a URL, a header or an element.
const run = `([^\s"&<]+)`

// kept holds by name what earlier answers said.
type kept map[string]string

// fill puts what was kept into a template; a name that nobody has kept is an error.
func (k kept) fill(template string) (string, error) {
	var missing []string
	filled := mention.ReplaceAllStringFunc(template, func(m string) string {
		value, ok := k[m[2:len(m)-2]]
		if !ok {
			missing = append(missing, m)
		}
		return value
	})
	if len(missing) > 0 {
		return "", fmt.Errorf("nothing has been kept for %s", strings.Join(missing, ", "))
	}
	return filled, nil
}

// match reports whether text is what the pattern says, and keeps what its placeholders stand for.
func (k kept) match(pattern, text string) bool {
	expression, names := compile(pattern)
	found := expression.FindStringSubmatch(text)
	if found == nil {
		return false
	}
	for i, name := range names {
		if name != "*" {
			k[name] = found[i+1]
		}
	}
	return true
}

func compile(pattern string) (expression *regexp.Regexp, names []string) {
	var b strings.Builder
	b.WriteString(`\A`)
	rest := 0
	for _, at := range placeholder.FindAllStringSubmatchIndex(pattern, -1) {
		b.WriteString(regexp.QuoteMeta(pattern[rest:at[0]]))
		b.WriteString(run)
		names = append(names, pattern[at[2]:at[3]])
		rest = at[1]
	}
	b.WriteString(regexp.QuoteMeta(pattern[rest:]) + `\z`)
	return regexp.MustCompile(b.String()), names
}
